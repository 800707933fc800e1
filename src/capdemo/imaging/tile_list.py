"""A picture as a list of overlapping tiles, and back (SplitImageToTileList, ImageMergeTileList).

After ComfyUI of 2026. `tile` is for running a network over tiles; here they travel along links.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import torch

from capdemo.errors import InputError
from capdemo.imaging.resize import size_of
from capdemo.node_api import Image

if TYPE_CHECKING:
    from collections.abc import Sequence

    from capdemo.imaging.sizes import Size

LEAST_STEP = 0.25
"""Of a tile: however large the overlap, the next tile begins that much further on."""

LEAST_WEIGHT = 1e-5
"""Of a tile's outermost pixels, so that a lone tile does not vanish."""


def corners(length: int, tile: int, overlap: int) -> list[int]:
    """Where the tiles begin along a side; the last one is shifted back to end with the side."""
    step = max(1, round(max(tile * LEAST_STEP, tile - overlap)))
    count = max(0, math.ceil((length - tile) / step)) + 1
    return [max(0, min(index * step, length - tile)) for index in range(count)]


def split(image: Image, tile: Size, overlap: int) -> list[Image]:
    """The tiles of an image, row by row; smaller than asked for where the image is."""
    size = size_of(image)
    return [
        Image(image[:, y : y + tile.height, x : x + tile.width])
        for y in corners(size.height, tile.height, overlap)
        for x in corners(size.width, tile.width, overlap)
    ]


def merge(tiles: Sequence[Image], size: Size, overlap: int) -> Image:
    """One image from its tiles; where they overlap, a tile weighs most in its middle.

    The tiles may have been enlarged, if the size and the overlap are as well. The weight is half
    a sine wave along each side. Tiles too many are left out, places without a tile are black.
    Raises `InputError` for tiles of different batches or channels.
    """
    first = tiles[0]
    if len({(tile.shape[0], tile.shape[3]) for tile in tiles}) > 1:
        raise InputError(
            "The tiles differ in their number of pictures or channels.",
            hint="Give every tile the same treatment.",
        )
    tile = size_of(first)
    canvas = torch.zeros(len(first), size.height, size.width, first.shape[3])
    total = torch.zeros(1, size.height, size.width, 1)
    weights = _weights(tile) if overlap > 0 else torch.ones(1, tile.height, tile.width, 1)
    places = [
        (x, y)
        for y in corners(size.height, tile.height, overlap)
        for x in corners(size.width, tile.width, overlap)
    ]
    for picture, (x, y) in zip(tiles, places, strict=False):
        region = canvas[:, y : y + tile.height, x : x + tile.width]
        piece = picture[:, : region.shape[1], : region.shape[2]]
        height, width = piece.shape[1:3]
        region[:, :height, :width] += piece * weights[:, :height, :width]
        total[:, y : y + height, x : x + width] += weights[:, :height, :width]
    return Image(canvas / total.masked_fill(total == 0, 1.0))


def _weights(tile: Size) -> torch.Tensor:
    down, across = (
        torch.sin(math.pi * torch.linspace(0, 1, length)).clamp(min=LEAST_WEIGHT)
        for length in (tile.height, tile.width)
    )
    return (down[:, None] * across[None, :])[None, ..., None]
