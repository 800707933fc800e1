"""Nodes that write a batch of pictures as one animated picture."""

from typing import Annotated, Literal

from capdemo import imaging
from capdemo.node_api import Image, NodeFamily, Range, RunContext
from capdemo.nodes.saved_files import Place, followed, note_lost_pixels, save_whole

FAMILY = NodeFamily()


@FAMILY.node("SaveAnimatedWEBP", category="image/animation", is_output=True)
def save_animated_webp(
    *,
    images: Image,
    filename_prefix: str = "ComfyUI",
    fps: Annotated[float, Range(0.01, 1000.0, 0.01)] = 6.0,
    lossless: bool = True,
    quality: Annotated[int, Range(0, 100)] = 80,
    method: Literal["default", "fastest", "slowest"],
    context: RunContext,
) -> Image:
    """Write a batch as one animated WebP that carries the workflow, and pass it on."""
    effort = {"default": 4, "fastest": 0, "slowest": 6}[method]
    note_lost_pixels(images, context)
    content = imaging.animation.webp(
        followed(images, context.progress),
        context.metadata,
        milliseconds=int(1000.0 / fps),
        lossless=lossless,
        quality=quality,
        method=effort,
    )
    save_whole(
        images, content, Place(context.folders.output, filename_prefix, "_.webp", context.save)
    )
    return images


@FAMILY.node("SaveAnimatedPNG", category="image/animation", is_output=True)
def save_animated_png(
    *,
    images: Image,
    filename_prefix: str = "ComfyUI",
    fps: Annotated[float, Range(0.01, 1000.0, 0.01)] = 6.0,
    compress_level: Annotated[int, Range(0, 9)] = 4,
    context: RunContext,
) -> Image:
    """Write a batch as one animated PNG that carries the workflow, and pass it on."""
    note_lost_pixels(images, context)
    content = imaging.animation.animated_png(
        followed(images, context.progress),
        context.metadata,
        milliseconds=int(1000.0 / fps),
        compression=compress_level,
    )
    save_whole(
        images, content, Place(context.folders.output, filename_prefix, "_.png", context.save)
    )
    return images
