"""DPM-Solver++ in multiple steps (arXiv:2211.01095), without and with noise."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from capdemo.diffusion.noise import NoiseBetween
    from capdemo.diffusion.run import Run


def dpmpp_2m(run: Run, latent: torch.Tensor) -> torch.Tensor:
    """The picture extrapolated from this step and the last one."""
    old = None
    for step, sigma, after in run.steps():
        denoised = run.at(step, latent)
        h = sigma.log() - after.log()
        shown = denoised
        if old is not None and after > 0:
            weight = 1 / (2 * ((run.sigmas[step - 1].log() - sigma.log()) / h))
            shown = (1 + weight) * denoised - weight * old
        # Not after / sigma: upwards from 0.0001 the last bits of ComfyUI's ratio show.
        ratio = after.log().exp() / sigma.log().exp()
        latent = ratio * latent - (-h).expm1() * shown
        old = denoised
    return latent


def dpmpp_2m_cfg_pp(run: Run, latent: torch.Tensor) -> torch.Tensor:
    """The same with the noise of the negative prompt (CFG++, arXiv:2406.08070)."""
    old = None
    for step, sigma, after in run.steps():
        denoised, unconditional = run.both_at(step, latent)
        h = sigma.log() - after.log()
        shown = denoised - (-h).exp() * unconditional
        if old is not None and after > 0:
            weight = h / (2 * (run.sigmas[step - 1].log() - sigma.log()))
            shown = shown - (-h).expm1() * weight * (denoised - old)
        latent = shown + (-h).exp() * latent
        old = unconditional
    return latent


def dpmpp_2m_sde(
    run: Run,
    latent: torch.Tensor,
    *,
    eta: float = 1.0,
    s_noise: float = 1.0,
    solver_type: str = "midpoint",
    noise_device: str = "cpu",
) -> torch.Tensor:
    """The same for the SDE, along a Brownian path; `solver_type` is `midpoint` or `heun`."""
    if len(run.sigmas) <= 1:
        return latent
    noise = run.brownian_noise(latent, noise_device)
    run = run.away_from_pure_noise()
    old, old_h = None, torch.zeros(())
    for step, sigma, after in run.steps():
        denoised = run.at(step, latent)
        if after == 0:
            latent = denoised
            continue
        h = run.half_log_snr(after) - run.half_log_snr(sigma)
        scaled = h * (eta + 1)
        alpha = after * run.half_log_snr(after).exp()
        latent = _first_order(latent, denoised, (sigma, after), h, eta, alpha)
        if old is not None:
            first = -(-scaled).expm1()
            weight = first / -scaled + 1 if solver_type == "heun" else 0.5 * first
            latent = latent + alpha * weight * (h / old_h) * (denoised - old)
        latent = _with_noise(latent, noise, (sigma, after), h, eta, s_noise)
        old, old_h = denoised, h
    return latent


def dpmpp_3m_sde(
    run: Run,
    latent: torch.Tensor,
    *,
    eta: float = 1.0,
    s_noise: float = 1.0,
    noise_device: str = "cpu",
) -> torch.Tensor:
    """The third order of the same (k-diffusion)."""
    if len(run.sigmas) <= 1:
        return latent
    noise = run.brownian_noise(latent, noise_device)
    run = run.away_from_pure_noise()
    past: list[tuple[torch.Tensor, torch.Tensor]] = []
    for step, sigma, after in run.steps():
        denoised = run.at(step, latent)
        if after == 0:
            latent = denoised
            continue
        h = run.half_log_snr(after) - run.half_log_snr(sigma)
        alpha = after * run.half_log_snr(after).exp()
        latent = _first_order(latent, denoised, (sigma, after), h, eta, alpha)
        latent = latent + _curvature(denoised, past, h, eta) * alpha
        latent = _with_noise(latent, noise, (sigma, after), h, eta, s_noise)
        past = [(denoised, h), *past[:1]]
    return latent


def _curvature(
    denoised: torch.Tensor,
    past: list[tuple[torch.Tensor, torch.Tensor]],
    h: torch.Tensor,
    eta: float,
) -> torch.Tensor:
    """What the derivatives of the picture add, by divided differences over the last steps."""
    if not past:
        return torch.zeros_like(denoised)
    scaled = h * (eta + 1)
    second = (-scaled).expm1() / scaled + 1
    (old, old_h), *older = past
    first = (denoised - old) / (old_h / h)
    if not older:
        return second * first
    ((oldest, oldest_h),) = older
    ratio, old_ratio = old_h / h, oldest_h / h
    change = (first - (old - oldest) / old_ratio) / (ratio + old_ratio)
    return second * (first + change * ratio) - (second / scaled - 0.5) * change


def _first_order(
    latent: torch.Tensor,
    denoised: torch.Tensor,
    ends: tuple[torch.Tensor, torch.Tensor],
    h: torch.Tensor,
    eta: float,
    alpha: torch.Tensor,
) -> torch.Tensor:
    """The exact solution where the picture stays as it is."""
    sigma, after = ends
    kept = after / sigma * (-h * eta).exp()
    return kept * latent - alpha * (-h * (eta + 1)).expm1() * denoised


def _with_noise(
    latent: torch.Tensor,
    noise: NoiseBetween,
    ends: tuple[torch.Tensor, torch.Tensor],
    h: torch.Tensor,
    eta: float,
    s_noise: float,
) -> torch.Tensor:
    if eta <= 0 or s_noise <= 0:
        return latent
    sigma, after = ends
    return latent + noise(sigma, after) * after * (-(-2 * h * eta).expm1()).sqrt() * s_noise
