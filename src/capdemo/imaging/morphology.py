"""Greyscale morphology by flat neighbourhoods, borders excluded."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch.nn.functional import max_pool2d, pad

from capdemo.node_api import Image

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from capdemo.imaging.choices import MorphologyOperation


def square_neighbourhood(planes: torch.Tensor) -> torch.Tensor:
    """The largest value among a pixel and its eight neighbours (BHW)."""
    return max_pool2d(planes[:, None], 3, stride=1, padding=1)[:, 0]


def cross_neighbourhood(planes: torch.Tensor) -> torch.Tensor:
    """The largest value among a pixel and its four neighbours (BHW)."""
    stacked = planes[:, None]
    across = max_pool2d(stacked, (1, 3), stride=1, padding=(0, 1))
    down = max_pool2d(stacked, (3, 1), stride=1, padding=(1, 0))
    return torch.maximum(across, down)[:, 0]


def apply(image: Image, operation: MorphologyOperation, size: int) -> Image:
    """A morphological operation by a square of `size` pixels, channel by channel (Morphology).

    A square of even size reaches one pixel further left and up when it narrows, right and down
    when it widens, as in kornia, which ComfyUI calls.
    """
    planes = image.movedim(-1, 1)
    return Image(_OPERATIONS[operation](planes, size).movedim(1, -1))


def _dilated(planes: torch.Tensor, size: int) -> torch.Tensor:
    return _highest(planes, before=size - size // 2 - 1, after=size // 2)


def _eroded(planes: torch.Tensor, size: int) -> torch.Tensor:
    return -_highest(-planes, before=size // 2, after=size - size // 2 - 1)


def _highest(planes: torch.Tensor, *, before: int, after: int) -> torch.Tensor:
    """The largest value in a square that reaches so far left and up, right and down (BCHW)."""
    size = before + 1 + after
    across = pad(planes, (before, after, 0, 0), value=-torch.inf)
    rows = max_pool2d(across, (1, size), stride=1)
    down = pad(rows, (0, 0, before, after), value=-torch.inf)
    return max_pool2d(down, (size, 1), stride=1)


def _opened(planes: torch.Tensor, size: int) -> torch.Tensor:
    return _dilated(_eroded(planes, size), size)


def _closed(planes: torch.Tensor, size: int) -> torch.Tensor:
    return _eroded(_dilated(planes, size), size)


_OPERATIONS: Mapping[MorphologyOperation, Callable[[torch.Tensor, int], torch.Tensor]] = {
    "erode": _eroded,
    "dilate": _dilated,
    "open": _opened,
    "close": _closed,
    "gradient": lambda planes, size: _dilated(planes, size) - _eroded(planes, size),
    "bottom_hat": lambda planes, size: _closed(planes, size) - planes,
    "top_hat": lambda planes, size: planes - _opened(planes, size),
}
