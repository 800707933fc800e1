"""How near a picture comes to the one that it should have been: PSNR, SSIM and FLIP."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch.nn.functional import conv2d

from capdemo.imaging.flip import flip

if TYPE_CHECKING:
    from capdemo.node_api import Image

EQUAL_DB = 100.0
"""What stands for the infinite PSNR of equal pictures; 8-bit ones that differ stay below it."""

_WINDOW, _DEVIATION = 11, 1.5
_C1, _C2 = 0.01**2, 0.03**2
"""SSIM's window and constants, for values of 0..1."""


@dataclass(frozen=True, slots=True)
class Quality:
    """Three distances of a picture from its original."""

    psnr_db: float
    """Peak signal-to-noise ratio over all values, in dB; higher is nearer."""
    ssim: float
    """Mean structural similarity of the colour channels, up to 1."""
    flip: float
    """Mean FLIP error, 0..1; lower is nearer."""


def quality(truth: Image, picture: Image) -> Quality:
    """Compare pictures (1HWC, RGB, 0..1), 11 pixels or more on a side.

    Raises `ValueError` where their shapes differ or a side is too short.
    """
    if truth.shape != picture.shape:
        raise ValueError(f"{tuple(picture.shape)} is compared with {tuple(truth.shape)}.")
    one, two = truth.movedim(-1, 1).contiguous(), picture.movedim(-1, 1).contiguous()
    return Quality(psnr(one, two), ssim(one, two), flip(one, two))


def psnr(truth: torch.Tensor, picture: torch.Tensor) -> float:
    """10 log10(1 / mean squared error) of values of 0..1, `EQUAL_DB` for equal ones."""
    error = float((truth.double() - picture.double()).square().mean())
    return min(EQUAL_DB, -10 * math.log10(error)) if error else EQUAL_DB


def ssim(truth: torch.Tensor, picture: torch.Tensor) -> float:
    """Mean SSIM of BCHW pictures, each channel by itself.

    Wang et al., IEEE Trans. Image Processing 13(4), 2004: an 11x11 Gaussian window, only where it
    lies inside the picture. Raises `ValueError` for a shorter side.
    """
    if min(truth.shape[-2:]) < _WINDOW:
        raise ValueError(f"SSIM needs {_WINDOW} pixels on a side, not {tuple(truth.shape[-2:])}.")
    one, two = (p.reshape(-1, 1, *p.shape[-2:]).double() for p in (truth, picture))
    mean_one, mean_two = _windowed(one), _windowed(two)
    variance_one = _windowed(one * one) - mean_one**2
    variance_two = _windowed(two * two) - mean_two**2
    covariance = _windowed(one * two) - mean_one * mean_two
    luminance = (2 * mean_one * mean_two + _C1) / (mean_one**2 + mean_two**2 + _C1)
    structure = (2 * covariance + _C2) / (variance_one + variance_two + _C2)
    return float((luminance * structure).mean())


def _windowed(channel: torch.Tensor) -> torch.Tensor:
    steps = torch.arange(_WINDOW, dtype=torch.float64) - _WINDOW // 2
    line = torch.exp(-steps.square() / (2 * _DEVIATION**2))
    line /= line.sum()
    return conv2d(conv2d(channel, line[None, None, None]), line[None, None, :, None])
