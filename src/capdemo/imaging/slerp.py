"""Resizing by spherical interpolation: between two cells the direction turns evenly.

After K. Shoemake, "Animating rotation with quaternion curves" (SIGGRAPH 1985), applied to the
vector over a cell's channels, along the width and then along the height; ComfyUI calls it bislerp.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch.nn.functional import interpolate

if TYPE_CHECKING:
    from capdemo.imaging.sizes import Size

_PARALLEL = 1e-5
"""How near a cosine may come to 1 or -1 before the angle says nothing any more."""


def resize_spherically(samples: torch.Tensor, size: Size) -> torch.Tensor:
    """Samples (BCHW, float32) in a new size, positions as in bilinear interpolation."""
    return _resize_axis(_resize_axis(samples, -1, size.width), -2, size.height)


def _resize_axis(samples: torch.Tensor, axis: int, length: int) -> torch.Tensor:
    old = samples.shape[axis]
    # Between opposite vectors the last bit of a position shows, so torch's own are taken.
    indices = torch.arange(old, dtype=torch.float32).reshape(1, 1, 1, -1)
    positions = interpolate(indices, size=(1, length), mode="bilinear").flatten()
    below = positions.floor().long()
    above = (below + 1).clamp(max=old - 1)
    ratio = positions - below
    return _slerp(
        samples.index_select(axis, below),
        samples.index_select(axis, above),
        ratio if axis == -1 else ratio[:, None],
    )


def _slerp(first: torch.Tensor, second: torch.Tensor, ratio: torch.Tensor) -> torch.Tensor:
    """From the first at 0 to the second at 1; lengths are interpolated linearly.

    Of two parallel vectors the first is taken, and opposite ones, between which no turn is the
    shortest, are mixed linearly.
    """
    lengths = [vector.norm(dim=1, keepdim=True) for vector in (first, second)]
    one, two = (
        torch.nan_to_num(vector / length)
        for vector, length in zip((first, second), lengths, strict=True)
    )
    cosine = (one * two).sum(dim=1, keepdim=True)
    angle = torch.acos(cosine.clamp(-1, 1))
    weights = [torch.sin(part * angle) / torch.sin(angle) for part in (1 - ratio, ratio)]
    direction = weights[0] * one + weights[1] * two
    result = direction * (lengths[0] * (1 - ratio) + lengths[1] * ratio)
    result = torch.where(cosine > 1 - _PARALLEL, first, result)
    return torch.where(cosine < _PARALLEL - 1, first * (1 - ratio) + second * ratio, result)
