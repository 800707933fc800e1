"""Soft masks of aligned faces: 1 is the restored face, 0 the picture behind it."""

from __future__ import annotations

import torch
from torch.nn.functional import conv2d, pad

BORDER = 10
"""Pixels at the edge of an aligned face that are never pasted, as in facexlib."""
RAMP = 32
"""Pixels over which the mask rises from there, so that hair at the edge leaves no line."""
SIGMA = 11.0 * 2.0**0.5
"""Of the blur, in pixels of an aligned face: facexlib blurs twice by 11."""
_RADIUS = 47
"""Three times SIGMA."""


def soften(face: torch.Tensor) -> torch.Tensor:
    """A mask (11HW, 0 or 1, where the face is) with a soft edge, and 0 at the frame."""
    offsets = torch.arange(-_RADIUS, _RADIUS + 1, dtype=torch.float32)
    weights = torch.exp(-(offsets**2) / (2 * SIGMA**2))
    row = (weights / weights.sum())[None, None, None]
    across = conv2d(pad(face, (_RADIUS, _RADIUS, 0, 0), mode="reflect"), row)
    blurred = conv2d(pad(across, (0, 0, _RADIUS, _RADIUS), mode="reflect"), row.transpose(2, 3))
    return blurred.clamp(0.0, 1.0) * square(face.shape[-1])


def square(side: int) -> torch.Tensor:
    """A mask (11HW) of the whole square but its frame, for where nothing tells the face's shape."""
    distance = torch.arange(side, dtype=torch.float32)
    distance = torch.minimum(distance, distance.flip(0))
    ramp = ((distance - BORDER + 1) / RAMP).clamp(0.0, 1.0)
    return (ramp[:, None] * ramp[None, :])[None, None]
