"""Euler's method with slopes extrapolated from the last one (arXiv:2306.04848)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from capdemo.diffusion.run import Run, slope

if TYPE_CHECKING:
    import torch

_GAMMA = 2.0
"""How far the slope is extrapolated; 1 is Euler's."""


def gradient_estimation(run: Run, latent: torch.Tensor) -> torch.Tensor:
    """Each slope is exaggerated by its difference from the last."""
    old = None
    for step, sigma, after in run.steps():
        denoised = run.at(step, latent)
        direction = slope(latent, sigma, denoised)
        if after == 0:
            return denoised
        latent = latent + direction * (after - sigma)
        if old is not None:
            latent = latent + (_GAMMA - 1) * (direction - old) * (after - sigma)
        old = direction
    return latent


def gradient_estimation_cfg_pp(run: Run, latent: torch.Tensor) -> torch.Tensor:
    """The same with the noise of the negative prompt (CFG++, arXiv:2406.08070)."""
    old = None
    for step, sigma, after in run.steps():
        denoised, unconditional = run.both_at(step, latent)
        direction = slope(latent, sigma, unconditional)
        if after == 0:
            return denoised
        latent = denoised + direction * after
        if old is not None:
            latent = latent + (_GAMMA - 1) * (direction - old) * (after - sigma)
        old = direction
    return latent
