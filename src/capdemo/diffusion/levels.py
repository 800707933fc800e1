"""Sigmas and timesteps of the ways in which diffusion networks are trained.

A sigma is a noise level: x = picture + sigma * noise, or (1 - sigma) * picture + sigma * noise for
a flow. What a network makes of it is in `predictions`.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Protocol

import torch

from capdemo.node_api import (
    ContinuousLevels,
    DiscreteLevels,
    ExponentialFlowLevels,
    FlowLevels,
    NoiseLevels,
)

BEYOND_ANY_SIGMA = 999999999.9
"""ComfyUI's sigma at 0 % of the way for all but flows: nothing lies before it."""
_LAST_ALPHA_WITH_ZERO_SNR = 4.8973451890853435e-08
"""ComfyUI's stand-in for the last product of alphas, which ought to be 0; a sigma of 4518.8."""
_DISTILLED_LEVELS = 50
"""Levels that latent consistency models keep of the thousand (arXiv:2310.04378)."""
_FLOW_LEVELS = 1000
_EXPONENTIAL_FLOW_LEVELS = 10000
_CONTINUOUS_LEVELS = 1000
_LOG_TIMESTEP = 0.25
"""c_noise of arXiv:2206.00364, table 1: ln(sigma) / 4."""


class Levels(Protocol):
    """The noise levels of one network."""

    @property
    def sigmas(self) -> torch.Tensor:
        """The table, rising; float32, on the CPU."""
        ...

    @property
    def is_flow(self) -> bool:
        """Whether the weights of picture and noise add to 1."""
        ...

    def timestep(self, sigma: torch.Tensor) -> torch.Tensor:
        """What the network is told for each sigma."""
        ...

    def sigma(self, timestep: torch.Tensor) -> torch.Tensor:
        """The sigma of each timestep, also between those of the table."""
        ...

    def percent_to_sigma(self, percent: float) -> float:
        """The sigma at a share of the way from noise (0) to picture (1)."""
        ...


@lru_cache(maxsize=32)
def levels_of(spec: NoiseLevels) -> Levels:
    """The tables of noise levels."""
    match spec:
        case DiscreteLevels(prediction="lcm"):
            return _Distilled(_scaled_linear_sigmas(spec))
        case DiscreteLevels():
            return _Discrete(_scaled_linear_sigmas(spec))
        case FlowLevels():
            return _Flow(spec.shift, spec.multiplier)
        case ExponentialFlowLevels():
            return _ExponentialFlow(spec.shift)
        case ContinuousLevels():
            return _Continuous(spec)


def _scaled_linear_sigmas(spec: DiscreteLevels) -> torch.Tensor:
    """sqrt((1 - a) / a) of the products a of (1 - beta), in float64."""
    roots = torch.linspace(
        spec.beta_start**0.5, spec.beta_end**0.5, spec.steps, dtype=torch.float64
    )
    sigmas = ((1 - (alphas := torch.cumprod(1 - roots**2, dim=0))) / alphas) ** 0.5
    return _with_zero_terminal_snr(sigmas) if spec.has_zero_terminal_snr else sigmas


def _with_zero_terminal_snr(sigmas: torch.Tensor) -> torch.Tensor:
    """Shift and scale the roots of the alphas so that the last is 0 (arXiv:2305.08891, alg. 1)."""
    roots = (1 / (sigmas * sigmas + 1)).sqrt()
    first, last = roots[0], roots[-1]
    alphas = ((roots - last) * (first / (first - last))) ** 2
    alphas[-1] = _LAST_ALPHA_WITH_ZERO_SNR
    return ((1 - alphas) / alphas) ** 0.5


