"""What can be done to latents without a model: their size, their place, their batches.

Pixels and latent cells are told apart by name: a cell stands for 8x8 pixels. Height and width are
the last two dimensions, so that latents of videos (BCTHW) are treated like those of pictures.
After ComfyUI's latent nodes (`nodes.py`, `nodes_latent.py`, `nodes_rebatch.py`).
"""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING, Literal

import torch
from torch.nn.functional import interpolate

from capdemo.errors import RunError
from capdemo.imaging.resize import common_upscale, crop_to_aspect
from capdemo.imaging.sizes import Size
from capdemo.imaging.slerp import resize_spherically
from capdemo.node_api import Image, Latent

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from capdemo.imaging.choices import Crop, LatentResizeMethod
    from capdemo.node_api import Mask

PIXELS_PER_CELL = 8
"""Along each side, in ComfyUI's arithmetic of latents, whatever the VAE."""

_SMALLEST_CROP = 8
"""Cells that LatentCrop leaves to the right of and below its corner."""


def empty(*shape: int) -> Latent:
    """A latent of zeros."""
    return Latent(torch.zeros(shape))


def size_of(latent: Latent) -> Size:
    """Width and height, in cells."""
    return Size(width=latent.samples.shape[-1], height=latent.samples.shape[-2])


def resized(
    latent: Latent, size: Size, *, method: LatentResizeMethod, crop: Crop = "disabled"
) -> Latent:
    """A latent in a new size, in cells; masks stay as they are."""
    return replace(latent, samples=_resized(latent.samples, size, method, crop))


def _resized(
    samples: torch.Tensor, size: Size, method: LatentResizeMethod, crop: Crop
) -> torch.Tensor:
    """Frames of a video (BCTHW) are resized one by one."""
    image = Image(samples.movedim(1, -3).flatten(0, -4).movedim(1, -1))
    if method == "bislerp":
        cropped = crop_to_aspect(image, size) if crop == "center" else image
        result = resize_spherically(cropped.movedim(-1, 1), size)
    else:
        result = common_upscale(image, size, method=method, crop=crop).movedim(-1, 1)
    shape = (*samples.movedim(1, -3).shape[:-2], size.height, size.width)
    return result.reshape(shape).movedim(-3, 1)


def taken(latent: Latent, start: int, length: int) -> Latent:
    """Some items of a batch, which keep their noise; what is not there is left out."""
    count = latent.samples.shape[0]
    start = min(count - 1, start)
    chosen = slice(start, start + min(count - start, length))
    mask = latent.noise_mask
    if mask is not None and mask.shape[0] > 1:
        mask = _repeated_to(mask, max(count, mask.shape[0]))[chosen]
    return Latent(latent.samples[chosen], mask, _indices(latent)[chosen])


def repeated(latent: Latent, amount: int) -> Latent:
    """The whole batch several times; where it has noise of its own, each time with other noise."""
    mask, indices = latent.noise_mask, latent.batch_index
    if mask is not None and mask.shape[0] > 1:
        mask = mask.repeat(amount, *[1] * (mask.ndim - 1))
    if indices is not None:
        offset = max(indices) - min(indices) + 1
        indices = tuple(index + turn * offset for turn in range(amount) for index in indices)
    samples = latent.samples.repeat(amount, *[1] * (latent.samples.ndim - 1))
    return Latent(samples, mask, indices)


def joined(first: Latent, second: Latent) -> Latent:
    """Two batches as one, the second in the size of the first, whose mask stays."""
    samples = _like(second.samples, first.samples)
    return Latent(
        torch.cat((first.samples, samples)),
        first.noise_mask,
        _indices(first) + _indices(second),
    )


def beside(first: Latent, second: Latent, dimension: int, *, second_first: bool) -> Latent:
    """Two latents along a dimension counted from the end; the second as often as the first.

    Raises `RunError` where their other sides differ.
    """
    other = _repeated_to(second.samples, first.samples.shape[0])
    parts = (other, first.samples) if second_first else (first.samples, other)
    shapes = [list(part.shape) for part in parts]
    for shape in shapes:
        shape[dimension] = 0
    if shapes[0] != shapes[1]:
        raise RunError(
            f"Latents of {tuple(parts[0].shape)} and {tuple(parts[1].shape)} cells do not fit"
            " beside each other.",
            hint="Resize one of them first.",
        )
    return replace(first, samples=torch.cat(parts, dim=dimension))


def matched(first: Latent, second: Latent) -> torch.Tensor:
    """The second's samples in the size of the first, repeated or cut to as many."""
    return _repeated_to(_like(second.samples, first.samples), first.samples.shape[0])


def _like(samples: torch.Tensor, model: torch.Tensor) -> torch.Tensor:
    if samples.shape[1:] == model.shape[1:]:
        return samples
    size = Size(width=model.shape[-1], height=model.shape[-2])
    return _resized(samples, size, "bilinear", "center")


def _repeated_to(batch: torch.Tensor, count: int) -> torch.Tensor:
    times = math.ceil(count / batch.shape[0])
    return batch.repeat(times, *[1] * (batch.ndim - 1))[:count]


def _indices(latent: Latent, offset: int = 0) -> tuple[int, ...]:
    if latent.batch_index is not None:
        return latent.batch_index
    return tuple(range(offset, offset + latent.samples.shape[0]))


