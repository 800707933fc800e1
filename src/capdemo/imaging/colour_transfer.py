"""Giving a picture the colours of another one, after ComfyUI's ColorTransfer of 2026.

`reinhard_lab` moves mean and deviation of each Lab channel (Reinhard et al., 2001), `mkl_lab` the
whole covariance by the Monge-Kantorovitch map (Pitie and Kokaram, 2007), `histogram` each
channel's distribution. Refuses alpha, which is kept as it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from capdemo.errors import InputError
from capdemo.imaging import lab
from capdemo.imaging.channels import COLOURS
from capdemo.node_api import Image

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from capdemo.imaging.choices import TransferMethod

BINS = 256
"""Of a histogram."""

LEAST_DEVIATION = 1e-6


@dataclass(frozen=True, slots=True)
class Baseline:
    """What of the target its colours are measured on; the reference is always taken whole."""

    whole_batch: bool
    """One measure for all pictures, so that they keep their differences; else one for each."""
    picture: int | None = None
    """The one picture whose measure all of them share."""


@dataclass(frozen=True, slots=True)
class _Statistics:
    mean: torch.Tensor
    """31"""
    covariance: torch.Tensor
    """33"""


def transfer(
    target: Image,
    reference: Image,
    *,
    method: TransferMethod,
    baseline: Baseline,
    strength: float,
) -> Image:
    """Every picture of `target` with the colours of `reference`, clamped to 0..1.

    Measured picture by picture, each goes with the reference of the same place in the batch, or
    the last one. Strength 1 is the full transfer, 0 none, more exaggerates. A Lab transfer mixes
    in Lab. Raises `InputError` for pictures without three colours.
    """
    if min(target.shape[-1], reference.shape[-1]) < COLOURS:
        raise InputError(
            "Colours can only be transferred between pictures that have red, green and blue.",
            hint="Connect an IMAGE, not a converted mask.",
        )
    if strength == 0:
        return target
    sources, references = _planes(target), _planes(reference)
    if method == "histogram":
        result = _by_histogram(sources, references, baseline, strength)
    else:
        solve = _reinhard if method == "reinhard_lab" else _monge_kantorovitch
        result = _by_lab(sources, references, baseline, strength, solve)
    colours = torch.stack(result).movedim(1, -1).reshape(*target.shape[:3], COLOURS)
    return Image(torch.cat((colours, target[..., COLOURS:]), dim=-1))


def _planes(image: Image) -> list[torch.Tensor]:
    """Each picture's colours as 3N."""
    return [picture[..., :COLOURS].reshape(-1, COLOURS).T for picture in image]


def _measured(
    sources: Sequence[torch.Tensor], references: Sequence[torch.Tensor], baseline: Baseline
) -> list[tuple[Sequence[torch.Tensor], Sequence[torch.Tensor]]]:
    """For every picture, on what its own colours and those to reach are measured."""
    if baseline.picture is not None:
        chosen = sources[min(baseline.picture, len(sources) - 1)]
        return [([chosen], references)] * len(sources)
    if baseline.whole_batch:
        return [(sources, references)] * len(sources)
    last = len(references) - 1
    return [([own], [references[min(place, last)]]) for place, own in enumerate(sources)]


def _by_lab(
    sources: Sequence[torch.Tensor],
    references: Sequence[torch.Tensor],
    baseline: Baseline,
    strength: float,
    solve: Callable[[_Statistics, _Statistics], torch.Tensor],
) -> list[torch.Tensor]:
    # In float64: the deviation of a plain picture is nothing, and must not be what float32 rounds.
    in_lab = [lab.from_rgb(planes.double()) for planes in sources]
    wanted_lab = [lab.from_rgb(planes.double()) for planes in references]
    result = []
    for own, (before, after) in zip(in_lab, _measured(in_lab, wanted_lab, baseline), strict=True):
        present, wanted = _statistics(before), _statistics(after)
        moved = solve(present, wanted) @ (own - present.mean) + wanted.mean
        mixed = moved if strength == 1 else torch.lerp(own, moved, strength)
        result.append(lab.to_rgb(mixed).float())
    return result


def _statistics(pictures: Sequence[torch.Tensor]) -> _Statistics:
    """Of all pixels of pictures of one size."""
    count = len(pictures)
    mean = torch.stack([picture.mean(-1, keepdim=True) for picture in pictures]).sum(0) / count
    centred = [picture - mean for picture in pictures]
    spread = [picture @ picture.T / picture.shape[1] for picture in centred]
    return _Statistics(mean, torch.stack(spread).sum(0) / count)


def _reinhard(present: _Statistics, wanted: _Statistics) -> torch.Tensor:
    before, after = (
        each.covariance.diagonal().clamp(min=0).sqrt().clamp(min=LEAST_DEVIATION)
        for each in (present, wanted)
    )
    return torch.diag(after / before)


def _monge_kantorovitch(present: _Statistics, wanted: _Statistics) -> torch.Tensor:
    """The symmetric map that takes one covariance to the other and moves colours least."""
    values, vectors = torch.linalg.eigh(present.covariance)
    deviations = values.clamp(min=0).sqrt().clamp(min=LEAST_DEVIATION)
    root = vectors * deviations
    inverse = vectors / deviations
    mapping: torch.Tensor = inverse @ _square_root(root.T @ wanted.covariance @ root) @ inverse.T
    return mapping


def _square_root(matrix: torch.Tensor) -> torch.Tensor:
    values, vectors = torch.linalg.eigh(matrix)
    root: torch.Tensor = (vectors * values.clamp(min=0).sqrt()) @ vectors.T
    return root


def _by_histogram(
    sources: Sequence[torch.Tensor],
    references: Sequence[torch.Tensor],
    baseline: Baseline,
    strength: float,
) -> list[torch.Tensor]:
    result = []
    for own, (before, after) in zip(sources, _measured(sources, references, baseline), strict=True):
        table = torch.searchsorted(_distribution(after), _distribution(before))
        levels = table.clamp(max=BINS - 1).float() / (BINS - 1)
        matched = levels.gather(1, _levels(own))
        result.append(torch.lerp(own, matched, strength).clamp(0, 1) if strength != 1 else matched)
    return result


def _levels(planes: torch.Tensor) -> torch.Tensor:
    return (planes * (BINS - 1)).long().clamp(0, BINS - 1)


def _distribution(pictures: Sequence[torch.Tensor]) -> torch.Tensor:
    """Each channel's share of pixels at or below every level (3 x 256)."""
    levels = _levels(torch.cat(list(pictures), dim=1))
    counts = torch.zeros(COLOURS, BINS).scatter_add_(1, levels, torch.ones(levels.shape))
    summed = counts.cumsum(1)
    return summed / summed[:, -1:]
