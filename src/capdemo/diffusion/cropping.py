"""Masks, areas, hints and latents of a whole picture, cut down to one tile of it.

After Ultimate SD Upscale (ssitu's ComfyUI nodes, 2026-02). Regions are (left, top, right, bottom)
in pixels of the canvas, right and bottom outside; sizes are (width, height) in pixels.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import PIL.Image
import torch
from torch.nn.functional import interpolate

from capdemo.errors import InputError
from capdemo.node_api import Area

if TYPE_CHECKING:
    from collections.abc import Sequence

Region: TypeAlias = tuple[int, int, int, int]
Size: TypeAlias = tuple[int, int]

PIXELS_PER_LATENT = 8
"""Whatever the network: the node knows no other."""

_WITH_TIME = 5
"""The axes of a latent that has one of time, of length 1 for a picture."""

_LANCZOS = PIL.Image.Resampling.LANCZOS
_NEAREST = PIL.Image.Resampling.NEAREST


def scaled(region: Region, old: Size, new: Size) -> Region:
    """A region of a picture after the picture has been resized, rounded outwards."""
    left, top, right, bottom = region
    return (
        math.floor(left * new[0] / old[0]),
        math.floor(top * new[1] / old[1]),
        math.ceil(right * new[0] / old[0]),
        math.ceil(bottom * new[1] / old[1]),
    )


def crop_hint(
    hint: torch.Tensor, regions: Sequence[Region], canvas: Size, tile: Size
) -> torch.Tensor:
    """A ControlNet's picture (BCHW, at any size), cut to regions and resized to the tile.

    The batch holds all pictures of the first region, then of the next.
    """
    height, width = hint.shape[-2:]
    boxes = [scaled(region, canvas, (width, height)) for region in regions]
    return torch.cat(
        [
            interpolate(
                hint[:, :, top:bottom, left:right], size=(tile[1], tile[0]), mode="nearest-exact"
            )
            for left, top, right, bottom in boxes
        ]
    )


def crop_area(area: Area, region: Region, original: Size, canvas: Size) -> Area | None:
    """An area of the original picture, as a part of a tile; None where the two do not meet.

    A tile that is redrawn at another size than it has on the canvas is not accounted for. Raises
    `InputError` for an area that has an axis of time.
    """
    left, top, right, bottom = scaled(_pixels(area, original), original, canvas)
    left, top = max(left, region[0]), max(top, region[1])
    right, bottom = min(right, region[2]), min(bottom, region[3])
    if left >= right or top >= bottom:
        return None
    corner = ((top - region[1]) // PIXELS_PER_LATENT, (left - region[0]) // PIXELS_PER_LATENT)
    size = ((bottom - top) // PIXELS_PER_LATENT, (right - left) // PIXELS_PER_LATENT)
    return Area(size, corner)


def _pixels(area: Area, original: Size) -> Region:
    if len(area.size) != len(original):
        raise InputError(
            "A prompt's area in a video cannot be cut into tiles.",
            hint="Remove ConditioningSetAreaPercentageVideo, or give the prompt a mask.",
        )
    sides = original[::-1] if area.is_share else (PIXELS_PER_LATENT, PIXELS_PER_LATENT)
    height, width = (round(share * side) for share, side in zip(area.size, sides, strict=True))
    top, left = (round(share * side) for share, side in zip(area.start, sides, strict=True))
    return left, top, left + width, top + height


def masks_on_canvas(mask: torch.Tensor, canvas: Size) -> list[PIL.Image.Image]:
    """Masks (BHW, 0..1) cut down to 8 bits and resized to the canvas."""
    pixels = (mask * 255.0).clamp(0, 255).to(torch.uint8).numpy()
    return [
        PIL.Image.fromarray(plane).resize(canvas, PIL.Image.Resampling.BICUBIC) for plane in pixels
    ]


def crop_masks(masks: Sequence[PIL.Image.Image], region: Region, tile: Size) -> torch.Tensor:
    """Masks of a canvas cut to a region: BHW, 0..1, at the size of the tile.

    They keep their shape; what is missing on two sides is filled with their outermost pixels.
    """
    cut = [np.asarray(_fitted(mask.crop(region), tile), dtype=np.float32) for mask in masks]
    return torch.from_numpy(np.stack(cut)) / 255


def _fitted(mask: PIL.Image.Image, tile: Size) -> PIL.Image.Image:
    ratio = min(tile[0] / mask.width, tile[1] / mask.height)
    small = mask.resize((round(mask.width * ratio), round(mask.height * ratio)), _LANCZOS)
    across, down = (tile[0] - small.width) // 2, (tile[1] - small.height) // 2
    framed = PIL.Image.new("L", (small.width + 2 * across, small.height + 2 * down))
    framed.paste(small, (across, down))
    # The corners belong to no edge, so that an edge is stretched by its neighbours.
    inset = int(min(small.size) > 2)  # noqa: PLR2004  # two corners
    for x, place in ((0, 0), (small.width - 1, across + small.width)) if across else ():
        edge = small.crop((x, inset, x + 1, small.height - inset))
        framed.paste(edge.resize((across, framed.height), _NEAREST), (place, 0))
    for y, place in ((0, 0), (small.height - 1, down + small.height)) if down else ():
        edge = small.crop((inset, y, small.width - inset, y + 1))
        framed.paste(edge.resize((framed.width, down), _NEAREST), (0, place))
    return framed.resize(tile, _LANCZOS)


def latent_on_canvas(latent: torch.Tensor, canvas: Size) -> torch.Tensor:
    """A reference latent (BCHW, or BC1HW) resized to the canvas."""
    size = (canvas[1] // PIXELS_PER_LATENT, canvas[0] // PIXELS_PER_LATENT)
    return latent if latent.shape[-2:] == size else _resized(latent, size)


def crop_latent(latent: torch.Tensor, region: Region, tile: Size) -> torch.Tensor:
    """A latent of the canvas (BCHW, or BC1HW) cut to a region and resized to the tile."""
    left, top, right, bottom = (round(edge / PIXELS_PER_LATENT) for edge in region)
    width, height = (max(1, side // PIXELS_PER_LATENT) for side in tile)
    return _resized(latent[..., top:bottom, left:right], (height, width))


def _resized(latent: torch.Tensor, size: tuple[int, int]) -> torch.Tensor:
    if latent.ndim == _WITH_TIME:
        return interpolate(latent.squeeze(2), size=size, mode="bilinear").unsqueeze(2)
    return interpolate(latent, size=size, mode="bilinear")
