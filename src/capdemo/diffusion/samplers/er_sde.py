"""Extended reverse-time SDE solvers (arXiv:2309.06169)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from collections.abc import Callable

    from capdemo.diffusion.run import Run

    Scale = Callable[[torch.Tensor], torch.Tensor]
    """phi of the paper: how much noise the process has at each sigma / alpha."""

_POINTS = 200
"""Of the numerical integrals."""


def er_sde(
    run: Run,
    latent: torch.Tensor,
    *,
    solver_type: str = "ER-SDE",
    max_stage: int = 3,
    eta: float = 1.0,
    s_noise: float = 1.0,
) -> torch.Tensor:
    """ER-SDE-Solver up to order 3.

    The solver type chooses the noise: the paper's own, as much as `eta` wants of the reverse-time
    SDE's, or none.
    """
    if solver_type == "ODE" or (solver_type == "Reverse-time SDE" and eta == 0):
        eta, s_noise = 0.0, 0.0
    scale = _own_scale if solver_type == "ER-SDE" else _power_scale(eta)
    noise = run.fresh_noise(latent)
    run = run.away_from_pure_noise()
    lambdas = (-run.half_log_snr(run.sigmas)).exp()
    past: list[torch.Tensor] = []
    for step, sigma, after in run.steps():
        denoised = run.at(step, latent)
        if after == 0:
            latent = denoised
            continue
        now, then = lambdas[step], lambdas[step + 1]
        alpha = after / then
        ratio = scale(then) / scale(now)
        latent = alpha / (sigma / now) * ratio * latent + alpha * (1 - ratio) * denoised
        change, past = _changes(denoised, past, lambdas, step, max_stage)
        latent = latent + alpha * _correction(change, now, then, scale)
        if s_noise > 0:
            deviation = (then**2 - now**2 * ratio**2).sqrt().nan_to_num(nan=0.0)
            latent = latent + alpha * noise(sigma, after) * s_noise * deviation
    return latent


def _own_scale(ratio: torch.Tensor) -> torch.Tensor:
    return ratio * ((ratio**0.3).exp() + 10.0)


def _power_scale(eta: float) -> Scale:
    return lambda ratio: ratio ** (eta + 1)


def _changes(
    denoised: torch.Tensor,
    past: list[torch.Tensor],
    lambdas: torch.Tensor,
    step: int,
    max_stage: int,
) -> tuple[list[torch.Tensor], list[torch.Tensor]]:
    """First and second divided difference of the picture, and what the next step needs of them."""
    changes: list[torch.Tensor] = []
    if past and max_stage > 1:
        changes.append((denoised - past[0]) / (lambdas[step] - lambdas[step - 1]))
        if len(past) > 1 and max_stage > 2:  # noqa: PLR2004  (the stages are counted from 1)
            half = (lambdas[step] - lambdas[step - 2]) / 2
            changes.append((changes[0] - past[1]) / half)
    return changes, [denoised, *changes[:1]]


def _correction(
    changes: list[torch.Tensor], now: torch.Tensor, then: torch.Tensor, scale: Scale
) -> torch.Tensor:
    """What the higher stages add."""
    width = then - now
    part = -width / _POINTS
    places = then + torch.arange(_POINTS, dtype=torch.float32) * part
    scaled = scale(places)
    total = torch.zeros(())
    if changes:
        area = torch.sum(1 / scaled) * part
        total = (width + area * scale(then)) * changes[0]
    if len(changes) > 1:
        moment = torch.sum((places - now) / scaled) * part
        total = total + (width**2 / 2 + moment * scale(then)) * changes[1]
    return total
