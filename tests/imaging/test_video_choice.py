"""Which frames VHS_LoadVideo takes.

The expected places were computed once by running VideoHelperSuite's own loader, as of May 2026,
on an H.264 file of 23 grey frames at 24 frames a second, each a shade of its own.
"""

from __future__ import annotations

from itertools import count, islice
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from tests.videos_for_tests import random_frames, smooth_frames, tone, write_tiny_video

from capdemo.errors import InputError
from capdemo.imaging.resize import common_upscale
from capdemo.imaging.sizes import Size
from capdemo.imaging.video_choice import (
    FrameChoice,
    chosen,
    due_frames,
    fitting_count,
    fitting_size,
    load_chosen,
)

if TYPE_CHECKING:
    from pathlib import Path

    from capdemo.imaging.video_choices import LoadFormat

TAKEN: list[tuple[dict[str, Any], list[int], float]] = [
    ({}, [*range(23)], 24.0),
    ({"force_rate": 8}, [0, 3, 6, 9, 12, 15, 18, 21], 8.0),
    ({"force_rate": 10}, [0, 3, 5, 8, 10, 13, 15, 17, 20, 22], 10.0),
    ({"force_rate": 23.976}, [0, *range(2, 23)], 23.976),
    (
        {"force_rate": 30},
        [*range(6), *range(5, 10), *range(9, 14), *range(13, 18), *range(17, 22), 21, 22],
        30.0,
    ),
    ({"force_rate": 60, "frame_load_cap": 7}, [0, 1, 1, 2, 2, 3, 3], 60.0),
    ({"select_every_nth": 5}, [0, 5, 10, 15, 20], 4.8),
    ({"skip_first_frames": 3, "select_every_nth": 4, "frame_load_cap": 3}, [3, 7, 11], 6.0),
    (
        {"force_rate": 12, "skip_first_frames": 1, "select_every_nth": 2},
        [2, 6, 10, 14, 18, 22],
        6.0,
    ),
    ({"format": "Wan"}, [*range(21)], 24.0),
    ({"format": "LTXV", "skip_first_frames": 4}, [*range(4, 21)], 24.0),
]


@pytest.mark.parametrize(("widgets", "expected", "rate"), TAKEN)
def test_frames_are_those_of_the_pack(
    tmp_path: Path, widgets: dict[str, Any], expected: list[int], rate: float
) -> None:
    frames = random_frames(23, 32, 64)
    path = write_tiny_video(tmp_path / "a.mov", frames, encoder="qtrle", pixel_format="rgb24")
    found = load_chosen(path, FrameChoice(**widgets))
    assert np.array_equal((found.images * 255).numpy(), frames[expected].astype(np.float32))
    assert found.info.loaded_fps == pytest.approx(rate)
    assert found.info.loaded_frame_count == len(expected)
    assert found.info.loaded_duration == pytest.approx(len(expected) / rate)
    assert (found.info.loaded_width, found.info.loaded_height) == (64, 32)
    assert (found.info.source_fps, found.info.source_frame_count) == (24.0, 23)
    assert found.info.source_duration == pytest.approx(23 / 24)
    assert (found.info.source_width, found.info.source_height) == (64, 32)
    assert found.audio is None


@pytest.mark.parametrize(
    ("width", "height", "load_format", "expected"),
    [
        (0, 0, "None", (17, 31)),
        (0, 0, "AnimateDiff", (16, 32)),
        (0, 0, "LTXV", (32, 32)),
        (34, 0, "None", (34, 62)),
        (0, 62, "None", (34, 62)),
        (33, 17, "None", (33, 17)),
        (33, 17, "AnimateDiff", (32, 16)),
        (20, 0, "Hunyuan", (16, 32)),
    ],
)
def test_sizes_are_rounded_to_the_formats_grid(
    tmp_path: Path,
    width: int,
    height: int,
    load_format: LoadFormat,
    expected: tuple[int, int],
) -> None:
    """Sizes as the pack's loader gave them for a file of 17x31 pixels."""
    frames = smooth_frames(2)
    choice = FrameChoice(custom_width=width, custom_height=height, format=load_format)
    assert fitting_size(Size(17, 31), choice) == expected
    path = write_tiny_video(tmp_path / "a.mkv", frames)
    images = load_chosen(path, choice).images
    whole = load_chosen(path, FrameChoice()).images
    assert images.shape == (len(images), expected[1], expected[0], 3)
    size = Size(*expected)
    same = (
        common_upscale(whole, size, method="lanczos", crop="center")
        if expected != (17, 31)
        else whole
    )
    assert torch.equal(images, same[: len(images)])