class _Discrete:
    """One level a training step; timesteps between two lie evenly in the logarithm of sigma."""

    is_flow = False

    def __init__(self, sigmas: torch.Tensor) -> None:
        self.sigmas = sigmas.float()
        self._logs = sigmas.log().float()

    def timestep(self, sigma: torch.Tensor) -> torch.Tensor:
        distances = sigma.log().flatten() - self._logs[:, None]
        return distances.abs().argmin(dim=0).view(sigma.shape)

    def sigma(self, timestep: torch.Tensor) -> torch.Tensor:
        place = timestep.float().clamp(0, len(self.sigmas) - 1)
        weight = place.frac()
        lower, upper = self._logs[place.floor().long()], self._logs[place.ceil().long()]
        return ((1 - weight) * lower + weight * upper).exp()

    def percent_to_sigma(self, percent: float) -> float:
        if percent <= 0:
            return BEYOND_ANY_SIGMA
        if percent >= 1:
            return 0.0
        # ComfyUI counts to 999 whatever the table's length.
        return self.sigma(torch.tensor((1.0 - percent) * 999.0)).item()


class _Distilled(_Discrete):
    """Every twentieth of the thousand levels; the network is still told the old timesteps."""

    def __init__(self, sigmas: torch.Tensor) -> None:
        self._stride = len(sigmas) // _DISTILLED_LEVELS
        kept = sigmas.float().flip(0)[:: self._stride][:_DISTILLED_LEVELS].flip(0)
        super().__init__(kept)

    def timestep(self, sigma: torch.Tensor) -> torch.Tensor:
        return super().timestep(sigma) * self._stride + (self._stride - 1)

    def sigma(self, timestep: torch.Tensor) -> torch.Tensor:
        return super().sigma((timestep.float() - (self._stride - 1)) / self._stride)


class _Flow:
    """sigma = shift t / (1 + (shift - 1) t) (arXiv:2403.03206, eq. 23)."""

    is_flow = True

    def __init__(self, shift: float, multiplier: float) -> None:
        self._shift = shift
        self._multiplier = multiplier
        self.sigmas = self.sigma(torch.arange(1, _FLOW_LEVELS + 1) / _FLOW_LEVELS * multiplier)

    def timestep(self, sigma: torch.Tensor) -> torch.Tensor:
        return sigma * self._multiplier

    def sigma(self, timestep: torch.Tensor) -> torch.Tensor:
        share = timestep / self._multiplier
        return self._shift * share / (1 + (self._shift - 1) * share) if self._shift != 1 else share

    def percent_to_sigma(self, percent: float) -> float:
        share = min(max(1.0 - percent, 0.0), 1.0)
        return self._shift * share / (1 + (self._shift - 1) * share)


class _ExponentialFlow:
    """sigma = exp(mu) / (exp(mu) + 1/t - 1), with which Flux shifts by a picture's size."""

    is_flow = True

    def __init__(self, shift: float) -> None:
        self._factor = math.exp(shift)
        count = _EXPONENTIAL_FLOW_LEVELS
        self.sigmas = self.sigma(torch.arange(1, count + 1) / count)

    def timestep(self, sigma: torch.Tensor) -> torch.Tensor:
        return sigma

    def sigma(self, timestep: torch.Tensor) -> torch.Tensor:
        return self._factor / (self._factor + (1 / timestep - 1))

    def percent_to_sigma(self, percent: float) -> float:
        if percent <= 0:
            return 1.0
        if percent >= 1:
            return 0.0
        return self._factor / (self._factor + (1 / (1.0 - percent) - 1))


class _Continuous:
    """Levels spaced evenly in their logarithm between two bounds."""

    is_flow = False

    def __init__(self, spec: ContinuousLevels) -> None:
        self._is_log = spec.timestep == "log"
        lowest, highest = math.log(spec.sigma_min), math.log(spec.sigma_max)
        self.sigmas = torch.linspace(lowest, highest, _CONTINUOUS_LEVELS).exp()

    def timestep(self, sigma: torch.Tensor) -> torch.Tensor:
        return _LOG_TIMESTEP * sigma.log() if self._is_log else sigma.atan() / math.pi * 2

    def sigma(self, timestep: torch.Tensor) -> torch.Tensor:
        if self._is_log:
            return (timestep / _LOG_TIMESTEP).exp()
        return (timestep * math.pi / 2).tan()

    def percent_to_sigma(self, percent: float) -> float:
        if percent <= 0:
            return BEYOND_ANY_SIGMA
        if percent >= 1:
            return 0.0
        lowest, highest = math.log(self.sigmas[0]), math.log(self.sigmas[-1])
        return math.exp((highest - lowest) * (1.0 - percent) + lowest)
