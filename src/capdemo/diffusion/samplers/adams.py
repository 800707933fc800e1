"""Linear multistep methods: the slope extrapolated from the last few."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.polynomial import Polynomial

from capdemo.diffusion.run import Run, slope
from capdemo.diffusion.samplers.deis_weights import deis_weights

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import torch

    Weights = Callable[[int, int], Sequence[float | torch.Tensor]]
    """From a step's place and an order to what each slope is multiplied by, the newest first."""

_ADAMS_BASHFORTH = (
    (1.0,),
    (3 / 2, -1 / 2),
    (23 / 12, -16 / 12, 5 / 12),
    (55 / 24, -59 / 24, 37 / 24, -9 / 24),
)
"""For steps of one length, by order."""


def _multistep(
    run: Run,
    latent: torch.Tensor,
    order: int,
    weights: Weights,
    *,
    follows_last_slope: bool = False,
) -> torch.Tensor:
    """Add weighed slopes; the order grows to its maximum, and the last step is the picture.

    `follows_last_slope` comes to the picture by the slope, which rounds otherwise.
    """
    slopes: list[torch.Tensor] = []
    for step, sigma, after in run.steps():
        denoised = run.at(step, latent)
        slopes = [slope(latent, sigma, denoised), *slopes[: order - 1]]
        if after == 0:
            latent = latent + (after - sigma) * slopes[0] if follows_last_slope else denoised
            continue
        factors = weights(step, len(slopes))
        moves = [factor * past for factor, past in zip(factors, slopes, strict=True)]
        for move in moves:
            latent = latent + move
    return latent


def lms(run: Run, latent: torch.Tensor, *, order: int = 4) -> torch.Tensor:
    """The integral of the polynomial through the last slopes (k-diffusion)."""
    sigmas = run.sigmas.double().numpy()

    def weights(step: int, count: int) -> list[float]:
        known = sigmas[[step - back for back in range(count)]]
        bases = (_basis(known, which) for which in range(count))
        return [
            float(area(sigmas[step + 1]) - area(sigmas[step]))
            for area in (basis.integ() for basis in bases)
        ]

    return _multistep(run, latent, order, weights)


def _basis(places: np.ndarray, which: int) -> Polynomial:
    """Lagrange's polynomial that is 1 at one of the places and 0 at the others."""
    others = np.delete(places, which)
    if not len(others):
        return Polynomial([1.0])
    basis: Polynomial = Polynomial.fromroots(others) / np.prod(places[which] - others)
    return basis


def ipndm(run: Run, latent: torch.Tensor) -> torch.Tensor:
    """Adams-Bashforth with the weights of even steps (arXiv:2202.09778, improved in 2204.13902)."""

    def weights(step: int, count: int) -> list[torch.Tensor]:
        length = run.sigmas[step + 1] - run.sigmas[step]
        return [length * factor for factor in _ADAMS_BASHFORTH[count - 1]]

    return _multistep(run, latent, 4, weights)


def ipndm_v(run: Run, latent: torch.Tensor) -> torch.Tensor:
    """The same with weights for the steps' true lengths (zju-pi/diff-sampler, Apache-2.0)."""

    def weights(step: int, count: int) -> list[torch.Tensor]:
        lengths = [run.sigmas[step + 1 - back] - run.sigmas[step - back] for back in range(count)]
        return [lengths[0] * factor for factor in _uneven_weights(lengths)]

    return _multistep(run, latent, 4, weights)


def _uneven_weights(lengths: list[torch.Tensor]) -> list[torch.Tensor | float]:
    """diff-sampler's weights, which are those of Adams-Bashforth only for even steps."""
    if len(lengths) == 1:
        return [1.0]
    now, last, *older = lengths
    first = now / last / 2
    weights: list[torch.Tensor | float] = [1 + first, -first]
    if not older:
        return weights
    second = _second_weight(now, last, older[0])
    ratio = last / older[0]
    weights = [weights[0] + second, weights[1] - (1 + ratio) * second, ratio * second]
    if len(older) == 1:
        return weights
    third = _third_weight(now, last, *older)
    far = last * (last + older[0]) / (older[0] * (older[0] + older[1]))
    return [
        weights[0] + third,
        weights[1] - (1 + ratio + far) * third,
        weights[2] + (ratio + far * (1 + older[0] / older[1])) * third,
        -third * far * ratio,
    ]


def _second_weight(now: torch.Tensor, last: torch.Tensor, older: torch.Tensor) -> torch.Tensor:
    both = now + last
    return (1 - now / (3 * both) * (now * both) / (last * (last + older))) / 2


def _third_weight(
    now: torch.Tensor, last: torch.Tensor, older: torch.Tensor, oldest: torch.Tensor
) -> torch.Tensor:
    both, three = now + last, now + last + older
    near = (1 - now / (3 * both)) / 2
    far = (1 - now / (2 * both)) * now / (6 * three)
    return (near + far) * (now * both * three) / (last * (last + older) * (last + older + oldest))


def deis(run: Run, latent: torch.Tensor) -> torch.Tensor:
    """Exponential integrator with polynomials in time, order 3 (tAB-DEIS, arXiv:2204.13902)."""
    steps = deis_weights(run.sigmas, order=3)

    def weights(step: int, count: int) -> list[torch.Tensor]:
        return steps[step] if count > 1 else [run.sigmas[step + 1] - run.sigmas[step]]

    # At a sigma of 4500 the last bits of ComfyUI's last step show in the picture.
    return _multistep(run, latent, 3, weights, follows_last_slope=True)
