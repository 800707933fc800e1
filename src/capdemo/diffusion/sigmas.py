"""Noise levels cut, turned around and filled up, once they are given."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING, Literal, TypeAlias

import torch

from capdemo.diffusion.levels import Levels, levels_of
from capdemo.diffusion.schedules import beta, scheduled_sigmas
from capdemo.diffusion.spacings import with_zero
from capdemo.node_api import Sigmas

if TYPE_CHECKING:
    from capdemo.node_api import NoiseLevels

Bend: TypeAlias = Literal["linear", "cosine", "sine"]

_LEAST_FIRST = 0.0001
"""What 0 becomes where a run begins at it."""


def split_at(sigmas: Sigmas, step: int) -> tuple[Sigmas, Sigmas]:
    """The levels up to a step, and those from it on."""
    return Sigmas(sigmas[: step + 1]), Sigmas(sigmas[step:])


def split_by_share(sigmas: Sigmas, share: float) -> tuple[Sigmas, Sigmas]:
    """The levels in two, of which the second has a share of the steps.

    A share of no step leaves nothing to the first, as in ComfyUI.
    """
    steps = round(max(len(sigmas) - 1, 0) * share)
    return Sigmas(sigmas[:-steps] if steps else sigmas[:0]), Sigmas(sigmas[-(steps + 1) :])


def flipped(sigmas: Sigmas) -> Sigmas:
    """From picture to noise; begins a little above 0."""
    turned = sigmas.flip(0)
    if len(turned) and turned[0] == 0:
        turned[0] = _LEAST_FIRST
    return Sigmas(turned)


def with_first(sigmas: Sigmas, sigma: float) -> Sigmas:
    """The levels with another one in the first's place."""
    result = sigmas.clone()
    result[:1] = sigma
    return Sigmas(result)


def filled_up(sigmas: Sigmas, steps: int, *, highest: float, lowest: float, bend: Bend) -> Sigmas:
    """`steps` steps in place of each one that begins between two levels."""
    share = torch.linspace(0, 1, steps + 1)[1:-1]
    if bend == "cosine":
        share = torch.sin(share * math.pi / 2)
    elif bend == "sine":
        share = 1 - torch.cos(share * math.pi / 2)
    parts: list[torch.Tensor] = []
    for sigma, after in pairwise(sigmas):
        parts.append(sigma.view(1))
        if lowest <= sigma <= highest:
            parts.append(share * (after - sigma) + sigma)
    return Sigmas(torch.cat([*parts, sigmas[-1:]]))


def scheduled(spec: NoiseLevels, name: str, *, steps: int, denoise: float) -> Sigmas:
    """BasicScheduler's levels: like KSampler's, whatever the sampler."""
    if denoise <= 0:
        return Sigmas(torch.zeros(0))
    count = int(steps / denoise) if denoise < 1 else steps
    return Sigmas(scheduled_sigmas(levels_of(spec), name, count)[-(steps + 1) :])


def by_beta(spec: NoiseLevels, steps: int, *, a: float, b: float) -> Sigmas:
    """The beta schedule with a shape of one's own."""
    return beta(levels_of(spec), steps, a=a, b=b)


def turbo(spec: NoiseLevels, steps: int, *, denoise: float) -> Sigmas:
    """The levels of every hundredth timestep, from the last on."""
    first = 10 - int(10 * denoise)
    timesteps = (torch.arange(1, 11) * 100 - 1).flip(0)[first : first + steps]
    return Sigmas(with_zero(levels_of(spec).sigma(timesteps)))


def at_percent(spec: NoiseLevels, percent: float, *, is_real: bool) -> float:
    """The level at a share of the way; if it must be real, the ends are the table's own."""
    levels: Levels = levels_of(spec)
    if is_real and percent in (0.0, 1.0):
        return levels.sigmas[-1 if percent == 0.0 else 0].item()
    return levels.percent_to_sigma(percent)
