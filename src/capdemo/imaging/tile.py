"""Running a network over a picture tile by tile and blending the seams.

Follows ComfyUI's `tiled_scale`, so that a seam falls on the same pixel here and there.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class Tile:
    """A rectangle of the input, in pixels."""

    top: int
    left: int
    height: int
    width: int


def plan_tiles(height: int, width: int, *, tile: int, overlap: int) -> tuple[Tile, ...]:
    """The tiles of a picture, row by row.

    The last tile of a row or column is shorter, not moved back. Raises `ValueError` where tiles
    would not advance.
    """
    if not 0 <= overlap < tile:
        msg = f"An overlap of {overlap} does not fit into tiles of {tile} pixels."
        raise ValueError(msg)
    return tuple(
        Tile(top, left, min(tile, height - top), min(tile, width - left))
        for top, left in itertools.product(
            _starts(height, tile=tile, overlap=overlap),
            _starts(width, tile=tile, overlap=overlap),
        )
    )


def _starts(size: int, *, tile: int, overlap: int) -> range:
    # No start beyond `size - overlap`: what a further tile would hold, the one before holds too.
    return range(0, size - overlap, tile - overlap) if size > tile else range(1)


def tiled_scale(
    pictures: torch.Tensor,
    function: Callable[[torch.Tensor], torch.Tensor],
    *,
    scale: float,
    tile: int,
    overlap: int,
    progress: Callable[[int, int], None],
) -> torch.Tensor:
    """Pictures (BCHW) through a function from 1CHW to 1CHW, `scale` times as high and wide.

    A picture that fits into one tile goes through in one call, unblended. Others are averaged,
    weighted by `feather`. `progress` is told after every tile how many are done of how many.
    The result is float32, on the CPU, `round(scale * side)` pixels high and wide.
    """
    height, width = pictures.shape[2:]
    tiles = plan_tiles(height, width, tile=tile, overlap=overlap)
    total = len(pictures) * len(tiles)
    results = []
    for number, picture in enumerate(pictures[:, None]):
        done = number * len(tiles)
        if len(tiles) == 1:
            results.append(function(picture).to("cpu", torch.float32))
            progress(done + 1, total)
            continue
        blend = _Blend(picture, scale=scale, overlap=overlap)
        for index, part in enumerate(tiles, start=1):
            rows = slice(part.top, part.top + part.height)
            columns = slice(part.left, part.left + part.width)
            blend.add(function(picture[:, :, rows, columns]).to("cpu", torch.float32), part)
            progress(done + index, total)
        results.append(blend.mean())
    return torch.cat(results)


def feather(height: int, width: int, *, ramp: int) -> torch.Tensor:
    """The weights of a tile's pixels (HW): 1 in the middle, `(t + 1) / ramp` t pixels from a side.

    All four sides fall off, those at the picture's border too: there one tile is alone, and the
    division by the sum of weights undoes it. An axis no longer than the ramp does not fall off.
    """
    return _ramps(height, ramp)[:, None] * _ramps(width, ramp)[None, :]


def _ramps(length: int, ramp: int) -> torch.Tensor:
    weights = torch.ones(length)
    if 0 < ramp < length:
        rise = torch.arange(1, ramp + 1) / ramp
        weights[:ramp] *= rise
        weights[-ramp:] *= rise.flip(0)
    return weights


class _Blend:
    """A weighted mean that tiles are added to."""

    def __init__(self, picture: torch.Tensor, *, scale: float, overlap: int) -> None:
        channels, height, width = picture.shape[1:]
        self._scale = scale
        self._ramp = round(scale * overlap)
        self._values = torch.zeros(1, channels, round(scale * height), round(scale * width))
        self._weights = torch.zeros(self._values.shape[2:])

    def add(self, enlarged: torch.Tensor, tile: Tile) -> None:
        """Add what became of a tile (1CHW)."""
        height, width = enlarged.shape[2:]
        top, left = round(self._scale * tile.top), round(self._scale * tile.left)
        rows, columns = slice(top, top + height), slice(left, left + width)
        weights = feather(height, width, ramp=self._ramp)
        self._values[:, :, rows, columns] += enlarged * weights
        self._weights[rows, columns] += weights

    def mean(self) -> torch.Tensor:
        """The mean so far, in the memory of the sum; nothing may be added afterwards."""
        return self._values.div_(self._weights)
