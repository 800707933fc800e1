"""The node that resizes an image or a mask in nine ways, after ComfyUI of 2026."""

from dataclasses import dataclass
from typing import Annotated

from capdemo import imaging
from capdemo.imaging import sizes
from capdemo.imaging.choices import Crop, ResizeMethod
from capdemo.imaging.sizes import Size
from capdemo.node_api import Image, Mask, Name, NodeFamily, Range, option
from capdemo.nodes.limits import LARGEST_SIDE

FAMILY = NodeFamily()

Side = Annotated[int, Range(0, LARGEST_SIDE, 1)]
Multiple = Annotated[int, Range(1, LARGEST_SIDE, 1)]


@option("scale dimensions")
@dataclass(frozen=True, slots=True)
class ScaleDimensions:
    """To a width and a height; a side of 0 follows from the other one."""

    width: Side = 512
    height: Side = 512
    crop: Crop = "center"

    def size(self, old: Size) -> Size | None:
        """The new size; None where nothing is to change."""
        if self.width == 0 and self.height == 0:
            return None
        return sizes.completed(old, width=self.width, height=self.height)


@option("scale by multiplier")
@dataclass(frozen=True, slots=True)
class ScaleByMultiplier:
    """By a factor."""

    multiplier: Annotated[float, Range(0.01, 8.0, 0.01)] = 1.0

    def size(self, old: Size) -> Size:
        """The new size."""
        return sizes.multiplied(old, self.multiplier)


@option("scale longer dimension")
@dataclass(frozen=True, slots=True)
class ScaleLongerDimension:
    """To a longer side."""

    longer_size: Side = 512

    def size(self, old: Size) -> Size:
        """The new size."""
        return sizes.with_longer_side(old, self.longer_size)


@option("scale shorter dimension")
@dataclass(frozen=True, slots=True)
class ScaleShorterDimension:
    """To a shorter side."""

    shorter_size: Side = 512

    def size(self, old: Size) -> Size:
        """The new size."""
        return sizes.with_shorter_side(old, self.shorter_size)


@option("scale width")
@dataclass(frozen=True, slots=True)
class ScaleWidth:
    """To a width."""

    width: Side = 512

    def size(self, old: Size) -> Size | None:
        """The new size; None where nothing is to change."""
        return ScaleDimensions(width=self.width, height=0).size(old)


@option("scale height")
@dataclass(frozen=True, slots=True)
class ScaleHeight:
    """To a height."""

    height: Side = 512

    def size(self, old: Size) -> Size | None:
        """The new size; None where nothing is to change."""
        return ScaleDimensions(width=0, height=self.height).size(old)


@option("scale total pixels")
@dataclass(frozen=True, slots=True)
class ScaleTotalPixels:
    """To a number of pixels, both sides being multiples."""

    megapixels: Annotated[float, Range(0.01, 16.0, 0.01)] = 1.0
    multiple: Multiple = 1

    def size(self, old: Size) -> Size:
        """The new size."""
        return sizes.with_megapixels_by_multiples(old, self.megapixels, self.multiple)


@option("match size")
@dataclass(frozen=True, slots=True)
class MatchSize:
    """To the size of another image or mask."""

    match: Image | Mask
    crop: Crop = "center"

    def size(self, _: Size) -> Size:
        """The new size."""
        return Size(width=self.match.shape[2], height=self.match.shape[1])


@option("scale to multiple")
@dataclass(frozen=True, slots=True)
class ScaleToMultiple:
    """Down to multiples, cropped in the middle."""

    multiple: Multiple = 8


ResizeType = (
    ScaleDimensions
    | ScaleByMultiplier
    | ScaleLongerDimension
    | ScaleShorterDimension
    | ScaleWidth
    | ScaleHeight
    | ScaleTotalPixels
    | MatchSize
    | ScaleToMultiple
)


@FAMILY.node("ResizeImageMaskNode", category="image/transform")
def resize_image_or_mask(
    *,
    input: Image | Mask,
    resize_type: ResizeType,
    scale_method: ResizeMethod = "area",
) -> Annotated[Image | Mask, Name("resized")]:
    """Resize an image or a mask to a size, by a factor, to another's size, or to multiples.

    A megapixel has 1024x1024 pixels. `scale to multiple` covers the smaller size and cuts off
    what is too much; something smaller than the multiple stays as it is.
    """

    def change(image: Image) -> Image:
        if isinstance(resize_type, ScaleToMultiple):
            multiple = resize_type.multiple
            return imaging.resize.down_to_multiples(image, multiple, method=scale_method)
        size = resize_type.size(imaging.resize.size_of(image))
        if size is None:
            return image
        crop: Crop = "disabled"
        if isinstance(resize_type, ScaleDimensions | MatchSize):
            crop = resize_type.crop
        return imaging.resize.common_upscale(image, size, method=scale_method, crop=crop)

    return imaging.masks.on_either(input, change)
