"""An upscale model applied to whole pictures; loading the model is left to `models`."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

import torch

from capdemo.errors import RunError
from capdemo.imaging.resize import common_upscale, size_of
from capdemo.imaging.tile import Tiling, tiled_scale
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


@runtime_checkable
class TakesSeveral(Protocol):
    """A model that may be given several tiles of one size together, as BCHW."""

    @property
    def at_once(self) -> int:
        """How many."""
        ...


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
    device runs out of memory, the whole batch is begun again, first one tile at a time and then
    with tiles half as large, so that the result does not depend on when that happened. Raises
    `RunError` where even the smallest tile does not fit, and where what the model gives is no
    picture: ComfyUI writes a black one then.
    """
    colour = image[..., :RGB].movedim(-1, 1)
    enlarged, used = _with_smaller_tiles(colour, model, tile=tile, progress=progress)
    own = enlarged.untyped_storage().data_ptr() != image.untyped_storage().data_ptr()
    clamped = enlarged.clamp_(0.0, 1.0) if own else enlarged.clamp(0.0, 1.0)
    result = Image(clamped.movedim(1, -1))
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
    at_once = model.at_once if isinstance(model, TakesSeveral) else 1
    while True:
        try:
            enlarged = tiled_scale(
                pictures,
                lambda tiles: _checked(model(tiles), tiles),
                scale=model.scale,
                tiling=Tiling(tile, OVERLAP, at_once),
                progress=progress,
            )
        # Only a device says so by its own type. On a CPU it is a bare RuntimeError, told from
        # others by its English text, and Linux seldom raises it: it ends the process instead.
        except torch.OutOfMemoryError as error:
            if at_once == 1 and tile // 2 < SMALLEST_TILE:
                raise RunError(
                    f"The device has too little memory for tiles of {tile} pixels.",
                    hint="Close other programs that use the GPU, or run with --device cpu.",
                ) from error
        else:
            return enlarged, tile
        # Outside the handler, which would keep the failed attempt's tensors alive.
        if at_once > 1:
            at_once = 1
            _log.warning("Too little memory on the device; continuing with one tile at a time.")
            continue
        tile //= 2
        _log.warning("Too little memory on the device; continuing with tiles of %d pixels.", tile)


def _checked(enlarged: torch.Tensor, tiles: torch.Tensor) -> torch.Tensor:
    """What a model made of tiles, if all of it are numbers.

    A sum that is none tells, at a hundredth of the cost of looking at each value by itself.
    """
    if bool(enlarged.sum().isfinite()) or bool(enlarged.isfinite().all()):
        return enlarged
    if not bool(tiles.isfinite().all()):
        raise RunError("The picture to enlarge holds values that are no numbers.")
    raise RunError(
        "The network gave values that are no numbers, which would be black or white in a picture.",
        hint="Its file may be damaged: capdemo models verify. In fast mode, try --precision exact.",
    )
