"""Random numbers as ComfyUI draws them: on the CPU, the same on every machine."""

from __future__ import annotations

import torch

from capdemo.node_api import Image


def add_noise(image: Image, *, seed: int, strength: float) -> Image:
    """Gaussian noise on every channel, clamped to 0..1 (ImageAddNoise)."""
    drawn = torch.randn(image.shape, generator=torch.Generator().manual_seed(seed))
    return Image((image + strength * drawn).clamp(0.0, 1.0))
