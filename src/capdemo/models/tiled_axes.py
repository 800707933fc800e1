"""Runs a function over a video tile by tile along every axis and blends the seams.

Follows ComfyUI's `tiled_scale_multidim`: the last tile is shorter, and weights fall off linearly
on all sides, the outer ones too.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from capdemo.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


@dataclass(frozen=True, slots=True)
class TiledAxis:
    """How one axis is cut, and how long what the function makes of it is."""

    tile: int
    overlap: int
    """Of neighbours; both in cells of the input."""
    length: Callable[[int], int]
    """Of the output, from that of the input."""
    position: Callable[[int], int]
    """In the output, from that in the input."""

    def starts(self, size: int) -> range:
        """Where the tiles of an axis of this size begin."""
        if size <= self.tile:
            return range(1)
        if self.overlap >= self.tile:
            raise InputError(
                f"Tiles of {self.tile} cannot overlap by {self.overlap}.",
                hint="Choose larger tiles or a smaller overlap.",
            )
        return range(0, size - self.overlap, self.tile - self.overlap)


def in_tiles(
    samples: torch.Tensor,
    function: Callable[[torch.Tensor], torch.Tensor],
    axes: Sequence[TiledAxis],
) -> torch.Tensor:
    """The function's results over tiles of BC..., averaged where they overlap; float32, CPU.

    An item that fits into one tile goes through unblended. Raises `InputError` where tiles would
    not advance.
    """
    items = [samples[place : place + 1] for place in range(len(samples))]
    return torch.cat([_one_in_tiles(item, function, axes) for item in items])


def _one_in_tiles(
    item: torch.Tensor,
    function: Callable[[torch.Tensor], torch.Tensor],
    axes: Sequence[TiledAxis],
) -> torch.Tensor:
    sizes = item.shape[2:]
    if all(size <= axis.tile for size, axis in zip(sizes, axes, strict=True)):
        return function(item).float().cpu()
    total = weight = torch.empty(0)
    for corner in itertools.product(*map(TiledAxis.starts, axes, sizes)):
        window = tuple(
            slice(start, start + axis.tile) for start, axis in zip(corner, axes, strict=True)
        )
        made = function(item[:, :, *window]).float().cpu()
        if not total.numel():
            shape = [axis.length(size) for axis, size in zip(axes, sizes, strict=True)]
            total, weight = made.new_zeros(*made.shape[:2], *shape), made.new_zeros(shape)
        place = tuple(
            slice(axis.position(start), axis.position(start) + size)
            for axis, start, size in zip(axes, corner, made.shape[2:], strict=True)
        )
        share = _weights(made.shape[2:], axes)
        total[:, :, *place] += made * share
        weight[place] += share
    return total / weight


def _weights(shape: Sequence[int], axes: Sequence[TiledAxis]) -> torch.Tensor:
    """How much each cell of a tile counts: the product of a ramp along each axis."""
    weights = torch.ones(tuple(shape))
    for axis, (size, cut) in enumerate(zip(shape, axes, strict=True)):
        feather = cut.length(cut.overlap)
        if 0 < feather < size:
            ramp = torch.ones(size)
            rise = torch.arange(1, feather + 1) / feather
            ramp[:feather] *= rise
            ramp[-feather:] *= rise.flip(0)
            weights *= ramp.reshape([-1 if place == axis else 1 for place in range(len(shape))])
    return weights
