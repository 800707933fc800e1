"""Pictures side by side, or one above the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch.nn.functional import interpolate

from capdemo.imaging.batches import prolonged_to
from capdemo.imaging.channels import COLOURS, with_channels
from capdemo.imaging.masks import as_batch
from capdemo.imaging.pad import Margins, framed
from capdemo.imaging.resize import common_upscale, is_mask, refuse_empty, size_of
from capdemo.imaging.sizes import beside
from capdemo.node_api import Image, Mask

if TYPE_CHECKING:
    from capdemo.imaging.choices import Direction, SpacingColour
    from capdemo.imaging.sizes import Size

_COLOURS: dict[SpacingColour, tuple[float, float, float]] = {
    "white": (1.0, 1.0, 1.0),
    "black": (0.0, 0.0, 0.0),
    "red": (1.0, 0.0, 0.0),
    "green": (0.0, 1.0, 0.0),
    "blue": (0.0, 0.0, 1.0),
}


def stitch(
    first: Image,
    second: Image,
    direction: Direction,
    *,
    match_size: bool,
    spacing: int,
    colour: SpacingColour,
) -> Image:
    """Put the second picture beside the first, with a coloured strip between (ImageStitch).

    The second is resized to the length of the common side, or else the shorter side is padded at
    both ends: with the colour if that is white or black, else with black. The shorter batch
    repeats its last picture, missing alpha is opaque, and an odd spacing is made even.
    """
    horizontal = direction in ("left", "right")
    first, second = _same_length(first, second)
    if match_size:
        size = beside(size_of(first), size_of(second), horizontal=horizontal)
        second = common_upscale(second, size, method="lanczos")
    else:
        value = 1.0 if colour == "white" else 0.0
        first, second = _same_side(first, second, value, horizontal=horizontal)
    channels = max(first.shape[-1], second.shape[-1])
    parts: list[torch.Tensor] = [
        with_channels(first, channels),
        with_channels(second, channels),
    ]
    if direction in ("left", "up"):
        parts.reverse()
    if spacing > 0:
        strip = _strip(parts[0], spacing + spacing % 2, colour, horizontal=horizontal)
        parts.insert(1, strip)
    return Image(torch.cat(parts, dim=2 if horizontal else 1))


def concatenate(
    first: Image | Mask, second: Image | Mask, direction: Direction, *, match_size: bool
) -> Image | Mask:
    """Put the second picture or mask beside the first, whose kind the result is (ImageConcanate).

    Follows KJNodes of August 2026. The second is resized to the common side by an antialiased
    bicubic; without that, what is shorter is centred on black, or on transparent black. A picture
    becomes a mask by the mean of its colours, a mask a picture by repetition.
    """
    if is_mask(first):
        joined = _concatenated(_grey(first), _grey(second), direction, match_size=match_size)
        return Mask(joined[..., 0])
    if is_mask(second):
        second = Image(_grey(second).expand(-1, -1, -1, first.shape[-1]))
    return _concatenated(Image(first), Image(second), direction, match_size=match_size)


def _grey(picture: Image | Mask) -> Image:
    if is_mask(picture):
        return Image(as_batch(Mask(picture))[..., None])
    return Image(picture[..., :COLOURS].mean(-1, keepdim=True))


def _concatenated(first: Image, second: Image, direction: Direction, *, match_size: bool) -> Image:
    horizontal = direction in ("left", "right")
    if match_size:
        size = beside(size_of(first), size_of(second), horizontal=horizontal)
        second = _antialiased(second, size)
    channels = max(first.shape[-1], second.shape[-1])
    pair = _same_length(with_channels(first, channels), with_channels(second, channels))
    parts: list[torch.Tensor] = list(_same_side(*pair, 0.0, horizontal=horizontal))
    if direction in ("left", "up"):
        parts.reverse()
    return Image(torch.cat(parts, dim=2 if horizontal else 1))


def _antialiased(picture: Image, size: Size) -> Image:
    refuse_empty(size_of(picture), size)
    planes = picture.movedim(-1, 1)
    shape = (size.height, size.width)
    return Image(interpolate(planes, shape, mode="bicubic", antialias=True).movedim(1, -1))


def _same_length(first: Image, second: Image) -> tuple[Image, Image]:
    count = max(len(first), len(second))
    return Image(prolonged_to(first, count)), Image(prolonged_to(second, count))


def _same_side(
    first: Image, second: Image, value: float, *, horizontal: bool
) -> tuple[Image, Image]:
    """Both with the longer of their two common sides, centred on a value."""
    side = max(picture.shape[1 if horizontal else 2] for picture in (first, second))
    return (
        _centred(first, side, value, horizontal=horizontal),
        _centred(second, side, value, horizontal=horizontal),
    )


def _centred(picture: Image, side: int, value: float, *, horizontal: bool) -> Image:
    missing = side - picture.shape[1 if horizontal else 2]
    before, after = missing // 2, missing - missing // 2
    margins = Margins(0, before, 0, after) if horizontal else Margins(before, 0, after, 0)
    return Image(framed(picture, margins, value))


def _strip(
    neighbour: torch.Tensor, width: int, colour: SpacingColour, *, horizontal: bool
) -> Image:
    count, height, length, channels = neighbour.shape
    shape = (count, height, width) if horizontal else (count, width, length)
    painted = torch.tensor(_COLOURS[colour]).expand(*shape, COLOURS)
    return with_channels(Image(painted), channels)
