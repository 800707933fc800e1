"""Blurring, sharpening and inverting, as ComfyUI's post-processing nodes do it."""

from __future__ import annotations

import torch
from torch.nn.functional import conv2d, pad

from capdemo.errors import RunError
from capdemo.node_api import Image

SHARPEN_STRENGTH = 10
"""What ComfyUI's ImageSharpen multiplies its `alpha` by."""


def invert(image: Image) -> Image:
    """Every channel c, alpha among them, as 1 - c (ImageInvert)."""
    return Image(1.0 - image)


def blur(image: Image, *, radius: int, sigma: float) -> Image:
    """A Gaussian blur over 2 * radius + 1 pixels, mirrored at the borders (ImageBlur).

    Sigma is in units of the radius, not of pixels, since ComfyUI samples the curve between -1 and
    1 whatever the radius is. Its square kernel is the product of two rows, which are applied one
    after the other here: the same sum, in time that grows with the radius and not its square.
    Raises `RunError` where the picture is not larger than the radius.
    """
    smaller = min(image.shape[1:3])
    if radius >= smaller:
        raise RunError(
            f"A picture of {image.shape[2]}x{image.shape[1]} pixels is too small for a radius of"
            f" {radius}.",
            hint=f"Use a radius below {smaller}, or a larger picture.",
        )
    channels = image.shape[3]
    row = _gaussian(radius, sigma).expand(channels, 1, 1, -1)
    padded = pad(image.movedim(-1, 1), (radius,) * 4, mode="reflect")
    across = conv2d(padded, row, groups=channels)
    return Image(conv2d(across, row.transpose(2, 3), groups=channels).movedim(1, -1))


def sharpen(image: Image, *, radius: int, sigma: float, alpha: float) -> Image:
    """An unsharp mask, clamped to 0..1 (ImageSharpen).

    ComfyUI writes it as one kernel, minus ten times alpha times the Gaussian, with a centre that
    makes the sum 1; adding the difference from the blurred image is the same thing.
    """
    detail = image - blur(image, radius=radius, sigma=sigma)
    return Image((image + SHARPEN_STRENGTH * alpha * detail).clamp(0.0, 1.0))


def _gaussian(radius: int, sigma: float) -> torch.Tensor:
    offsets = torch.linspace(-1.0, 1.0, 2 * radius + 1)
    weights = torch.exp(-(offsets**2) / (2.0 * sigma * sigma))
    return weights / weights.sum()
