"""Noise levels spaced between a lowest and a highest one; falling, float32, ending in 0."""

from __future__ import annotations

import math

import torch

from capdemo.errors import InputError

_AWAY_FROM_ZERO = 1e-5


def with_zero(sigmas: torch.Tensor) -> torch.Tensor:
    """The levels and the end of all noise."""
    return torch.cat([sigmas, sigmas.new_zeros(1)])


def karras(steps: int, *, lowest: float, highest: float, rho: float = 7.0) -> torch.Tensor:
    """Evenly in their rho-th root (arXiv:2206.00364, eq. 5). Raises `InputError` for no root."""
    if rho == 0:
        raise InputError("There is no root of the order 0.", hint="Set rho to 7, or above 0.")
    share = torch.linspace(0, 1, steps)
    low, high = lowest ** (1 / rho), highest ** (1 / rho)
    return with_zero((high + share * (low - high)) ** rho)


def exponential(steps: int, *, lowest: float, highest: float) -> torch.Tensor:
    """Evenly in their logarithm. Raises `InputError` where a level has none."""
    low, high = _logarithm(lowest), _logarithm(highest)
    return with_zero(torch.linspace(high, low, steps).exp())


def polyexponential(steps: int, *, lowest: float, highest: float, rho: float = 1.0) -> torch.Tensor:
    """A power of an even spacing in their logarithm (k-diffusion).

    Raises `InputError` where a level has none.
    """
    low, high = _logarithm(lowest), _logarithm(highest)
    share = torch.linspace(1, 0, steps) ** rho
    return with_zero(torch.exp(share * (high - low) + low))


def _logarithm(sigma: float) -> float:
    if sigma <= 0:
        raise InputError(
            "A noise level of 0 has no logarithm.",
            hint="Set sigma_min and sigma_max above 0; the 0 at the end is added.",
        )
    return math.log(sigma)


def laplace(
    steps: int, *, lowest: float, highest: float, mu: float = 0.0, beta: float = 0.5
) -> torch.Tensor:
    """Laplace-distributed logarithms (arXiv:2407.03297); alone of all without a 0 at the end."""
    centred = 0.5 - torch.linspace(0, 1, steps)
    tail = torch.log(1 - 2 * centred.abs() + _AWAY_FROM_ZERO)
    return torch.exp(mu - beta * centred.sign() * tail).clamp(lowest, highest)


def variance_preserving(
    steps: int, *, beta_d: float = 19.9, beta_min: float = 0.1, end: float = 0.001
) -> torch.Tensor:
    """Evenly in the time of the variance-preserving SDE, from 1 to `end` (arXiv:2011.13456)."""
    time = torch.linspace(1, end, steps)
    return with_zero(torch.special.expm1(beta_d * time**2 / 2 + beta_min * time).sqrt())


def kl_optimal(steps: int, *, lowest: float, highest: float) -> torch.Tensor:
    """Evenly in their arc tangent (Align Your Steps, arXiv:2404.14507, sec. 3.1).

    Raises `InputError` for a single step, where ComfyUI divides 0 by 0 and draws nothing.
    """
    if steps == 1:
        raise InputError(
            "The schedule kl_optimal needs two steps or more.",
            hint="For a single step take another schedule, such as simple.",
        )
    share = torch.arange(steps, dtype=torch.float32) / (steps - 1)
    return with_zero((share * math.atan(lowest) + (1 - share) * math.atan(highest)).tan())
