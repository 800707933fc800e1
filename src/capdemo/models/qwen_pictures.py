"""Cuts a picture into the patches that Qwen2.5-VL's vision tower takes (arXiv 2502.13923)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch.nn import functional

PATCH = 14
"""Pixels along each side of a patch."""
MERGE = 2
"""Patches along each side of what becomes one token."""
FRAMES = 2
"""A still picture is given twice, as a video of two frames."""

_FEWEST_PIXELS = 56 * 56
_MOST_PIXELS = 14 * 14 * 4 * 128 * 128
# OpenAI CLIP's statistics, which the tower was trained with.
_MEAN = (0.48145466, 0.4578275, 0.40821073)
_DEVIATION = (0.26862954, 0.26130258, 0.27577711)


@dataclass(frozen=True, slots=True, eq=False)
class Patches:
    """A picture as the vision tower takes it."""

    values: torch.Tensor
    """NC, float32: N patches, ordered so that the four of a token follow one another."""
    rows: int
    columns: int
    """In patches; both even."""

    @property
    def tokens(self) -> int:
        """How many tokens of the prompt the picture takes."""
        return self.rows * self.columns // MERGE**2


def cut_into_patches(picture: torch.Tensor) -> Patches:
    """Resize HWC, float32, 0..1, RGB to whole tokens, normalise and cut it.

    As ComfyUI: bilinear without antialiasing, where transformers' processor is bicubic on 8 bits.
    """
    height, width = _whole_tokens(*picture.shape[:2])
    planes = picture[..., :3].movedim(-1, 0)[None]
    resized = functional.interpolate(planes, size=(height, width), mode="bilinear")[0]
    mean, deviation = (torch.tensor(values)[:, None, None] for values in (_MEAN, _DEVIATION))
    normal = (resized - mean) / deviation
    rows, columns = height // PATCH, width // PATCH
    cut = normal.expand(FRAMES, -1, -1, -1).reshape(
        FRAMES, 3, rows // MERGE, MERGE, PATCH, columns // MERGE, MERGE, PATCH
    )
    return Patches(cut.permute(2, 5, 3, 6, 1, 0, 4, 7).reshape(rows * columns, -1), rows, columns)


def _whole_tokens(height: int, width: int) -> tuple[int, int]:
    """The nearest size of whole tokens that keeps to the tower's limits."""
    side = PATCH * MERGE
    near = (round(height / side) * side, round(width / side) * side)
    if near[0] * near[1] > _MOST_PIXELS:
        shrink = math.sqrt(height * width / _MOST_PIXELS)
        return (
            max(side, math.floor(height / shrink / side) * side),
            max(side, math.floor(width / shrink / side) * side),
        )
    if near[0] * near[1] < _FEWEST_PIXELS:
        grow = math.sqrt(_FEWEST_PIXELS / (height * width))
        return math.ceil(height * grow / side) * side, math.ceil(width * grow / side) * side
    return near
