"""What RetinaFace's outputs are relative to: its anchors, and how offsets from them are read."""

from __future__ import annotations

import torch

LEVELS = ((8, (16, 32)), (16, (64, 128)), (32, (256, 512)))
"""Each level's step and the sides of its two anchors, in pixels, as both networks were trained."""
CENTRE_VARIANCE, SIZE_VARIANCE = 0.1, 0.2
"""SSD's units of the offsets (Liu et al. 2015, arXiv 1512.02325), as trained."""


def anchors(height: int, width: int) -> torch.Tensor:
    """All anchors for a picture of this size, N4: centre x and y, width, height, in pixels."""
    levels = []
    for step, sides in LEVELS:
        rows, columns = -(-height // step), -(-width // step)
        y, x, side = torch.meshgrid(
            (torch.arange(rows) + 0.5) * step,
            (torch.arange(columns) + 0.5) * step,
            torch.tensor(sides, dtype=torch.float32),
            indexing="ij",
        )
        levels.append(torch.stack([x, y, side, side], dim=-1).reshape(-1, 4))
    return torch.cat(levels)


def decode_boxes(offsets: torch.Tensor, priors: torch.Tensor) -> torch.Tensor:
    """Boxes (N4: left, top, right, bottom, in pixels) from offsets (N4)."""
    centres = priors[:, :2] + offsets[:, :2] * CENTRE_VARIANCE * priors[:, 2:]
    sizes = priors[:, 2:] * torch.exp(offsets[:, 2:] * SIZE_VARIANCE)
    return torch.cat([centres - sizes / 2, centres + sizes / 2], dim=1)


def decode_landmarks(offsets: torch.Tensor, priors: torch.Tensor) -> torch.Tensor:
    """Five landmarks (N52, in pixels) from offsets (N10)."""
    points = offsets.reshape(-1, 5, 2) * CENTRE_VARIANCE
    return priors[:, None, :2] + points * priors[:, None, 2:]
