"""The colour spaces of FLIP: linear RGB, the opponent space YCxCz, Lab after Hunt's effect.

Pictures are BCHW. White is that of linear RGB, as in the paper's own comparison, so that greys
have no colour.
"""

from __future__ import annotations

from functools import lru_cache

import torch

_RGB_TO_XYZ = (
    (10135552 / 24577794, 8788810 / 24577794, 4435075 / 24577794),
    (2613072 / 12288897, 8788810 / 12288897, 887015 / 12288897),
    (1425312 / 73733382, 8788810 / 73733382, 70074185 / 73733382),
)
"""sRGB's primaries and D65, as exact fractions."""

_DELTA = 6 / 29
"""Where CIE's cube root becomes a line."""


def to_linear(picture: torch.Tensor) -> torch.Tensor:
    """From sRGB to light (IEC 61966-2-1)."""
    low = picture / 12.92
    high = ((picture.clamp(min=0.04045) + 0.055) / 1.055) ** 2.4
    return torch.where(picture > 0.04045, high, low)  # noqa: PLR2004  # the standard's threshold


def to_opponent(linear: torch.Tensor) -> torch.Tensor:
    """From linear RGB to YCxCz: Lab without its cube root."""
    x, y, z = _relative_xyz(linear)
    return torch.cat([116 * y - 16, 500 * (x - y), 200 * (y - z)], dim=1)


def from_opponent(opponent: torch.Tensor) -> torch.Tensor:
    """From YCxCz to linear RGB."""
    lightness, across, along = opponent[:, :1], opponent[:, 1:2], opponent[:, 2:]
    y = (lightness + 16) / 116
    relative = torch.cat([y + across / 500, y, y - along / 200], dim=1)
    return _mixed(relative * _white(), _matrix().inverse())


def hunt_lab(linear: torch.Tensor) -> torch.Tensor:
    """From linear RGB to CIELAB, its colours the fainter the darker they are (Hunt)."""
    x, y, z = (_root(channel) for channel in _relative_xyz(linear))
    lightness = 116 * y - 16
    faintness = 0.01 * lightness
    return torch.cat([lightness, 500 * (x - y) * faintness, 200 * (y - z) * faintness], dim=1)


def hyab(one: torch.Tensor, two: torch.Tensor) -> torch.Tensor:
    """The distance of Lab colours: city block in lightness, Euclidean in colour (B1HW)."""
    difference = one - two
    colours = torch.hypot(difference[:, 1:2], difference[:, 2:3])
    return difference[:, :1].abs() + colours


def _relative_xyz(linear: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    found = _mixed(linear, _matrix()) / _white()
    return found[:, :1], found[:, 1:2], found[:, 2:]


def _root(value: torch.Tensor) -> torch.Tensor:
    line = value / (3 * _DELTA**2) + 4 / 29
    return torch.where(value > _DELTA**3, value.clamp(min=_DELTA**3) ** (1 / 3), line)


def _mixed(picture: torch.Tensor, matrix: torch.Tensor) -> torch.Tensor:
    return torch.einsum("oi,bihw->bohw", matrix, picture)


@lru_cache(maxsize=1)
def _matrix() -> torch.Tensor:
    return torch.tensor(_RGB_TO_XYZ)


@lru_cache(maxsize=1)
def _white() -> torch.Tensor:
    return _matrix().sum(dim=1)[:, None, None]
