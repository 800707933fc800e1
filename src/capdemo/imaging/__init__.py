"""The mathematics of pictures: resizing, tiling, filtering, reading and encoding.

A lazy facade: `from capdemo import imaging` costs nothing, and torch is imported when a function
of `imaging.resize` or its siblings is first named. Writing files is left to `outputs`.
"""

from typing import TYPE_CHECKING

import lazy_loader

if TYPE_CHECKING:
    from capdemo.imaging import (
        choices,
        compare,
        crop,
        encode,
        files,
        filters,
        metadata,
        resize,
        sizes,
        tile,
        upscale,
    )

__all__ = [
    "choices",
    "compare",
    "crop",
    "encode",
    "files",
    "filters",
    "metadata",
    "resize",
    "sizes",
    "tile",
    "upscale",
]

__getattr__, __dir__, _ = lazy_loader.attach(__name__, submodules=__all__)
