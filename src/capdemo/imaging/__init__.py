"""The mathematics of pictures: resizing, tiling, filtering, reading and encoding.

A lazy facade: `from capdemo import imaging` costs nothing, and torch is imported when a function
of `imaging.resize` or its siblings is first named. Writing files is left to `outputs`.
"""

from typing import TYPE_CHECKING

import lazy_loader

if TYPE_CHECKING:
    from capdemo.imaging import (
        animation,
        batches,
        channels,
        choices,
        colour_transfer,
        colours,
        compare,
        composite,
        crop,
        deep,
        edges,
        encode,
        essentials_resize,
        files,
        filters,
        frame,
        kj_resize,
        lab,
        latents,
        masks,
        metadata,
        morphology,
        noise,
        pad,
        quantize,
        resize,
        sizes,
        slerp,
        stitch,
        tile,
        tile_list,
        upscale,
        video,
        video_choice,
        video_combine,
        video_save,
        video_write,
    )

__all__ = [
    "animation",
    "batches",
    "channels",
    "choices",
    "colour_transfer",
    "colours",
    "compare",
    "composite",
    "crop",
    "deep",
    "edges",
    "encode",
    "essentials_resize",
    "files",
    "filters",
    "frame",
    "kj_resize",
    "lab",
    "latents",
    "masks",
    "metadata",
    "morphology",
    "noise",
    "pad",
    "quantize",
    "resize",
    "sizes",
    "slerp",
    "stitch",
    "tile",
    "tile_list",
    "upscale",
    "video",
    "video_choice",
    "video_combine",
    "video_save",
    "video_write",
]

__getattr__, __dir__, _ = lazy_loader.attach(__name__, submodules=__all__)
