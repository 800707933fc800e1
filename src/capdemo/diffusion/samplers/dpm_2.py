"""The midpoint method in the logarithm of sigma."""

from __future__ import annotations

from typing import TYPE_CHECKING

from capdemo.diffusion.run import Run, slope
from capdemo.diffusion.samplers.ancestral import descent, raised

if TYPE_CHECKING:
    import torch


def dpm_2(run: Run, latent: torch.Tensor) -> torch.Tensor:
    """k-diffusion's cross of DPM-Solver-2 (arXiv:2206.00927) and arXiv:2206.00364, algorithm 1."""
    for step, sigma, after in run.steps():
        first = slope(latent, sigma, run.at(step, latent))
        latent = _midpoint_step(run, latent, first, sigma, after)
    return latent


def dpm_2_ancestral(
    run: Run, latent: torch.Tensor, *, eta: float = 1.0, s_noise: float = 1.0
) -> torch.Tensor:
    """The same below the next level, and noise up to it."""
    noise = run.fresh_noise(latent)
    for step, sigma, after in run.steps():
        first = slope(latent, sigma, run.at(step, latent))
        steps = descent(run, sigma, after, eta)
        latent = _midpoint_step(run, latent, first, sigma, steps.down)
        if steps.down != 0:
            latent = raised(latent, steps, noise(sigma, after) * s_noise)
    return latent


def _midpoint_step(
    run: Run, latent: torch.Tensor, first: torch.Tensor, sigma: torch.Tensor, down: torch.Tensor
) -> torch.Tensor:
    """From sigma to `down` by the slope at their geometric mean; straight where `down` is 0."""
    if down == 0:
        return latent + first * (down - sigma)
    middle = sigma.log().lerp(down.log(), 0.5).exp()
    half = latent + first * (middle - sigma)
    return latent + slope(half, middle, run.denoise(half, middle)) * (down - sigma)
