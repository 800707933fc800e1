"""RGB to YUV of 10 bits, against ITU-R BT.709 and BT.2020, and against FFmpeg where it is right."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from av.video.frame import VideoFrame
from tests.videos_for_tests import smooth_frames

from capdemo.imaging.video_yuv import yuv_of_10_bits

if TYPE_CHECKING:
    import numpy.typing as npt

    from capdemo.imaging.video_file import Pixels

BT709, BT2020 = 1, 9


def planes(frame: VideoFrame) -> list[npt.NDArray[np.uint16]]:
    """Y, Cb, Cr without the padding of their rows."""
    return [
        np.frombuffer(bytes(plane), np.uint16).reshape(plane.height, -1)[:, : plane.width].copy()
        for plane in frame.planes
    ]


def filled(color: tuple[int, int, int], kind: type[np.uint8 | np.uint16]) -> Pixels:
    values = np.full((2, 2, 3), color)
    return values.astype(np.uint8) if kind is np.uint8 else (values * 257).astype(np.uint16)


@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
@pytest.mark.parametrize(
    ("color", "matrix", "expected"),
    [
        ((255, 255, 255), BT709, (940, 512, 512)),
        ((0, 0, 0), BT709, (64, 512, 512)),
        ((255, 0, 0), BT709, (250, 409, 960)),
        ((0, 255, 0), BT709, (691, 167, 105)),
        ((0, 0, 255), BT709, (127, 960, 471)),
        ((255, 0, 0), BT2020, (294, 387, 960)),
        ((0, 0, 255), BT2020, (116, 960, 476)),
    ],
)
def test_colours_have_the_levels_of_the_standard(
    kind: type[np.uint8 | np.uint16],
    color: tuple[int, int, int],
    matrix: int,
    expected: tuple[int, int, int],
) -> None:
    found = planes(yuv_of_10_bits(filled(color, kind), matrix))
    assert [np.unique(plane).tolist() for plane in found] == [[level] for level in expected]


@pytest.mark.parametrize("width", [2, 18, 66, 322])
def test_planes_have_half_the_sides_and_always_the_same_levels(width: int) -> None:
    pixels = np.random.default_rng(width).integers(0, 2**16, (6, width, 4), dtype=np.uint16)
    first = planes(yuv_of_10_bits(pixels, BT709))
    assert [plane.shape for plane in first] == [(6, width), *[(3, width // 2)] * 2]
    for _ in range(20):
        again = planes(yuv_of_10_bits(pixels, BT709))
        assert all(np.array_equal(one, other) for one, other in zip(first, again, strict=True))


def test_colours_are_those_of_the_mean_of_four_pixels() -> None:
    pixels = np.zeros((2, 4, 3), np.uint8)
    pixels[0, 0] = 255, 0, 0
    _, blue, red = planes(yuv_of_10_bits(pixels, BT709))
    assert red.tolist() == [[512 + (960 - 512) // 4, 512]]
    assert blue.tolist() == [[486, 512]]


def test_ffmpeg_has_the_same_levels_where_it_is_to_be_relied_on() -> None:
    pixels = smooth_frames(1, 64, 64)[0].copy()
    pixels[..., 2] = 255 - pixels[..., 2]
    expected = planes(
        VideoFrame.from_ndarray(pixels, format="rgb24").reformat(
            format="yuv420p10le", dst_colorspace=BT709
        )
    )
    for one, other in zip(planes(yuv_of_10_bits(pixels, BT709)), expected, strict=True):
        assert np.abs(one.astype(int) - other).max() <= 2
