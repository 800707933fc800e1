"""The logarithm of the ratio of signal to noise, in which most solvers take their steps."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

    from capdemo.diffusion.levels import Levels

_ALMOST_ALL_NOISE = 1e-4
"""Of the way: where a flow's run begins, since the ratio at pure noise has no logarithm."""


def half_log_snr(sigma: torch.Tensor, levels: Levels) -> torch.Tensor:
    """ln(alpha / sigma), where alpha is the picture's weight: 1, or 1 - sigma for a flow."""
    return -sigma.logit() if levels.is_flow else -sigma.log()


def sigma_of_half_log_snr(ratio: torch.Tensor, levels: Levels) -> torch.Tensor:
    """The inverse of `half_log_snr`."""
    return (-ratio).sigmoid() if levels.is_flow else (-ratio).exp()


def away_from_pure_noise(sigmas: torch.Tensor, levels: Levels) -> torch.Tensor:
    """The levels, of which a flow's first lies a little below 1."""
    if len(sigmas) <= 1 or not levels.is_flow or sigmas[0] < 1:
        return sigmas
    sigmas = sigmas.clone()
    sigmas[0] = levels.percent_to_sigma(_ALMOST_ALL_NOISE)
    return sigmas
