"""What a sampler is given: a denoiser, the noise levels to go through, and noise by the seed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from capdemo.diffusion.noise import NoiseBetween, brownian_noise, fresh_noise
from capdemo.diffusion.snr import away_from_pure_noise, half_log_snr, sigma_of_half_log_snr
from capdemo.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import torch

    from capdemo.diffusion.levels import Levels
    from capdemo.diffusion.predictions import Prediction


class Denoise(Protocol):
    """D(x, sigma): the expected picture in a noisy latent."""

    def __call__(self, latent: torch.Tensor, sigma: torch.Tensor, /) -> torch.Tensor:
        """The picture after guidance; sigma has no dimensions and lies on the CPU."""
        ...

    def both(
        self, latent: torch.Tensor, sigma: torch.Tensor, /
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """The picture after guidance, and the one of the negative prompt alone."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """One way from noise to picture."""

    denoise: Denoise
    sigmas: torch.Tensor
    """Float32, on the CPU: one more than there are steps."""
    levels: Levels
    prediction: Prediction
    seed: int
    report: Callable[[int, torch.Tensor], None]
    """Called with a step's place and its denoised latent; may raise to stop the run."""

    def steps(self) -> Iterator[tuple[int, torch.Tensor, torch.Tensor]]:
        """Each step's place, the sigma that it begins at and the one that it ends at."""
        pairs = zip(self.sigmas[:-1], self.sigmas[1:], strict=True)
        return ((place, sigma, after) for place, (sigma, after) in enumerate(pairs))

    def at(self, step: int, latent: torch.Tensor) -> torch.Tensor:
        """The denoised latent at the beginning of a step, which is reported."""
        denoised = self.denoise(latent, self.sigmas[step])
        self.report(step, denoised)
        return denoised

    def both_at(self, step: int, latent: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """As `at`, with the negative prompt's picture beside it."""
        denoised, unconditional = self.denoise.both(latent, self.sigmas[step])
        self.report(step, denoised)
        return denoised, unconditional

    def fresh_noise(self, latent: torch.Tensor) -> NoiseBetween:
        """Independent noise for every step."""
        return fresh_noise(latent, self.seed)

    def brownian_noise(self, latent: torch.Tensor, noise_device: str) -> NoiseBetween:
        """Noise of one Brownian path; `noise_device` is `cpu` or `gpu`, which is the latent's.

        Raises `InputError` where a step begins without noise.
        """
        self.must_have_noise()
        return brownian_noise(latent, self.sigmas, self.seed, on_cpu=noise_device == "cpu")

    def half_log_snr(self, sigma: torch.Tensor) -> torch.Tensor:
        """ln(alpha / sigma)."""
        return half_log_snr(sigma, self.levels)

    def sigma_of(self, ratio: torch.Tensor) -> torch.Tensor:
        """The inverse of `half_log_snr`."""
        return sigma_of_half_log_snr(ratio, self.levels)

    def must_have_noise(self) -> None:
        """Raise `InputError` where a step begins without noise, for samplers that divide by it."""
        if not bool((self.sigmas[:-1] > 0).all()):
            levels = ", ".join(f"{float(sigma):g}" for sigma in self.sigmas)
            raise InputError(
                f"This sampler needs noise where a step begins; the levels are {levels}.",
                hint="Let 0 be the last of the noise levels alone, or take euler_ancestral or lcm.",
            )

    def away_from_pure_noise(self) -> Run:
        """The same run, begun where the ratio of signal to noise has a logarithm."""
        return replace(self, sigmas=away_from_pure_noise(self.sigmas, self.levels))


def slope(latent: torch.Tensor, sigma: torch.Tensor, denoised: torch.Tensor) -> torch.Tensor:
    """dx/dsigma of the probability flow (arXiv:2206.00364, eq. 1)."""
    return (latent - denoised) / sigma
