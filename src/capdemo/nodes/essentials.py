"""Nodes of cubiq's ComfyUI_essentials (MIT), as they were last published, in December 2024."""

from typing import Annotated

from capdemo import imaging
from capdemo.imaging.choices import FitCondition, FitMethod, PlainResizeMethod
from capdemo.node_api import Image, Name, NodeFamily, Range
from capdemo.nodes.limits import LARGEST_SIDE

FAMILY = NodeFamily(pack="comfyui_essentials", licence="MIT")

LARGEST_MULTIPLE = 512

Width = Annotated[int, Name("width")]
Height = Annotated[int, Name("height")]


@FAMILY.node("ImageResize+", category="essentials/image manipulation")
def resize_image(
    *,
    image: Image,
    width: Annotated[int, Range(0, LARGEST_SIDE, 1)] = 512,
    height: Annotated[int, Range(0, LARGEST_SIDE, 1)] = 512,
    interpolation: PlainResizeMethod,
    method: FitMethod,
    condition: FitCondition,
    multiple_of: Annotated[int, Range(0, LARGEST_MULTIPLE, 1)] = 0,
) -> tuple[Image, Width, Height]:
    """Resize an image, stretched, cropped, or in a black frame, if a condition is met.

    A side of 0 is the image's own. In the end the image is cropped to multiples of a number.
    """
    wish = imaging.essentials_resize.Wish(
        size=imaging.sizes.Size(width, height),
        method=method,
        condition=condition,
        multiple_of=multiple_of,
    )
    resized = imaging.essentials_resize.resize(image, wish, interpolation=interpolation)
    return resized, resized.shape[2], resized.shape[1]


@FAMILY.node("GetImageSize+", category="essentials/image utils")
def get_image_size(*, image: Image) -> tuple[Width, Height, Annotated[int, Name("count")]]:
    """Tell an image's width and height in pixels, and how many pictures its batch has."""
    return image.shape[2], image.shape[1], image.shape[0]


@FAMILY.node("ImageRemoveAlpha+", category="essentials/image utils")
def remove_alpha(*, image: Image) -> Image:
    """Take the alpha channel off an image; one without stays as it is."""
    return imaging.channels.with_channels(image, min(image.shape[-1], 3))
