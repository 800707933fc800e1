"""Frames around a picture as KJNodes fills them: a colour, its edges, or a dark blurred copy."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import torch
from PIL import ImageColor
from torch.nn.functional import conv2d, pad

from capdemo.errors import InputError
from capdemo.imaging.channels import COLOURS
from capdemo.imaging.pad import Margins, framed, inside
from capdemo.imaging.resize import common_upscale, size_of
from capdemo.imaging.sizes import Size
from capdemo.node_api import Image, Mask

if TYPE_CHECKING:
    from capdemo.imaging.choices import PadMode

HIGHEST = 255

_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)")
_HEX = re.compile(r"[0-9A-Fa-f]{6}([0-9A-Fa-f]{2})?")

BACKDROP_BLUR = 0.006
"""Standard deviation of the blurred copy's Gaussian, in shorter sides of the frame."""
BACKDROP_GREY = 0.20
"""How much of the blurred copy's colour is replaced by its brightness (BT.709)."""
BACKDROP_DARKNESS = 0.35
"""What the blurred copy is multiplied by."""
_LUMA_709 = (0.2126, 0.7152, 0.0722)


def frame_image(image: Image, margins: Margins, *, mode: PadMode, colour: str) -> Image:
    """An image with margins in one of KJNodes' four ways; raises `InputError` for a bad colour."""
    if mode == "edge_pixel":
        planes = pad(image.movedim(-1, 1), _torch_order(margins), mode="replicate")
        return Image(planes.movedim(1, -1))
    result = framed(image, margins, 0.0)
    if mode == "color":
        result[:] = _in_channels(parsed_colour(colour), image.shape[-1])
    elif mode == "edge":
        _fill_with_edge_means(result, image, margins)
    else:
        result = _backdrop(image, Size(width=result.shape[2], height=result.shape[1]))
    inside(result, margins).copy_(image)
    return Image(result)


def frame_mask(mask: Mask | None, image: Image, margins: Margins, *, mode: PadMode) -> Mask:
    """The mask of a framed image: its outermost pixels go on, or without one 1 on the margins.

    Around a blurred copy the margins are always 1.
    """
    if mask is None:
        return Mask(framed(torch.zeros(image.shape[:3]), margins, 1.0))
    if mode == "pillarbox_blur":
        batch = mask.expand(len(image), -1, -1)
        return Mask(framed(batch, margins, 1.0))
    return Mask(pad(mask[:, None], _torch_order(margins), mode="replicate")[:, 0])


def parsed_colour(text: str) -> tuple[float, ...]:
    """A colour in 0..1, written as `R, G, B` in 0..255 or 0..1, as one grey, as hex or a name.

    Whole values up to 1 count as fractions, as in KJNodes: `1, 1, 1` is white. Raises
    `InputError` for anything else, where KJNodes takes black.
    """
    if "," not in text and not _NUMBER.fullmatch(text.strip()):
        return tuple(value / HIGHEST for value in _named_colour(text.strip()))
    parts = [part.strip() for part in text.split(",")]
    if not all(_NUMBER.fullmatch(part) for part in parts):
        raise _not_a_colour(text)
    numbers = [float(part) for part in parts]
    if len(numbers) == 1:
        numbers *= COLOURS
    if all(0 <= value <= 1 for value in numbers):
        numbers = [value * HIGHEST for value in numbers]
    return tuple(min(max(int(value), 0), HIGHEST) / HIGHEST for value in numbers)


def _named_colour(text: str) -> tuple[int, ...]:
    bare = text.removeprefix("#")
    if _HEX.fullmatch(bare):
        return tuple(bytes.fromhex(bare))
    try:
        return ImageColor.getrgb(text)
    except ValueError as error:
        raise _not_a_colour(text) from error


def _not_a_colour(text: str) -> InputError:
    return InputError(
        f"{text!r} is not a colour.",
        hint="Write three numbers such as 255, 128, 0, a code such as #ff8000, or a name.",
    )


def _in_channels(colour: tuple[float, ...], channels: int) -> torch.Tensor:
    """A colour with a picture's channels: missing alpha is 1, what is too much left out."""
    if len(colour) not in (COLOURS, COLOURS + 1):
        raise InputError(
            f"A colour has three numbers, or four with alpha, but not {len(colour)}.",
            hint="Write it such as 255, 128, 0.",
        )
    return torch.tensor((*colour, 1.0)[:channels])


def _torch_order(margins: Margins) -> tuple[int, int, int, int]:
    return (margins.left, margins.right, margins.top, margins.bottom)


def _fill_with_edge_means(frame: torch.Tensor, image: Image, margins: Margins) -> None:
    """Paint the margins (the corners last, by left and right) with the mean of the nearest edge."""
    height, width = frame.shape[1:3]
    frame[:, : margins.top] = image[:, :1].mean(2, keepdim=True)
    frame[:, height - margins.bottom :] = image[:, -1:].mean(2, keepdim=True)
    frame[:, :, : margins.left] = image[:, :, :1].mean(1, keepdim=True)
    frame[:, :, width - margins.right :] = image[:, :, -1:].mean(1, keepdim=True)


def _backdrop(image: Image, size: Size) -> torch.Tensor:
    """A copy that covers a frame, blurred, paler and dark."""
    copy = _covering(image, size)
    deviation = max(1.0, BACKDROP_BLUR * min(size))
    blurred = _blurred(copy.movedim(-1, 1), deviation).movedim(1, -1)
    colours = blurred[..., :COLOURS]
    brightness = (colours * torch.tensor(_LUMA_709)[: colours.shape[-1]]).sum(-1, keepdim=True)
    paler = colours * (1.0 - BACKDROP_GREY) + brightness * BACKDROP_GREY
    whole = torch.cat((paler, blurred[..., COLOURS:]), dim=-1)
    return (whole * BACKDROP_DARKNESS).clamp(0.0, 1.0)


def _covering(image: Image, size: Size) -> Image:
    old = size_of(image)
    factor = max(size.width / old.width, size.height / old.height)
    large = Size(max(1, round(old.width * factor)), max(1, round(old.height * factor)))
    copy = common_upscale(image, large, method="bilinear")
    x, y = (large.width - size.width) // 2, (large.height - size.height) // 2
    return Image(copy[:, y : y + size.height, x : x + size.width])


def _blurred(planes: torch.Tensor, deviation: float) -> torch.Tensor:
    """A Gaussian cut off at three deviations, black beyond the border (BCHW)."""
    radius, channels = max(1, int(3.0 * deviation)), planes.shape[1]
    offsets = torch.arange(-radius, radius + 1, dtype=torch.float32)
    weights = torch.exp(-offsets.pow(2) / (2.0 * deviation * deviation))
    row = (weights / weights.sum()).expand(channels, 1, 1, -1)
    across = conv2d(planes, row, padding=(0, radius), groups=channels)
    return conv2d(across, row.transpose(2, 3), padding=(radius, 0), groups=channels)