def interpolated(first: Latent, second: Latent, ratio: float) -> Latent:
    """Between two latents: directions are mixed, then lengths; a ratio of 1 is the first.

    A direction is a cell's vector over the channels, divided by its length. Each item has its own
    lengths; ComfyUI's LatentInterpolate takes one for another where a batch has several items.
    """
    other = matched(first, second)
    lengths = [samples.norm(dim=1, keepdim=True) for samples in (first.samples, other)]
    one, two = (
        torch.nan_to_num(samples / length)
        for samples, length in zip((first.samples, other), lengths, strict=True)
    )
    mixed = one * ratio + two * (1 - ratio)
    direction = torch.nan_to_num(mixed / mixed.norm(dim=1, keepdim=True))
    return replace(first, samples=direction * (lengths[0] * ratio + lengths[1] * (1 - ratio)))


def pasted(below: Latent, above: Latent, *, x: int, y: int, feather: int) -> Latent:
    """One latent laid upon another, its corner at a cell; `feather` cells fade in at its edges.

    An edge that lies on the edge of what is below does not fade.
    """
    size = size_of(below)
    if x >= size.width or y >= size.height:
        return below
    piece = above.samples[..., : size.height - y, : size.width - x]
    height, width = piece.shape[-2:]
    rows = _ramp(height, feather, start=y != 0, end=y + height < size.height)
    columns = _ramp(width, feather, start=x != 0, end=x + width < size.width)
    weight = rows[:, None] * columns
    samples = below.samples.clone()
    place = samples[..., y : y + height, x : x + width]
    place.copy_(piece * weight + place * (1 - weight))
    return replace(below, samples=samples)


def _ramp(length: int, feather: int, *, start: bool, end: bool) -> torch.Tensor:
    weights = torch.ones(length)
    rising = torch.arange(1, feather + 1) / feather if feather else torch.ones(0)
    steps = min(length, feather)
    if start:
        weights[:steps] *= rising[:steps]
    if end:
        weights[length - steps :] *= rising[:steps].flip(0)
    return weights


def cut(latent: Latent, *, x: int, y: int, width: int, height: int) -> Latent:
    """A rectangle, in cells; its corner is moved so that 8 cells remain right of and below it."""
    size = size_of(latent)
    left = max(0, min(x, size.width - _SMALLEST_CROP))
    top = max(0, min(y, size.height - _SMALLEST_CROP))
    return replace(latent, samples=latent.samples[..., top : top + height, left : left + width])


def rotated(latent: Latent, quarter_turns: int) -> Latent:
    """Turned clockwise; masks stay as they are."""
    return replace(latent, samples=torch.rot90(latent.samples, k=quarter_turns, dims=[-1, -2]))


def flipped(latent: Latent, axis: Literal["x", "y"]) -> Latent:
    """Mirrored about the horizontal axis, x, or the vertical one, y; masks stay as they are."""
    return replace(latent, samples=latent.samples.flip(-2 if axis == "x" else -1))


def with_noise_mask(latent: Latent, mask: Mask) -> Latent:
    """The latent, to be changed only where the mask is 1."""
    return replace(latent, noise_mask=mask.reshape(-1, 1, *mask.shape[-2:]))


def part(latent: Latent, dimension: int, index: int, amount: int) -> Latent:
    """Some slices along a dimension counted from the end; a negative index counts from there."""
    samples = latent.samples
    length = samples.shape[dimension]
    start = min(index, length - 1) if index >= 0 else max(length + index, 0)
    chosen = samples.narrow(dimension, start, min(length - start, amount))
    return replace(latent, samples=chosen)


def rebatched(latents: Sequence[Latent], batch_size: int) -> list[Latent]:
    """All items in new batches; a batch never mixes sizes, and each item keeps its noise."""
    numbered: list[Latent] = []
    for latent in latents:
        offset = sum(each.samples.shape[0] for each in numbered)
        numbered.append(replace(latent, batch_index=_indices(latent, offset)))
    return [
        batch
        for _, run in groupby(numbered, key=size_of)
        for batch in _split(list(run), batch_size)
    ]


def _split(run: Sequence[Latent], batch_size: int) -> Iterator[Latent]:
    samples = torch.cat([latent.samples for latent in run])
    masks = _joined_masks(run)
    indices = [index for latent in run for index in _indices(latent)]
    for start in range(0, len(samples), batch_size):
        chosen = slice(start, start + batch_size)
        mask = masks[chosen]
        yield Latent(
            samples[chosen],
            None if bool(mask.mean() == 1) else mask,
            tuple(indices[chosen]),
        )


def _joined_masks(run: Sequence[Latent]) -> torch.Tensor:
    """One mask an item, all of one size; an item without a mask may change everywhere."""
    masks = [_mask_for(latent) for latent in run]
    size = masks[0].shape[-2:]
    if any(mask.shape[-2:] != size for mask in masks):
        pixels = [side * PIXELS_PER_CELL for side in run[0].samples.shape[-2:]]
        masks = [interpolate(mask, size=pixels, mode="bilinear") for mask in masks]
    return torch.cat(masks)


def _mask_for(latent: Latent) -> torch.Tensor:
    count, height, width = latent.samples.shape[0], *latent.samples.shape[-2:]
    if latent.noise_mask is None:
        return torch.ones(count, 1, height * PIXELS_PER_CELL, width * PIXELS_PER_CELL)
    return _repeated_to(latent.noise_mask, max(count, latent.noise_mask.shape[0]))
