"""How much memory the networks of model files will take, from the files' headers alone."""

from __future__ import annotations

import math
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

import torch

from capdemo.models.qwen_diffusion import is_qwen_image
from capdemo.models.qwen_text_encoder import is_qwen_text_encoder
from capdemo.models.sd_files import control_sources, unet_sources, vae_sources
from capdemo.models.sd_text import text_names
from capdemo.models.tensor_file import open_tensors

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from capdemo.models.tensor_file import TensorFile

WORKING = 1 << 30
"""Bytes that a run takes beside its weights, about; more for large pictures."""
_FLOAT32 = 4

Kind: TypeAlias = Literal["steered", "beside", "travelling"]
"""A denoising network or a ControlNet, which a GPU holds together; a text encoder or a VAE, which
leaves it when another needs the room; or layers that come and go one by one."""


@dataclass(frozen=True, slots=True)
class Weights:
    """One network of a file."""

    kind: Kind
    nbytes: int
    """As it is computed with."""


@dataclass(frozen=True, slots=True)
class Room:
    """What a device has."""

    total: int
    free: int


def weights_of(path: Path, device: str) -> list[Weights]:
    """The networks of a model file as they will be on a device; none where it is of no kind known.

    Raises `InputError` where the file is damaged.
    """
    file = open_tensors(path)
    names = list(file.shapes)
    if is_qwen_image(names) or is_qwen_text_encoder(names):
        return [Weights("travelling", _stored(file, names))]
    on_cpu = torch.device(device).type == "cpu"
    steered = unet_sources(file.shapes) or control_sources(file.shapes)
    used = {source.name for source in steered.values()}
    rest = {name: shape for name, shape in file.shapes.items() if name not in used}
    beside = [source.name for source in vae_sources(rest).values()]
    found = [
        Weights("steered", _numbers(file, used) * _FLOAT32 if on_cpu else _stored(file, used)),
        Weights("beside", _numbers(file, beside) * _FLOAT32),
        *(Weights("beside", _numbers(file, text) * _FLOAT32) for text in text_names(file.shapes)),
    ]
    return [weights for weights in found if weights.nbytes]


def bytes_needed(found: Sequence[Weights], device: str) -> int:
    """What a workflow with these networks needs of a device at once, or 0 without any."""
    if not found:
        return 0
    if torch.device(device).type == "cpu":
        # Layers that travel stay in the mapped file: of two such networks one is in use.
        travelling = [weights.nbytes for weights in found if weights.kind == "travelling"]
        resident = sum(weights.nbytes for weights in found if weights.kind != "travelling")
        return resident + max(travelling, default=0) + WORKING
    together = sum(weights.nbytes for weights in found if weights.kind == "steered")
    alone = max((weights.nbytes for weights in found if weights.kind == "beside"), default=0)
    return max(together, alone) + WORKING


def room(device: str) -> Room:
    """The memory of a device: a GPU's own, or the machine's."""
    if torch.device(device).type == "cuda":
        free, total = torch.cuda.mem_get_info(device)
        return Room(total, free)
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return Room(total, _available(total))


def _available(total: int) -> int:
    table = Path("/proc/meminfo")
    if table.exists():
        for line in table.read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    return total


def _numbers(file: TensorFile, names: Iterable[str]) -> int:
    return sum(math.prod(file.shapes[name]) for name in set(names))


def _stored(file: TensorFile, names: Iterable[str]) -> int:
    return sum(math.prod(file.shapes[name]) * file.dtype(name).itemsize for name in set(names))
