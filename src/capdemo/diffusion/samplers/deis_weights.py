"""The weights of DEIS: integrals of polynomials in the time of a variance-preserving process.

Float32 and a sum over ten thousand points, as in zju-pi/diff-sampler (Apache-2.0): exact integrals
would differ from ComfyUI's weights by 1e-4.
"""

from __future__ import annotations

import torch

_POINTS = 10000
_FIRST_TIME = 1e-3
_LOWEST_SIGMA = 0.002
_HIGHEST_SIGMA = 80.0


def deis_weights(sigmas: torch.Tensor, *, order: int) -> list[list[torch.Tensor]]:
    """For each step what the slopes are multiplied by, the newest first."""
    lowest, growth = _process()
    times = ((lowest**2 + 2 * growth * (sigmas**2 + 1).log()).sqrt() - lowest) / growth
    weights = []
    for step in range(len(times) - 1):
        known = times[[step - back for back in range(min(step + 1, order))]]
        weights.append(_step_weights(known, times[step + 1], lowest, growth))
    return weights


def _process() -> tuple[torch.Tensor, torch.Tensor]:
    """beta_min and beta_d of the process that has these sigmas at these times."""
    low = (torch.tensor(_LOWEST_SIGMA) ** 2 + 1).log()
    high = (torch.tensor(_HIGHEST_SIGMA) ** 2 + 1).log()
    growth = 2 * (low / _FIRST_TIME - high) / (_FIRST_TIME - 1)
    return high - 0.5 * growth, growth


def _step_weights(
    known: torch.Tensor, end: torch.Tensor, lowest: torch.Tensor, growth: torch.Tensor
) -> list[torch.Tensor]:
    times = torch.linspace(float(known[0]), float(end), _POINTS)
    # alpha is the product of alphas at a time; growth is taken as ComfyUI rounds it.
    rate = (lowest + growth) - lowest
    alpha = torch.exp(-0.5 * times**2 * rate - times * lowest)
    integrand = 0.5 * (times * rate + lowest) / torch.sqrt(alpha * (1 - alpha))
    width = (end - known[0]) / _POINTS
    return [
        torch.sum(integrand * _basis(known, which, times)) * width for which in range(len(known))
    ]


def _basis(known: torch.Tensor, which: int, times: torch.Tensor) -> torch.Tensor:
    """Lagrange's polynomial that is 1 at one of the known times and 0 at the others."""
    product = torch.ones_like(times)
    for other in range(len(known)):
        if other != which:
            product = product * ((times - known[other]) / (known[which] - known[other]))
    return product
