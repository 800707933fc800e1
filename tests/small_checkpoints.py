"""Stable Diffusion 1.5 in its released layout, with a tenth of the channels and random weights.

Names, and how the numbers follow from them, are those of `sd_for_tests`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from safetensors.torch import save_file
from tests.sd_for_tests import released_shapes, value

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import torch

UNET = "model.diffusion_model."
VAE = "first_stage_model."
CLIP = "cond_stage_model."
CLIP_LAYERS = "text_model.encoder.layers."
TEXT = 768
"""Channels of the text, as in the real network: its family is told by them."""


def _smaller(length: int) -> int:
    return length // 10 if length >= 320 and length != TEXT else length


def _smaller_vae(length: int) -> int:
    return length // 4 if length >= 128 else length


def write_unet(path: Path) -> Path:
    """A U-Net of 32 to 128 channels, as a file of diffusion_models."""
    return _write(path, "sd15", UNET, _smaller)


def write_vae(path: Path) -> Path:
    """A VAE of 32 to 128 channels."""
    return _write(path, "sd15", VAE, _smaller_vae)


def write_checkpoint(path: Path) -> Path:
    """Both, with CLIP's tokens and first layer: 116 MB, most of which are the tokens' vectors."""
    weights = _weights("sd15", UNET, _smaller) | _weights("sd15", VAE, _smaller_vae)
    save_file(weights | _weights("sd15", CLIP, lambda length: length), path)
    return path


def write_control_net(path: Path) -> Path:
    """A ControlNet for that U-Net."""
    return _write(path, "control_sd15", "", _smaller)


def _write(path: Path, name: str, prefix: str, smaller: Callable[[int], int]) -> Path:
    weights = _weights(name, prefix, smaller)
    save_file({key.removeprefix(prefix): weight for key, weight in weights.items()}, path)
    return path


def _weights(name: str, prefix: str, smaller: Callable[[int], int]) -> dict[str, torch.Tensor]:
    return {
        key: value(key, tuple(smaller(length) for length in shape))
        for key, shape in released_shapes(name).items()
        if key.startswith(prefix) and not _is_deep(key)
    }


def _is_deep(key: str) -> bool:
    return CLIP_LAYERS in key and f"{CLIP_LAYERS}0." not in key
