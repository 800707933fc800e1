"""How far pictures are from a reference."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from capdemo.node_api import Image


@dataclass(frozen=True, slots=True)
class Difference:
    """The distance of pictures from their references, over all their values together."""

    max_abs: float
    """The largest distance of one channel of one pixel, 0..1."""
    psnr_db: float
    """Peak signal-to-noise ratio, 10 log10(1 / mean squared error); infinite for equal ones."""


def differ(references: Sequence[Image], pictures: Sequence[Image]) -> Difference:
    """Compare pictures (BHWC, 0..1) of equal shapes, one by one.

    Raises `ValueError` where their number or a shape differs.
    """
    largest, squares, count = 0.0, 0.0, 0
    for reference, picture in zip(references, pictures, strict=True):
        if reference.shape != picture.shape:
            raise ValueError(f"{tuple(picture.shape)} is compared with {tuple(reference.shape)}.")
        distance = (picture.double() - reference.double()).abs()
        largest = max(largest, float(distance.max()))
        squares += float(distance.square().sum())
        count += distance.numel()
    mean = squares / count if count else 0.0
    return Difference(largest, 10 * math.log10(1 / mean) if mean else math.inf)
