"""DPM-Solver++ in single steps of second order (arXiv:2211.01095), with noise."""

from __future__ import annotations

import torch

from capdemo.diffusion.run import Run, slope
from capdemo.diffusion.samplers.ancestral import ancestral_step, descent, is_last, raised

_BELOW_PURE_NOISE = torch.tensor(0.9999)
"""Where the midpoint lies for a flow that begins at pure noise."""


def dpmpp_2s_ancestral(
    run: Run, latent: torch.Tensor, *, eta: float = 1.0, s_noise: float = 1.0
) -> torch.Tensor:
    """Steps below the next level, and noise up to it (k-diffusion)."""
    noise = run.fresh_noise(latent)
    for step, sigma, after in run.steps():
        denoised = run.at(step, latent)
        steps = descent(run, sigma, after, eta)
        if is_last(run, after, steps):
            latent = latent + slope(latent, sigma, denoised) * (steps.down - sigma)
        else:
            middle = _middle(run, sigma, steps.down)
            half = _toward(latent, denoised, middle / sigma)
            latent = _toward(latent, run.denoise(half, middle), steps.down / sigma)
        if after > 0 and eta > 0:
            latent = raised(latent, steps, noise(sigma, after) * s_noise)
    return latent


def _middle(run: Run, sigma: torch.Tensor, down: torch.Tensor) -> torch.Tensor:
    """Halfway in the logarithm of the ratio of signal to noise."""
    if run.levels.is_flow and sigma == 1:
        return _BELOW_PURE_NOISE
    return run.sigma_of(torch.lerp(run.half_log_snr(sigma), run.half_log_snr(down), 0.5))


def _toward(latent: torch.Tensor, denoised: torch.Tensor, kept: torch.Tensor) -> torch.Tensor:
    return kept * latent + (1 - kept) * denoised


def dpmpp_2s_ancestral_cfg_pp(
    run: Run, latent: torch.Tensor, *, eta: float = 1.0, s_noise: float = 1.0
) -> torch.Tensor:
    """The same with the noise of the negative prompt (CFG++, arXiv:2406.08070)."""
    noise = run.fresh_noise(latent)
    for step, sigma, after in run.steps():
        denoised, unconditional = run.both_at(step, latent)
        down, up = ancestral_step(sigma, after, eta)
        if down == 0:
            latent = denoised + slope(latent, sigma, unconditional) * down
        else:
            middle = (-torch.lerp(-sigma.log(), -down.log(), 0.5)).exp()
            shifted = latent + (denoised - unconditional)
            half = _toward(shifted, denoised, middle / sigma)
            # As in ComfyUI, the negative prompt's picture is now the one at the midpoint.
            second, unconditional = run.denoise.both(half, middle)
            shifted = latent + (denoised - unconditional)
            latent = _toward(shifted, second, down / sigma)
        if after > 0:
            latent = latent + noise(sigma, after) * s_noise * up
    return latent


def dpmpp_sde(
    run: Run,
    latent: torch.Tensor,
    *,
    eta: float = 1.0,
    s_noise: float = 1.0,
    r: float = 0.5,
    noise_device: str = "cpu",
) -> torch.Tensor:
    """Two ancestral steps, to a share r of the way and to its end, along a Brownian path."""
    if len(run.sigmas) <= 1:
        return latent
    noise = run.brownian_noise(latent, noise_device)
    run = run.away_from_pure_noise()
    amount = s_noise if eta > 0 else 0.0
    for step, sigma, after in run.steps():
        denoised = run.at(step, latent)
        if after == 0:
            latent = denoised
            continue
        start, end = run.half_log_snr(sigma), run.half_log_snr(after)
        middle_ratio = start + (end - start) * r
        middle = run.sigma_of(middle_ratio)
        half, up = _exponential_step(run, latent, denoised, (start, middle_ratio), eta)
        if amount > 0:
            half = half + noise(sigma, middle) * amount * up
        weight = 1 / (2 * r)
        mixed = (1 - weight) * denoised + weight * run.denoise(half, middle)
        latent, up = _exponential_step(run, latent, mixed, (start, end), eta)
        if amount > 0:
            latent = latent + noise(sigma, after) * amount * up
    return latent


def _exponential_step(
    run: Run,
    latent: torch.Tensor,
    denoised: torch.Tensor,
    ratios: tuple[torch.Tensor, torch.Tensor],
    eta: float,
) -> tuple[torch.Tensor, torch.Tensor]:
    """The ancestral step between two half-log ratios, and the deviation of the noise to add."""
    start, end = ratios
    down, up = ancestral_step((-start).exp(), (-end).exp(), eta)
    h = -down.log() - start
    alpha = run.sigma_of(start) * start.exp()
    next_alpha = run.sigma_of(end) * end.exp()
    stepped = next_alpha / alpha * (-h).exp() * latent - next_alpha * (-h).expm1() * denoised
    return stepped, next_alpha * up
