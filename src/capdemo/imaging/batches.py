"""Batches of pictures and masks: joining, cutting and repeating them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import torch

from capdemo.errors import InputError
from capdemo.imaging.channels import with_channels
from capdemo.imaging.crop import seeded
from capdemo.imaging.masks import as_batch, resize_mask
from capdemo.imaging.resize import common_upscale, size_of
from capdemo.imaging.sizes import Size
from capdemo.node_api import Image, Mask

if TYPE_CHECKING:
    from collections.abc import Sequence


def repeated_to(batch: torch.Tensor, count: int) -> torch.Tensor:
    """The first `count` items of a batch that is repeated as often as that takes."""
    times = math.ceil(count / len(batch))
    return batch.repeat(times, *[1] * (batch.ndim - 1))[:count]


def prolonged_to(batch: torch.Tensor, count: int) -> torch.Tensor:
    """A batch whose last item is repeated until there are `count`."""
    return torch.cat([batch, batch[-1:].expand(count - len(batch), *batch.shape[1:])])


def join_images(images: Sequence[Image]) -> Image:
    """One batch in the size of the first picture (ImageBatch, BatchImagesNode).

    Others are resized to it bilinearly after cutting them to its shape; where one has alpha, all
    get it. ComfyUI of 2025 stops where only some have alpha; that of 2026 is followed.
    """
    channels = max(image.shape[-1] for image in images)
    size = size_of(images[0])
    same = [with_channels(image, channels) for image in images]
    return Image(torch.cat([_fitted(image, size) for image in same]))


def join_masks(masks: Sequence[Mask]) -> Mask:
    """One batch in the size of the first mask (BatchMasksNode)."""
    same = [as_batch(mask) for mask in masks]
    size = Size(width=same[0].shape[2], height=same[0].shape[1])
    fitted: list[torch.Tensor] = [
        mask
        if mask.shape[1:] == same[0].shape[1:]
        else resize_mask(mask, size, method="bilinear", crop="center")
        for mask in same
    ]
    return Mask(torch.cat(fitted))


def _fitted(image: Image, size: Size) -> Image:
    if size_of(image) == size:
        return image
    return common_upscale(image, size, method="bilinear", crop="center")


def part(image: Image, start: int, length: int) -> Image:
    """`length` pictures from `start` on, as many as there are (ImageFromBatch).

    A negative start counts from the end, as in ComfyUI of 2026. There is always at least one.
    """
    first = start + len(image) if start < 0 else start
    first = min(max(first, 0), len(image) - 1)
    return Image(image[first : first + length])


def regrouped(images: Sequence[Image], count: int) -> list[Image]:
    """The pictures of all batches in batches of `count`, the last one shorter (RebatchImages).

    Raises `InputError` where one batch would hold pictures of different sizes.
    """
    single = [batch[place : place + 1] for batch in images for place in range(len(batch))]
    groups = [single[start : start + count] for start in range(0, len(single), count)]
    return [_one_batch(group) for group in groups]


def _one_batch(pictures: Sequence[torch.Tensor]) -> Image:
    shapes = {picture.shape[1:] for picture in pictures}
    if len(shapes) > 1:
        sizes = ", ".join(sorted(f"{shape[1]}x{shape[0]}x{shape[2]}" for shape in shapes))
        raise InputError(
            f"Pictures of different sizes or channels cannot be one batch: {sizes}.",
            hint="Resize them to one size first, or use a batch size of 1.",
        )
    return Image(torch.cat(list(pictures)))


def repeated(image: Image, times: int) -> Image:
    """A batch several times over (RepeatImageBatch)."""
    return Image(image.repeat(times, 1, 1, 1))


def shuffled(images: Sequence[Image], seed: int) -> list[Image]:
    """All pictures of all batches, each by itself, in a random order (ShuffleDataset)."""
    single = [Image(batch[place : place + 1]) for batch in images for place in range(len(batch))]
    return [single[place] for place in seeded(seed).permutation(len(single))]
