"""Instructions and the pictures they speak of, for Qwen-Image-Edit."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

from capdemo import imaging
from capdemo.errors import InputError
from capdemo.node_api import (
    Conditioning,
    DynamicPrompts,
    Image,
    Multiline,
    NodeFamily,
    PictureTextEncoder,
    TextEncoder,
    Vae,
)

if TYPE_CHECKING:
    import torch

FAMILY = NodeFamily()

_SEEN_MEGAPIXELS = 384 * 384 / imaging.sizes.PIXELS_PER_MEGAPIXEL
"""Of the copy that the text encoder looks at."""
_KEPT_MEGAPIXELS = 1.0
"""Of the copy that the transformer looks at."""
_CELL = 8
"""Pixels along each side of a cell of the latent."""

# The wording that the models were trained with, of diffusers' Apache-2.0 pipelines.
SYSTEM = (
    "<|im_start|>system\nDescribe the key features of the input image (color, shape, size, "
    "texture, objects, background), then explain how the user's text instruction should alter or "
    "modify the image. Generate a new image that meets the user's requirements while maintaining "
    "consistency with the original input where appropriate.<|im_end|>\n<|im_start|>user\n"
)
ANSWER = "{}<|im_end|>\n<|im_start|>assistant\n"
PICTURE = "<|vision_start|><|image_pad|><|vision_end|>"


@FAMILY.node("TextEncodeQwenImageEdit", category="advanced/conditioning")
def encode_edit(
    *,
    clip: TextEncoder,
    prompt: Annotated[str, Multiline(), DynamicPrompts()],
    vae: Vae | None = None,
    image: Image | None = None,
) -> Conditioning:
    """Encode an instruction and a picture for the first Qwen-Image-Edit.

    The picture is resized to a megapixel. With a VAE, the model also sees its latent.
    """
    if image is None:
        return Conditioning((clip.encode(prompt),))
    size = imaging.sizes.with_megapixels(imaging.resize.size_of(image), _KEPT_MEGAPIXELS)
    picture = imaging.resize.common_upscale(image, size, method="area")
    template = SYSTEM + PICTURE + ANSWER
    condition = _seeing(clip).encode_with_pictures(prompt, [picture], template)
    kept = () if vae is None else (vae.encode(picture),)
    return Conditioning((replace(condition, reference_latents=kept),))


@FAMILY.node("TextEncodeQwenImageEditPlus", category="advanced/conditioning")
def encode_edit_plus(
    *,
    clip: TextEncoder,
    prompt: Annotated[str, Multiline(), DynamicPrompts()],
    vae: Vae | None = None,
    image1: Image | None = None,
    image2: Image | None = None,
    image3: Image | None = None,
) -> Conditioning:
    """Encode an instruction and up to three pictures for Qwen-Image-Edit 2509 and later.

    The text encoder sees each picture in 384 x 384 pixels, or as many in another shape. With a
    VAE, the model also sees its latent of about a megapixel. The prompt may call the pictures
    `Picture 1`, `Picture 2` and `Picture 3`.
    """
    given = {
        number: image
        for number, image in enumerate((image1, image2, image3), start=1)
        if image is not None
    }
    seen = [_resized(image, _SEEN_MEGAPIXELS, 1) for image in given.values()]
    called = "".join(f"Picture {number}: {PICTURE}" for number in given)
    condition = _seeing(clip).encode_with_pictures(called + prompt, seen, SYSTEM + ANSWER)
    kept = () if vae is None else tuple(_kept(image, vae) for image in given.values())
    return Conditioning((replace(condition, reference_latents=kept),))


def _kept(image: Image, vae: Vae) -> torch.Tensor:
    return vae.encode(_resized(image, _KEPT_MEGAPIXELS, _CELL))


def _resized(image: Image, megapixels: float, steps: int) -> Image:
    old = imaging.resize.size_of(image)
    size = imaging.sizes.with_megapixels(old, megapixels, steps=steps)
    return imaging.resize.common_upscale(image, size, method="area")


def _seeing(clip: TextEncoder) -> PictureTextEncoder:
    if isinstance(clip, PictureTextEncoder):
        return clip
    raise InputError(
        "This text encoder cannot look at pictures.",
        hint="Load qwen_2.5_vl_7b_fp8_scaled.safetensors by CLIPLoader, with the type qwen_image.",
    )
