"""Samplers that go to the picture and back to the next noise level at every step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from capdemo.diffusion.run import Run, slope

if TYPE_CHECKING:
    import torch


def ddpm(run: Run, latent: torch.Tensor) -> torch.Tensor:
    """The posterior of each step in a variance-preserving process (arXiv:2006.11239, eq. 7)."""
    noise = run.fresh_noise(latent)
    for step, sigma, after in run.steps():
        epsilon = slope(latent, sigma, run.at(step, latent))
        product, next_product = 1 / (sigma**2 + 1), 1 / (after**2 + 1)
        alpha = product / next_product
        scaled = latent / (1 + sigma**2).sqrt()
        latent = (1 / alpha).sqrt() * (scaled - (1 - alpha) * epsilon / (1 - product).sqrt())
        if after > 0:
            variance = (1 - alpha) * (1 - next_product) / (1 - product)
            latent = (latent + variance.sqrt() * noise(sigma, after)) * (1 + after**2).sqrt()
    return latent


def lcm(run: Run, latent: torch.Tensor) -> torch.Tensor:
    """The picture, and new noise on it (consistency models, arXiv:2303.01469, algorithm 1)."""
    noise = run.fresh_noise(latent)
    for step, sigma, after in run.steps():
        latent = run.at(step, latent)
        if after > 0:
            latent = run.prediction.noised(latent, noise(sigma, after), after)
    return latent
