"""Resizing as ImageResize+ of ComfyUI_essentials does it (MIT; its last version, December 2024)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from torch.nn.functional import interpolate

from capdemo.imaging.pad import Margins, framed
from capdemo.imaging.resize import common_upscale, refuse_empty, size_of
from capdemo.imaging.sizes import Size, down_to_multiple
from capdemo.node_api import Image

if TYPE_CHECKING:
    from capdemo.imaging.choices import FitCondition, FitMethod, PlainResizeMethod

UNLIMITED = 16384
"""Stands for a side of 0 that is to follow from the other one."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What ImageResize+ is asked for."""

    size: Size
    """A side of 0 is the picture's own, or unlimited where the shape is kept."""
    method: FitMethod
    condition: FitCondition
    multiple_of: int = 0
    """0 and 1 leave the size as it is."""


def resize(image: Image, wish: Wish, *, interpolation: PlainResizeMethod) -> Image:
    """An image in a new size, clamped to 0..1; see `Wish`.

    The condition compares with the size before padding or cropping. In the end both sides are cut
    to multiples, from the middle. Raises `RunError` where a side would be 0.
    """
    old = size_of(image)
    multiple = max(1, wish.multiple_of)
    frame = down_to_multiple(wish.size, multiple)
    new, frame = _sizes(old, frame, wish.method)
    if _is_met(wish.condition, old, new):
        image = _resized(image, new, interpolation)
        if wish.method in ("pad", "fill / crop"):
            image = _in_frame(image, frame)
    image = _middle(image, down_to_multiple(size_of(image), multiple))
    return Image(image.clamp(0, 1))


def _sizes(old: Size, wish: Size, method: FitMethod) -> tuple[Size, Size]:
    """To what size the picture is resized, and the size of the frame it is then put into."""
    if method in ("keep proportion", "pad"):
        frame = _bounded(old, wish)
        factor = min(frame.width / old.width, frame.height / old.height)
        return Size(round(old.width * factor), round(old.height * factor)), frame
    frame = Size(wish.width or old.width, wish.height or old.height)
    if method == "stretch":
        return frame, frame
    factor = max(frame.width / old.width, frame.height / old.height)
    return Size(round(old.width * factor), round(old.height * factor)), frame


def _bounded(old: Size, wish: Size) -> Size:
    width, height = wish
    if width == 0:
        width = UNLIMITED if old.height < height else old.width
    if height == 0:
        height = UNLIMITED if old.width < width else old.height
    return Size(width, height)


def _is_met(condition: FitCondition, old: Size, new: Size) -> bool:
    old_area, new_area = old.width * old.height, new.width * new.height
    return {
        "always": True,
        "downscale if bigger": old.height > new.height or old.width > new.width,
        "upscale if smaller": old.height < new.height or old.width < new.width,
        "if bigger area": old_area > new_area,
        "if smaller area": old_area < new_area,
    }[condition]


def _resized(image: Image, size: Size, interpolation: PlainResizeMethod) -> Image:
    if interpolation != "nearest":
        return common_upscale(image, size, method=interpolation)
    refuse_empty(size_of(image), size)
    planes = image.movedim(-1, 1)
    return Image(interpolate(planes, (size.height, size.width), mode="nearest").movedim(1, -1))


def _in_frame(image: Image, frame: Size) -> Image:
    """The image with black, or transparent, margins, or its middle where it is larger."""
    width, height = size_of(image)
    image = _middle(image, Size(min(width, frame.width), min(height, frame.height)))
    across, down = frame.width - image.shape[2], frame.height - image.shape[1]
    left, top = across // 2, down // 2
    return Image(framed(image, Margins(left, top, across - left, down - top), 0.0))


def _middle(image: Image, size: Size) -> Image:
    refuse_empty(size_of(image), size)
    x, y = (image.shape[2] - size.width) // 2, (image.shape[1] - size.height) // 2
    return Image(image[:, y : y + size.height, x : x + size.width])
