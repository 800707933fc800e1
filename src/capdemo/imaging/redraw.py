"""Ultimate SD Upscale: a picture made large, and redrawn tile by tile by whoever is asked to.

After ssitu's ComfyUI nodes (2026-02) over Coyote-A's script. The canvas is kept in 8 bits, and
every tile is cut down to 8 bits before it is pasted, as it is there.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Protocol

import numpy as np
import PIL.Image
import torch

from capdemo.imaging.encode import to_uint8
from capdemo.imaging.redraw_regions import canvas_of, enlargements
from capdemo.imaging.redraw_steps import plan_steps
from capdemo.imaging.resize import size_of
from capdemo.node_api import Image

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from capdemo.imaging.redraw_regions import Box
    from capdemo.imaging.redraw_steps import Seams, Step, Tiles
    from capdemo.imaging.sizes import Size

_LANCZOS = PIL.Image.Resampling.LANCZOS


class RedrawTiles(Protocol):
    """Paints tiles anew."""

    def __call__(
        self,
        tiles: Image,
        regions: Sequence[Box],
        canvas: Size,
        progress: Callable[[int, int], None],
    ) -> Image:
        """The tiles redrawn, which may change their size.

        `regions` says where each lies on a canvas of that size; one region stands for all.
        """
        ...


def enlarge(image: Image, factor: float, upscale: Callable[[Image], Image] | None) -> Image:
    """An image resized by a factor, to multiples of 8, in 8 bits.

    Where it grows, an upscale model is run once, whatever its own scale, and Lanczos does the
    rest. Without a model, the first picture of a batch grows by factors of 2 to 4 and is then
    resized, and the others are resized once. Transparency is laid over white.
    """
    size = size_of(image)
    canvas = canvas_of(size, factor)
    factors = enlargements(size, canvas)
    pictures = [_opaque(picture) for picture in _pictures(image)]
    if factors and upscale is not None:
        pictures = _pictures(upscale(_image(pictures)))
    else:
        for step in factors:
            pictures[0] = pictures[0].resize(
                (pictures[0].width * step, pictures[0].height * step), _LANCZOS
            )
    return _image([picture.resize(canvas, _LANCZOS) for picture in pictures])


def redraw(
    image: Image,
    tiles: Tiles,
    seams: Seams,
    redraw_tiles: RedrawTiles,
    progress: Callable[[int, int], None],
) -> Image:
    """An image whose tiles, and then seams, have been redrawn and pasted back, in 8 bits.

    A later tile is cut from the picture with the earlier ones in it. The pictures of a batch are
    redrawn together. Each call of `redraw_tiles` tells `progress` of its own share.
    """
    canvas = size_of(image)
    groups = plan_steps(canvas, tiles, seams)
    pictures = _pictures(image)
    for number, group in enumerate(groups):
        pieces = [(picture, step) for picture in pictures for step in group]
        regions = [step.region for _, step in pieces] if len(group) > 1 else [group[0].region]
        part = partial(_share, progress, number, len(groups))
        redrawn = redraw_tiles(_image([_cut(*piece) for piece in pieces]), regions, canvas, part)
        masks = [step.mask(canvas) for step in group] * len(pictures)
        for (picture, step), tile, mask in zip(pieces, _pictures(redrawn), masks, strict=True):
            # The pack composites by alpha. On an opaque picture that is the same number for each
            # of the 256 values of picture, tile and mask.
            fitted = tile.resize(step.region.size, _LANCZOS)
            picture.paste(fitted, (step.region.left, step.region.top), mask)
    return _image(pictures)


def _share(
    progress: Callable[[int, int], None], number: int, count: int, done: int, total: int
) -> None:
    progress(number * total + done, count * total)


def _pictures(image: torch.Tensor) -> list[PIL.Image.Image]:
    known = torch.nan_to_num(image)  # a VAE in half precision may overflow
    return [PIL.Image.fromarray(pixels) for pixels in to_uint8(known)]


def _image(pictures: Sequence[PIL.Image.Image]) -> Image:
    stack = np.stack([np.asarray(picture, dtype=np.float32) for picture in pictures])
    stack /= 255
    return Image(torch.from_numpy(stack))


def _opaque(picture: PIL.Image.Image) -> PIL.Image.Image:
    if picture.mode != "RGBA":
        return picture.convert("RGB")
    white = PIL.Image.new("RGBA", picture.size, "white")
    return PIL.Image.alpha_composite(white, picture).convert("RGB")


def _cut(picture: PIL.Image.Image, step: Step) -> PIL.Image.Image:
    return picture.crop(step.region).resize(step.size, _LANCZOS)
