"""Colours: plain pictures, channels of video, and the simple adjustments."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from capdemo.errors import InputError
from capdemo.imaging.channels import COLOURS
from capdemo.node_api import Image

if TYPE_CHECKING:
    from capdemo.imaging.sizes import Size

_LUMA = (0.299, 0.587, 0.114)
"""ITU-R BT.601: what red, green and blue contribute to brightness."""

_BLUE_SCALE, _RED_SCALE = 0.564, 0.713
"""What brings the differences of blue and red from the brightness into -0.5..0.5."""


def plain(size: Size, colour: int, *, count: int) -> Image:
    """Pictures of the one colour 0xRRGGBB (EmptyImage)."""
    values = torch.tensor([(colour >> shift & 255) / 255 for shift in (16, 8, 0)])
    return Image(values.repeat(count, size.height, size.width, 1))


def brightened(image: Image, factor: float) -> Image:
    """Every colour times a factor, clamped to 0..1; alpha as it is (AdjustBrightness)."""
    return _coloured(image, (image[..., :COLOURS] * factor).clamp(0.0, 1.0))


def contrasted(image: Image, factor: float) -> Image:
    """Every colour's distance from 0.5 times a factor, clamped (AdjustContrast)."""
    return _coloured(image, ((image[..., :COLOURS] - 0.5) * factor + 0.5).clamp(0.0, 1.0))


def normalised(image: Image, *, mean: float, deviation: float) -> Image:
    """Every colour less a mean, divided by a deviation; not clamped (NormalizeImages)."""
    return _coloured(image, (image[..., :COLOURS] - mean) / deviation)


def _coloured(image: Image, colours: torch.Tensor) -> Image:
    return Image(torch.cat((colours, image[..., COLOURS:]), dim=-1))


def luma(image: Image) -> torch.Tensor:
    """The brightness of every pixel (BHW)."""
    red, green, blue = image[..., :COLOURS].unbind(-1)
    return _LUMA[0] * red + _LUMA[1] * green + _LUMA[2] * blue


def to_yuv(image: Image) -> tuple[Image, Image, Image]:
    """Brightness, and blue and red relative to it around 0.5, as grey pictures (ImageRGBToYUV).

    BT.601 in full range, with the factors of kornia, which ComfyUI calls.
    """
    y = luma(image)
    blue, red = image[..., 2], image[..., 0]
    planes = (y, (blue - y) * _BLUE_SCALE + 0.5, (red - y) * _RED_SCALE + 0.5)
    first, second, third = (Image(plane[..., None].expand(-1, -1, -1, COLOURS)) for plane in planes)
    return first, second, third


def from_yuv(brightness: Image, blueness: Image, redness: Image) -> Image:
    """The inverse of `to_yuv`, of the mean of each picture's channels, clamped (ImageYUVToRGB).

    The exact inverse, as in kornia 0.9; older versions round its factors to three digits. Raises
    `InputError` for pictures of different sizes or batches.
    """
    if len({picture.shape[:3] for picture in (brightness, blueness, redness)}) > 1:
        raise InputError(
            "The three pictures that are to become one differ in size or number.",
            hint="Connect the outputs of one ImageRGBToYUV, each treated alike.",
        )
    y, u, v = (picture.mean(-1) for picture in (brightness, blueness, redness))
    blue, red = (u - 0.5) / _BLUE_SCALE, (v - 0.5) / _RED_SCALE
    of_red, of_green, of_blue = _LUMA
    green = y - of_red / of_green * red - of_blue / of_green * blue
    return Image(torch.stack((y + red, green, y + blue), dim=-1).clamp(0, 1))
