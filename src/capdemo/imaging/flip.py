"""FLIP: how large the difference of two pictures looks when one is flipped to the other.

LDR-FLIP of Andersson et al., "FLIP: A Difference Evaluator for Alternating Images", Proc. ACM
Comput. Graph. Interact. Tech. 3(2), 2020; written from the paper, its names kept. Pictures are
BCHW, float32, sRGB, 0..1.
"""

from __future__ import annotations

import math

import torch
from torch.nn.functional import conv2d, pad

from capdemo.imaging.flip_colours import (
    from_opponent,
    hunt_lab,
    hyab,
    to_linear,
    to_opponent,
)

PIXELS_PER_DEGREE = 0.7 * 3840 / 0.7 * math.pi / 180
"""The paper's viewer: 0.7 m before a screen that is 0.7 m and 3840 pixels wide."""

_SENSITIVITY = (
    ((1.0, 0.0047),),
    ((1.0, 0.0053),),
    ((34.1, 0.04), (13.5, 0.025)),
)
"""Contrast sensitivity to luminance, red-green and blue-yellow: amplitude a and width b of each
Gaussian (table 1)."""
_WIDEST = max(b for terms in _SENSITIVITY for _, b in terms)

_QC, _QF = 0.7, 0.5
"""Exponents of the colour and the feature difference."""
_PC, _PT = 0.4, 0.95
"""Colour differences up to 0.4 of the largest are spread over 0.95 of the range."""
_FEATURE = 0.082
"""Width of a visible edge or point, in degrees."""


def flip_map(reference: torch.Tensor, test: torch.Tensor) -> torch.Tensor:
    """The error of every pixel, 0..1 (B1HW). Raises `ValueError` where the shapes differ."""
    if reference.shape != test.shape:
        raise ValueError(f"{tuple(test.shape)} is compared with {tuple(reference.shape)}.")
    opponents = [to_opponent(to_linear(picture.clamp(0, 1))) for picture in (reference, test)]
    colour = _colour_difference(*opponents)
    feature = _feature_difference(*opponents)
    return colour ** (1 - feature)


def flip(reference: torch.Tensor, test: torch.Tensor) -> float:
    """The mean error, 0 for equal pictures."""
    return float(flip_map(reference, test).double().mean())


def _colour_difference(reference: torch.Tensor, test: torch.Tensor) -> torch.Tensor:
    """Section 4.1: what is left of the colours at this distance, compared and spread out."""
    seen = [hunt_lab(from_opponent(_seen(picture)).clamp(0, 1)) for picture in (reference, test)]
    power = hyab(*seen) ** _QC
    largest = _largest_difference() ** _QC
    low = _PT / (_PC * largest) * power
    high = _PT + (power - _PC * largest) / (largest - _PC * largest) * (1 - _PT)
    return torch.where(power < _PC * largest, low, high)


def _largest_difference() -> float:
    green, blue = torch.eye(3)[1:].reshape(2, 1, 3, 1, 1)
    return float(hyab(hunt_lab(green), hunt_lab(blue)))


def _seen(opponent: torch.Tensor) -> torch.Tensor:
    """The channels blurred as far as the eye cannot resolve them."""
    radius = math.ceil(3 * math.sqrt(_WIDEST / (2 * math.pi**2)) * PIXELS_PER_DEGREE)
    steps = torch.arange(-radius, radius + 1) / PIXELS_PER_DEGREE
    channels = []
    for channel, terms in zip(opponent.unbind(1), _SENSITIVITY, strict=True):
        lines = [torch.exp(-(math.pi**2) * steps.square() / b) for _, b in terms]
        weights = [a * math.sqrt(math.pi / b) for a, b in terms]
        total = sum(
            weight * float(line.sum()) ** 2 for weight, line in zip(weights, lines, strict=True)
        )
        blurred = [
            weight / total * _separable(channel[:, None], line, line)
            for weight, line in zip(weights, lines, strict=True)
        ]
        channels.append(torch.stack(blurred).sum(0))
    return torch.cat(channels, dim=1)


def _feature_difference(reference: torch.Tensor, test: torch.Tensor) -> torch.Tensor:
    """Section 4.2: whether an edge or a point appears or vanishes."""
    lightness = [(picture[:, :1] + 16) / 116 for picture in (reference, test)]
    deviation = 0.5 * _FEATURE * PIXELS_PER_DEGREE
    radius = math.ceil(3 * deviation)
    steps = torch.arange(-radius, radius + 1, dtype=torch.float32)
    gaussian = torch.exp(-steps.square() / (2 * deviation**2))
    edge = _balanced(-steps * gaussian)
    point = _balanced((steps.square() / deviation**2 - 1) * gaussian)
    flat = gaussian / gaussian.sum()
    differences = [
        (_strength(lightness[0], kernel, flat) - _strength(lightness[1], kernel, flat)).abs()
        for kernel in (edge, point)
    ]
    return (torch.maximum(*differences) / math.sqrt(2)).clamp(0, 1) ** _QF


def _balanced(kernel: torch.Tensor) -> torch.Tensor:
    """Positive weights that sum up to 1, negative ones to -1."""
    positive, negative = kernel.clamp(min=0), kernel.clamp(max=0)
    return positive / positive.sum() - negative / negative.sum()


def _strength(lightness: torch.Tensor, kernel: torch.Tensor, flat: torch.Tensor) -> torch.Tensor:
    across = _separable(lightness, kernel, flat)
    down = _separable(lightness, flat, kernel)
    return torch.hypot(across, down)


def _separable(channel: torch.Tensor, across: torch.Tensor, down: torch.Tensor) -> torch.Tensor:
    """Correlate with a kernel along the rows and with another along the columns; edges go on."""
    radius = len(across) // 2
    padded = pad(channel, (radius,) * 4, mode="replicate")
    return conv2d(conv2d(padded, across[None, None, None]), down[None, None, :, None])
