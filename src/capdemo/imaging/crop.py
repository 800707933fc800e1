"""Cutting a rectangle out of an image, turning it and mirroring it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

from capdemo.imaging.encode import to_uint8
from capdemo.imaging.resize import size_of
from capdemo.node_api import Image

if TYPE_CHECKING:
    from capdemo.imaging.sizes import Size

SEEDS = 2**32 - 1
"""NumPy's legacy generator takes so many; larger seeds wrap around."""


def cut(image: Image, *, x: int, y: int, width: int, height: int) -> Image:
    """The rectangle whose upper left corner is at (x, y), in pixels (ImageCrop).

    The corner is moved into the picture, and what lies beyond its right and lower side is left
    out, so that the result can be smaller than asked for but never empty.
    """
    left = min(x, image.shape[2] - 1)
    top = min(y, image.shape[1] - 1)
    return Image(image[:, top : top + height, left : left + width])


def cut_centre(image: Image, wanted: Size) -> Image:
    """The middle of an image, in 8 bits, truncated (CenterCropImages)."""
    size = size_of(image)
    x, y = max(0, (size.width - wanted.width) // 2), max(0, (size.height - wanted.height) // 2)
    return _in_8_bits(cut(image, x=x, y=y, width=wanted.width, height=wanted.height))


def cut_anywhere(image: Image, wanted: Size, *, seed: int) -> Image:
    """A rectangle at random, the same for the whole batch, in 8 bits (RandomCropImages)."""
    numbers = seeded(seed)
    size = size_of(image)
    x, y = (
        int(numbers.randint(0, surplus + 1)) if surplus > 0 else 0
        for surplus in (size.width - wanted.width, size.height - wanted.height)
    )
    return _in_8_bits(cut(image, x=x, y=y, width=wanted.width, height=wanted.height))


def seeded(seed: int) -> np.random.RandomState:
    """NumPy's legacy generator, from which ComfyUI's dataset nodes draw."""
    return np.random.RandomState(seed % SEEDS)


def turned(image: Image, quarters: int) -> Image:
    """An image turned clockwise by quarters (ImageRotate)."""
    return Image(torch.rot90(image, k=quarters, dims=[2, 1]))


def mirrored(image: Image, *, upside_down: bool) -> Image:
    """An image with its rows, or else its columns, in reverse (ImageFlip)."""
    return Image(image.flip(1 if upside_down else 2))


def _in_8_bits(image: Image) -> Image:
    return Image(torch.from_numpy(to_uint8(image).astype(np.float32) / 255))
