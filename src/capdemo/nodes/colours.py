"""Nodes that make pictures of one colour, and that change colours."""

from dataclasses import dataclass
from typing import Annotated

from capdemo import imaging
from capdemo.imaging.choices import TransferMethod
from capdemo.node_api import Image, Name, NodeFamily, Range, option
from capdemo.nodes.limits import LARGEST_COLOUR, LARGEST_SIDE

FAMILY = NodeFamily()


@option("per_frame")
@dataclass(frozen=True, slots=True)
class PerFrame:
    """Every picture is measured by itself."""


@option("uniform")
@dataclass(frozen=True, slots=True)
class Uniform:
    """All pictures are measured together."""


@option("target_frame")
@dataclass(frozen=True, slots=True)
class TargetFrame:
    """One picture is measured for all of them."""

    target_index: Annotated[int, Range(0, 10000)] = 0


@FAMILY.node("EmptyImage", category="image")
def make_empty_image(
    *,
    width: Annotated[int, Range(1, LARGEST_SIDE, 1)] = 512,
    height: Annotated[int, Range(1, LARGEST_SIDE, 1)] = 512,
    batch_size: Annotated[int, Range(1, 4096)] = 1,
    color: Annotated[int, Range(0, LARGEST_COLOUR, 1)] = 0,
) -> Image:
    """Make pictures of one colour, written as one number: 65536 red + 256 green + blue."""
    return imaging.colours.plain(imaging.sizes.Size(width, height), color, count=batch_size)


@FAMILY.node("ColorTransfer", category="image/filters")
def transfer_colours(
    *,
    image_target: Image,
    image_ref: Image,
    method: TransferMethod,
    source_stats: PerFrame | Uniform | TargetFrame,
    strength: Annotated[float, Range(0.0, 10.0, 0.01)] = 1.0,
) -> Annotated[Image, Name("image")]:
    """Give images the colours of a reference, by statistics in Lab or by histograms.

    The images are measured one by one, all together, or on one chosen among them; in the last two
    cases they keep their differences.
    """
    picture = source_stats.target_index if isinstance(source_stats, TargetFrame) else None
    baseline = imaging.colour_transfer.Baseline(
        whole_batch=isinstance(source_stats, Uniform), picture=picture
    )
    return imaging.colour_transfer.transfer(
        image_target, image_ref, method=method, baseline=baseline, strength=strength
    )


@FAMILY.node("AdjustBrightness", category="image/adjustments")
def adjust_brightness(
    *, images: Image, factor: Annotated[float, Range(0.0, 2.0)] = 1.0
) -> Annotated[Image, Name("images")]:
    """Multiply every colour of images by a factor; 1 changes nothing."""
    return imaging.colours.brightened(images, factor)


@FAMILY.node("AdjustContrast", category="image/adjustments")
def adjust_contrast(
    *, images: Image, factor: Annotated[float, Range(0.0, 2.0)] = 1.0
) -> Annotated[Image, Name("images")]:
    """Multiply every colour's distance from middle grey by a factor; 1 changes nothing."""
    return imaging.colours.contrasted(images, factor)


@FAMILY.node("NormalizeImages", category="image/color")
def normalise_images(
    *,
    images: Image,
    mean: Annotated[float, Range(0.0, 1.0)] = 0.5,
    std: Annotated[float, Range(0.001, 1.0)] = 0.5,
) -> Annotated[Image, Name("images")]:
    """Subtract a mean from every colour of images and divide by a standard deviation."""
    return imaging.colours.normalised(images, mean=mean, deviation=std)


@FAMILY.node("ImageRGBToYUV", category="image/batch")
def split_into_yuv(
    *, image: Image
) -> tuple[Annotated[Image, Name("Y")], Annotated[Image, Name("U")], Annotated[Image, Name("V")]]:
    """Split an image into its brightness and two colour differences, each as a grey picture."""
    return imaging.colours.to_yuv(image)


@FAMILY.node("ImageYUVToRGB", category="image/batch")
def join_from_yuv(
    *,
    brightness: Annotated[Image, Name("Y")],
    blueness: Annotated[Image, Name("U")],
    redness: Annotated[Image, Name("V")],
) -> Image:
    """Join a brightness and two colour differences into an image again."""
    return imaging.colours.from_yuv(brightness, blueness, redness)
