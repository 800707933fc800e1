"""Nodes that lay pictures over each other, and that handle transparency."""

from typing import Annotated

from capdemo import imaging
from capdemo.imaging.choices import BlendMode, PorterDuffMode
from capdemo.node_api import Image, Mask, NodeFamily, Range
from capdemo.nodes.limits import LARGEST_SIDE

FAMILY = NodeFamily()


@FAMILY.node("ImageCompositeMasked", category="image")
def composite_images(
    *,
    destination: Image,
    source: Image,
    x: Annotated[int, Range(0, LARGEST_SIDE, 1)] = 0,
    y: Annotated[int, Range(0, LARGEST_SIDE, 1)] = 0,
    resize_source: bool = False,
    mask: Mask | None = None,
) -> Image:
    """Lay a picture on another one at x and y, where a mask selects it.

    The source can be resized to the destination first. The mask is stretched over the source.
    """
    return imaging.composite.paste(
        destination, source, x=x, y=y, mask=mask, resize_source=resize_source
    )


@FAMILY.node("PorterDuffImageComposite", category="mask/compositing")
def composite_by_porter_duff(
    *,
    source: Image,
    source_alpha: Mask,
    destination: Image,
    destination_alpha: Mask,
    mode: PorterDuffMode = "DST",
) -> tuple[Image, Mask]:
    """Combine two pictures by the operators of Porter and Duff; the masks are transparencies.

    Everything takes the size of the destination.
    """
    return imaging.composite.porter_duff(source, source_alpha, destination, destination_alpha, mode)


@FAMILY.node("SplitImageWithAlpha", category="mask/compositing")
def split_alpha(*, image: Image) -> tuple[Image, Mask]:
    """Take the transparency of an image off, as a mask; without any the mask is empty."""
    return imaging.channels.split(image)


@FAMILY.node("JoinImageWithAlpha", category="mask/compositing")
def join_alpha(*, image: Image, alpha: Mask) -> Image:
    """Make an image transparent where a mask selects; the mask is resized to it."""
    return imaging.channels.join(image, alpha)


@FAMILY.node("ImageBlend", category="image/postprocessing")
def blend_images(
    *,
    image1: Image,
    image2: Image,
    blend_factor: Annotated[float, Range(0.0, 1.0, 0.01)] = 0.5,
    blend_mode: BlendMode,
) -> Image:
    """Mix an image with its combination with a second one; the factor says how much of it.

    The second image is cut and resized to the first.
    """
    return imaging.composite.blend(image1, image2, factor=blend_factor, mode=blend_mode)
