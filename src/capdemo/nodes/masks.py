"""Nodes that make masks, and make masks of masks."""

from typing import Annotated

from capdemo import imaging
from capdemo.imaging.choices import ColourChannel, MaskOperation
from capdemo.node_api import Image, Mask, NodeFamily, Range
from capdemo.nodes.limits import LARGEST_COLOUR, LARGEST_SIDE

FAMILY = NodeFamily()


@FAMILY.node("ImageToMask", category="mask")
def image_to_mask(*, image: Image, channel: ColourChannel) -> Mask:
    """Take one channel of an image as a mask; alpha is not inverted."""
    return imaging.masks.from_channel(image, channel)


@FAMILY.node("MaskToImage", category="mask")
def mask_to_image(*, mask: Mask) -> Image:
    """Turn a mask into a grey picture: white is selected."""
    return imaging.masks.to_image(mask)


@FAMILY.node("ImageColorToMask", category="mask")
def image_colour_to_mask(
    *, image: Image, color: Annotated[int, Range(0, LARGEST_COLOUR, 1)] = 0
) -> Mask:
    """Select the pixels that have a colour, written as one number: 65536 red + 256 green + blue."""
    return imaging.masks.from_colour(image, color)


@FAMILY.node("SolidMask", category="mask")
def make_solid_mask(
    *,
    value: Annotated[float, Range(0.0, 1.0, 0.01)] = 1.0,
    width: Annotated[int, Range(1, LARGEST_SIDE, 1)] = 512,
    height: Annotated[int, Range(1, LARGEST_SIDE, 1)] = 512,
) -> Mask:
    """Make a mask that has the same value everywhere."""
    return imaging.masks.solid(imaging.sizes.Size(width, height), value)


@FAMILY.node("InvertMask", category="mask")
def invert_mask(*, mask: Mask) -> Mask:
    """Select what was not selected, and the other way round."""
    return Mask(1.0 - mask)


@FAMILY.node("CropMask", category="mask")
def crop_mask(
    *,
    mask: Mask,
    x: Annotated[int, Range(0, LARGEST_SIDE, 1)] = 0,
    y: Annotated[int, Range(0, LARGEST_SIDE, 1)] = 0,
    width: Annotated[int, Range(1, LARGEST_SIDE, 1)] = 512,
    height: Annotated[int, Range(1, LARGEST_SIDE, 1)] = 512,
) -> Mask:
    """Cut a rectangle out of a mask; x and y are its upper left corner."""
    return imaging.masks.cut(mask, x=x, y=y, width=width, height=height)


@FAMILY.node("MaskComposite", category="mask")
def composite_masks(
    *,
    destination: Mask,
    source: Mask,
    x: Annotated[int, Range(0, LARGEST_SIDE, 1)] = 0,
    y: Annotated[int, Range(0, LARGEST_SIDE, 1)] = 0,
    operation: MaskOperation,
) -> Mask:
    """Combine a mask with another one that is laid on it at x and y."""
    return imaging.masks.combine(destination, source, x=x, y=y, operation=operation)


@FAMILY.node("FeatherMask", category="mask")
def feather_mask(
    *,
    mask: Mask,
    left: Annotated[int, Range(0, LARGEST_SIDE, 1)] = 0,
    top: Annotated[int, Range(0, LARGEST_SIDE, 1)] = 0,
    right: Annotated[int, Range(0, LARGEST_SIDE, 1)] = 0,
    bottom: Annotated[int, Range(0, LARGEST_SIDE, 1)] = 0,
) -> Mask:
    """Let a mask fade out towards its sides, over a number of pixels each.

    Follows ComfyUI 0.3.64, where the right and the lower fade also darken the first column and
    the first row.
    """
    return imaging.masks.feather(mask, left=left, top=top, right=right, bottom=bottom)


@FAMILY.node("GrowMask", category="mask")
def grow_mask(
    *,
    mask: Mask,
    expand: Annotated[int, Range(-LARGEST_SIDE, LARGEST_SIDE, 1)] = 0,
    tapered_corners: bool = True,
) -> Mask:
    """Widen what a mask selects by a number of pixels, or narrow it by a negative one.

    With tapered corners a point grows into a diamond, else into a square.
    """
    return imaging.masks.grow(mask, expand, tapered_corners=tapered_corners)


@FAMILY.node("ThresholdMask", category="mask")
def threshold_mask(*, mask: Mask, value: Annotated[float, Range(0.0, 1.0, 0.01)] = 0.5) -> Mask:
    """Select fully what is selected by more than a value, and nothing else."""
    return imaging.masks.above(mask, value)
