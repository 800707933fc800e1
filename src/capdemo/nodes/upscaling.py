"""Nodes that enlarge an image by a neural network."""

from typing import Annotated

from capdemo import imaging, models
from capdemo.node_api import Image, ModelFile, NodeFamily, RunContext, UpscaleModel

FAMILY = NodeFamily()


@FAMILY.node("UpscaleModelLoader", category="loaders")
def load_upscale_model(
    *,
    model_name: Annotated[str, ModelFile("upscale_models")],
    context: RunContext,
) -> UpscaleModel:
    """Load a network that enlarges or restores pictures, such as Real-ESRGAN or SwinIR.

    The architecture is recognised from the file's weights.
    """
    path = context.models.file("upscale_models", model_name)
    device, precision = context.device, context.precision
    model = context.models.loaded(
        ("upscale_models", path, device, precision),
        lambda: models.upscaler.load_upscale_model(path, device=device, precision=precision),
    )
    if getattr(model, "restricted", False):
        context.note("The licence of this model's architecture forbids commercial use.")
    return model


@FAMILY.node("ImageUpscaleWithModel", category="image/upscaling", revision=2)
def upscale_image_with_model(
    *,
    upscale_model: UpscaleModel,
    image: Image,
    context: RunContext,
) -> Image:
    """Enlarge an image by an upscale model, by the factor that the model was trained for.

    A picture of more than 512 pixels on a side is cut into tiles of 512 that overlap by 32 and
    are blended. Where the GPU has too little memory, the tiles become smaller. Transparency is
    enlarged bilinearly.
    """
    upscaled = imaging.upscale.upscale_with_model(image, upscale_model, progress=context.progress)
    if max(image.shape[1:3]) > upscaled.tile and getattr(upscale_model, "wants_whole", False):
        context.note(
            f"The picture was processed in tiles of {upscaled.tile} pixels, though this network "
            "would rather see it whole; brightness may differ between them."
        )
    return upscaled.image