def test_sound_begins_and_ends_with_the_frames(tmp_path: Path) -> None:
    sound = tone(1.0, 8000)
    path = write_tiny_video(tmp_path / "a.mkv", random_frames(24), sound=sound, sample_rate=8000)
    choice = FrameChoice(skip_first_frames=6, frame_load_cap=3, select_every_nth=2)
    audio = load_chosen(path, choice).audio
    assert audio is not None
    assert audio.waveform.shape == (1, 2, 2000)  # from 6 / 24 s, for 3 * 2 / 24 s
    assert np.abs(audio.waveform[0].numpy() - sound[:, 2000:4000]).max() < 2e-4
    rest = load_chosen(path, FrameChoice(skip_first_frames=18)).audio
    assert rest is not None
    assert rest.waveform.shape == (1, 2, 2000)


def test_nothing_left_is_an_error(tmp_path: Path) -> None:
    path = write_tiny_video(tmp_path / "a.mkv", random_frames(3))
    with pytest.raises(InputError, match="No frame is left of the video's 3"):
        load_chosen(path, FrameChoice(skip_first_frames=3))


def test_no_more_is_read_than_is_taken() -> None:
    numbers = count()
    choice = FrameChoice(skip_first_frames=2, select_every_nth=3, frame_load_cap=4)
    assert list(chosen(numbers, 24.0, choice)) == [2, 5, 8, 11]
    assert next(numbers) == 12


@given(
    source=st.floats(1, 120),
    rate=st.floats(1, 120),
    length=st.integers(1, 60),
)
def test_another_rate_keeps_order_and_length(source: float, rate: float, length: int) -> None:
    taken = list(due_frames(range(length), source, rate))
    assert taken[0] == 0
    assert taken == sorted(taken)
    assert abs(len(taken) - length * rate / source) <= rate / source + 1
    times = [place / source for place in taken]
    assert all(abs(time - n / rate) <= 1 / source + 1e-6 for n, time in enumerate(times))


@given(rate=st.floats(1, 120), length=st.integers(1, 60))
def test_the_same_rate_takes_every_frame_once(rate: float, length: int) -> None:
    assert list(due_frames(range(length), rate, rate)) == [*range(length)]


@pytest.mark.parametrize(
    ("load_format", "expected"),
    [
        ("None", [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]),
        ("AnimateDiff", [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]),
        ("Wan", [1, 1, 1, 1, 5, 5, 5, 5, 9, 9]),
        ("Hunyuan", [1, 1, 1, 1, 5, 5, 5, 5, 9, 9]),
        ("Mochi", [1, 1, 1, 1, 1, 1, 7, 7, 7, 7]),
        ("LTXV", [1, 1, 1, 1, 1, 1, 1, 1, 9, 9]),
        ("Cosmos", [1, 1, 1, 1, 1, 1, 1, 1, 9, 9]),
    ],
)
def test_counts_are_those_that_a_model_takes(load_format: LoadFormat, expected: list[int]) -> None:
    assert [fitting_count(number, load_format) for number in range(1, 11)] == expected


def test_the_first_frames_come_before_the_last_is_known() -> None:
    assert list(islice(due_frames(count(), 24.0, 48.0), 5)) == [0, 1, 1, 2, 2]
