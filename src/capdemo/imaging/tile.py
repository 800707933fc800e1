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
    count, channels, height, width = pictures.shape
    tiles = plan_tiles(height, width, tile=tile, overlap=overlap)
    results = torch.zeros(count, channels, round(scale * height), round(scale * width))
    total = count * len(tiles)
    for number, picture in enumerate(pictures[:, None]):
        if len(tiles) == 1:
            results[number] = function(picture)[0]
            progress(number + 1, total)
            continue
        blend = _Blend(results[number], scale=scale, overlap=overlap)
        for index, part in enumerate(tiles, start=1):
            rows = slice(part.top, part.top + part.height)
            columns = slice(part.left, part.left + part.width)
            blend.add(function(picture[:, :, rows, columns])[0], part)
            progress(number * len(tiles) + index, total)
        blend.finish()
    return results


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
    """A weighted mean of tiles, formed in the memory of its result (CHW, zeros at first)."""

    def __init__(self, result: torch.Tensor, *, scale: float, overlap: int) -> None:
        self._result = result
        self._weights = torch.zeros(result.shape[1:])
        self._scale = scale
        self._ramp = round(scale * overlap)

    def add(self, enlarged: torch.Tensor, tile: Tile) -> None:
        """Add what became of a tile (CHW, on any device)."""
        height, width = enlarged.shape[1:]
        top, left = round(self._scale * tile.top), round(self._scale * tile.left)
        rows, columns = slice(top, top + height), slice(left, left + width)
        weights = feather(height, width, ramp=self._ramp)
        self._result[:, rows, columns] += enlarged.to("cpu", torch.float32) * weights
        self._weights[rows, columns] += weights

    def finish(self) -> None:
        """Divide by the sum of weights."""
        self._result /= self._weights
