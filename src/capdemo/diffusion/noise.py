"""Noise that follows a seed: what a run starts from, and what samplers add on the way.

What a run starts from is drawn on the CPU in float32, so that every machine gets the same.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

import torch
from torchsde import BrownianTree

if TYPE_CHECKING:
    from capdemo.node_api import Latent, Noise

NoiseBetween: TypeAlias = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
"""Standard normal noise for the step from a sigma to another one."""
_SEEDS = 2**64
_TREE_DIGITS = 6
"""Of the places in torchsde's tree, at its default tolerance."""


def starting_noise(noise: Noise, latent: Latent) -> torch.Tensor:
    """Noise of the latent's shape; items that share a `batch_index` share their draw."""
    shape = latent.samples.shape
    if noise.is_silent:
        return torch.zeros(shape)
    generator = generator_of(noise.seed)
    if latent.batch_index is None:
        return torch.randn(shape, generator=generator)
    wanted = set(latent.batch_index)
    draws = {}
    for index in range(max(wanted) + 1):
        draw = torch.randn(1, *shape[1:], generator=generator)
        if index in wanted:
            draws[index] = draw
    return torch.cat([draws[index] for index in latent.batch_index])


def generator_of(seed: int, device: torch.device | str = "cpu") -> torch.Generator:
    """A generator at the beginning of a seed's numbers; seeds count modulo 2^64."""
    return torch.Generator(device).manual_seed(seed % _SEEDS)


def fresh_noise(latent: torch.Tensor, seed: int) -> NoiseBetween:
    """New noise at every call, on the latent's device, from a generator of its own.

    The first draw equals the starting noise of the same seed where both are drawn on the CPU,
    as in ComfyUI.
    """
    generator = generator_of(seed, latent.device)

    def draw(_sigma: torch.Tensor, _after: torch.Tensor) -> torch.Tensor:
        return torch.randn(latent.shape, device=latent.device, generator=generator)

    return draw


def brownian_noise(
    latent: torch.Tensor, sigmas: torch.Tensor, seed: int, *, on_cpu: bool
) -> NoiseBetween:
    """Increments of one Brownian path through the sigmas, so that fewer steps follow the same path.

    `on_cpu` draws there whatever the latent's device, which makes the noise the same everywhere.
    """
    lowest, highest = sigmas[sigmas > 0].min(), sigmas.max()
    # The tree rounds its ends; what lies outside by less than that would only make it warn.
    bounds = round(float(lowest), _TREE_DIGITS), round(float(highest), _TREE_DIGITS)
    start = torch.zeros_like(latent, device="cpu" if on_cpu else latent.device)
    tree = BrownianTree(lowest, start, highest, entropy=seed)

    def draw(sigma: torch.Tensor, after: torch.Tensor) -> torch.Tensor:
        low, high = sorted(min(max(float(end), bounds[0]), bounds[1]) for end in (sigma, after))
        sign = 1 if sigma < after else -1
        increment: torch.Tensor = tree(low, high).to(latent.device) * sign
        return increment / (after - sigma).abs().sqrt()

    return draw
