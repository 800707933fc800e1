"""Nodes that crop, invert, sharpen and blur an image."""

from typing import Annotated

from capdemo import imaging
from capdemo.node_api import Image, NodeFamily, Range

FAMILY = NodeFamily()

LARGEST_SIDE = 16384
"""ComfyUI's MAX_RESOLUTION."""


@FAMILY.node("ImageCrop", category="image/transform")
def crop_image(
    *,
    image: Image,
    width: Annotated[int, Range(1, LARGEST_SIDE, 1)] = 512,
    height: Annotated[int, Range(1, LARGEST_SIDE, 1)] = 512,
    x: Annotated[int, Range(0, LARGEST_SIDE, 1)] = 0,
    y: Annotated[int, Range(0, LARGEST_SIDE, 1)] = 0,
) -> Image:
    """Cut a rectangle out of an image; x and y are its upper left corner.

    What would lie outside the image is left out.
    """
    return imaging.crop.cut(image, x=x, y=y, width=width, height=height)


@FAMILY.node("ImageInvert", category="image")
def invert_image(*, image: Image) -> Image:
    """Turn black into white and every colour into its complement."""
    return imaging.filters.invert(image)


@FAMILY.node("ImageSharpen", category="image/postprocessing")
def sharpen_image(
    *,
    image: Image,
    sharpen_radius: Annotated[int, Range(1, 31, 1)] = 1,
    sigma: Annotated[float, Range(0.1, 10.0, 0.01)] = 1.0,
    alpha: Annotated[float, Range(0.0, 5.0, 0.01)] = 1.0,
) -> Image:
    """Sharpen an image by an unsharp mask of a radius in pixels; `alpha` is its strength."""
    return imaging.filters.sharpen(image, radius=sharpen_radius, sigma=sigma, alpha=alpha)


@FAMILY.node("ImageBlur", category="image/postprocessing")
def blur_image(
    *,
    image: Image,
    blur_radius: Annotated[int, Range(1, 31, 1)] = 1,
    sigma: Annotated[float, Range(0.1, 10.0, 0.1)] = 1.0,
) -> Image:
    """Blur an image by a Gaussian of a radius in pixels; `sigma` is in units of that radius."""
    return imaging.filters.blur(image, radius=blur_radius, sigma=sigma)
