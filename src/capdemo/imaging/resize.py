"""Resizing as ComfyUI's `common_upscale` does it: never antialiased, never clamped."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import PIL.Image
import torch
from torch.nn.functional import interpolate

from capdemo.errors import RunError
from capdemo.imaging.encode import to_uint8
from capdemo.imaging.sizes import Size, covering, down_to_multiple
from capdemo.node_api import Image, Mask

if TYPE_CHECKING:
    from capdemo.imaging.choices import Crop, ResizeMethod


IMAGE_DIMENSIONS = 4


def size_of(image: Image) -> Size:
    """The size of an image (BHWC)."""
    return Size(width=image.shape[2], height=image.shape[1])


def is_mask(picture: Image | Mask) -> bool:
    """Whether it is a mask (BHW) rather than an image (BHWC)."""
    return picture.ndim < IMAGE_DIMENSIONS


def common_upscale(
    image: Image,
    size: Size,
    *,
    method: ResizeMethod,
    crop: Crop = "disabled",
) -> Image:
    """An image (BHWC, any number of channels) in a new size.

    `bicubic` may leave 0..1 at edges; saving clips it. `lanczos` goes through 8 bits, truncated.
    Raises `RunError` where a side of the result would be 0.
    """
    refuse_empty(size_of(image), size)
    if crop == "center":
        image = crop_to_aspect(image, size)
    if method == "lanczos":
        return _lanczos(image, size)
    resized = interpolate(image.movedim(-1, 1), size=(size.height, size.width), mode=method)
    return Image(resized.movedim(1, -1))


def refuse_empty(old: Size, new: Size) -> None:
    """Raise `RunError` where a side of a new size is 0."""
    if min(new) < 1:
        raise RunError(
            f"A picture of {old.width}x{old.height} pixels cannot be resized to"
            f" {new.width}x{new.height}.",
            hint="Ask for at least one pixel on each side.",
        )


def down_to_multiples(image: Image, multiple: int, *, method: ResizeMethod) -> Image:
    """An image whose sides are multiples: resized to cover them, the rest cut off equally.

    One that is smaller than a multiple, or fits already, stays as it is (ResizeImageMaskNode).
    """
    old = size_of(image)
    wanted = down_to_multiple(old, multiple)
    if 0 in wanted or wanted == old:
        return image
    large = covering(old, wanted)
    resized = common_upscale(image, large, method=method)
    x, y = (large.width - wanted.width) // 2, (large.height - wanted.height) // 2
    return Image(resized[:, y : y + wanted.height, x : x + wanted.width])


def crop_to_aspect(image: Image, size: Size) -> Image:
    """Cut equally much off two opposite sides, so that the shape is that of `size`.

    Raises `RunError` where rounding leaves nothing, as with two rows made a thousand times wider.
    """
    height, width = image.shape[1:3]
    old_aspect, new_aspect = width / height, size.width / size.height
    left = top = 0
    if old_aspect > new_aspect:
        left = round((width - width * (new_aspect / old_aspect)) / 2)
    elif old_aspect < new_aspect:
        top = round((height - height * (old_aspect / new_aspect)) / 2)
    if 2 * left >= width or 2 * top >= height:
        raise RunError(
            f"Nothing is left of a picture of {width}x{height} pixels when it is cropped to the"
            f" shape {size.width}x{size.height}.",
            hint="Set crop to 'disabled', or ask for a less extreme shape.",
        )
    return Image(image[:, top : height - top, left : width - left])


def _lanczos(image: Image, size: Size) -> Image:
    # Pillow wants the pixels of one channel without an axis for it.
    flat = image[..., 0] if image.shape[-1] == 1 else image
    resized = [
        PIL.Image.fromarray(pixels).resize(size, PIL.Image.Resampling.LANCZOS)
        for pixels in to_uint8(flat)
    ]
    stack = np.stack([np.asarray(picture, dtype=np.float32) for picture in resized])
    stack /= 255
    return Image(torch.from_numpy(stack).reshape(len(image), size.height, size.width, -1))
