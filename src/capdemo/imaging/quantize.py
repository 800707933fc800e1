"""Pictures with few colours, by Pillow's median cut, as ComfyUI's ImageQuantize makes them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import PIL.Image
import torch

from capdemo.imaging.channels import COLOURS
from capdemo.imaging.encode import to_uint8
from capdemo.node_api import Image

if TYPE_CHECKING:
    import numpy.typing as npt

    from capdemo.imaging.choices import Dither

_BAYER_CELL = torch.tensor([[-1.5, 0.5], [1.5, -0.5]])
"""The smallest ordered dither, in steps of a quarter, around 0."""


def quantize(image: Image, *, colours: int, dither: Dither) -> Image:
    """Every picture by itself in at most that many colours, 1..256 (ImageQuantize).

    Alpha is kept as it is, as in ComfyUI of 2026; that of 2025 stops at it.
    """
    pictures = [_quantized(pixels, colours, dither) for pixels in to_uint8(image[..., :COLOURS])]
    reduced = torch.from_numpy(np.stack(pictures)).float() / 255
    return Image(torch.cat((reduced, image[..., COLOURS:]), dim=-1))


def _quantized(
    pixels: npt.NDArray[np.uint8], colours: int, dither: Dither
) -> npt.NDArray[np.uint8]:
    picture = PIL.Image.fromarray(pixels)
    palette = picture.quantize(colors=colours)
    method = PIL.Image.Dither.NONE
    if dither == "floyd-steinberg":
        method = PIL.Image.Dither.FLOYDSTEINBERG
    elif dither != "none":
        used = len(palette.getpalette() or ()) // COLOURS
        side = int(dither.removeprefix("bayer-"))
        picture = PIL.Image.fromarray(_raised(pixels, side, spread=2 * 256 / used))
    return np.asarray(picture.quantize(palette=palette, dither=method).convert("RGB"))


def _raised(pixels: npt.NDArray[np.uint8], side: int, *, spread: float) -> npt.NDArray[np.uint8]:
    """Pixels with an ordered pattern added, which pushes some of them to the next colour."""
    height, width = pixels.shape[:2]
    pattern = spread * _bayer_pattern(side) + 0.5
    tiled = pattern.tile(math.ceil(height / side), math.ceil(width / side))[:height, :width]
    raised = (torch.from_numpy(pixels).float() + tiled[..., None]).clamp(0, 255)
    result: npt.NDArray[np.uint8] = raised.byte().numpy()
    return result


def _bayer_pattern(side: int) -> torch.Tensor:
    """Bayer's matrix of 2, 4, 8 or 16 pixels, between -0.5 and 0.5 (Bayer, 1973)."""
    pattern = torch.zeros(1, 1)
    while len(pattern) < side:
        length = len(pattern)
        coarse = _BAYER_CELL.repeat_interleave(length, 0).repeat_interleave(length, 1)
        pattern = pattern.tile(2, 2) + coarse / (2 * length) ** 2
    return pattern
