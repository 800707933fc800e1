"""Resizing as KJNodes' ImageResizeKJ and ImageResizeKJv2 do it (GPL-3.0; of August 2026)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from capdemo.imaging.frame import frame_image, frame_mask
from capdemo.imaging.masks import NO_MASK_SIDE, as_batch, resize_mask
from capdemo.imaging.pad import Margins
from capdemo.imaging.resize import common_upscale, refuse_empty, size_of
from capdemo.imaging.sizes import Size, down_to_multiple
from capdemo.node_api import Image, Mask

if TYPE_CHECKING:
    from collections.abc import Mapping

    from capdemo.imaging.choices import KeepProportion, PadMode, Position, ResizeMethod

_PAD_MODES: Mapping[KeepProportion, PadMode] = {
    "pad": "color",
    "pad_edge": "edge",
    "pad_edge_pixel": "edge_pixel",
    "pillarbox_blur": "pillarbox_blur",
}

_SHARES: Mapping[Position, tuple[float, float]] = {
    "center": (0.5, 0.5),
    "top": (0.5, 0.0),
    "bottom": (0.5, 1.0),
    "left": (0.0, 0.5),
    "right": (1.0, 0.5),
}
"""What part of the missing or surplus pixels is to the left, and above."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What ImageResizeKJv2 is asked for."""

    size: Size
    """A side of 0 is the picture's own, or follows from the other one where the shape is kept."""
    keep_proportion: KeepProportion
    position: Position = "center"
    divisible_by: int = 1
    """0 and 1 leave the size as it is."""
    pad_colour: str = "0, 0, 0"


def resize(
    image: Image, mask: Mask | None, wish: Wish, *, method: ResizeMethod
) -> tuple[Image, Mask | None]:
    """An image and its mask in a new size; see `Wish`.

    A mask of another size is fitted to the image first; one of 64x64 counts as none. Where a
    frame is made, there is always a mask: 1 on the margins. Sides are rounded down to multiples,
    a frame is widened to them at its right and lower side.
    """
    mask = _fitting(mask, image)
    old = size_of(image)
    size = _target(old, wish)
    margins = _margins(size, wish)
    new = _divisible(size, wish.divisible_by)
    refuse_empty(old, new)
    if wish.keep_proportion == "crop":
        image, mask = _cropped(image, mask, new, wish.position)
    image = common_upscale(image, new, method=method)
    if mask is not None:
        mask = resize_mask(mask, new, method=method)
    if wish.keep_proportion not in _PAD_MODES or max(margins) <= 0:
        return image, mask
    mode = _PAD_MODES[wish.keep_proportion]
    margins = _widened(new, margins, wish.divisible_by)
    framed = frame_image(image, margins, mode=mode, colour=wish.pad_colour)
    return framed, frame_mask(mask, image, margins, mode=mode)


def old_size(size: Size, wish: Size, *, keep_proportion: bool, divisible_by: int) -> Size:
    """The size that ImageResizeKJ, the first version, gives a picture of `size`."""
    new = _proportional(size, wish) if keep_proportion and any(wish) else _own_where_0(size, wish)
    return _divisible(new, divisible_by)


def _fitting(mask: Mask | None, image: Image) -> Mask | None:
    old = size_of(image)
    if mask is None:
        return None
    mask = as_batch(mask)
    size = Size(width=mask.shape[2], height=mask.shape[1])
    if size == old:
        return mask
    if size == Size(NO_MASK_SIDE, NO_MASK_SIDE):
        return None
    return resize_mask(mask, old)


def _target(old: Size, wish: Wish) -> Size:
    if wish.keep_proportion in ("stretch", "crop"):
        return _own_where_0(old, wish.size)
    if wish.keep_proportion == "total_pixels":
        pixels, aspect = wish.size.width * wish.size.height, old.width / old.height
        return Size(int(math.sqrt(pixels * aspect)), int(math.sqrt(pixels / aspect)))
    return _proportional(old, wish.size)


def _own_where_0(old: Size, wish: Size) -> Size:
    return Size(wish.width or old.width, wish.height or old.height)


def _proportional(old: Size, wish: Size) -> Size:
    if not any(wish):
        return old
    if wish.width == 0:
        return Size(round(old.width * (wish.height / old.height)), wish.height)
    if wish.height == 0:
        return Size(wish.width, round(old.height * (wish.width / old.width)))
    factor = min(wish.width / old.width, wish.height / old.height)
    return Size(round(old.width * factor), round(old.height * factor))


def _divisible(size: Size, by: int) -> Size:
    return down_to_multiple(size, by) if by > 1 else size


def _shared(missing: int, share: float) -> int:
    return {0.0: 0, 0.5: missing // 2, 1.0: missing}[share]


def _margins(size: Size, wish: Wish) -> Margins:
    """What a picture of `size` lacks of the frame; negative where the frame has a side of 0."""
    across, down = wish.size.width - size.width, wish.size.height - size.height
    horizontal, vertical = _SHARES[wish.position]
    left, top = _shared(across, horizontal), _shared(down, vertical)
    return Margins(left, top, across - left, down - top)


def _widened(size: Size, margins: Margins, by: int) -> Margins:
    if by <= 1:
        return margins
    width = size.width + margins.left + margins.right
    height = size.height + margins.top + margins.bottom
    return margins._replace(right=margins.right + -width % by, bottom=margins.bottom + -height % by)


def _cropped(
    image: Image, mask: Mask | None, new: Size, position: Position
) -> tuple[Image, Mask | None]:
    """Image and mask cut to the shape of the new size, the position staying."""
    old = size_of(image)
    aspect = new.width / new.height
    kept = Size(old.width, round(old.width / aspect))
    if old.width / old.height > aspect:
        kept = Size(round(old.height * aspect), old.height)
    refuse_empty(old, kept)
    horizontal, vertical = _SHARES[position]
    x, y = _shared(old.width - kept.width, horizontal), _shared(old.height - kept.height, vertical)
    rows, columns = slice(y, y + kept.height), slice(x, x + kept.width)
    cut = None if mask is None else Mask(mask[:, rows, columns])
    return Image(image[:, rows, columns]), cut
