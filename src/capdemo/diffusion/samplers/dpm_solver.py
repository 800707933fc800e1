"""DPM-Solver of orders 1 to 3 in steps of -ln(sigma) (arXiv:2206.00927), fixed and adaptive."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import torch

from capdemo.diffusion.samplers.ancestral import ancestral_step

if TYPE_CHECKING:
    from capdemo.diffusion.run import Run

_NEAR_THE_END = 1e-5
_TINY = 1e-8


def dpm_fast(run: Run, latent: torch.Tensor) -> torch.Tensor:
    """As many evaluations as there are steps, in steps of order 3 and a shorter rest."""
    if len(run.sigmas) <= 1:
        return latent
    start, end = _ends(run)
    evaluations = len(run.sigmas) - 1
    count = evaluations // 3 + 1
    rest = evaluations % 3
    orders = [3] * (count - 1) + [rest] if rest else [3] * (count - 2) + [2, 1]
    times = torch.linspace(float(start), float(end), count + 1)
    for step, order in enumerate(orders):
        epsilon, denoised = _epsilon(run, latent, times[step])
        run.report(step, denoised)
        solve = (_first, _second, _third)[order - 1]
        latent = solve(run, latent, epsilon, times[step], times[step + 1])
    return latent


@dataclass(slots=True)
class _StepSize:
    """A controller that lengthens and shortens steps by their errors."""

    length: float
    exponents: tuple[float, float, float]
    accept_safety: float
    errors: list[float] = field(default_factory=list)
    """Inverse errors: of this step and the last two that were accepted."""

    @classmethod
    def of(
        cls,
        length: float,
        coefficients: tuple[float, float, float],
        accept_safety: float,
        order: float,
    ) -> _StepSize:
        """By the proportional, integral and derivative coefficients of a PID controller."""
        proportional, integral, derivative = coefficients
        exponents = (
            (proportional + integral + derivative) / order,
            -(proportional + 2 * derivative) / order,
            derivative / order,
        )
        return cls(length, exponents, accept_safety)

    def accepts(self, error: float) -> bool:
        """Whether the step was good enough; sets the next length."""
        inverse = 1 / (error + _TINY)
        self.errors = self.errors or [inverse] * 3
        self.errors[0] = inverse
        factor = math.prod(e**b for e, b in zip(self.errors, self.exponents, strict=True))
        factor = 1 + math.atan(factor - 1)
        accepted = factor >= self.accept_safety
        if accepted:
            self.errors = [self.errors[0], self.errors[0], self.errors[1]]
        self.length *= factor
        return accepted


def dpm_adaptive(  # noqa: PLR0913  (the node's options)
    run: Run,
    latent: torch.Tensor,
    *,
    order: int = 3,
    rtol: float = 0.05,
    atol: float = 0.0078,
    h_init: float = 0.05,
    pcoeff: float = 0.0,
    icoeff: float = 1.0,
    dcoeff: float = 0.0,
    accept_safety: float = 0.81,
    eta: float = 0.0,
    s_noise: float = 1.0,
) -> torch.Tensor:
    """Steps as long as two orders agree; the run's sigmas give only the ends."""
    if len(run.sigmas) <= 1:
        return latent
    time, end = _ends(run)
    noise, previous, step = run.fresh_noise(latent), latent, 0
    size = _StepSize.of(abs(h_init), (pcoeff, icoeff, dcoeff), accept_safety, 1.5 if eta else order)
    while time < end - _NEAR_THE_END:
        after = torch.minimum(end, time + size.length)
        target, up = _noisy_target(time, after, end, eta)
        epsilon, denoised = _epsilon(run, latent, time)
        low, high = _two_orders(run, latent, epsilon, time, target, order=order)
        allowed = torch.maximum(torch.tensor(atol), rtol * torch.maximum(low.abs(), previous.abs()))
        error = torch.linalg.norm((low - high) / allowed) / latent.numel() ** 0.5
        if size.accepts(float(error)):
            previous, time, started = low, after, time
            latent = high + up * s_noise * noise((-started).exp(), (-after).exp())
        run.report(step, denoised)
        step += 1
    return latent


