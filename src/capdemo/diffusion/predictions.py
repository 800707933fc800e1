"""From what a network answers to a denoised latent, and from a latent to a noisy one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from capdemo.diffusion.levels import Levels, levels_of
from capdemo.node_api import (
    ContinuousLevels,
    ExponentialFlowLevels,
    FlowLevels,
    NoiseLevels,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    import torch

_LCM_DATA = 0.5
_LCM_TIMESTEP_SCALE = 10.0
"""Both of the boundary condition in arXiv:2310.04378, sec. 4.1."""


class Prediction(Protocol):
    """What one kind of network means; sigmas are shaped to multiply latents."""

    def scaled(self, latent: torch.Tensor, sigma: torch.Tensor) -> torch.Tensor:
        """The noisy latent as the network wants it."""
        ...

    def denoised(
        self, answer: torch.Tensor, latent: torch.Tensor, sigma: torch.Tensor
    ) -> torch.Tensor:
        """The picture that the network's answer stands for."""
        ...

    def noised(
        self,
        latent: torch.Tensor,
        noise: torch.Tensor,
        sigma: torch.Tensor,
        *,
        is_highest: bool = False,
    ) -> torch.Tensor:
        """A latent with noise; at the highest level a picture would hardly show."""
        ...

    def finished(self, latent: torch.Tensor, sigma: torch.Tensor) -> torch.Tensor:
        """The latent without the weight that the last sigma gives it."""
        ...


def prediction_of(spec: NoiseLevels) -> Prediction:
    """What networks with these noise levels mean."""
    if isinstance(spec, FlowLevels | ExponentialFlowLevels):
        return _Flow()
    if isinstance(spec, ContinuousLevels):
        return _continuous(spec)
    discrete: Mapping[str, Prediction] = {
        "epsilon": _Epsilon(),
        "v_prediction": _Velocity(),
        "x0": _Picture(),
        "img_to_img": _PictureFromPicture(),
    }
    return discrete.get(spec.prediction) or _Lcm(levels=levels_of(spec))


def _continuous(spec: ContinuousLevels) -> Prediction:
    if spec.prediction == "epsilon":
        return _Epsilon(spec.sigma_data)
    return _Velocity(spec.sigma_data, sign=1.0 if spec.prediction == "edm" else -1.0)


@dataclass(frozen=True, slots=True)
class _Epsilon:
    """The network answers the noise."""

    data: float = 1.0
    """The deviation of pictures."""

    def scaled(self, latent: torch.Tensor, sigma: torch.Tensor) -> torch.Tensor:
        return latent / (sigma**2 + self.data**2) ** 0.5

    def denoised(
        self, answer: torch.Tensor, latent: torch.Tensor, sigma: torch.Tensor
    ) -> torch.Tensor:
        return latent - answer * sigma

    def noised(
        self,
        latent: torch.Tensor,
        noise: torch.Tensor,
        sigma: torch.Tensor,
        *,
        is_highest: bool = False,
    ) -> torch.Tensor:
        return noise * ((1.0 + sigma**2.0) ** 0.5 if is_highest else sigma) + latent

    def finished(self, latent: torch.Tensor, sigma: torch.Tensor) -> torch.Tensor:  # noqa: ARG002
        return latent


@dataclass(frozen=True, slots=True)
class _Velocity(_Epsilon):
    """The network answers c_out of arXiv:2206.00364, table 1, or its negative (2202.00512)."""

    sign: float = -1.0

    def denoised(
        self, answer: torch.Tensor, latent: torch.Tensor, sigma: torch.Tensor
    ) -> torch.Tensor:
        total = sigma**2 + self.data**2
        kept = latent * self.data**2 / total
        return kept + self.sign * (answer * sigma * self.data / total**0.5)


@dataclass(frozen=True, slots=True)
class _Picture(_Epsilon):
    """The network answers the picture."""

    def denoised(
        self,
        answer: torch.Tensor,
        latent: torch.Tensor,  # noqa: ARG002
        sigma: torch.Tensor,  # noqa: ARG002
    ) -> torch.Tensor:
        return answer


@dataclass(frozen=True, slots=True)
class _PictureFromPicture(_Picture):
    """The network answers a picture to a picture: nothing is scaled."""

    def scaled(self, latent: torch.Tensor, sigma: torch.Tensor) -> torch.Tensor:  # noqa: ARG002
        return latent


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lcm(_Epsilon):
    """The network answers noise, of which less counts towards the last timestep."""

    levels: Levels

    def denoised(
        self, answer: torch.Tensor, latent: torch.Tensor, sigma: torch.Tensor
    ) -> torch.Tensor:
        timestep = self.levels.timestep(sigma) * _LCM_TIMESTEP_SCALE
        total = timestep**2 + _LCM_DATA**2
        picture = latent - answer * sigma
        return timestep / total**0.5 * picture + _LCM_DATA**2 / total * latent


@dataclass(frozen=True, slots=True)
class _Flow(_Epsilon):
    """The network answers noise minus picture."""

    def scaled(self, latent: torch.Tensor, sigma: torch.Tensor) -> torch.Tensor:  # noqa: ARG002
        return latent

    def noised(
        self,
        latent: torch.Tensor,
        noise: torch.Tensor,
        sigma: torch.Tensor,
        *,
        is_highest: bool = False,  # noqa: ARG002
    ) -> torch.Tensor:
        return sigma * noise + (1.0 - sigma) * latent

    def finished(self, latent: torch.Tensor, sigma: torch.Tensor) -> torch.Tensor:
        return latent / (1.0 - sigma)
