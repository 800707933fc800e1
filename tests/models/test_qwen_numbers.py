"""Qwen-Image's three networks against ComfyUI 0.3.64's own classes on the same reduced files.

The numbers in `qwen/comfyui.safetensors` were computed once by ComfyUI with `--cpu`: its
`UNETLoader`, `CLIPLoader` and `VAELoader` read the files of `qwen_for_tests`, with the number of
heads and the width of a prompt set to the reduced ones, and its transformer, text encoder and
VAE were called with the inputs that the tests below draw anew.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import torch
from safetensors.torch import load_file
from tests.qwen_for_tests import (
    diffusion_model,
    numbers,
    picture,
    qwen_encoder,
    qwen_network,
    qwen_vae,
)

from capdemo.node_api import Image, NetworkInputs, Tiles
from capdemo.nodes.qwen_image import ANSWER, PICTURE, SYSTEM

if TYPE_CHECKING:
    from collections.abc import Sequence

CLOSE = 2e-5
"""Largest difference; the values are of the size of 1."""


@lru_cache
def comfyui() -> dict[str, torch.Tensor]:
    return load_file(Path(__file__).parent / "qwen" / "comfyui.safetensors")


def difference(ours: torch.Tensor, name: str) -> float:
    theirs = comfyui()[name]
    assert ours.shape == theirs.shape
    return float((ours - theirs).abs().max())


def inputs(method: str | None = None, references: Sequence[torch.Tensor] = ()) -> NetworkInputs:
    return NetworkInputs(
        context=numbers("context", 2, 7, 256),
        reference_latents=tuple(references),
        reference_method=method,
    )


LATENT = ("latent", 2, 16, 1, 9, 13)
TIMES = torch.tensor([0.83, 0.31])


@pytest.mark.parametrize("method", ["index", "offset"])
def test_transformer_with_two_references_of_odd_sizes_and_larger_than_the_picture(
    method: str,
) -> None:
    references = [numbers("reference 1", 2, 16, 1, 8, 8), numbers("reference 2", 2, 16, 1, 21, 6)]
    made = qwen_network()(numbers(*LATENT), TIMES, inputs(method, references))
    assert difference(made, f"transformer.{method}") < CLOSE


def test_transformer_alone() -> None:
    made = qwen_network()(numbers(*LATENT), TIMES, inputs())
    assert difference(made, "transformer.alone") < CLOSE


def test_a_reference_of_one_item_is_seen_by_the_whole_batch() -> None:
    one, latent = numbers("one", 1, 16, 1, 6, 6), numbers(*LATENT)
    made = qwen_network()(latent, TIMES, inputs(None, [one]))
    both = qwen_network()(latent, TIMES, inputs(None, [one.expand(2, -1, -1, -1, -1)]))
    assert torch.equal(made, both)


def test_bfloat16_weights_give_what_comfyui_computes_on_a_cpu_in_float32() -> None:
    # All float8 numbers are bfloat16 numbers, so only the storage differs.
    wide = {key: weight.to(torch.bfloat16) for key, weight in diffusion_model(prefix="").items()}
    made = qwen_network(weights=wide)(numbers(*LATENT), TIMES, inputs())
    assert difference(made, "transformer.alone") < CLOSE


def test_prompt_without_pictures() -> None:
    embedding = qwen_encoder().encode("A harbour at \\(six\\)").embedding
    assert difference(embedding[..., ::16], "text.alone") < CLOSE


@pytest.mark.parametrize("count", [1, 2])
def test_prompt_with_pictures_in_comfyui_s_order_of_tokens(count: int) -> None:
    pictures = [Image(picture("picture 1", 150, 200)), Image(picture("picture 2", 120, 90))]
    called = "".join(f"Picture {number}: {PICTURE}" for number in (1, 2))
    text, template = "Replace the cat", SYSTEM + PICTURE + ANSWER
    if count > 1:
        text, template = called + text, SYSTEM + ANSWER
    condition = qwen_encoder().encode_with_pictures(text, pictures[:count], template)
    name = "text.two_pictures" if count > 1 else "text.one_picture"
    assert difference(condition.embedding[..., ::16], name) < CLOSE


def test_vae_encodes_the_centre_of_a_picture() -> None:
    assert difference(qwen_vae().encode(Image(picture("picture 3", 43, 57))), "vae.encoded") < CLOSE


def test_vae_encodes_a_batch_as_a_video() -> None:
    frames = torch.cat([picture(f"frame {number}", 16, 24) for number in range(5)])
    assert difference(qwen_vae().encode(Image(frames)), "vae.encoded_video") < CLOSE


def test_vae_decodes() -> None:
    made = qwen_vae().decode(numbers("to decode", 1, 16, 1, 4, 6))
    assert difference(made[None], "vae.decoded") < CLOSE


def test_vae_decodes_in_tiles() -> None:
    tiles = Tiles(side=64, overlap=16)
    made = qwen_vae().decode_tiled(numbers("to decode in tiles", 1, 16, 1, 12, 20), tiles)
    assert difference(made[None], "vae.decoded_tiled") < CLOSE


def test_vae_encodes_in_tiles() -> None:
    tiles = Tiles(side=64, overlap=16)
    made = qwen_vae().encode_tiled(Image(picture("to encode in tiles", 96, 160)), tiles)
    assert difference(made, "vae.encoded_tiled") < CLOSE
