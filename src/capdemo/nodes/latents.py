"""Nodes that resize, cut, mirror and mix latents, without decoding them."""

from dataclasses import replace
from typing import Annotated, Literal, TypeAlias

from capdemo import imaging
from capdemo.imaging.choices import Crop, LatentResizeMethod
from capdemo.imaging.sizes import Size
from capdemo.node_api import Latent, Mask, NodeFamily, Range
from capdemo.nodes.limits import LARGEST_SIDE

FAMILY = NodeFamily()


Pixels: TypeAlias = Annotated[int, Range(0, LARGEST_SIDE, 8)]
CroppedSide: TypeAlias = Annotated[int, Range(64, LARGEST_SIDE, 8)]

_PIXELS = 8
_SMALLEST_SIDE = 64
"""Pixels that LatentUpscale gives at least."""
_QUARTER_TURNS = ("none", "90 degrees", "180 degrees", "270 degrees")


@FAMILY.node("LatentUpscale", category="latent")
def upscale_latent(
    *,
    samples: Latent,
    upscale_method: LatentResizeMethod,
    width: Pixels = 512,
    height: Pixels = 512,
    crop: Crop,
) -> Latent:
    """Resize latents to a width and height in pixels, at least 64.

    A side of 0 follows from the other one, so that the shape stays; two zeros change nothing.
    `bislerp` turns the vector of a cell from one to the next, which keeps more contrast.
    """
    if width == 0 and height == 0:
        return samples
    old = imaging.latents.size_of(samples)
    wide = width or round(old.width * max(height, _SMALLEST_SIDE) / old.height)
    high = height or round(old.height * max(width, _SMALLEST_SIDE) / old.width)
    size = Size(max(wide, _SMALLEST_SIDE) // _PIXELS, max(high, _SMALLEST_SIDE) // _PIXELS)
    return imaging.latents.resized(samples, size, method=upscale_method, crop=crop)


@FAMILY.node("LatentUpscaleBy", category="latent")
def upscale_latent_by(
    *,
    samples: Latent,
    upscale_method: LatentResizeMethod,
    scale_by: Annotated[float, Range(0.01, 8.0, 0.01)] = 1.5,
) -> Latent:
    """Resize latents by a factor, without decoding them."""
    size = imaging.sizes.multiplied(imaging.latents.size_of(samples), scale_by)
    return imaging.latents.resized(samples, size, method=upscale_method)


@FAMILY.node("LatentCrop", category="latent/transform")
def crop_latent(
    *,
    samples: Latent,
    width: CroppedSide = 512,
    height: CroppedSide = 512,
    x: Pixels = 0,
    y: Pixels = 0,
) -> Latent:
    """Cut a rectangle out of latents, counted in pixels; x and y are its upper left corner.

    The corner is moved so that 64 pixels remain to its right and below it.
    """
    return imaging.latents.cut(
        samples,
        x=x // _PIXELS,
        y=y // _PIXELS,
        width=width // _PIXELS,
        height=height // _PIXELS,
    )


@FAMILY.node("LatentFlip", category="latent/transform")
def flip_latent(
    *,
    samples: Latent,
    flip_method: Literal["x-axis: vertically", "y-axis: horizontally"],
) -> Latent:
    """Mirror latents, top to bottom or left to right."""
    return imaging.latents.flipped(samples, "x" if flip_method.startswith("x") else "y")


@FAMILY.node("LatentRotate", category="latent/transform")
def rotate_latent(
    *,
    samples: Latent,
    rotation: Literal["none", "90 degrees", "180 degrees", "270 degrees"],
) -> Latent:
    """Turn latents clockwise by quarters of a circle."""
    return imaging.latents.rotated(samples, _QUARTER_TURNS.index(rotation))


@FAMILY.node("LatentComposite", category="latent")
def composite_latents(
    *,
    samples_to: Latent,
    samples_from: Latent,
    x: Pixels = 0,
    y: Pixels = 0,
    feather: Pixels = 0,
) -> Latent:
    """Lay latents upon others at a place counted in pixels; `feather` pixels of the edges fade."""
    return imaging.latents.pasted(
        samples_to, samples_from, x=x // _PIXELS, y=y // _PIXELS, feather=feather // _PIXELS
    )


@FAMILY.node("SetLatentNoiseMask", category="latent/inpaint")
def set_noise_mask(*, samples: Latent, mask: Mask) -> Latent:
    """Let latents change only where a mask is white, to inpaint there."""
    return imaging.latents.with_noise_mask(samples, mask)


@FAMILY.node("LatentAdd", category="latent/advanced")
def add_latents(*, samples1: Latent, samples2: Latent) -> Latent:
    """Add latents to others, in the size of the first."""
    other = imaging.latents.matched(samples1, samples2)
    return replace(samples1, samples=samples1.samples + other)


@FAMILY.node("LatentSubtract", category="latent/advanced")
def subtract_latents(*, samples1: Latent, samples2: Latent) -> Latent:
    """Subtract latents from others, in the size of the first."""
    other = imaging.latents.matched(samples1, samples2)
    return replace(samples1, samples=samples1.samples - other)


@FAMILY.node("LatentMultiply", category="latent/advanced")
def multiply_latent(
    *, samples: Latent, multiplier: Annotated[float, Range(-10.0, 10.0, 0.01)] = 1.0
) -> Latent:
    """Multiply all values of latents by a number."""
    return replace(samples, samples=samples.samples * multiplier)


@FAMILY.node("LatentInterpolate", category="latent/advanced")
def interpolate_latents(
    *, samples1: Latent, samples2: Latent, ratio: Annotated[float, Range(0.0, 1.0, 0.01)] = 1.0
) -> Latent:
    """Mix two latents, keeping the length of each cell's vector; a ratio of 1 is the first."""
    return imaging.latents.interpolated(samples1, samples2, ratio)
