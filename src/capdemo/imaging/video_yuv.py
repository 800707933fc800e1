"""From RGB to the YUV of 10-bit videos, since FFmpeg's own way is not to be relied on.

Its scaler (FFmpeg 8.1) reads past the rows of RGB pictures whose width is no multiple of 32 when
it makes 10 bits of them, so that colours differ from run to run. Its ways to 8 bits do not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from av.video.frame import VideoFrame

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

    from capdemo.imaging.video_file import Pixels

PIXEL_FORMAT = "yuv420p10le"

_WEIGHTS: Mapping[int, tuple[float, float]] = {1: (0.2126, 0.0722), 9: (0.2627, 0.0593)}
"""Of red and blue in the luma, by ITU-T H.273's number: BT.709 and BT.2020."""

_STEPS = 4
"""10-bit levels of one 8-bit level, in which the limited range is told."""


def yuv_of_10_bits(pixels: Pixels, matrix: int) -> VideoFrame:
    """A frame (HWC, RGB or RGBA, even sides) in limited range, colours averaged over 2x2 pixels.

    `matrix` is H.273's number, 1 or 9. Rounded to the nearest level.
    """
    height, width = pixels.shape[:2]
    of_red, of_blue = _WEIGHTS[matrix]
    color = pixels[..., :3] / np.float32(np.iinfo(pixels.dtype).max)
    luma = color @ np.array([of_red, 1 - of_red - of_blue, of_blue], np.float32)
    blocks = (height // 2, 2, width // 2, 2)
    gray = luma.reshape(blocks).mean(axis=(1, 3))
    red, blue = (color[..., band].reshape(blocks).mean(axis=(1, 3)) for band in (0, 2))
    planes = [
        _levels(16 + 219 * luma),
        _levels(128 + 224 * (blue - gray) / (2 * (1 - of_blue))),
        _levels(128 + 224 * (red - gray) / (2 * (1 - of_red))),
    ]
    rows = np.concatenate([plane.reshape(-1) for plane in planes]).reshape(-1, width)
    return VideoFrame.from_ndarray(rows, format=PIXEL_FORMAT)


def _levels(values: npt.NDArray[np.floating[Any]]) -> npt.NDArray[np.uint16]:
    levels: npt.NDArray[np.uint16] = np.rint(values * _STEPS).astype(np.uint16)
    return levels
