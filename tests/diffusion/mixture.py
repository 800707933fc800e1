"""A denoiser that is known in closed form: every value of a picture is drawn from a few Gaussians.

Its network-free D(x, sigma) is the mean of the posterior, computed in float64.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from collections.abc import Sequence

WANTED = (-1.2, 0.4, 1.5)
UNWANTED = (-0.6, 0.8)


def posterior_mean(
    latent: torch.Tensor,
    sigma: torch.Tensor,
    means: Sequence[float],
    variance: float,
    *,
    is_flow: bool,
) -> torch.Tensor:
    """E[picture | latent] where each value has one of the means, with a variance around it."""
    noisy, level = latent.double(), sigma.double()
    weight = 1 - level if is_flow else torch.ones_like(level)
    total = weight**2 * variance + level**2
    centres = torch.tensor(means, dtype=torch.float64).view(-1, *[1] * latent.ndim)
    apart = noisy - weight * centres
    shares = torch.softmax(-(apart**2) / (2 * total), 0)
    return (shares * (centres + weight * variance * apart / total)).sum(0).to(latent.dtype)


@dataclass
class MixtureDenoiser:
    """Guidance between two mixtures; counts how often each side is asked."""

    cfg: float
    is_flow: bool
    asked: list[str] = field(default_factory=list)

    def __call__(self, latent: torch.Tensor, sigma: torch.Tensor, /) -> torch.Tensor:
        """The guided picture; without guidance the unwanted side is not asked."""
        if self.cfg != 1:
            return self.both(latent, sigma)[0]
        self.asked.append("wanted")
        return posterior_mean(latent, sigma, WANTED, 0.3, is_flow=self.is_flow)

    def both(
        self, latent: torch.Tensor, sigma: torch.Tensor, /
    ) -> tuple[torch.Tensor, torch.Tensor]:
        self.asked += ["wanted", "unwanted"]
        wanted = posterior_mean(latent, sigma, WANTED, 0.3, is_flow=self.is_flow)
        unwanted = posterior_mean(latent, sigma, UNWANTED, 0.4, is_flow=self.is_flow)
        return unwanted + (wanted - unwanted) * self.cfg, unwanted
