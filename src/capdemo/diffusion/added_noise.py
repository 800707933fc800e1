"""Noise added to a latent without a run (`AddNoise`)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import torch

from capdemo.diffusion.latent_format import from_network, to_network
from capdemo.diffusion.noise import starting_noise
from capdemo.diffusion.predictions import prediction_of

if TYPE_CHECKING:
    from capdemo.node_api import DiffusionModel, Latent, Noise, Sigmas


def with_noise(model: DiffusionModel, noise: Noise, sigmas: Sigmas, latent: Latent) -> Latent:
    """The latent with the noise that lies between the first level and the last."""
    if len(sigmas) == 0:
        return latent
    form = model.network.latent_format
    scale = (sigmas[0] - sigmas[-1]).abs() if len(sigmas) > 1 else sigmas[0]
    samples = to_network(latent.samples, form)
    noisy = prediction_of(model.levels).noised(samples, starting_noise(noise, latent), scale)
    samples = torch.nan_to_num(from_network(noisy, form), nan=0.0, posinf=0.0, neginf=0.0)
    return replace(latent, samples=samples)
