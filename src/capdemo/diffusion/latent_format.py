"""Latents as a VAE gives them and as a network wants them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from capdemo.node_api import LatentFormat

_PICTURE_DIMENSIONS = 4


def fitted_samples(samples: torch.Tensor, form: LatentFormat) -> torch.Tensor:
    """Samples with the format's axes; empty ones with its channels, too."""
    if samples.shape[1] != form.channels and not samples.any():
        samples = samples.new_zeros(samples.shape[0], form.channels, *samples.shape[2:])
    if form.has_time and samples.ndim == _PICTURE_DIMENSIONS:
        return samples.unsqueeze(2)
    return samples


def to_network(samples: torch.Tensor, form: LatentFormat) -> torch.Tensor:
    """Samples scaled for the network; an empty latent stays empty."""
    return scaled_in(samples, form) if samples.any() else samples


def scaled_in(samples: torch.Tensor, form: LatentFormat) -> torch.Tensor:
    """Samples scaled for the network, empty or not (reference latents)."""
    mean, std = _moments(samples, form)
    return (samples - mean) * form.scale / std


def from_network(samples: torch.Tensor, form: LatentFormat) -> torch.Tensor:
    """The inverse of `scaled_in`."""
    mean, std = _moments(samples, form)
    return samples * std / form.scale + mean


def _moments(samples: torch.Tensor, form: LatentFormat) -> tuple[torch.Tensor, torch.Tensor]:
    shape = (1, -1, *[1] * (samples.ndim - 2))
    mean, std = (
        torch.tensor(values, device=samples.device).view(shape) for values in (form.mean, form.std)
    )
    return mean, std
