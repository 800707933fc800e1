"""Stochastic exponential solvers without derivatives (SEEDS, arXiv:2305.14267)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from capdemo.diffusion.run import Run


class _Path:
    """A step's noise, which grows as the step goes on, so that its stages share one path."""

    def __init__(self, run: Run, latent: torch.Tensor, eta: float, s_noise: float) -> None:
        self._draw = run.fresh_noise(latent)
        self._eta = eta if s_noise > 0 else 0.0
        self._amount = s_noise
        self._sum: torch.Tensor | None = None

    def begin(self) -> None:
        self._sum = None

    def to(
        self, sigma: torch.Tensor, after: torch.Tensor, length: torch.Tensor
    ) -> torch.Tensor | float:
        """The noise at `after`, which lies `length` behind sigma in the half-log ratio."""
        if self._eta <= 0:
            return 0.0
        fade = -length * self._eta
        fresh = (-(2 * fade).expm1()).sqrt() * self._draw(sigma, after)
        self._sum = fresh if self._sum is None else self._sum * fade.exp() + fresh
        return self._sum * after * self._amount


def seeds_2(
    run: Run, latent: torch.Tensor, *, eta: float = 1.0, s_noise: float = 1.0, r: float = 0.5
) -> torch.Tensor:
    """Two stages: one at a share r of the step, and the end."""
    path = _Path(run, latent, eta, s_noise)
    run = run.away_from_pure_noise()
    weight = 1 / (2 * r)
    for step, sigma, after in run.steps():
        denoised = run.at(step, latent)
        if after == 0:
            latent = denoised
            continue
        path.begin()
        start, end = run.half_log_snr(sigma), run.half_log_snr(after)
        h = end - start
        middle_ratio = torch.lerp(start, end, r)
        middle = run.sigma_of(middle_ratio)
        alpha, next_alpha = middle * middle_ratio.exp(), after * end.exp()
        half = middle / sigma * (-r * h * eta).exp() * latent
        half = half - alpha * (-r * h * (eta + 1)).expm1() * denoised
        half = half + path.to(sigma, middle, r * h)
        mixed = torch.lerp(denoised, run.denoise(half, middle), weight)
        latent = after / sigma * (-h * eta).exp() * latent
        latent = latent - next_alpha * (-h * (eta + 1)).expm1() * mixed
        latent = latent + path.to(middle, after, (1 - r) * h)
    return latent


def seeds_3(
    run: Run,
    latent: torch.Tensor,
    *,
    eta: float = 1.0,
    s_noise: float = 1.0,
) -> torch.Tensor:
    """Three stages: at one third and two thirds of the step, and the end."""
    path = _Path(run, latent, eta, s_noise)
    run = run.away_from_pure_noise()
    for step, sigma, after in run.steps():
        denoised = run.at(step, latent)
        if after == 0:
            latent = denoised
            continue
        path.begin()
        latent = _third_order_step(run, latent, denoised, (sigma, after), path, eta)
    return latent


def _third_order_step(
    run: Run,
    latent: torch.Tensor,
    denoised: torch.Tensor,
    ends: tuple[torch.Tensor, torch.Tensor],
    path: _Path,
    eta: float,
) -> torch.Tensor:
    r1, r2 = 1 / 3, 2 / 3
    sigma, after = ends
    start, end = run.half_log_snr(sigma), run.half_log_snr(after)
    h = end - start
    scaled = h * (eta + 1)
    ratios = [torch.lerp(start, end, r1), torch.lerp(start, end, r2)]
    first, second = (run.sigma_of(ratio) for ratio in ratios)
    first_alpha, second_alpha = first * ratios[0].exp(), second * ratios[1].exp()
    near = first / sigma * (-r1 * h * eta).exp() * latent
    near = near - first_alpha * (-r1 * scaled).expm1() * denoised
    near = near + path.to(sigma, first, r1 * h)
    denoised_2 = run.denoise(near, first)
    weight = r2 / r1 * _phi_2(-r2 * scaled)
    shown = ((-r2 * scaled).expm1() - weight) * denoised + weight * denoised_2
    far = second / sigma * (-r2 * h * eta).exp() * latent - second_alpha * shown
    far = far + path.to(first, second, (r2 - r1) * h)
    denoised_3 = run.denoise(far, second)
    weight = _phi_2(-scaled) / r2
    shown = ((-scaled).expm1() - weight) * denoised + weight * denoised_3
    ended = after / sigma * (-h * eta).exp() * latent - after * end.exp() * shown
    return ended + path.to(second, after, (1 - r2) * h)


def _phi_2(h: torch.Tensor) -> torch.Tensor:
    """H times the second exponential integral: (e^h - 1 - h) / h."""
    return (h.expm1() - h) / h
