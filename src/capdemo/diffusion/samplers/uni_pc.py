"""UniPC, a unified predictor and corrector of order 3 (arXiv:2302.04867)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from capdemo.diffusion.run import Run

_LAST_SIGMA = 0.001
"""Taken for 0, where the ratio of signal to noise has no logarithm."""
_ORDER = 3


def uni_pc(run: Run, latent: torch.Tensor) -> torch.Tensor:
    """With B(h) = h."""
    return _solve(run, latent, is_second_form=False)


def uni_pc_bh2(run: Run, latent: torch.Tensor) -> torch.Tensor:
    """With B(h) = exp(h) - 1."""
    return _solve(run, latent, is_second_form=True)


def _solve(run: Run, latent: torch.Tensor, *, is_second_form: bool) -> torch.Tensor:
    sigmas = run.sigmas.clone()
    ends_in_picture = bool(sigmas[-1] == 0)
    if ends_in_picture:
        sigmas[-1] = _LAST_SIGMA
    steps = len(sigmas) - 1
    order = min(_ORDER, steps - 1)
    latent = latent / torch.sqrt(1.0 + sigmas[0] ** 2.0)
    if not steps:
        return _finished(run, latent, sigmas[-1], ends_in_picture=ends_in_picture)
    point = _asked(run, latent, sigmas[0])
    run.report(0, point.picture)
    past = [point]
    # A single step is of order 0 in ComfyUI: nothing is done, and the noise comes back.
    for step in range(1, steps + 1 if order else 1):
        allowed = step if step < order else min(order, steps + 1 - step)
        stride = _Step(past[-allowed:], sigmas[step], is_second_form=is_second_form)
        if step == steps:
            latent = stride.predicted(latent)
            break
        latent, point = stride.corrected(run, latent)
        run.report(step, point.picture)
        past = [*past, point][-order:]
    return _finished(run, latent, sigmas[-1], ends_in_picture=ends_in_picture)


def _finished(
    run: Run, latent: torch.Tensor, last: torch.Tensor, *, ends_in_picture: bool
) -> torch.Tensor:
    latent = latent / _alpha(last)
    if run.levels.is_flow and ends_in_picture:
        # ComfyUI writes the last sigma into the run's own levels, by which a flow is then scaled.
        latent = latent / (1.0 - last)
    return latent


@dataclass(frozen=True, slots=True, eq=False)
class _Point:
    """A place in the run that the network was asked at."""

    sigma: torch.Tensor
    picture: torch.Tensor

    @property
    def ratio(self) -> torch.Tensor:
        return _ratio(self.sigma)


def _log_alpha(sigma: torch.Tensor) -> torch.Tensor:
    """Of the picture's weight in a variance-preserving process."""
    return 0.5 * torch.log(1 / (sigma * sigma + 1))


def _alpha(sigma: torch.Tensor) -> torch.Tensor:
    return _log_alpha(sigma).exp()


def _deviation(sigma: torch.Tensor) -> torch.Tensor:
    """The noise's weight."""
    return torch.sqrt(1.0 - torch.exp(2.0 * _log_alpha(sigma)))


def _ratio(sigma: torch.Tensor) -> torch.Tensor:
    """Half the logarithm of the ratio of signal to noise."""
    log_alpha = _log_alpha(sigma)
    return log_alpha - 0.5 * torch.log(1.0 - torch.exp(2.0 * log_alpha))


def _asked(run: Run, latent: torch.Tensor, sigma: torch.Tensor) -> _Point:
    """The point with the picture that the network sees there."""
    scaled = latent * ((sigma**2 + 1.0) ** 0.5)
    noise = (scaled - run.denoise(scaled, sigma)) / sigma
    return _Point(sigma, (latent - _deviation(sigma) * noise) / _alpha(sigma))


class _Step:
    """A step from the last of the known points to a sigma."""

    def __init__(
        self, known: Sequence[_Point], sigma: torch.Tensor, *, is_second_form: bool
    ) -> None:
        *older, last = known
        older.reverse()
        self._sigma = sigma
        self._last = last
        self._h = _ratio(sigma) - last.ratio
        places = [(old.ratio - last.ratio) / self._h for old in older]
        self._changes = [
            (old.picture - last.picture) / place for old, place in zip(older, places, strict=True)
        ]
        self._system, self._right, self._scale = _system(
            [*places, torch.ones(())], -self._h, is_second_form=is_second_form
        )

    def predicted(self, latent: torch.Tensor) -> torch.Tensor:
        """The latent at the sigma, by what is known; of order 2 by the paper's simple weight."""
        count = len(self._changes)
        if count <= 1:
            weights = torch.tensor([0.5] * count)
        else:
            weights = torch.linalg.solve(self._system[:-1, :-1], self._right[:-1])
        return self._moved(latent, weights, self._changes)

    def corrected(self, run: Run, latent: torch.Tensor) -> tuple[torch.Tensor, _Point]:
        """The same by what the network sees there, too."""
        point = _asked(run, self.predicted(latent), self._sigma)
        changes = [*self._changes, point.picture - self._last.picture]
        is_first = len(changes) == 1
        weights = torch.tensor([0.5]) if is_first else torch.linalg.solve(self._system, self._right)
        return self._moved(latent, weights, changes), point

    def _moved(
        self, latent: torch.Tensor, weights: torch.Tensor, changes: list[torch.Tensor]
    ) -> torch.Tensor:
        alpha = _alpha(self._sigma)
        base = _deviation(self._sigma) / _deviation(self._last.sigma) * latent
        base = base - alpha * (-self._h).expm1() * self._last.picture
        total = torch.zeros(())
        for weight, change in zip(weights, changes, strict=True):
            total = total + weight * change
        return base - alpha * self._scale * total


def _system(
    places: list[torch.Tensor], h: torch.Tensor, *, is_second_form: bool
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """R, b and B(h) of the paper's theorem 3.1; h is negative, since pictures are predicted."""
    scale = h.expm1() if is_second_form else h
    phi = h.expm1() / h - 1
    factorial = 1
    nodes = torch.stack(places)
    rows, right = [], []
    for order in range(1, len(places) + 1):
        rows.append(nodes ** (order - 1))
        right.append(phi * factorial / scale)
        factorial *= order + 1
        phi = phi / h - 1 / factorial
    return torch.stack(rows), torch.stack(right), scale