def _two_orders(
    run: Run,
    latent: torch.Tensor,
    epsilon: torch.Tensor,
    time: torch.Tensor,
    end: torch.Tensor,
    *,
    order: int,
) -> tuple[torch.Tensor, torch.Tensor]:
    """A step of the order below, and one of the order 2 or 3."""
    if order == 2:  # noqa: PLR2004  (one of the two orders)
        return _first(run, latent, epsilon, time, end), _second(run, latent, epsilon, time, end)
    return _second_and_third(run, latent, epsilon, time, end)


def _noisy_target(
    time: torch.Tensor, after: torch.Tensor, end: torch.Tensor, eta: float
) -> tuple[torch.Tensor, torch.Tensor]:
    """Where the deterministic part of a step goes, and the noise that comes on top."""
    if not eta:
        return after, torch.zeros(())
    down, _ = ancestral_step((-time).exp(), (-after).exp(), eta)
    target = torch.minimum(end, -down.log())
    return target, ((-after).exp() ** 2 - (-target).exp() ** 2) ** 0.5


def _ends(run: Run) -> tuple[torch.Tensor, torch.Tensor]:
    """-ln of the first and the last sigma above 0. Raises `InputError` for one within."""
    run.must_have_noise()
    last = run.sigmas[-2] if run.sigmas[-1] == 0 else run.sigmas[-1]
    return -run.sigmas[0].log(), -last.log()


def _epsilon(
    run: Run, latent: torch.Tensor, time: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """The noise and the picture at a time."""
    sigma = (-time).exp()
    denoised = run.denoise(latent, sigma)
    return (latent - denoised) / sigma, denoised


def _moved(
    latent: torch.Tensor, epsilon: torch.Tensor, end: torch.Tensor, h: torch.Tensor
) -> torch.Tensor:
    """DPM-Solver-1, which is DDIM, to a time that lies h ahead.

    h is given and not measured again: at a sigma of 4500 its last bits show in the picture.
    """
    return latent - (-end).exp() * h.expm1() * epsilon


def _first(
    run: Run, latent: torch.Tensor, epsilon: torch.Tensor, time: torch.Tensor, end: torch.Tensor
) -> torch.Tensor:
    """DPM-Solver-1."""
    del run
    return _moved(latent, epsilon, end, end - time)


def _second(
    run: Run, latent: torch.Tensor, epsilon: torch.Tensor, time: torch.Tensor, end: torch.Tensor
) -> torch.Tensor:
    """DPM-Solver-2, by the midpoint."""
    h = end - time
    middle_time = time + 0.5 * h
    middle = _moved(latent, epsilon, middle_time, 0.5 * h)
    change = _epsilon(run, middle, middle_time)[0] - epsilon
    return _moved(latent, epsilon, end, h) - (-end).exp() * h.expm1() * change


def _third(
    run: Run, latent: torch.Tensor, epsilon: torch.Tensor, time: torch.Tensor, end: torch.Tensor
) -> torch.Tensor:
    """DPM-Solver-3, by the thirds."""
    return _second_and_third(run, latent, epsilon, time, end)[1]


def _second_and_third(
    run: Run, latent: torch.Tensor, epsilon: torch.Tensor, time: torch.Tensor, end: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """DPM-Solver-2 by the first third, and DPM-Solver-3, which goes on from the same point."""
    r1, r2 = 1 / 3, 2 / 3
    h = end - time
    near_time, far_time = time + r1 * h, time + r2 * h
    near = _moved(latent, epsilon, near_time, r1 * h)
    near_change = _epsilon(run, near, near_time)[0] - epsilon
    straight = _moved(latent, epsilon, end, h)
    low = straight - (-end).exp() / (2 * r1) * h.expm1() * near_change
    bend = (r2 * h).expm1() / (r2 * h) - 1
    far = _moved(latent, epsilon, far_time, r2 * h)
    far = far - (-far_time).exp() * (r2 / r1) * bend * near_change
    far_change = _epsilon(run, far, far_time)[0] - epsilon
    high = straight - (-end).exp() / r2 * (h.expm1() / h - 1) * far_change
    return low, high
