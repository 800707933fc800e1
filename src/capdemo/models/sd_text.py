"""The text encoders of Stable Diffusion's files, and how each family uses them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import torch

from capdemo.errors import InputError
from capdemo.models.clip_keys import (
    CLIP_G_WIDTH,
    CLIP_H_WIDTH,
    CLIP_L_WIDTH,
    clip_shape,
    clip_sources,
)
from capdemo.models.clip_network import ClipText
from capdemo.models.clip_tokenizer import END_TOKEN
from capdemo.models.file_kinds import say_what_it_is
from capdemo.models.stored_network import Placing, StoredNetwork, StoredWeights
from capdemo.models.tensor_file import open_tensors
from capdemo.models.text_encoder import ClipEncoder, ClipHabits, SingleTextEncoder, XlTextEncoder
from capdemo.models.textual_inversion import read_embedding

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path
    from typing import TypeAlias

    from capdemo.models.tensor_file import TensorFile
    from capdemo.node_api.diffusion import TextEncoder

    EmbeddingFiles: TypeAlias = Callable[[str], "Path | None"]
    """From the name in a prompt to the file of a textual inversion."""

_FIRST = ("lora_te", "lora_te1", "text_encoder")
_SECOND = ("lora_te2", "text_encoder_2")

SD1_CLIP_L = ClipHabits(
    padding=END_TOKEN,
    layer=0,
    depth=12,
    is_normalised=True,
    is_projected=False,
    embedding="clip_l",
    marks=_FIRST,
)
SD2_CLIP_H = ClipHabits(
    padding=0,
    layer=-2,
    depth=24,
    is_normalised=True,
    is_projected=True,
    embedding="clip_h",
    marks=_FIRST,
)
XL_CLIP_L = replace(SD1_CLIP_L, layer=-2, is_normalised=False, is_projected=True)
XL_CLIP_G = ClipHabits(
    padding=0,
    layer=-2,
    depth=32,
    is_normalised=False,
    is_projected=True,
    embedding="clip_g",
    marks=_SECOND,
)
REFINER_CLIP_G = replace(XL_CLIP_G, marks=_FIRST)

_ALONE = {CLIP_L_WIDTH: SD1_CLIP_L, CLIP_H_WIDTH: SD2_CLIP_H, CLIP_G_WIDTH: REFINER_CLIP_G}
_IN_CHECKPOINT = (
    ("cond_stage_model.transformer.", "embeddings.token_embedding.weight"),
    ("cond_stage_model.transformer.", "text_model.embeddings.token_embedding.weight"),
    ("cond_stage_model.model.", "token_embedding.weight"),
    ("conditioner.embedders.0.transformer.", "text_model.embeddings.token_embedding.weight"),
    ("conditioner.embedders.0.model.", "token_embedding.weight"),
    ("conditioner.embedders.1.model.", "token_embedding.weight"),
)
"""Where checkpoints keep text encoders, and a weight that each has."""
_WORDS = "text_model.embeddings.token_embedding.weight"


def load_text_encoders(
    file: TensorFile, device: str, embeddings: EmbeddingFiles
) -> TextEncoder | None:
    """The text encoder of a checkpoint, or both of SDXL's; None where it has none."""
    prefixes = [prefix for prefix, mark in _IN_CHECKPOINT if prefix + mark in file.shapes]
    return _join([(file, prefix) for prefix in prefixes], device, embeddings) if prefixes else None


def load_text_encoder_files(
    paths: Sequence[Path], device: str, embeddings: EmbeddingFiles
) -> TextEncoder:
    """A text encoder from a file of its own, or SDXL's from two, in either order.

    Raises `InputError` where a file is none of CLIP's, or two do not belong together.
    """
    files = [open_tensors(path) for path in paths]
    for file in files:
        if _WORDS not in clip_sources(file.shapes):
            found = say_what_it_is(file.shapes)
            raise InputError(
                "The file is no text encoder of Stable Diffusion"
                + (f", but {found}." if found else "."),
                where=str(file.path),
                hint="Choose one of the folder text_encoders: capdemo models list",
            )
    return _join([(file, "") for file in files], device, embeddings)


def _join(
    places: list[tuple[TensorFile, str]], device: str, embeddings: EmbeddingFiles
) -> TextEncoder:
    by_width = {_width(file, prefix): (file, prefix) for file, prefix in places}
    if by_width.keys() == {CLIP_L_WIDTH, CLIP_G_WIDTH}:
        large = _encoder(*by_width[CLIP_G_WIDTH], XL_CLIP_G, device, embeddings)
        small = _encoder(*by_width[CLIP_L_WIDTH], XL_CLIP_L, device, embeddings)
        return XlTextEncoder(large, small)
    ((width, (file, prefix)),) = by_width.items() if len(by_width) == 1 else [(0, places[0])]
    if width not in _ALONE or len(places) > 1:
        raise InputError(
            "The text encoders are not those of Stable Diffusion 1, 2 or XL together.",
            where=str(file.path),
            hint="SDXL takes clip_l and clip_g; the others take one.",
        )
    return SingleTextEncoder(_encoder(file, prefix, _ALONE[width], device, embeddings))


def _width(file: TensorFile, prefix: str) -> int:
    return file.shapes[clip_sources(file.shapes, prefix)[_WORDS].name][1]


def _encoder(
    file: TensorFile, prefix: str, habits: ClipHabits, device: str, embeddings: EmbeddingFiles
) -> ClipEncoder:
    sources = clip_sources(file.shapes, prefix)
    shape = clip_shape(file.shapes, sources)
    with torch.device("meta"):
        module = ClipText(shape)
    # Whatever the file's type is, ComfyUI keeps text encoders in float16 and computes in float32.
    placing = Placing(torch.device(device), torch.float32, rounding=torch.float16)
    weights = StoredWeights(module, file, sources, placing)

    def find(name: str) -> torch.Tensor | None:
        path = embeddings(name)
        return None if path is None else read_embedding(path, habits.embedding, shape.width)

    return ClipEncoder(StoredNetwork(weights), habits, find)


def text_names(shapes: Mapping[str, tuple[int, ...]]) -> list[list[str]]:
    """The names of the weights of each text encoder in a checkpoint or a file of its own."""
    prefixes = [prefix for prefix, mark in _IN_CHECKPOINT if prefix + mark in shapes]
    if not prefixes and _WORDS in clip_sources(shapes):
        prefixes = [""]
    return [[name for name in shapes if name.startswith(prefix)] for prefix in prefixes]
