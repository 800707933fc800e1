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


def with_shorter_side(size: Size, shorter: int) -> Size:
    """The same shape with that shorter side (ResizeImageMaskNode)."""
    if size.height < size.width:
        return Size(round(size.width / size.height * shorter), shorter)
    return Size(shorter, round(size.height / size.width * shorter))


def with_megapixels_by_multiples(size: Size, megapixels: float, multiple: int) -> Size:
    """The same shape with that many pixels, both sides multiples (ResizeImageMaskNode).

    Unlike `with_megapixels` it cuts the number of pixels down to a whole one, and no side is 0.
    """
    total = int(megapixels * PIXELS_PER_MEGAPIXEL)
    factor = math.sqrt(total / (size.width * size.height))
    width, height = size.width * factor, size.height * factor
    return Size(
        max(1, round(width / multiple)) * multiple,
        max(1, round(height / multiple)) * multiple,
    )


def down_to_multiple(size: Size, multiple: int) -> Size:
    """Both sides rounded down to multiples; a side below one multiple becomes 0."""
    return Size(size.width // multiple * multiple, size.height // multiple * multiple)


def covering(size: Size, target: Size) -> Size:
    """The same shape, just large enough for a target; the other side is rounded up."""
    across, down = target.width / size.width, target.height / size.height
    if across >= down:
        return Size(target.width, max(target.height, math.ceil(size.height * across)))
    return Size(max(target.width, math.ceil(size.width * down)), target.height)


def within(size: Size, frame: Size) -> Size:
    """The same shape, as large as fits into a frame; sides are rounded down."""
    factor = min(frame.width / size.width, frame.height / size.height)
    return Size(int(size.width * factor), int(size.height * factor))


def beside(first: Size, second: Size, *, horizontal: bool) -> Size:
    """The second size with the first one's height, or width, its shape kept by rounding down."""
    aspect = second.width / second.height
    if horizontal:
        return Size(int(first.height * aspect), first.height)
    return Size(first.width, int(first.width / aspect))


KONTEXT_SIZES = (
    *(Size(672, 1568), Size(688, 1504), Size(720, 1456), Size(752, 1392), Size(800, 1328)),
    *(Size(832, 1248), Size(880, 1184), Size(944, 1104), Size(1024, 1024), Size(1104, 944)),
    *(Size(1184, 880), Size(1248, 832), Size(1328, 800), Size(1392, 752), Size(1456, 720)),
    *(Size(1504, 688), Size(1568, 672)),
)
"""The sizes that FLUX.1 Kontext was trained on (Black Forest Labs)."""


def for_kontext(size: Size) -> Size:
    """The training size of FLUX.1 Kontext whose aspect ratio is nearest (FluxKontextImageScale)."""
    aspect = size.width / size.height
    return min(KONTEXT_SIZES, key=lambda known: (abs(aspect - known.width / known.height), known))


def with_shorter_edge(size: Size, edge: int) -> Size:
    """The same shape with that shorter side, the other rounded down (ResizeImagesByShorterEdge)."""
    if size.width < size.height:
        return Size(edge, int(size.height * (edge / size.width)))
    return Size(int(size.width * (edge / size.height)), edge)


def with_longer_edge(size: Size, edge: int) -> Size:
    """The same shape with that longer side, the other rounded down (ResizeImagesByLongerEdge)."""
    if size.width > size.height:
        return Size(edge, int(size.height * (edge / size.width)))
    return Size(int(size.width * (edge / size.height)), edge)
