"""Canny's edge detector with the details of kornia 0.9, which ComfyUI's Canny calls."""

from __future__ import annotations

import math

import torch
from torch.nn.functional import conv2d, max_pool2d, pad

from capdemo.errors import InputError
from capdemo.imaging.colours import luma
from capdemo.node_api import Image

_BLUR = (5, 1.0)
"""Pixels and standard deviation of the Gaussian that comes first."""

_TINY = 1e-6
"""Added under the root of the gradient's magnitude."""

_SECTOR = math.pi / 4

# From the pixel towards +x and on towards +y (down), in steps of 45 degrees: (row, column).
_NEIGHBOURS = ((0, 1), (1, 1), (1, 0), (1, -1), (0, -1), (-1, -1), (-1, 0), (-1, 1))

_ACCEPTS_TIE = (0, 2)
"""The directions in which an equal neighbour does not suppress a pixel, so that one stays."""


def canny(image: Image, *, low: float, high: float) -> Image:
    """Edges as white lines on black (Canny, 1986); the thresholds are of Sobel's magnitude, 0..~5.

    A weak edge counts where a chain of weak ones leads to a strong one. Raises `InputError` for a
    low threshold above the high one, and for a picture below three pixels.
    """
    if low > high:
        raise InputError(
            f"The low threshold {low} is above the high one {high}.", hint="Swap them."
        )
    if min(image.shape[1:3]) <= _BLUR[0] // 2:
        raise InputError(
            f"A picture of {image.shape[2]}x{image.shape[1]} pixels is too small to find edges.",
            hint=f"Use one of at least {_BLUR[0] // 2 + 1} pixels on each side.",
        )
    across, down = _sobel(_blurred(luma(image)[:, None]))
    magnitude = torch.sqrt(across * across + down * down + _TINY)
    ridges = _thinned(magnitude, torch.atan2(down, across))
    edges = _followed(ridges > high, ridges > low).float()
    return Image(edges.expand(-1, 3, -1, -1).movedim(1, -1))


def _blurred(plane: torch.Tensor) -> torch.Tensor:
    size, deviation = _BLUR
    offsets = torch.arange(size, dtype=torch.float32) - size // 2
    row = torch.exp(-offsets.pow(2) / (2 * deviation**2))
    row = (row / row.sum()).reshape(1, 1, 1, -1)
    padded = pad(plane, (size // 2,) * 4, mode="reflect")
    return conv2d(conv2d(padded, row), row.transpose(2, 3))


def _sobel(plane: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    kernel = torch.tensor([[-1.0, 0.0, 1.0], [-2.0, 0.0, 2.0], [-1.0, 0.0, 1.0]])
    padded = pad(plane, (1, 1, 1, 1), mode="replicate")
    gradients = conv2d(padded, torch.stack((kernel, kernel.T))[:, None])
    return gradients[:, :1], gradients[:, 1:]


def _thinned(magnitude: torch.Tensor, angle: torch.Tensor) -> torch.Tensor:
    """The magnitude where it is larger than on both sides of the edge, else 0."""
    direction = torch.round(angle / _SECTOR).long() % len(_NEIGHBOURS)
    padded = pad(magnitude, (1, 1, 1, 1))
    height, width = magnitude.shape[2:]
    kept = []
    for index, (row, column) in enumerate(_NEIGHBOURS):
        neighbour = padded[:, :, 1 + row : 1 + row + height, 1 + column : 1 + column + width]
        wins = magnitude >= neighbour if index in _ACCEPTS_TIE else magnitude > neighbour
        kept.append(wins)
    along = torch.stack(kept)
    ahead = along.gather(0, direction[None])[0]
    behind = along.gather(0, (direction + 4)[None] % len(_NEIGHBOURS))[0]
    return magnitude * (ahead & behind)


def _followed(strong: torch.Tensor, weak: torch.Tensor) -> torch.Tensor:
    """The strong pixels, and the weak ones that a chain of weak ones joins to them."""
    while True:
        near = max_pool2d(strong.float(), 3, stride=1, padding=1) > 0
        grown = strong | (weak & near)
        if torch.equal(grown, strong):
            return strong
        strong = grown
