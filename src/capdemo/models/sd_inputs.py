"""What a Stable Diffusion U-Net takes beside the latent: text, sizes, a picture to fill."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch.nn import functional

from capdemo.errors import InputError
from capdemo.models.unet_shape import FAMILIES

if TYPE_CHECKING:
    from capdemo.models.unet_shape import UnetShape
    from capdemo.node_api.conditioning import Condition
    from capdemo.node_api.diffusion import Canvas, LatentFormat

_NUMBER = 256
"""Channels that SDXL writes each of its numbers in."""
_LONGEST_WAVE = 10_000
_PIXELS = 8
_SCORES = {False: 6.0, True: 2.5}
"""The aesthetic score that SDXL's refiner is told where nobody says: of a good picture, and of
one to be avoided (arXiv 2307.01952, appendix)."""
_EMPTY_CELL = (0.8223, -0.6876, 0.6364, 0.1380)
"""What Stable Diffusion 1's VAE makes of grey, scaled for the network."""


def check_text(condition: Condition, shape: UnetShape) -> None:
    """Raise `InputError` where a prompt was not encoded for a network of this shape."""
    given = condition.embedding.shape[-1]
    if given != shape.context:
        raise InputError(
            f"The prompt was encoded for {_family(given)}, and the model is "
            f"{_family(shape.context)}.",
            hint="Encode it with the text encoder that belongs to the model.",
        )


def _family(context: int) -> str:
    return FAMILIES.get(context, f"a network that takes {context} channels of text")


def size_vector(condition: Condition, canvas: Canvas, *, is_refiner: bool) -> torch.Tensor:
    """SDXL's pooled text, and behind it the picture's sizes, each number in 256 channels; BC."""
    if condition.pooled is None:
        raise InputError(
            "The prompt has no pooled text, which SDXL needs.",
            hint="Encode it with the text encoder of the same checkpoint.",
        )
    numbers = torch.tensor(_numbers(condition, canvas, is_refiner=is_refiner))
    half = _NUMBER // 2
    waves = torch.exp(-torch.log(torch.tensor(_LONGEST_WAVE)) * torch.arange(half) / half)
    angles = numbers[:, None] * waves
    written = torch.cat([angles.cos(), angles.sin()], dim=-1).reshape(1, -1)
    return torch.cat([condition.pooled, written.expand(len(condition.pooled), -1)], dim=1)


def picture_to_fill(condition: Condition, canvas: Canvas, form: LatentFormat) -> torch.Tensor:
    """The mask and the masked picture that an inpainting U-Net sees behind the latent; BCHW."""
    batch, _, height, width = canvas.shape
    picture, mask = canvas.latent, condition.concat_mask
    if condition.concat_latent is not None:
        # Inpainting networks are of Stable Diffusion, whose latents are scaled by a number alone.
        picture = condition.concat_latent.to(canvas.latent) * form.scale
    if mask is None:
        mask = canvas.noise_mask
    if mask is None:
        empty = torch.tensor(_EMPTY_CELL).to(canvas.latent).reshape(1, -1, 1, 1)
        ones = torch.ones(batch, 1, height, width).to(canvas.latent)
        return torch.cat([ones, empty.expand(batch, -1, height, width)], dim=1)
    mask = _fit(mask[:, :1].to(canvas.latent), height, width).round()
    parts = (mask, _fit(picture, height, width))
    return torch.cat([_repeat(part, batch) for part in parts], dim=1)


def _numbers(condition: Condition, canvas: Canvas, *, is_refiner: bool) -> list[float]:
    sizes = condition.sizes
    height, width = (side * _PIXELS for side in canvas.shape[-2:])
    crop_top = crop_left = 0
    target = (height, width)
    score = None
    if sizes is not None:
        height, width = sizes.height, sizes.width
        crop_top, crop_left = sizes.crop_top, sizes.crop_left
        target = (
            height if sizes.target_height is None else sizes.target_height,
            width if sizes.target_width is None else sizes.target_width,
        )
        score = sizes.aesthetic_score
    first = [float(height), float(width), float(crop_top), float(crop_left)]
    if is_refiner:
        return [*first, _SCORES[canvas.is_negative] if score is None else score]
    return [*first, *map(float, target)]


def _fit(picture: torch.Tensor, height: int, width: int) -> torch.Tensor:
    if picture.shape[-2:] == (height, width):
        return picture
    return functional.interpolate(picture, size=(height, width), mode="bilinear")


def _repeat(picture: torch.Tensor, batch: int) -> torch.Tensor:
    times = -(-batch // len(picture))
    return picture.repeat(times, 1, 1, 1)[:batch]
