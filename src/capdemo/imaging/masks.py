"""Masks by themselves (BHW): making, cutting, combining, growing and softening them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from capdemo.errors import InputError
from capdemo.imaging.morphology import cross_neighbourhood, square_neighbourhood
from capdemo.imaging.resize import common_upscale, is_mask
from capdemo.node_api import Image, Mask

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from capdemo.imaging.choices import Crop, MaskOperation, ResizeMethod
    from capdemo.imaging.sizes import Size

NO_MASK_SIDE = 64
"""The side of the empty mask that ComfyUI gives where there is none."""

CHANNELS = ("red", "green", "blue", "alpha")


def as_batch(mask: Mask) -> Mask:
    """A mask as BHW; one without a batch (HW) becomes a batch of one."""
    return Mask(mask.reshape(-1, *mask.shape[-2:]))


def resize_mask(
    mask: Mask, size: Size, *, method: ResizeMethod = "bilinear", crop: Crop = "disabled"
) -> Mask:
    """A mask (BHW) in a new size, as `common_upscale` does it with an image."""
    channel = Image(as_batch(mask)[..., None])
    return Mask(common_upscale(channel, size, method=method, crop=crop)[..., 0])


def from_channel(image: Image, channel: str) -> Mask:
    """One channel of an image as a mask, alpha not inverted (ImageToMask).

    Raises `InputError` for the alpha of a picture without.
    """
    index = CHANNELS.index(channel)
    if index >= image.shape[-1]:
        raise InputError(
            f"The picture has {image.shape[-1]} channels and therefore no {channel}.",
            hint="Choose another channel, or take the mask that LoadImage gives.",
        )
    return Mask(image[..., index])


def from_colour(image: Image, colour: int) -> Mask:
    """1 where a pixel, rounded to 8 bits, has the colour 0xRRGGBB (ImageColorToMask)."""
    rounded = (image[..., :3].clamp(0, 1.0) * 255.0).round().to(torch.int)
    wanted = torch.tensor([colour >> 16 & 255, colour >> 8 & 255, colour & 255])
    return Mask((rounded == wanted).all(-1).float())


def to_image(mask: Mask) -> Image:
    """A mask as a grey picture (MaskToImage)."""
    return Image(as_batch(mask)[..., None].expand(-1, -1, -1, 3))


def solid(size: Size, value: float) -> Mask:
    """A mask of one value (SolidMask)."""
    return Mask(torch.full((1, size.height, size.width), value, dtype=torch.float32))


def above(mask: Mask, threshold: float) -> Mask:
    """1 where a mask is greater than a threshold, else 0 (ThresholdMask)."""
    return Mask((mask > threshold).float())


def cut(mask: Mask, *, x: int, y: int, width: int, height: int) -> Mask:
    """The rectangle at (x, y), in pixels; what lies outside is left out (CropMask).

    Raises `InputError` where nothing is left of the mask.
    """
    piece = as_batch(mask)[:, y : y + height, x : x + width]
    if 0 in piece.shape:
        raise InputError(
            f"The rectangle at ({x}, {y}) lies outside a mask of"
            f" {mask.shape[-1]}x{mask.shape[-2]} pixels.",
            hint="Move its corner into the mask.",
        )
    return Mask(piece)


def _logical(
    operation: Callable[[torch.Tensor, torch.Tensor], torch.Tensor],
) -> Callable[[torch.Tensor, torch.Tensor], torch.Tensor]:
    return lambda below, over: operation(below.round() != 0, over.round() != 0).float()


_OPERATIONS: Mapping[MaskOperation, Callable[[torch.Tensor, torch.Tensor], torch.Tensor]] = {
    "multiply": torch.mul,
    "add": torch.add,
    "subtract": torch.sub,
    "and": _logical(torch.logical_and),
    "or": _logical(torch.logical_or),
    "xor": _logical(torch.logical_xor),
}


def combine(destination: Mask, source: Mask, *, x: int, y: int, operation: MaskOperation) -> Mask:
    """Combine a mask with another whose corner is at (x, y), clamped to 0..1 (MaskComposite).

    The logical operations round both first. What lies outside is left out; a source that lies
    outside altogether changes nothing, where ComfyUI stops. Raises `InputError` for batches that
    do not fit.
    """
    below, over = as_batch(destination).clone(), as_batch(source)
    if len(over) not in (1, len(below)):
        raise InputError(
            f"A batch of {len(over)} masks cannot be put on one of {len(below)}.",
            hint="Use one source mask, or as many as there are destination masks.",
        )
    region = below[:, y : y + over.shape[1], x : x + over.shape[2]]
    region.copy_(_OPERATIONS[operation](region, over[:, : region.shape[1], : region.shape[2]]))
    return Mask(below.clamp_(0.0, 1.0))


def feather(mask: Mask, *, left: int, top: int, right: int, bottom: int) -> Mask:
    """Fade a mask out over a number of pixels at each side (FeatherMask).

    ComfyUI of 2025 (0.3.64) is followed, also where it counts the right and lower pixels from
    the wrong end: the first of each is the one at the other side, so that the outermost right
    column has the weight 2 / right, and the leftmost one is multiplied by 1 / right.
    """
    result = as_batch(mask).clone()
    _fade(result.transpose(1, 2), left, right)
    _fade(result, top, bottom)
    return Mask(result)


def _fade(rows: torch.Tensor, first: int, last: int) -> None:
    """Fade the rows of BHW in place, at the beginning and at the end."""
    for count, direction in ((min(first, rows.shape[1]), 1), (min(last, rows.shape[1]), -1)):
        for step in range(count):
            rows[:, step * direction] *= (step + 1) / count


def grow(mask: Mask, pixels: int, *, tapered_corners: bool) -> Mask:
    """Widen the bright part of a mask by a number of pixels, or narrow it (GrowMask).

    Every step takes the largest, or the smallest, value among a pixel and its four neighbours,
    or its eight where corners are not tapered; the border repeats the mask's outermost pixels.
    """
    neighbourhood = cross_neighbourhood if tapered_corners else square_neighbourhood
    sign = -1.0 if pixels < 0 else 1.0
    values = as_batch(mask) * sign
    for _ in range(abs(pixels)):
        grown = neighbourhood(values)
        if torch.equal(grown, values):
            break
        values = grown
    return Mask(values * sign)


def on_either(picture: Image | Mask, change: Callable[[Image], Image]) -> Image | Mask:
    """Change an image, or a mask as if it were an image of one channel."""
    if is_mask(picture):
        return Mask(change(Image(as_batch(Mask(picture))[..., None]))[..., 0])
    return change(Image(picture))


def missing() -> Mask:
    """What ComfyUI gives where there is no mask."""
    return Mask(torch.zeros(1, NO_MASK_SIDE, NO_MASK_SIDE))
