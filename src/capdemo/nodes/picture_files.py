"""Nodes that read and write picture files, one file for each picture."""

from typing import Annotated

from capdemo import imaging
from capdemo.imaging.choices import Channel
from capdemo.node_api import Image, InputFile, Mask, NodeFamily, RunContext
from capdemo.nodes.file_names import input_file, preview_prefix
from capdemo.nodes.saved_files import Place, discard, png_of, save_each

FAMILY = NodeFamily()


@FAMILY.node("LoadImage", category="image")
def load_image(*, image: Annotated[str, InputFile()], context: RunContext) -> tuple[Image, Mask]:
    """Read a picture file and, as a mask, where it is transparent.

    EXIF orientation is applied. An animation gives all its frames as one batch. Without any
    transparency the mask is empty and has 64x64 pixels.
    """
    return imaging.files.load_image(input_file(image, context.folders))


@FAMILY.node("LoadImageOutput", category="image")
def load_saved_image(
    *,
    image: Annotated[str, InputFile()],
    context: RunContext,
) -> tuple[Image, Mask]:
    """Read a picture file that an earlier run wrote, named with ` [output]` behind it."""
    return load_image(image=image, context=context)


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
    place = Place(context.folders.output, filename_prefix, "_.png", context.save)
    save_each(images, png_of(context.metadata), place, context)
    return images


@FAMILY.node("PreviewImage", category="image", is_output=True)
def preview_image(*, images: Image, context: RunContext) -> Image:
    """Write pictures into the folder for temporary files, and pass them on."""
    place = Place(context.folders.temp, preview_prefix(), "_.png", discard)
    save_each(images, png_of(context.metadata), place, context)
    return images
