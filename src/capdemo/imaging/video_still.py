"""The picture that stands for a film until it plays."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import PIL.Image

from capdemo.imaging.video_file import pixels_of, read_frames

if TYPE_CHECKING:
    from pathlib import Path


def first_frame(path: Path) -> PIL.Image.Image:
    """The first frame of a video file, upright, in 8 bits.

    Raises `InputError` where the file is no video or has no frame.
    """
    frame = next(iter(read_frames(path)))
    pixels = pixels_of(frame.picture)
    shift = 8 * (pixels.dtype.itemsize - 1)
    return PIL.Image.fromarray((pixels >> shift).astype(np.uint8))
