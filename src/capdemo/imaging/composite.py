"""Putting one picture over another: pasting, blending, and Porter and Duff's operators."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from capdemo.errors import InputError
from capdemo.imaging.batches import repeated_to
from capdemo.imaging.channels import with_channels
from capdemo.imaging.masks import as_batch, resize_mask
from capdemo.imaging.resize import common_upscale, size_of
from capdemo.node_api import Image, Mask

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from capdemo.imaging.choices import BlendMode, PorterDuffMode

LEAST_ALPHA = 1e-5
"""Below it a pixel of a Porter-Duff result is black, since its colour is not known."""


def paste(
    destination: Image,
    source: Image,
    *,
    x: int,
    y: int,
    mask: Mask | None = None,
    resize_source: bool = False,
) -> Image:
    """Put a picture on another with its corner at (x, y), where a mask is 1 (ImageCompositeMasked).

    The mask is resized to the source, both are repeated to the destination's batch, and what lies
    outside is left out. The destination's channels win: a source without its alpha is opaque
    (ComfyUI of 2025 stops there).
    """
    source = with_channels(source, destination.shape[-1])
    if resize_source:
        source = common_upscale(source, size_of(destination), method="bilinear")
    result = destination.clone()
    region = result[:, y : y + source.shape[1], x : x + source.shape[2]]
    count, height, width = region.shape[:3]
    over = repeated_to(source, count)[:, :height, :width]
    if mask is None:
        region.copy_(over)
        return Image(result)
    weights = repeated_to(resize_mask(mask, size_of(source)), count)[:, :height, :width, None]
    region.copy_(weights * over + (1.0 - weights) * region)
    return Image(result)


def _soft_light(below: torch.Tensor, over: torch.Tensor) -> torch.Tensor:
    # W3C Compositing and Blending, 2015, 10.1.9: the curve for light tops.
    cubic = ((16 * below - 12) * below + 4) * below
    curve = torch.where(below <= 0.25, cubic, below.sqrt())  # noqa: PLR2004  # the specification's
    darker = below - (1 - 2 * over) * below * (1 - below)
    return torch.where(over <= 0.5, darker, below + (2 * over - 1) * (curve - below))  # noqa: PLR2004  # the specification's


def _overlay(below: torch.Tensor, over: torch.Tensor) -> torch.Tensor:
    screened = 1 - 2 * (1 - below) * (1 - over)
    return torch.where(below <= 0.5, 2 * below * over, screened)  # noqa: PLR2004  # the specification's


_BLENDS: Mapping[BlendMode, Callable[[torch.Tensor, torch.Tensor], torch.Tensor]] = {
    "normal": lambda _, over: over,
    "multiply": torch.mul,
    "screen": lambda below, over: 1 - (1 - below) * (1 - over),
    "overlay": _overlay,
    "soft_light": _soft_light,
    "difference": torch.sub,
}


def blend(below: Image, over: Image, *, factor: float, mode: BlendMode) -> Image:
    """Mix a picture with its combination with another one, clamped to 0..1 (ImageBlend).

    The second picture is cut and resized to the first, bicubically; its missing alpha is opaque.
    `difference` is signed, as in ComfyUI, so that negative values become black. Raises
    `InputError` for batches that do not fit.
    """
    over = with_channels(over, below.shape[-1])
    if below.shape != over.shape:
        over = common_upscale(over, size_of(below), method="bicubic", crop="center")
    if len(below) != len(over) and 1 not in (len(below), len(over)):
        raise InputError(
            f"A batch of {len(below)} pictures cannot be blended with one of {len(over)}.",
            hint="Use batches of the same length, or one of a single picture.",
        )
    blended = _BLENDS[mode](below, over)
    return Image((below * (1 - factor) + blended * factor).clamp(0, 1))


@dataclass(frozen=True, slots=True)
class _Layers:
    """A source and a destination: colours (BHWC) multiplied by their alphas (BHW1)."""

    source: torch.Tensor
    source_alpha: torch.Tensor
    destination: torch.Tensor
    destination_alpha: torch.Tensor


_Operator = tuple["Callable[[_Layers], torch.Tensor]", "Callable[[_Layers], torch.Tensor]"]


def _union(layers: _Layers) -> torch.Tensor:
    s, d = layers.source_alpha, layers.destination_alpha
    return s + d - s * d


def _pairwise(
    choose: Callable[[torch.Tensor, torch.Tensor], torch.Tensor],
) -> Callable[[_Layers], torch.Tensor]:
    def colours(layers: _Layers) -> torch.Tensor:
        alone = (1 - layers.destination_alpha) * layers.source
        other = (1 - layers.source_alpha) * layers.destination
        return alone + other + choose(layers.source, layers.destination)

    return colours


def _overlaid(layers: _Layers) -> torch.Tensor:
    s, d = layers.source, layers.destination
    s_alpha, d_alpha = layers.source_alpha, layers.destination_alpha
    bright = s_alpha * d_alpha - 2 * (d_alpha - s) * (s_alpha - d)
    return torch.where(2 * d < d_alpha, 2 * s * d, bright)


# Colour and alpha of Porter and Duff, 1984, and of the blend modes that Android's PorterDuff.Mode
# adds to them. `s` is a pair of source and destination, both multiplied by their alpha.
_OPERATORS: Mapping[PorterDuffMode, _Operator] = {
    "ADD": (
        lambda s: (s.source + s.destination).clamp(0, 1),
        lambda s: (s.source_alpha + s.destination_alpha).clamp(0, 1),
    ),
    "CLEAR": (
        lambda s: torch.zeros_like(s.destination),
        lambda s: torch.zeros_like(s.destination_alpha),
    ),
    "DARKEN": (_pairwise(torch.minimum), _union),
    "DST": (lambda s: s.destination, lambda s: s.destination_alpha),
    "DST_ATOP": (
        lambda s: s.source_alpha * s.destination + (1 - s.destination_alpha) * s.source,
        lambda s: s.source_alpha,
    ),
    "DST_IN": (
        lambda s: s.destination * s.source_alpha,
        lambda s: s.source_alpha * s.destination_alpha,
    ),
    "DST_OUT": (
        lambda s: (1 - s.source_alpha) * s.destination,
        lambda s: (1 - s.source_alpha) * s.destination_alpha,
    ),
    "DST_OVER": (
        lambda s: s.destination + (1 - s.destination_alpha) * s.source,
        lambda s: s.destination_alpha + (1 - s.destination_alpha) * s.source_alpha,
    ),
    "LIGHTEN": (_pairwise(torch.maximum), _union),
    "MULTIPLY": (
        lambda s: s.source * s.destination,
        lambda s: s.source_alpha * s.destination_alpha,
    ),
    "OVERLAY": (_overlaid, _union),
    "SCREEN": (lambda s: s.source + s.destination - s.source * s.destination, _union),
    "SRC": (lambda s: s.source, lambda s: s.source_alpha),
    "SRC_ATOP": (
        lambda s: s.destination_alpha * s.source + (1 - s.source_alpha) * s.destination,
        lambda s: s.destination_alpha,
    ),
    "SRC_IN": (
        lambda s: s.source * s.destination_alpha,
        lambda s: s.source_alpha * s.destination_alpha,
    ),
    "SRC_OUT": (
        lambda s: (1 - s.destination_alpha) * s.source,
        lambda s: (1 - s.destination_alpha) * s.source_alpha,
    ),
    "SRC_OVER": (
        lambda s: s.source + (1 - s.source_alpha) * s.destination,
        lambda s: s.source_alpha + (1 - s.source_alpha) * s.destination_alpha,
    ),
    "XOR": (
        lambda s: (1 - s.destination_alpha) * s.source + (1 - s.source_alpha) * s.destination,
        lambda s: (
            (1 - s.destination_alpha) * s.source_alpha + (1 - s.source_alpha) * s.destination_alpha
        ),
    ),
}


def porter_duff(
    source: Image,
    source_transparency: Mask,
    destination: Image,
    destination_transparency: Mask,
    mode: PorterDuffMode,
) -> tuple[Image, Mask]:
    """Compose two pictures whose transparencies are masks (PorterDuffImageComposite).

    All are cut and resized to the destination, bicubically; as many pictures as the shortest
    batch has. Returns colours and transparency. Raises `InputError` for different channels.
    """
    if source.shape[-1] != destination.shape[-1]:
        raise InputError(
            f"The source has {source.shape[-1]} channels, the destination {destination.shape[-1]}.",
            hint="Split the alpha off first, with SplitImageWithAlpha.",
        )
    source_transparency = as_batch(source_transparency)
    destination_transparency = as_batch(destination_transparency)
    everything = (source, source_transparency, destination, destination_transparency)
    count = min(len(batch) for batch in everything)
    source_alpha = _alpha(source_transparency[:count], destination)
    destination_alpha = _alpha(destination_transparency[:count], destination)
    over = Image(source[:count])
    if size_of(source) != size_of(destination):
        over = common_upscale(over, size_of(destination), method="bicubic", crop="center")
    layers = _Layers(
        source=over * source_alpha,
        source_alpha=source_alpha,
        destination=destination[:count] * destination_alpha,
        destination_alpha=destination_alpha,
    )
    colour_of, alpha_of = _OPERATORS[mode]
    colour, alpha = colour_of(layers), alpha_of(layers)
    known = torch.where(alpha > LEAST_ALPHA, colour / alpha, torch.zeros_like(colour))
    return Image(known.clamp(0, 1)), Mask((1 - alpha)[..., 0])


def _alpha(transparency: torch.Tensor, picture: Image) -> torch.Tensor:
    mask = Mask(transparency)
    if mask.shape[1:] != picture.shape[1:3]:
        mask = resize_mask(mask, size_of(picture), method="bicubic", crop="center")
    return 1 - mask[..., None]
