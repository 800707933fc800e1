"""Noise masks: where a run may change the latent, and where it must keep what is there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch.nn.functional import interpolate

from capdemo.diffusion.batching import repeated_to
from capdemo.diffusion.levels import levels_of
from capdemo.node_api import MaskedStep

if TYPE_CHECKING:
    from capdemo.diffusion.predictions import Prediction
    from capdemo.diffusion.run import Denoise
    from capdemo.node_api import MaskFunction, NoiseLevels

_PIXELS = 8
"""Of a cell, along each side, in ComfyUI's inpainting node."""
_VIDEO_SIDES = 3
_VIDEO_DIMENSIONS = 5


def fitted_mask(mask: torch.Tensor, shape: tuple[int, ...]) -> torch.Tensor:
    """A noise mask resized to a latent's sides, one for each channel and item."""
    if len(shape) - 2 == _VIDEO_SIDES:
        if mask.ndim < _VIDEO_DIMENSIONS:
            mask = mask.reshape(1, 1, -1, *mask.shape[-2:])
        mask = interpolate(mask, size=shape[2:], mode="trilinear")
    else:
        mask = mask.reshape(-1, 1, *mask.shape[-2:])
        mask = interpolate(mask, size=shape[2:], mode="bilinear")
    if mask.shape[1] < shape[1]:
        mask = mask.repeat(1, shape[1], *[1] * (mask.ndim - 2))[:, : shape[1]]
    return repeated_to(mask, shape[0])


@dataclass(frozen=True, slots=True, eq=False)
class MaskedDenoiser:
    """Shows the network the old latent, noisy, outside the mask, and puts it back afterwards."""

    denoise: Denoise
    prediction: Prediction
    mask: torch.Tensor
    """Of the latent's shape."""
    latent: torch.Tensor
    """What is kept, scaled for the network."""
    noise: torch.Tensor
    sigmas: torch.Tensor
    function: MaskFunction | None
    levels: NoiseLevels

    def __call__(self, latent: torch.Tensor, sigma: torch.Tensor, /) -> torch.Tensor:
        """The picture after guidance, with the old one outside the mask."""
        mask = self._mask_at(sigma)
        return self._restored(self.denoise(self._shown(latent, sigma, mask), sigma), mask)

    def both(
        self, latent: torch.Tensor, sigma: torch.Tensor, /
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """The same, and the negative prompt's picture as it is."""
        mask = self._mask_at(sigma)
        denoised, unconditional = self.denoise.both(self._shown(latent, sigma, mask), sigma)
        return self._restored(denoised, mask), unconditional

    def _mask_at(self, sigma: torch.Tensor) -> torch.Tensor:
        if self.function is None:
            return self.mask
        levels = sigma.expand(len(self.mask))
        return self.function(MaskedStep(levels, self.mask, self.sigmas, self.levels))

    def _shown(self, latent: torch.Tensor, sigma: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        kept = self.prediction.noised(self.latent, self.noise, sigma)
        return latent * mask + kept * (1.0 - mask)

    def _restored(self, denoised: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        return denoised * mask + self.latent * (1.0 - mask)


def differential_mask(step: MaskedStep, *, strength: float) -> torch.Tensor:
    """The part of a grey mask whose turn has come: the darker, the later (arXiv:2306.00950).

    A strength between 0 and 1 mixes it with the grey mask itself.
    """
    levels = levels_of(step.levels)
    lowest = torch.maximum(step.sigmas[-1], levels.sigmas[0])
    first, last = levels.timestep(step.sigmas[0]), levels.timestep(lowest)
    threshold = (levels.timestep(step.sigma[0]) - last) / (first - last)
    chosen = (step.mask >= threshold.to(step.mask.device)).to(step.mask.dtype)
    if 0 < strength < 1:
        return strength * chosen + (1 - strength) * step.mask
    return chosen


def masked_picture(picture: torch.Tensor, mask: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """A picture (BHWC) grey where it is to be filled, and the mask (B1HW) of its size.

    Both are cut at the centre to multiples of 8 pixels (`InpaintModelConditioning`).
    """
    high, wide = picture.shape[1:3]
    mask = interpolate(mask.reshape(-1, 1, *mask.shape[-2:]), size=(high, wide), mode="bilinear")
    top, left = high % _PIXELS // 2, wide % _PIXELS // 2
    rows = slice(top, top + high // _PIXELS * _PIXELS)
    columns = slice(left, left + wide // _PIXELS * _PIXELS)
    picture, mask = picture[:, rows, columns].clone(), mask[:, :, rows, columns]
    kept = (1.0 - mask.round()).movedim(1, -1)
    picture[..., :3] = (picture[..., :3] - 0.5) * kept + 0.5
    return picture, mask
