"""Exponential integrators of second order in multiple steps (refined, arXiv:2308.02157)."""

from __future__ import annotations

import torch

from capdemo.diffusion.run import Run, slope
from capdemo.diffusion.samplers.ancestral import ancestral_step


def res_multistep(run: Run, latent: torch.Tensor) -> torch.Tensor:
    """Two steps' pictures, without noise."""
    return res_multistep_ancestral(run, latent, eta=0.0)


def res_multistep_ancestral(
    run: Run, latent: torch.Tensor, *, eta: float = 1.0, s_noise: float = 1.0
) -> torch.Tensor:
    """The same below the next level, and noise up to it."""
    noise = run.fresh_noise(latent)
    old, old_down = None, torch.zeros(())
    for step, sigma, after in run.steps():
        denoised = run.at(step, latent)
        down, up = ancestral_step(sigma, after, eta)
        if old is None or down == 0:
            latent = latent + slope(latent, sigma, denoised) * (down - sigma)
        else:
            kept, weight, old_weight = _weights(sigma, down, old_down, run.sigmas[step - 1])
            latent = kept * latent + weight * denoised + old_weight * old
        if after > 0 and eta > 0:
            latent = latent + noise(sigma, after) * s_noise * up
        old, old_down = denoised, down
    return latent


def res_multistep_cfg_pp(run: Run, latent: torch.Tensor) -> torch.Tensor:
    """The plain form with the noise of the negative prompt (CFG++, arXiv:2406.08070)."""
    return res_multistep_ancestral_cfg_pp(run, latent, eta=0.0)


def res_multistep_ancestral_cfg_pp(
    run: Run, latent: torch.Tensor, *, eta: float = 1.0, s_noise: float = 1.0
) -> torch.Tensor:
    """The ancestral form with the noise of the negative prompt (CFG++)."""
    noise = run.fresh_noise(latent)
    old, old_down = None, torch.zeros(())
    for step, sigma, after in run.steps():
        denoised, unconditional = run.both_at(step, latent)
        down, up = ancestral_step(sigma, after, eta)
        if old is None or down == 0:
            latent = denoised + slope(latent, sigma, unconditional) * down
        else:
            kept, weight, old_weight = _weights(sigma, down, old_down, run.sigmas[step - 1])
            shifted = latent + (denoised - unconditional)
            latent = kept * shifted + weight * unconditional + old_weight * old
        if after > 0 and eta > 0:
            latent = latent + noise(sigma, after) * s_noise * up
        old, old_down = unconditional, down
    return latent


def _weights(
    sigma: torch.Tensor, down: torch.Tensor, old_down: torch.Tensor, previous: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """What latent, picture and last picture are multiplied by; steps are counted in -ln(sigma)."""
    h = sigma.log() - down.log()
    place = (old_down.log() - previous.log()) / h
    first = (-h).expm1() / -h
    second = (first - 1) / -h
    weight = torch.nan_to_num(first - second / place, nan=0.0)
    old_weight = torch.nan_to_num(second / place, nan=0.0)
    return (-h).exp(), h * weight, h * old_weight
