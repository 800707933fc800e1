"""Nodes that read and write picture files."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

from capdemo import imaging
from capdemo.imaging.choices import Channel
from capdemo.node_api import Image, InputFile, Mask, NodeFamily, RunContext, SavedFile
from capdemo.nodes.file_names import input_file, output_files, preview_prefix
from capdemo.outputs.files import write_atomic

FAMILY = NodeFamily()


@FAMILY.node("LoadImage", category="image")
def load_image(*, image: Annotated[str, InputFile()], context: RunContext) -> tuple[Image, Mask]:
    """Read a picture file and, as a mask, where it is transparent.

    EXIF orientation is applied. An animation gives all its frames as one batch. Without any
    transparency the mask is empty and has 64x64 pixels.
    """
    return imaging.files.load_image(input_file(image, context.folders))


@FAMILY.node("LoadImageMask", category="mask")
def load_image_mask(
    *,
    image: Annotated[str, InputFile()],
    channel: Channel,
    context: RunContext,
) -> Mask:
    """Read one channel of a picture file as a mask; alpha is inverted."""
    return imaging.files.load_mask(input_file(image, context.folders), channel)


@FAMILY.node("SaveImage", category="image", is_output=True)
def save_image(*, images: Image, filename_prefix: str = "ComfyUI", context: RunContext) -> Image:
    """Write pictures into the output folder as PNG files that carry the workflow, and pass them on.

    A file is called by the prefix and a counter. The prefix may name a sub-folder, and
    `%width%`, `%height%`, `%year%`, `%month%`, `%day%`, `%hour%`, `%minute%`, `%second%` and
    `%batch_num%` are replaced in it.
    """
    folder, compression = context.folders.output, imaging.encode.SAVED_COMPRESSION
    _write_pngs(images, filename_prefix, folder, compression, context, report=context.save)
    return images


@FAMILY.node("PreviewImage", category="image", is_output=True)
def preview_image(*, images: Image, context: RunContext) -> None:
    """Write pictures into the folder for temporary files, quickly rather than small."""
    folder, compression = context.folders.temp, imaging.encode.PREVIEW_COMPRESSION
    _write_pngs(images, preview_prefix(), folder, compression, context, report=lambda _: None)


def _write_pngs(
    images: Image,
    prefix: str,
    folder: Path,
    compression: int,
    context: RunContext,
    *,
    report: Callable[[SavedFile], None],
) -> None:
    width, height = imaging.resize.size_of(images)
    now = time.localtime()
    paths = output_files(prefix, folder, count=len(images), width=width, height=height, now=now)
    for done, (path, picture) in enumerate(zip(paths, images, strict=True), start=1):
        pixels = imaging.encode.to_uint8(picture)
        content = imaging.encode.png(pixels, context.metadata, compression=compression)
        write_atomic(path, content)
        report(SavedFile(path, width, height))
        context.progress(done, len(paths))
