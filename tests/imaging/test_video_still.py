"""The first frame of a film as an 8-bit picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from tests.videos_for_tests import random_frames, write_tiny_video

from capdemo.errors import InputError
from capdemo.imaging.video_still import first_frame

if TYPE_CHECKING:
    from pathlib import Path


def test_it_is_the_first_frame_and_no_other(tmp_path: Path) -> None:
    frames = random_frames(3)
    write_tiny_video(tmp_path / "v.mkv", frames)
    with first_frame(tmp_path / "v.mkv") as picture:
        np.testing.assert_array_equal(np.asarray(picture), frames[0])


def test_deep_frames_lose_their_lower_bits(tmp_path: Path) -> None:
    deep = np.random.default_rng(1).integers(0, 2**16, (2, 30, 16, 3), dtype=np.uint16)
    write_tiny_video(tmp_path / "v.mkv", deep, encoder="ffv1", pixel_format="gbrp16le")
    with first_frame(tmp_path / "v.mkv") as picture:
        assert picture.mode == "RGB"
        np.testing.assert_array_equal(np.asarray(picture), (deep[0] >> 8).astype(np.uint8))


def test_what_is_no_film_is_refused(tmp_path: Path) -> None:
    (tmp_path / "v.mp4").write_bytes(b"\0" * 99)
    with pytest.raises(InputError, match=r"v\.mp4"):
        first_frame(tmp_path / "v.mp4")
