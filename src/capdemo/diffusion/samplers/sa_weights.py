"""The weights of the stochastic Adams solver: integrals of Lagrange's polynomials."""

from __future__ import annotations

import math
from typing import NamedTuple

import torch


class SaStep(NamedTuple):
    """A step between two places of the run, and the half-log ratios that its polynomial uses."""

    ratios: torch.Tensor
    start: int
    end: int


def adams_weights(
    step: SaStep, lambdas: torch.Tensor, after: torch.Tensor, tau: float, *, simple: bool
) -> torch.Tensor:
    """What each picture is multiplied by, the oldest first (eqs. 15 and 18)."""
    start, end = lambdas[step.start], lambdas[step.end]
    alpha = after * end.exp()
    count = len(step.ratios)
    if simple and count == 2:  # noqa: PLR2004  (the order that the paper simplifies)
        return alpha * _simple_weights(step, start, end, 1 + tau**2)
    powers = torch.vander(step.ratios, count, increasing=True).T
    weights: torch.Tensor = torch.linalg.solve(powers, _moments(start, end, count, 1 + tau**2))
    return alpha * weights


def _simple_weights(
    step: SaStep, start: torch.Tensor, end: torch.Tensor, rate: float
) -> torch.Tensor:
    """Appendix D: weights that agree with the true ones to second order."""
    h = end - start
    total = -(-h * rate).expm1()
    if step.ratios[-1] == end:
        new = 0.5 * rate * h
        return torch.stack([total - new, new])
    old = 0.5 * rate * h**2 / (step.ratios[-2] - start)
    return torch.stack([old, total - old])


def _moments(start: torch.Tensor, end: torch.Tensor, count: int, rate: float) -> torch.Tensor:
    """Rate * integral of exp(rate (x - end)) x^p from start to end, for p below count."""
    powers = torch.arange(count, dtype=start.dtype)
    ends = end**powers - start**powers * (-rate * (end - start)).exp()
    depth = powers[:, None] - powers[None, :]
    logs = (powers + 1).lgamma()
    factors = logs[:, None] - logs[None, :] - depth * math.log(rate)
    signs = torch.where(depth % 2 == 0, 1.0, -1.0)
    return (factors.exp() * signs).tril() @ ends
