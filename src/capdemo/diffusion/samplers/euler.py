"""Euler's method for the probability flow, plain, ancestral and in the form of CFG++."""

from __future__ import annotations

from typing import TYPE_CHECKING

from capdemo.diffusion.run import Run, slope
from capdemo.diffusion.samplers.ancestral import ancestral_step, descent, is_last, raised

if TYPE_CHECKING:
    import torch


def euler(run: Run, latent: torch.Tensor) -> torch.Tensor:
    """arXiv:2206.00364, algorithm 1 without its second-order correction."""
    for step, sigma, after in run.steps():
        latent = latent + slope(latent, sigma, run.at(step, latent)) * (after - sigma)
    return latent


def euler_pp(run: Run, latent: torch.Tensor) -> torch.Tensor:
    """ComfyUI's other reading of CFG++: twice the guided picture less the negative one's."""
    for step, sigma, after in run.steps():
        denoised, unconditional = run.both_at(step, latent)
        direction = slope(latent - denoised + unconditional, sigma, denoised)
        latent = latent + direction * (after - sigma)
    return latent


def euler_ancestral(
    run: Run, latent: torch.Tensor, *, eta: float = 1.0, s_noise: float = 1.0
) -> torch.Tensor:
    """Euler steps below the next level, and noise up to it (k-diffusion)."""
    noise = run.fresh_noise(latent)
    for step, sigma, after in run.steps():
        denoised = run.at(step, latent)
        steps = descent(run, sigma, after, eta)
        if is_last(run, after, steps):
            latent = denoised
            continue
        latent = latent + slope(latent, sigma, denoised) * (steps.down - sigma)
        if eta > 0:
            latent = raised(latent, steps, noise(sigma, after) * s_noise)
    return latent


def euler_ancestral_cfg_pp(
    run: Run, latent: torch.Tensor, *, eta: float = 1.0, s_noise: float = 1.0
) -> torch.Tensor:
    """Noise direction of the negative prompt alone, picture of both (CFG++, arXiv:2406.08070)."""
    noise = run.fresh_noise(latent)
    for step, sigma, after in run.steps():
        denoised, unconditional = run.both_at(step, latent)
        if after == 0:
            latent = denoised
            continue
        alpha = sigma * run.half_log_snr(sigma).exp()
        next_alpha = after * run.half_log_snr(after).exp()
        direction = slope(latent, sigma, alpha * unconditional)
        down, up = ancestral_step(sigma / alpha, after / next_alpha, eta)
        latent = next_alpha * denoised + next_alpha * down * direction
        if eta > 0 and s_noise > 0:
            latent = latent + next_alpha * noise(sigma, after) * s_noise * up
    return latent


def euler_cfg_pp(run: Run, latent: torch.Tensor) -> torch.Tensor:
    """The same without noise: DDIM of CFG++ (arXiv:2406.08070, algorithm 2)."""
    return euler_ancestral_cfg_pp(run, latent, eta=0.0, s_noise=0.0)
