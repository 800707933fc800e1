"""The VAE of Wan 2.1 and Qwen-Image: pictures and videos to latents of 16 channels and back.

diffusers' layers, filled from a file in Wan's own key layout; the arithmetic is ComfyUI's, whose
latents are not scaled and are the most likely ones, not samples.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from diffusers import AutoencoderKLQwenImage
from diffusers.loaders.single_file_utils import convert_wan_vae_to_diffusers

from capdemo.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

_MARK = "decoder.middle.0.residual.0.gamma"
_NEWER_MARK = "decoder.upsamples.0.upsamples.0.residual.2.weight"


def is_wan_vae(state_dict: Mapping[str, Any]) -> bool:
    """Whether these are the keys of a VAE of Wan's family."""
    return _MARK in state_dict


def build_wan_vae(state_dict: Mapping[str, torch.Tensor], where: str) -> AutoencoderKLQwenImage:
    """The autoencoder with these weights, in their own type, on the CPU.

    Raises `InputError` where weights are missing or left over, or are of Wan 2.2.
    """
    if _NEWER_MARK in state_dict:
        raise InputError(
            "The file is the VAE of Wan 2.2, whose latents have 48 channels.",
            where=where,
            hint="Choose qwen_image_vae.safetensors or wan_2.1_vae.safetensors.",
        )
    with torch.device("meta"):
        autoencoder = AutoencoderKLQwenImage(
            base_dim=state_dict["encoder.conv1.weight"].shape[0],
            z_dim=state_dict["conv2.weight"].shape[0],
        )
    converted = convert_wan_vae_to_diffusers(dict(state_dict))
    missing, unexpected = autoencoder.load_state_dict(converted, strict=False, assign=True)
    if missing or unexpected:
        odd = (*missing, *unexpected)[0]
        raise InputError(
            f"The file is a VAE of Wan's family, but {len(missing)} weights are missing and "
            f"{len(unexpected)} are left over, such as {odd}.",
            where=where,
            hint="Download it again.",
        )
    return autoencoder.eval().requires_grad_(requires_grad=False)
