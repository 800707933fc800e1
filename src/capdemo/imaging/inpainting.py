"""A picture and a mask as a diffusion model takes them that is to fill the mask."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import torch
from torch.nn import functional

if TYPE_CHECKING:
    from capdemo.node_api import Image, Mask

_GREY = 0.5


def blank_masked(image: Image, mask: Mask, *, cell: int, grow: int) -> tuple[Image, torch.Tensor]:
    """Turn what the mask covers grey; give also the mask, grown, as a noise mask (B1HW).

    Both are cut to the centre whose sides are multiples of `cell`, as the VAE would. `grow` is the
    side in pixels of the square that the mask is grown by; 0 leaves it.
    """
    height, width = image.shape[1:3]
    covering = functional.interpolate(
        mask.reshape(-1, 1, *mask.shape[-2:]), size=(height, width), mode="bilinear"
    )
    rows, columns = _centre(height, cell), _centre(width, cell)
    covering = covering[:, :, rows, columns].round()
    kept = 1 - covering.movedim(1, -1)
    pixels = image[:, rows, columns, :3]
    grown = _grow(covering, grow)[:, :, : pixels.shape[1], : pixels.shape[2]].round()
    return cast("Image", (pixels - _GREY) * kept + _GREY), grown


def _centre(size: int, cell: int) -> slice:
    start = size % cell // 2
    return slice(start, start + size // cell * cell)


def _grow(mask: torch.Tensor, side: int) -> torch.Tensor:
    if not side:
        return mask
    square = torch.ones(1, 1, side, side)
    return functional.conv2d(mask, square, padding=side // 2).clamp(0, 1)
