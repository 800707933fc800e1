"""Nodes that show pictures and masks; a headless run writes them into the temporary folder."""

from typing import Annotated

from capdemo import imaging
from capdemo.node_api import Custom, Image, Mask, NodeFamily, RunContext
from capdemo.nodes.file_names import preview_prefix
from capdemo.nodes.saved_files import Place, discard, png_of, save_each

FAMILY = NodeFamily()


@FAMILY.node("MaskPreview", category="mask", is_output=True)
def preview_mask(*, mask: Mask, context: RunContext) -> Mask:
    """Write masks as grey pictures into the folder for temporary files, and pass them on."""
    picture = imaging.masks.to_image(mask)
    _write(picture, preview_prefix(), context)
    return mask


@FAMILY.node("ImageCompare", category="image", is_output=True)
def compare_images(
    *,
    image_a: Image | None = None,
    image_b: Image | None = None,
    compare_view: Annotated[str | None, Custom("IMAGECOMPARE")] = None,  # noqa: ARG001  # the editor's
    context: RunContext,
) -> None:
    """Write two images into the folder for temporary files; the editor shows them with a slider."""
    for name, images in (("a", image_a), ("b", image_b)):
        if images is not None:
            prefix = f"comfy.compare.{name}_{preview_prefix()}"
            _write(images, prefix, context)


def _write(images: Image, prefix: str, context: RunContext) -> None:
    place = Place(context.folders.temp, prefix, "_.png", discard)
    save_each(images, png_of(context.metadata), place, context)
