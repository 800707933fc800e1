"""Alpha channels: adding, removing and matching them."""

from __future__ import annotations

import torch
from torch.nn.functional import pad

from capdemo.imaging.masks import resize_mask
from capdemo.imaging.resize import size_of
from capdemo.node_api import Image, Mask

COLOURS = 3
"""Red, green and blue come before alpha."""


def with_channels(image: Image, channels: int) -> Image:
    """An image with that many channels: those too many left out, missing ones 1 (opaque)."""
    missing = channels - image.shape[-1]
    if missing <= 0:
        return Image(image[..., :channels])
    return Image(pad(image, (0, missing), value=1.0))


def split(image: Image) -> tuple[Image, Mask]:
    """The colours, and how transparent they are (SplitImageWithAlpha)."""
    if image.shape[-1] > COLOURS:
        return Image(image[..., :COLOURS]), Mask(1.0 - image[..., COLOURS])
    return image, Mask(torch.zeros(image.shape[:3]))


def join(image: Image, transparency: Mask) -> Image:
    """An image with a mask as its transparency, resized bilinearly (JoinImageWithAlpha).

    As many pictures as the shorter batch has.
    """
    alpha = 1.0 - resize_mask(transparency, size_of(image))[..., None]
    count = min(len(image), len(alpha))
    return Image(torch.cat((image[:count, ..., :COLOURS], alpha[:count]), dim=-1))
