"""The node that writes pictures of more than 8 bits, and in other formats than PNG."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

from capdemo import imaging
from capdemo.errors import RunError
from capdemo.node_api import Image, NodeFamily, Range, RunContext, option
from capdemo.nodes.saved_files import (
    Place,
    followed,
    note_lost_pixels,
    png_of,
    save_each,
    save_whole,
)

if TYPE_CHECKING:
    import torch

FAMILY = NodeFamily()


@option("png")
@dataclass(frozen=True, slots=True)
class Png:
    """The sub-inputs of `png`."""

    bit_depth: Literal["8-bit", "16-bit"] = "8-bit"
    input_color_space: Literal["sRGB"] = "sRGB"


@option("exr")
@dataclass(frozen=True, slots=True)
class Exr:
    """The sub-inputs of `exr`."""

    bit_depth: Literal["16-bit float", "32-bit float"] = "16-bit float"
    input_color_space: Literal["sRGB", "HDR", "linear", "linear ACEScg"] = "sRGB"


@option("still images")
@dataclass(frozen=True, slots=True)
class StillImages:
    """One file for every picture."""


@option("animated")
@dataclass(frozen=True, slots=True)
class Animated:
    """One file for the whole batch."""

    fps: Annotated[float, Range(0.01, 1000.0, 0.01)] = 6.0
    loop_count: Annotated[int, Range(0, 1000, 1)] = 0


@option("avif")
@dataclass(frozen=True, slots=True)
class Avif:
    """The sub-inputs of `avif`."""

    bit_depth: Literal["auto", "8-bit YUV420", "10-bit YUV420"] = "auto"
    input_color_space: Literal["sRGB", "HDR", "HDR PQ"] = "sRGB"
    crf: Annotated[int, Range(1, 63, 1)] = 18
    save_mode: StillImages | Animated = StillImages()


@FAMILY.node("SaveImageAdvanced", category="image", is_output=True)
def save_image_advanced(
    *,
    images: Image,
    filename_prefix: str = "ComfyUI",
    format: Png | Exr | Avif = Png(),
    context: RunContext,
) -> Image:
    """Write pictures as PNG of 8 or 16 bits, OpenEXR or AVIF, and pass them on.

    OpenEXR holds light in proportion to the scene's, so the colour space of the input matters.
    AVIF is written with 8 bits in sRGB only, and its animations go on for ever. All carry the
    workflow.
    """
    ending = {Png: ".png", Exr: ".exr", Avif: ".avif"}[type(format)]
    place = Place(context.folders.output, filename_prefix, ending, context.save)
    if isinstance(format, Avif):
        _save_avif(images, format, place, context)
    else:
        save_each(images, _encoder(format, context), place, context)
    return images


def _encoder(
    settings: Png | Exr,
    context: RunContext,
) -> Callable[["torch.Tensor"], Iterable[bytes]]:
    texts = context.metadata
    if isinstance(settings, Png):
        if settings.bit_depth == "8-bit":
            return png_of(texts)
        return lambda picture: [imaging.deep.png_16_bit(picture, texts)]
    depth, color_space = settings.bit_depth, settings.input_color_space
    return lambda picture: [imaging.deep.exr(picture, texts, depth=depth, color_space=color_space)]


def _save_avif(images: Image, settings: Avif, place: Place, context: RunContext) -> None:
    if settings.bit_depth == "10-bit YUV420" or settings.input_color_space != "sRGB":
        raise RunError(
            "AVIF is written with 8 bits in sRGB only.",
            hint="Choose bit_depth '8-bit YUV420' and input_color_space 'sRGB', or exr.",
        )
    mode = settings.save_mode
    if isinstance(mode, StillImages):
        save_each(
            images,
            lambda picture: [imaging.animation.avif([picture], context.metadata, crf=settings.crf)],
            place,
            context,
        )
        return
    if mode.loop_count:
        raise RunError("Animated AVIF is written without an end only.", hint="Set loop_count to 0.")
    note_lost_pixels(images, context)
    content = imaging.animation.avif(
        followed(images, context.progress),
        context.metadata,
        crf=settings.crf,
        milliseconds=round(1000 / mode.fps),
    )
    save_whole(images, content, place)
