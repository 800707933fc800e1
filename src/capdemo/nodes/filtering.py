"""Nodes that work on the pixels of one image: crop, invert, sharpen, blur, find edges."""

from collections.abc import Mapping
from typing import Annotated

from capdemo import imaging
from capdemo.imaging.choices import Dither, MorphologyOperation
from capdemo.node_api import Custom, Image, NodeFamily, Range, Seed
from capdemo.nodes.limits import LARGEST_SEED, LARGEST_SIDE

FAMILY = NodeFamily()


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


@FAMILY.node("ImageCropV2", category="image/transform")
def crop_image_to_box(
    *, image: Image, crop_region: Annotated[Mapping[str, int], Custom("BOUNDING_BOX")]
) -> Image:
    """Cut a rectangle out of an image that is drawn on it in the editor, as in ComfyUI of 2026.

    The rectangle has `x`, `y`, `width` and `height`; what would lie outside is left out.
    """
    return imaging.crop.cut(
        image,
        x=crop_region.get("x", 0),
        y=crop_region.get("y", 0),
        width=crop_region.get("width", 512),
        height=crop_region.get("height", 512),
    )


@FAMILY.node("ImageInvert", category="image")
def invert_image(*, image: Image) -> Image:
    """Turn black into white and every colour into its complement."""
    return imaging.filters.invert(image)


@FAMILY.node("ImageSharpen", category="image/postprocessing", revision=2)
def sharpen_image(
    *,
    image: Image,
    sharpen_radius: Annotated[int, Range(1, 31, 1)] = 1,
    sigma: Annotated[float, Range(0.1, 10.0, 0.01)] = 1.0,
    alpha: Annotated[float, Range(0.0, 5.0, 0.01)] = 1.0,
) -> Image:
    """Sharpen an image by an unsharp mask of a radius in pixels; `alpha` is its strength."""
    return imaging.filters.sharpen(image, radius=sharpen_radius, sigma=sigma, alpha=alpha)


@FAMILY.node("ImageBlur", category="image/postprocessing", revision=2)
def blur_image(
    *,
    image: Image,
    blur_radius: Annotated[int, Range(1, 31, 1)] = 1,
    sigma: Annotated[float, Range(0.1, 10.0, 0.1)] = 1.0,
) -> Image:
    """Blur an image by a Gaussian of a radius in pixels; `sigma` is in units of that radius."""
    return imaging.filters.blur(image, radius=blur_radius, sigma=sigma)


@FAMILY.node("ImageQuantize", category="image/postprocessing")
def quantize_image(
    *, image: Image, colors: Annotated[int, Range(1, 256, 1)] = 256, dither: Dither
) -> Image:
    """Reduce an image to a number of colours, with or without imitating those between.

    Every picture of a batch gets its own palette. Alpha stays as it is.
    """
    return imaging.quantize.quantize(image, colours=colors, dither=dither)


@FAMILY.node("ImageAddNoise", category="image")
def add_noise(
    *,
    image: Image,
    seed: Annotated[int, Range(0, LARGEST_SEED), Seed()] = 0,
    strength: Annotated[float, Range(0.0, 1.0, 0.01)] = 0.5,
) -> Image:
    """Add Gaussian noise to an image; the same seed gives the same noise on every machine."""
    return imaging.noise.add_noise(image, seed=seed, strength=strength)


@FAMILY.node("Morphology", category="image/postprocessing")
def apply_morphology(
    *,
    image: Image,
    operation: MorphologyOperation,
    kernel_size: Annotated[int, Range(3, 999, 1)] = 3,
) -> Image:
    """Widen or narrow what is bright in an image, by a square of a number of pixels.

    `open` and `close` remove small bright and dark spots, `top_hat` and `bottom_hat` show them,
    `gradient` shows outlines.
    """
    return imaging.morphology.apply(image, operation, kernel_size)


@FAMILY.node("Canny", category="image/preprocessors")
def find_edges(
    *,
    image: Image,
    low_threshold: Annotated[float, Range(0.01, 0.99, 0.01)] = 0.4,
    high_threshold: Annotated[float, Range(0.01, 0.99, 0.01)] = 0.8,
) -> Image:
    """Draw the edges in an image as white lines on black, by Canny's method.

    An edge counts above the high threshold, and above the low one where it continues such an edge.
    """
    return imaging.edges.canny(image, low=low_threshold, high=high_threshold)
