"""Sampling: noise levels, schedules, samplers and guidance, over any network that fits `node_api`.

A lazy facade: `from capdemo import diffusion` costs nothing, and torch is imported when a function
of one of its modules is first named.
"""

import lazy_loader

__all__: list[str] = ["tile_painter"]

__getattr__, __dir__, _ = lazy_loader.attach(__name__, submodules=__all__)
