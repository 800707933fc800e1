"""How far an ancestral step goes down, and how much noise brings it up again."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import torch

if TYPE_CHECKING:
    from capdemo.diffusion.run import Run


class Descent(NamedTuple):
    """Where a step goes without noise, and how it comes from there to the level that it ends at."""

    down: torch.Tensor
    """The sigma that the deterministic part reaches."""
    kept: torch.Tensor
    """What the latent is multiplied by afterwards; 1 but for flows."""
    noise: torch.Tensor
    """The deviation of the noise that is added."""


def descent(run: Run, sigma: torch.Tensor, after: torch.Tensor, eta: float) -> Descent:
    """The descent of this run's kind of model; without eta there is no noise."""
    if run.levels.is_flow:
        return _flow_descent(sigma, after, eta)
    down, up = ancestral_step(sigma, after, eta)
    return Descent(down, torch.ones(()), up)


def ancestral_step(
    sigma: torch.Tensor, after: torch.Tensor, eta: float
) -> tuple[torch.Tensor, torch.Tensor]:
    """Lower sigma and noise that together give `after` (DDPM's posterior at eta 1, 2006.11239)."""
    if not eta:
        return after, torch.zeros(())
    # Python's `min`, not torch's: to CFG++ a flow's first sigma is infinite, the second no number.
    up = min(after, eta * (after**2 * (sigma**2 - after**2) / sigma**2) ** 0.5)
    return (after**2 - up**2) ** 0.5, up


def _flow_descent(sigma: torch.Tensor, after: torch.Tensor, eta: float) -> Descent:
    """The same for weights that add to 1: after the noise the picture's must be 1 - after."""
    down = after * (1 + (after / sigma - 1) * eta)
    kept = (1 - after) / (1 - down)
    return Descent(down, kept, (after**2 - down**2 * kept**2) ** 0.5)


def is_last(run: Run, after: torch.Tensor, steps: Descent) -> bool:
    """Whether the step ends in the picture, without noise.

    For all but flows that is so wherever the descent is full, as ComfyUI has it.
    """
    return bool((after if run.levels.is_flow else steps.down) == 0)


def raised(latent: torch.Tensor, steps: Descent, noise: torch.Tensor) -> torch.Tensor:
    """The latent brought back up to the level that the step ends at."""
    return steps.kept * latent + noise * steps.noise
