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
    1 whatever the radius is. Raises `RunError` where the picture is not larger than the radius.
    """
    return _filtered(image, _gaussian(radius, sigma))


def sharpen(image: Image, *, radius: int, sigma: float, alpha: float) -> Image:
    """An unsharp mask, clamped to 0..1 (ImageSharpen).

    The kernel is minus ten times alpha times the Gaussian, with a centre that makes the sum 1.
    """
    kernel = _gaussian(radius, sigma) * -(SHARPEN_STRENGTH * alpha)
    kernel[radius, radius] = kernel[radius, radius] - kernel.sum() + 1.0
    return Image(_filtered(image, kernel).clamp(0.0, 1.0))


def _filtered(image: Image, kernel: torch.Tensor) -> Image:
    # Two rows, one after the other, would be the same Gaussian in less time. But strong sharpening
    # multiplies the rounding of a sum by fifty, and a white wall must stay 255 after truncation
    # where it does in ComfyUI. So torch is asked for the very convolution that ComfyUI asks for,
    # with its second border, which is cut off again: without it torch may sum in another order.
    radius, channels, smaller = len(kernel) // 2, image.shape[3], min(image.shape[1:3])
    if radius >= smaller:
        raise RunError(
            f"A picture of {image.shape[2]}x{image.shape[1]} pixels is too small for a radius of"
            f" {radius}.",
            hint=f"Use a radius below {smaller}, or a larger picture.",
        )
    padded = pad(image.movedim(-1, 1), (radius,) * 4, mode="reflect")
    weights = kernel.repeat(channels, 1, 1, 1)
    filtered = conv2d(padded, weights, padding=radius, groups=channels)
    return Image(filtered[:, :, radius:-radius, radius:-radius].movedim(1, -1))


def _gaussian(radius: int, sigma: float) -> torch.Tensor:
    offsets = torch.linspace(-1.0, 1.0, 2 * radius + 1)
    distances = torch.sqrt(offsets[:, None] ** 2 + offsets[None, :] ** 2)
    weights = torch.exp(-(distances * distances) / (2.0 * sigma * sigma))
    return weights / weights.sum()
