"""Heun's method, and its extension to three slopes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from capdemo.diffusion.run import Run, slope

if TYPE_CHECKING:
    import torch


def heun(run: Run, latent: torch.Tensor) -> torch.Tensor:
    """The mean of the slopes at both ends (arXiv:2206.00364, algorithm 1)."""
    for step, sigma, after in run.steps():
        first = slope(latent, sigma, run.at(step, latent))
        ahead = latent + first * (after - sigma)
        if after == 0:
            latent = ahead
            continue
        second = slope(ahead, after, run.denoise(ahead, after))
        latent = latent + (first + second) / 2 * (after - sigma)
    return latent


def heunpp2(run: Run, latent: torch.Tensor) -> torch.Tensor:
    """Slopes up to two steps ahead, weighed by sigmas (sd-webui-samplers-scheduler, MIT)."""
    sigmas = run.sigmas
    end, top = sigmas[-1], sigmas[0]
    for step, sigma, after in run.steps():
        first = slope(latent, sigma, run.at(step, latent))
        ahead = latent + first * (after - sigma)
        if after == end:
            latent = ahead
            continue
        second = slope(ahead, after, run.denoise(ahead, after))
        beyond = sigmas[step + 2]
        if beyond == end:
            weight = after / (2 * top)
            mean = first * (1 - weight) + second * weight
        else:
            further = ahead + second * (beyond - after)
            third = slope(further, beyond, run.denoise(further, beyond))
            near, far = after / (3 * top), beyond / (3 * top)
            mean = (1 - near - far) * first + near * second + far * third
        latent = latent + mean * (after - sigma)
    return latent
