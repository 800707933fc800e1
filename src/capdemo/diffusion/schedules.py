"""The noise levels that a run goes through, by ComfyUI's name for their spacing.

All are falling, float32, on the CPU, and end in 0 but for ComfyUI's own exceptions.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import torch
from scipy.special import betaincinv

from capdemo.diffusion import spacings
from capdemo.errors import InputError
from capdemo.node_api import Sigmas

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from capdemo.diffusion.levels import Levels

SKIP_LAST_BUT_ONE = frozenset({"dpm_2", "dpm_2_ancestral", "uni_pc", "uni_pc_bh2"})
"""Samplers that KSampler gives one level more, without the last before 0."""
_NO_NOISE = 1e-5
"""A sigma that ComfyUI takes for 0."""
_WHOLE = 0.9999
"""A denoise above this is 1."""
_FIRST_LINEAR_DROP = 0.025
"""Of the noise, over the first half of the steps (Mochi's `threshold_noise`)."""


def scheduled_sigmas(levels: Levels, name: str, steps: int) -> Sigmas:
    """The levels of `steps` steps; raises `InputError` for a name that is not known."""
    if name not in _SCHEDULES:
        known = ", ".join(_SCHEDULES)
        raise InputError(f"No schedule is called '{name}'. There are: {known}.")
    return Sigmas(_SCHEDULES[name](levels, steps))


def run_sigmas(
    levels: Levels, *, scheduler: str, sampler: str, steps: int, denoise: float
) -> Sigmas:
    """KSampler's levels: of int(steps / denoise) steps the last `steps`; none for 0."""
    if denoise > _WHOLE:
        return _sampler_sigmas(levels, scheduler, sampler, steps)
    if denoise <= 0:
        return Sigmas(torch.zeros(0))
    sigmas = _sampler_sigmas(levels, scheduler, sampler, int(steps / denoise))
    return Sigmas(sigmas[-(steps + 1) :])


def _sampler_sigmas(levels: Levels, scheduler: str, sampler: str, steps: int) -> Sigmas:
    if sampler not in SKIP_LAST_BUT_ONE:
        return scheduled_sigmas(levels, scheduler, steps)
    sigmas = scheduled_sigmas(levels, scheduler, steps + 1)
    return Sigmas(torch.cat([sigmas[:-2], sigmas[-1:]]))


def _simple(levels: Levels, steps: int) -> torch.Tensor:
    """Every n-th entry of the table, from its end."""
    stride = len(levels.sigmas) / steps
    places = [-(1 + int(step * stride)) for step in range(steps)]
    return spacings.with_zero(levels.sigmas[places])


def _ddim_uniform(levels: Levels, steps: int) -> torch.Tensor:
    """Every n-th entry of the table, from its beginning; there may be more than `steps`."""
    has_zero = math.isclose(float(levels.sigmas[1]), 0, abs_tol=_NO_NOISE)
    stride = max(len(levels.sigmas) // (steps + 1 if has_zero else steps), 1)
    sigmas = levels.sigmas[1::stride].flip(0)
    return sigmas if has_zero else spacings.with_zero(sigmas)


def _normal(levels: Levels, steps: int) -> torch.Tensor:
    """Evenly in timesteps; a flow's last one is no noise, and stands for the 0."""
    start, end = levels.timestep(levels.sigmas[-1]), levels.timestep(levels.sigmas[0])
    if math.isclose(float(levels.sigma(end)), 0, abs_tol=_NO_NOISE):
        return _sigmas_at(levels, torch.linspace(float(start), float(end), steps + 1))
    timesteps = torch.linspace(float(start), float(end), steps)
    return spacings.with_zero(_sigmas_at(levels, timesteps))


def _sgm_uniform(levels: Levels, steps: int) -> torch.Tensor:
    """Evenly in timesteps, of which the last is left out."""
    start, end = levels.timestep(levels.sigmas[-1]), levels.timestep(levels.sigmas[0])
    timesteps = torch.linspace(float(start), float(end), steps + 1)[:-1]
    return spacings.with_zero(_sigmas_at(levels, timesteps))


def _sigmas_at(levels: Levels, timesteps: torch.Tensor) -> torch.Tensor:
    # One by one as ComfyUI does: the vectorised exponential differs in the last bit.
    return torch.tensor([float(levels.sigma(timestep)) for timestep in timesteps])


def beta(levels: Levels, steps: int, *, a: float = 0.6, b: float = 0.6) -> Sigmas:
    """Entries of the table at quantiles of a beta distribution, each once (arXiv:2407.12173).

    Raises `InputError` for a shape that is none.
    """
    if a <= 0 or b <= 0:
        raise InputError("A beta distribution has a shape above 0.", hint="Take 0.6 for both.")
    last = len(levels.sigmas) - 1
    shares = 1 - np.linspace(0, 1, steps, endpoint=False)
    places = np.rint(betaincinv(a, b, shares) * last)
    kept = [int(place) for i, place in enumerate(places) if i == 0 or place != places[i - 1]]
    return Sigmas(spacings.with_zero(levels.sigmas[kept]))


def _linear_quadratic(levels: Levels, steps: int) -> torch.Tensor:
    """Falling slowly and evenly for half of the steps, then as a parabola (Mochi 1)."""
    if steps == 1:
        return torch.tensor([1.0, 0.0]) * levels.sigmas[-1]
    even = steps // 2
    curved = steps - even
    slope = _FIRST_LINEAR_DROP / even
    excess = even - _FIRST_LINEAR_DROP * steps
    square = excess / (even * curved**2)
    linear = slope - 2 * excess / curved**2
    drops = [i * slope for i in range(even)]
    drops += [square * i**2 + linear * i + square * even**2 for i in range(even, steps)]
    return torch.tensor([1.0 - drop for drop in [*drops, 1.0]]) * levels.sigmas[-1]


def _between(spacing: Callable[..., torch.Tensor]) -> Callable[[Levels, int], torch.Tensor]:
    """A spacing that knows only the lowest and the highest sigma."""

    def schedule(levels: Levels, steps: int) -> torch.Tensor:
        lowest, highest = float(levels.sigmas[0]), float(levels.sigmas[-1])
        return spacing(steps, lowest=lowest, highest=highest)

    return schedule


_SCHEDULES: Mapping[str, Callable[[Levels, int], torch.Tensor]] = {
    "simple": _simple,
    "sgm_uniform": _sgm_uniform,
    "karras": _between(spacings.karras),
    "exponential": _between(spacings.exponential),
    "ddim_uniform": _ddim_uniform,
    "beta": beta,
    "normal": _normal,
    "linear_quadratic": _linear_quadratic,
    "kl_optimal": _between(spacings.kl_optimal),
}
SCHEDULERS = tuple(_SCHEDULES)
"""In ComfyUI's order."""
