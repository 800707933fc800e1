"""How a diffusion network was trained: its noise levels and what it predicts; numbers only.

`capdemo.diffusion.levels` turns these into sigmas, timesteps and denoised latents.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Prediction: TypeAlias = Literal["epsilon", "v_prediction", "x0", "img_to_img", "lcm"]
"""What the network answers: the noise, the velocity of a variance-preserving process, the picture
(`img_to_img`: from an unscaled latent), or LCM's boundary-conditioned noise."""


@dataclass(frozen=True, slots=True)
class DiscreteLevels:
    """Stable Diffusion's: a table from betas, one level a training step."""

    prediction: Prediction = "epsilon"
    beta_start: float = 0.00085
    beta_end: float = 0.012
    """Both of the scaled-linear schedule: the square roots of the betas grow evenly."""
    steps: int = 1000
    has_zero_terminal_snr: bool = False
    """Whether the last level is pure noise (arXiv:2305.08891)."""


@dataclass(frozen=True, slots=True)
class FlowLevels:
    """Rectified flow, shifted by a factor: Stable Diffusion 3, AuraFlow, Wan, Qwen-Image."""

    shift: float = 1.0
    """sigma = shift t / (1 + (shift - 1) t), for t in (0, 1]."""
    multiplier: float = 1000.0
    """The timestep that the network is told is sigma times this."""


@dataclass(frozen=True, slots=True)
class ExponentialFlowLevels:
    """Rectified flow, shifted by an exponent: Flux, and Qwen-Image as it is loaded."""

    shift: float = 1.15
    """mu in sigma = exp(mu) / (exp(mu) + 1/t - 1); the network is told sigma itself."""


@dataclass(frozen=True, slots=True)
class ContinuousLevels:
    """Evenly spaced in their logarithm, as by Karras and others (arXiv:2206.00364)."""

    prediction: Literal["epsilon", "v_prediction", "edm"] = "edm"
    sigma_min: float = 0.002
    sigma_max: float = 120.0
    sigma_data: float = 1.0
    timestep: Literal["log", "atan"] = "log"
    """What the network is told: ln(sigma) / 4, or 2 atan(sigma) / pi."""


NoiseLevels: TypeAlias = DiscreteLevels | FlowLevels | ExponentialFlowLevels | ContinuousLevels
