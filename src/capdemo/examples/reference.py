"""The nodes that decide how fast ComfyUI is, run as ComfyUI 0.3.64 runs them; for `bench` alone.

Networks run in float32 as spandrel makes them, in tiles of 512 pixels that overlap by 32. PNG is
written by Pillow, saved pictures at level 4 and previews at level 1.
"""

import io
from collections.abc import Callable, Iterable
from typing import Annotated

import PIL.Image
import torch
from PIL.PngImagePlugin import PngInfo

from capdemo import imaging, models
from capdemo.node_api import Image, ModelFile, NodeFamily, NodeRegistry, RunContext, UpscaleModel
from capdemo.nodes import NODES
from capdemo.nodes.file_names import preview_prefix
from capdemo.nodes.saved_files import Place, discard, save_each

FAMILY = NodeFamily()

SAVED_COMPRESSION = 4
"""ComfyUI's zlib level for SaveImage."""

PREVIEW_COMPRESSION = 1
"""ComfyUI's zlib level for PreviewImage."""


@FAMILY.node("UpscaleModelLoader", category="loaders")
def load_upscale_model(
    *,
    model_name: Annotated[str, ModelFile("upscale_models")],
    context: RunContext,
) -> UpscaleModel:
    """Load a network and leave it as spandrel made it."""
    path = context.models.file("upscale_models", model_name)
    device = context.device
    return context.models.loaded(
        ("reference", path, device),
        lambda: models.upscaler.load_reference_upscale_model(path, device),
    )


@FAMILY.node("SaveImage", category="image", is_output=True)
def save_image(*, images: Image, filename_prefix: str = "ComfyUI", context: RunContext) -> Image:
    """Write pictures by Pillow."""
    place = Place(context.folders.output, filename_prefix, "_.png", context.save)
    save_each(images, _by_pillow(context, SAVED_COMPRESSION), place, context)
    return images


@FAMILY.node("PreviewImage", category="image", is_output=True)
def preview_image(*, images: Image, context: RunContext) -> Image:
    """Write previews by Pillow."""
    place = Place(context.folders.temp, preview_prefix(), "_.png", discard)
    save_each(images, _by_pillow(context, PREVIEW_COMPRESSION), place, context)
    return images


def _by_pillow(context: RunContext, level: int) -> Callable[[torch.Tensor], Iterable[bytes]]:
    chunks = PngInfo()
    for key, text in imaging.metadata.ascii_texts(context.metadata).items():
        chunks.add_text(key, text)

    def encode(picture: torch.Tensor) -> list[bytes]:
        file = io.BytesIO()
        pixels = PIL.Image.fromarray(imaging.encode.to_uint8(picture))
        pixels.save(file, "PNG", pnginfo=chunks, compress_level=level)
        return [file.getvalue()]

    return encode


REFERENCE_NODES: NodeRegistry = NODES.replaced([FAMILY])
"""All nodes, these among them."""
