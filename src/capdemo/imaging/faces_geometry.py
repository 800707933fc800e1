"""Turning faces upright and back: the template, the similarity that fits it best, warping."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import torch
from torch.nn.functional import avg_pool2d, grid_sample

if TYPE_CHECKING:
    from collections.abc import Sequence

    from capdemo.imaging.sizes import Size
    from capdemo.node_api.faces import Landmarks, Point

SIDE = 512
"""Of an aligned face, in pixels."""
TEMPLATE: Landmarks = (
    (192.98138, 239.94708),
    (318.90277, 240.1936),
    (256.63416, 314.01935),
    (201.26117, 371.41043),
    (313.08905, 371.15118),
)
"""Where FFHQ's faces have their landmarks on average, as facexlib measured it at 512 pixels."""

_MOST_SAMPLES = 8
"""Along each side of an output pixel; a picture reduced by more is rare, and rough anyway."""


@dataclass(frozen=True, slots=True)
class Similarity:
    """A turn, a scale and a shift of points x + iy: z becomes factor * z + offset."""

    factor: complex
    offset: complex = 0j

    @property
    def scale(self) -> float:
        """By how much lengths grow."""
        return abs(self.factor)

    @property
    def inverse(self) -> Similarity:
        """The way back."""
        return Similarity(1 / self.factor, -self.offset / self.factor)

    def then(self, other: Similarity) -> Similarity:
        """This one first, then the other."""
        return Similarity(self.factor * other.factor, other.factor * self.offset + other.offset)

    def __call__(self, point: Point) -> Point:
        """Where a point comes to lie."""
        moved = self.factor * complex(*point) + self.offset
        return moved.real, moved.imag


def resized(scale: float) -> Similarity:
    """What resizing does to the positions of pixels' centres."""
    return Similarity(complex(scale), complex(scale / 2 - 0.5, scale / 2 - 0.5))


def shifted(x: float, y: float) -> Similarity:
    """A shift to the right and down."""
    return Similarity(1 + 0j, complex(x, y))


def fit(points: Sequence[Point], targets: Sequence[Point]) -> Similarity:
    """The similarity that brings points nearest to their targets, by least squares.

    Umeyama's solution (IEEE PAMI 13, 1991) without mirroring, which in the plane is the linear
    regression of complex numbers. Raises `ZeroDivisionError` where all points are one.
    """
    given = [complex(*point) for point in points]
    wanted = [complex(*point) for point in targets]
    centre, goal = sum(given) / len(given), sum(wanted) / len(wanted)
    pairs = list(zip(given, wanted, strict=True))
    turned = sum((point - centre).conjugate() * (target - goal) for point, target in pairs)
    factor = turned / sum(abs(point - centre) ** 2 for point in given)
    return Similarity(factor, goal - factor * centre)


def warp(
    picture: torch.Tensor,
    placed: Similarity,
    size: Size,
    *,
    mode: Literal["bilinear", "bicubic"] = "bicubic",
) -> torch.Tensor:
    """A picture (1CHW) as it looks in a frame of `size`, moved by `placed`; 0 lies around it.

    Where the picture becomes smaller, several samples are taken of each pixel and averaged.
    """
    samples = min(_MOST_SAMPLES, max(1, math.ceil(1 / placed.scale)))
    grid = _grid(placed, size, samples, picture)
    moved = grid_sample(picture, grid, mode=mode, padding_mode="zeros", align_corners=False)
    return avg_pool2d(moved, samples) if samples > 1 else moved


def _grid(placed: Similarity, size: Size, samples: int, picture: torch.Tensor) -> torch.Tensor:
    """Where in the picture each sample comes from, in -1..1 as `grid_sample` wants it."""
    back = placed.inverse
    rows, columns = (
        (torch.arange(length * samples, dtype=torch.float64) + 0.5) / samples - 0.5
        for length in (size.height, size.width)
    )
    y, x = rows[:, None], columns[None, :]
    from_x = back.factor.real * x - back.factor.imag * y + back.offset.real
    from_y = back.factor.imag * x + back.factor.real * y + back.offset.imag
    height, width = picture.shape[-2:]
    grid = [(from_x + 0.5) * 2 / width - 1, (from_y + 0.5) * 2 / height - 1]
    return torch.stack(grid, dim=-1)[None].to(picture.dtype)
