"""A function over a picture or latent in overlapping rectangles that are blended.

As ComfyUI's `tiled_scale`: every tile falls off on all four sides, and what a pixel got is divided
by the weights that it got.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Cut:
    """The size of tiles, in pixels or cells of what is cut."""

    height: int
    width: int
    overlap: int


def three_cuts(side: int, overlap: int) -> tuple[Cut, Cut, Cut]:
    """The cuts whose results a two-dimensional VAE averages: high, wide and square tiles."""
    return (
        Cut(2 * side, side // 2, overlap),
        Cut(side // 2, 2 * side, overlap),
        Cut(side, side, overlap),
    )


def in_tiles(
    whole: torch.Tensor,
    function: Callable[[torch.Tensor], torch.Tensor],
    cut: Cut,
    scale: Fraction,
) -> torch.Tensor:
    """A batch (BCHW), each item by itself, through a function that scales by `scale`."""
    return torch.cat([_one(item[None], function, cut, scale) for item in whole])


def _one(
    item: torch.Tensor,
    function: Callable[[torch.Tensor], torch.Tensor],
    cut: Cut,
    scale: Fraction,
) -> torch.Tensor:
    height, width = item.shape[-2:]
    if height <= cut.height and width <= cut.width:
        return function(item)
    ramp = round(cut.overlap * scale)
    total = weights = torch.zeros(())
    for rows, columns in _places(height, width, cut):
        result = function(item[..., rows, columns])
        if not total.ndim:
            size = (1, result.shape[1], round(height * scale), round(width * scale))
            total, weights = torch.zeros(size), torch.zeros(1, 1, *size[2:])
        mask = _falling(result.shape[-2], ramp)[:, None] * _falling(result.shape[-1], ramp)
        top, left = round(rows.start * scale), round(columns.start * scale)
        place = (
            ...,
            slice(top, top + result.shape[-2]),
            slice(left, left + result.shape[-1]),
        )
        total[place] += result * mask
        weights[place] += mask
    return total / weights


def _places(height: int, width: int, cut: Cut) -> Iterator[tuple[slice, slice]]:
    yield from itertools.product(
        _spans(height, cut.height, cut.overlap), _spans(width, cut.width, cut.overlap)
    )


def _spans(size: int, tile: int, overlap: int) -> list[slice]:
    if size <= tile:
        return [slice(0, size)]
    return [
        slice(start, min(start + tile, size)) for start in range(0, size - overlap, tile - overlap)
    ]


def _falling(length: int, ramp: int) -> torch.Tensor:
    weights = torch.ones(length)
    if 0 < ramp < length:
        rise = torch.arange(1, ramp + 1) / ramp
        weights[:ramp] *= rise
        weights[-ramp:] *= rise.flip(0)
    return weights
