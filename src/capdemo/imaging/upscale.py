"""An upscale model applied to whole pictures; loading the model is left to `models`."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from capdemo.errors import RunError
from capdemo.imaging.resize import common_upscale, size_of
from capdemo.imaging.tile import tiled_scale
from capdemo.node_api import Image

if TYPE_CHECKING:
    from collections.abc import Callable

    from capdemo.node_api import UpscaleModel

TILE = 512
OVERLAP = 32
SMALLEST_TILE = 128
"""ComfyUI gives up below it: seams would be seen, and a tile is mostly overlap."""

RGB = 3

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Upscaled:
    """An enlarged image, and how it was made."""

    image: Image
    tile: int
    """The side of the tiles, in input pixels; smaller than asked for where memory was short."""


def upscale_with_model(
    image: Image,
    model: UpscaleModel,
    *,
    progress: Callable[[int, int], None],
    tile: int = TILE,
) -> Upscaled:
    """Enlarge an image (BHWC) by a model, clamped to 0..1 (ImageUpscaleWithModel).

    Alpha goes round the model and is enlarged bilinearly, as ComfyUI does since 2026. Where the
    device runs out of memory, the whole batch is begun again with tiles half as large, so that
    the result does not depend on when that happened. Raises `RunError` where even the smallest
    tile does not fit.
    """
    colour = image[..., :RGB].movedim(-1, 1)
    enlarged, used = _with_smaller_tiles(colour, model, tile=tile, progress=progress)
    result = Image(enlarged.clamp_(0.0, 1.0).movedim(1, -1))
    if image.shape[-1] > RGB:
        alpha = common_upscale(Image(image[..., RGB:]), size_of(result), method="bilinear")
        result = Image(torch.cat([result, alpha], dim=-1))
    return Upscaled(result, used)


def _with_smaller_tiles(
    pictures: torch.Tensor,
    model: UpscaleModel,
    *,
    tile: int,
    progress: Callable[[int, int], None],
) -> tuple[torch.Tensor, int]:
    while True:
        try:
            enlarged = tiled_scale(
                pictures, model, scale=model.scale, tile=tile, overlap=OVERLAP, progress=progress
            )
        # Only a device says so by its own type. On a CPU it is a bare RuntimeError, told from
        # others by its English text, and Linux seldom raises it: it ends the process instead.
        except torch.OutOfMemoryError as error:
            if tile // 2 < SMALLEST_TILE:
                raise RunError(
                    f"The device has too little memory for tiles of {tile} pixels.",
                    hint="Close other programs that use the GPU, or run with --device cpu.",
                ) from error
        else:
            return enlarged, tile
        # Outside the handler, which would keep the failed attempt's tensors alive.
        tile //= 2
        _log.warning("Too little memory on the device; continuing with tiles of %d pixels.", tile)
