"""Where the tokens of Qwen-Image lie: rotary positions as ComfyUI gives them.

diffusers' `QwenEmbedRope` agrees where every side is an even number of tokens and no reference
is larger than the picture; elsewhere ComfyUI's rule holds, since its pictures are to be met.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from collections.abc import Sequence

PATCH = 2
"""Latent pixels along each side of a token."""

_THETA = 10000


@dataclass(frozen=True, slots=True)
class Grid:
    """A picture's tokens."""

    height: int
    width: int
    """In tokens, the last of which may be padded."""
    index: int = 0
    """0 for the picture that is made; references count from 1."""
    top: int = 0
    left: int = 0
    """Tokens by which the picture is moved."""


def tokens_along(latent_side: int) -> int:
    """How many tokens cover a side of a latent."""
    return (latent_side + PATCH // 2) // PATCH


def reference_grids(sizes: Sequence[tuple[int, int]], method: str = "index") -> list[Grid]:
    """Where references of these latent heights and widths lie.

    `index` gives each an index of its own, all in the same place (the 2509 model is trained so);
    any other method puts them side by side under one index, each along the shorter side of what
    lies there already.
    """
    if method == "index":
        return [
            Grid(tokens_along(height), tokens_along(width), index)
            for index, (height, width) in enumerate(sizes, start=1)
        ]
    grids = []
    filled_height = filled_width = 0
    for height, width in sizes:
        below = height + filled_height <= width + filled_width
        top, left = (filled_height, 0) if below else (0, filled_width)
        filled_height = max(filled_height, height + top)
        filled_width = max(filled_width, width + left)
        grids.append(
            Grid(
                tokens_along(height), tokens_along(width), 1, tokens_along(top), tokens_along(left)
            )
        )
    return grids


def positions(text_tokens: int, picture: Grid, references: Sequence[Grid]) -> torch.Tensor:
    """Index, row and column of every token, N3, float32: first the text's, then the pictures'.

    Rows and columns count from the middle. The text's lie on a diagonal that begins where the
    picture ends; ComfyUI looks at the picture alone there, diffusers at the references too.
    """
    start = max(picture.height // 2, picture.width // 2)
    text = torch.arange(start, start + text_tokens, dtype=torch.float32)
    return torch.cat([text[:, None].expand(-1, 3), *map(_of_grid, (picture, *references))])


def rotary_table(places: torch.Tensor, axes: Sequence[int]) -> torch.Tensor:
    """Cosine and sine of every token and pair of features, N(sum(axes)/2)2, float32.

    `axes` are the features that index, row and column turn (Su et al., arXiv 2104.09864). The
    angles are computed in float64, as ComfyUI does.
    """
    angles = torch.cat(
        [
            torch.outer(places[:, axis].double(), _frequencies(features))
            for axis, features in enumerate(axes)
        ],
        dim=1,
    )
    return torch.stack([angles.cos(), angles.sin()], dim=-1).float()


def rotate(features: torch.Tensor, table: torch.Tensor) -> torch.Tensor:
    """Turn pairs of neighbouring features; BNHD by a table of ND/2 and 2, in the table's type."""
    first, second = features.reshape(*features.shape[:-1], -1, 2).unbind(-1)
    cosine, sine = table[None, :, None].unbind(-1)
    turned = (cosine * first - sine * second, sine * first + cosine * second)
    return torch.stack(turned, dim=-1).flatten(-2)


def _of_grid(grid: Grid) -> torch.Tensor:
    rows = torch.arange(grid.height) + grid.top - grid.height // 2
    columns = torch.arange(grid.width) + grid.left - grid.width // 2
    places = torch.empty(grid.height, grid.width, 3)
    places[..., 0] = grid.index
    places[..., 1] = rows[:, None]
    places[..., 2] = columns
    return places.flatten(0, 1)


def _frequencies(features: int) -> torch.Tensor:
    steps = torch.linspace(0, (features - 2) / features, features // 2, dtype=torch.float64)
    return 1.0 / _THETA**steps
