"""Sampling: noise levels, schedules, samplers and guidance, over any network that fits `node_api`.

A lazy facade: `from capdemo import diffusion` costs nothing, and torch is imported when a function
of one of its modules is first named.
"""

from typing import TYPE_CHECKING

import lazy_loader

if TYPE_CHECKING:
    from capdemo.diffusion import (
        added_noise,
        after_guidance,
        batching,
        conditions,
        control,
        found_sigmas,
        guidance,
        inpaint,
        latent_format,
        levels,
        noise,
        parts,
        predictions,
        run,
        samplers,
        sampling,
        schedules,
        sigmas,
        snr,
        spacings,
        tile_painter,
    )

__all__ = [
    "added_noise",
    "after_guidance",
    "batching",
    "conditions",
    "control",
    "found_sigmas",
    "guidance",
    "inpaint",
    "latent_format",
    "levels",
    "noise",
    "parts",
    "predictions",
    "run",
    "samplers",
    "sampling",
    "schedules",
    "sigmas",
    "snr",
    "spacings",
    "tile_painter",
]

__getattr__, __dir__, _ = lazy_loader.attach(__name__, submodules=__all__)
