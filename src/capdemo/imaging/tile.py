"""Running a network over a picture tile by tile and blending the seams.

Follows ComfyUI's `tiled_scale`, so that a seam falls on the same pixel here and there. Beside the
picture and its result there are only a few tiles in memory, however large both are.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence


@dataclass(frozen=True, slots=True)
class Tiling:
    """How a picture is cut."""

    side: int
    """Of a tile, in input pixels."""
    overlap: int
    """Of neighbours, in input pixels."""
    at_once: int = 1
    """How many tiles of one size the network is given together."""


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
    scale: int,
    tiling: Tiling,
    progress: Callable[[int, int], None],
) -> torch.Tensor:
    """Pictures (BCHW) through a function from BCHW to BCHW, `scale` times as high and wide.

    The function is given up to `tiling.at_once` tiles of one size together. A picture that fits
    into one tile goes through unblended; one alone is what the function returned. Others are
    averaged, weighted by `feather`; the large ones come first. `progress` is told after every
    call how many tiles are done of how many. The result is float32, on the CPU; its colours lie
    side by side in memory.
    """
    count, channels, height, width = pictures.shape
    tiles = plan_tiles(height, width, tile=tiling.side, overlap=tiling.overlap)
    if count == len(tiles) == 1:
        result = function(pictures).to("cpu", torch.float32)
        progress(1, 1)
        return result
    # Pictures are BHWC nearly everywhere: in this order nobody needs to copy the result.
    results = torch.zeros(count, scale * height, scale * width, channels).movedim(-1, 1)
    blend = _Blend(results, tiles, scale=scale, overlap=tiling.overlap)
    work = [(number, part) for number in range(count) for part in tiles]
    # Sizes by turns would break the memory that a network keeps for the next tile in pieces.
    work.sort(key=lambda entry: (-entry[1].height, -entry[1].width))
    done = 0
    for group in _of_one_size(work, tiling.at_once):
        parts = [pictures[number : number + 1, :, *_region(part)] for number, part in group]
        enlarged = function(parts[0] if len(parts) == 1 else torch.cat(parts))
        for (number, part), output in zip(group, enlarged, strict=True):
            blend.add(output, number, part)
        # Freed before the next call, whose memory they would lie in the way of.
        del parts, enlarged, output
        done += len(group)
        progress(done, len(work))
    return results


def _region(part: Tile) -> tuple[slice, slice]:
    return (
        slice(part.top, part.top + part.height),
        slice(part.left, part.left + part.width),
    )


def _of_one_size(
    work: Sequence[tuple[int, Tile]], at_once: int
) -> Iterator[Sequence[tuple[int, Tile]]]:
    """Neighbours in the list of work whose tiles are equally large, `at_once` or fewer."""
    sized = itertools.groupby(work, key=lambda entry: (entry[1].height, entry[1].width))
    for _, entries in sized:
        while group := list(itertools.islice(entries, at_once)):
            yield group


def feather(length: int, *, ramp: int) -> torch.Tensor:
    """The weights of a tile's pixels along one axis: 1, but `(t + 1) / ramp` t pixels from an end.

    Both ends fall off, those at the picture's border too: there one tile is alone, and the
    division by the sum of weights undoes it. An axis no longer than the ramp does not fall off.
    """
    weights = torch.ones(length)
    if 0 < ramp < length:
        rise = torch.arange(1, ramp + 1) / ramp
        weights[:ramp] *= rise
        weights[-ramp:] *= rise.flip(0)
    return weights


class _Blend:
    """A weighted mean of tiles, formed in the memory of its results (BCHW, zeros at first).

    A pixel's weight is the product of one along each axis, and so is the sum of the weights of all
    tiles that cover it. Each tile is therefore given its share of the sum at once, and no picture
    of sums is needed.
    """

    def __init__(
        self, results: torch.Tensor, tiles: Sequence[Tile], *, scale: int, overlap: int
    ) -> None:
        self._results = results
        self._scale = scale
        ramp = scale * overlap
        self._rows = _shares({(part.top, part.height) for part in tiles}, scale=scale, ramp=ramp)
        self._columns = _shares({(part.left, part.width) for part in tiles}, scale=scale, ramp=ramp)

    def add(self, enlarged: torch.Tensor, number: int, tile: Tile) -> None:
        """Add what became of a tile (CHW, on any device) of one of the pictures."""
        height, width = enlarged.shape[1:]
        top, left = self._scale * tile.top, self._scale * tile.left
        place = self._results[number, :, top : top + height, left : left + width]
        here = enlarged.to("cpu", torch.float32)
        if place.shape == self._results.shape[1:]:
            place.copy_(here)
            return
        place += here * self._rows[tile.top][:, None] * self._columns[tile.left]


def _shares(spans: set[tuple[int, int]], *, scale: int, ramp: int) -> dict[int, torch.Tensor]:
    """For every start of a tile along an axis: its part of each of its enlarged pixels."""
    weights = {start: feather(scale * length, ramp=ramp) for start, length in spans}
    sums = torch.zeros(max(scale * (start + length) for start, length in spans))
    for start, weight in weights.items():
        sums[scale * start :][: len(weight)] += weight
    return {
        start: weight / sums[scale * start :][: len(weight)] for start, weight in weights.items()
    }
