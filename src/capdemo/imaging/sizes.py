"""The arithmetic of picture sizes, as ComfyUI rounds it; no torch in here.

`round` is Python's: halves go to the even number.
"""

from __future__ import annotations

import math
from typing import NamedTuple

PIXELS_PER_MEGAPIXEL = 1024 * 1024
"""ComfyUI counts megapixels in powers of two."""


class Size(NamedTuple):
    """The size of a picture, in pixels."""

    width: int
    height: int


def completed(size: Size, *, width: int, height: int) -> Size:
    """The asked-for size, a side of 0 following from the other one (ImageScale).

    Two zeros keep the size.
    """
    if width == 0 and height == 0:
        return size
    if width == 0:
        return Size(max(1, round(size.width * height / size.height)), height)
    if height == 0:
        return Size(width, max(1, round(size.height * width / size.width)))
    return Size(width, height)


def multiplied(size: Size, factor: float) -> Size:
    """Both sides times a factor (ImageScaleBy)."""
    return Size(round(size.width * factor), round(size.height * factor))


def with_megapixels(size: Size, megapixels: float, *, steps: int = 1) -> Size:
    """The same shape with that many pixels, both sides multiples of `steps`.

    Follows ImageScaleToTotalPixels of 2026. That of 2025 cut the number of pixels down to a whole
    one before taking the root, which changes a side by one pixel at most.
    """
    factor = math.sqrt(megapixels * PIXELS_PER_MEGAPIXEL / (size.width * size.height))
    width, height = size.width * factor, size.height * factor
    return Size(round(width / steps) * steps, round(height / steps) * steps)


def with_longer_side(size: Size, longer: int) -> Size:
    """The same shape with that longer side (ImageScaleToMaxDimension)."""
    if size.height > size.width:
        return Size(round(size.width / size.height * longer), longer)
    return Size(longer, round(size.height / size.width * longer))
