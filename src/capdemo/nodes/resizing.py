"""Nodes that change, or tell, the number of pixels of an image."""

from typing import Annotated

from capdemo import imaging
from capdemo.imaging.choices import Crop, MaximumResizeMethod, ResizeMethod
from capdemo.node_api import Image, Name, NodeFamily, Range
from capdemo.nodes.limits import LARGEST_SIDE

FAMILY = NodeFamily()

LARGEST_EDGE = 8192
"""Of ComfyUI's nodes for training data."""


@FAMILY.node("ImageScale", category="image/upscaling")
def scale_image(
    *,
    image: Image,
    upscale_method: ResizeMethod,
    width: Annotated[int, Range(0, LARGEST_SIDE, 1)] = 512,
    height: Annotated[int, Range(0, LARGEST_SIDE, 1)] = 512,
    crop: Crop,
) -> Image:
    """Resize an image to a width and a height.

    A side of 0 follows from the other one, so that the shape stays; two zeros change nothing.
    With `crop` at `center`, what does not fit the new shape is cut off, else it is stretched.
    """
    if width == 0 and height == 0:
        return image
    old = imaging.resize.size_of(image)
    size = imaging.sizes.completed(old, width=width, height=height)
    return imaging.resize.common_upscale(image, size, method=upscale_method, crop=crop)


@FAMILY.node("ImageScaleBy", category="image/upscaling")
def scale_image_by(
    *,
    image: Image,
    upscale_method: ResizeMethod,
    scale_by: Annotated[float, Range(0.01, 8.0, 0.01)] = 1.0,
) -> Image:
    """Resize an image by a factor."""
    size = imaging.sizes.multiplied(imaging.resize.size_of(image), scale_by)
    return imaging.resize.common_upscale(image, size, method=upscale_method)


@FAMILY.node("ImageScaleToTotalPixels", category="image/upscaling")
def scale_image_to_total_pixels(
    *,
    image: Image,
    upscale_method: ResizeMethod,
    megapixels: Annotated[float, Range(0.01, 16.0, 0.01)] = 1.0,
    resolution_steps: Annotated[int, Range(1, 256, 1)] = 1,
) -> Image:
    """Resize an image to a number of pixels, keeping its shape.

    A megapixel has 1024x1024 pixels. Both sides become multiples of `resolution_steps`, rounded
    as ComfyUI does since 2026.
    """
    old = imaging.resize.size_of(image)
    size = imaging.sizes.with_megapixels(old, megapixels, steps=resolution_steps)
    return imaging.resize.common_upscale(image, size, method=upscale_method)


@FAMILY.node("ImageScaleToMaxDimension", category="image/upscaling")
def scale_image_to_max_dimension(
    *,
    image: Image,
    upscale_method: MaximumResizeMethod,
    largest_size: Annotated[int, Range(0, LARGEST_SIDE, 1)] = 512,
) -> Image:
    """Resize an image so that its longer side has a number of pixels, keeping its shape."""
    size = imaging.sizes.with_longer_side(imaging.resize.size_of(image), largest_size)
    return imaging.resize.common_upscale(image, size, method=upscale_method)


@FAMILY.node("FluxKontextImageScale", category="advanced/conditioning/flux")
def scale_image_for_kontext(*, image: Image) -> Image:
    """Resize and crop an image to the nearest of the sizes that FLUX.1 Kontext was trained on."""
    size = imaging.sizes.for_kontext(imaging.resize.size_of(image))
    return imaging.resize.common_upscale(image, size, method="lanczos", crop="center")


@FAMILY.node("ResizeImagesByShorterEdge", category="image/transform")
def resize_by_shorter_edge(
    *, images: Image, shorter_edge: Annotated[int, Range(1, LARGEST_EDGE)] = 512
) -> Annotated[Image, Name("images")]:
    """Resize images by Lanczos so that their shorter side has a number of pixels."""
    size = imaging.sizes.with_shorter_edge(imaging.resize.size_of(images), shorter_edge)
    return imaging.resize.common_upscale(images, size, method="lanczos")


@FAMILY.node("ResizeImagesByLongerEdge", category="image/transform")
def resize_by_longer_edge(
    *, images: Image, longer_edge: Annotated[int, Range(1, LARGEST_EDGE)] = 1024
) -> Annotated[Image, Name("images")]:
    """Resize images by Lanczos so that their longer side has a number of pixels."""
    size = imaging.sizes.with_longer_edge(imaging.resize.size_of(images), longer_edge)
    return imaging.resize.common_upscale(images, size, method="lanczos")


@FAMILY.node("GetImageSize", category="image")
def get_image_size(
    *, image: Image
) -> tuple[
    Annotated[int, Name("width")],
    Annotated[int, Name("height")],
    Annotated[int, Name("batch_size")],
]:
    """Tell an image's width and height in pixels, and how many pictures its batch has."""
    return image.shape[2], image.shape[1], image.shape[0]
