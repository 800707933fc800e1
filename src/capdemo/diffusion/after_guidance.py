"""What may be done to the pictures of a step once, or in place of, guidance."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from capdemo.node_api import GuidedStep

_TINY = 1e-8


def normed(step: GuidedStep, *, strength: float) -> torch.Tensor:
    """The guided picture, nowhere longer along its channels than the positive prompt's."""
    wanted = torch.norm(step.conditional, dim=1, keepdim=True)
    length = torch.norm(step.denoised, dim=1, keepdim=True)
    scale: torch.Tensor = (wanted / (length + _TINY)).clamp(0.0, 1.0)
    return step.denoised * scale * strength


def zero_star(step: GuidedStep) -> torch.Tensor:
    """Guidance from a negative prompt scaled to fit the positive one (CFG-Zero*, 2503.18886)."""
    positive = (step.latent - step.conditional).flatten(1)
    negative = (step.latent - step.unconditional).flatten(1)
    products = (positive * negative).sum(dim=1)
    factor = products / ((negative**2).sum(dim=1) + _TINY)
    factor = factor.view(-1, *[1] * (step.latent.ndim - 1))
    change = step.unconditional * (factor - 1.0)
    return step.denoised + change - step.cfg * change


def rescaled(step: GuidedStep, *, multiplier: float) -> torch.Tensor:
    """Guidance of velocities whose deviation is drawn back to the positive one's (2305.08891)."""
    sigma = step.sigma.view(-1, *[1] * (step.latent.ndim - 1))
    total = sigma * sigma + 1.0
    scaled = step.latent / total
    axes = tuple(range(1, step.latent.ndim))

    def velocity(picture: torch.Tensor) -> torch.Tensor:
        # ComfyUI hands over the noise: at a sigma of 4500 what that rounds off shows.
        rounded = step.latent - (step.latent - picture)
        return (scaled - rounded) * total**0.5 / sigma

    positive, negative = velocity(step.conditional), velocity(step.unconditional)
    guided = negative + step.cfg * (positive - negative)
    ratio = positive.std(dim=axes, keepdim=True) / guided.std(dim=axes, keepdim=True)
    mixed = multiplier * guided * ratio + (1.0 - multiplier) * guided
    return step.latent - (step.latent - (scaled - mixed * sigma / total**0.5))
