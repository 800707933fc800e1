"""Videos from files: which frames, which sound, which part, and what is refused."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
import pytest
import torch
from tests.videos_for_tests import (
    decoded,
    psnr,
    random_frames,
    smooth_frames,
    tone,
    write_tiny_sound,
    write_tiny_video,
)

from capdemo.errors import InputError
from capdemo.imaging.video import FileVideo, FrameVideo, as_known, open_video, sliced
from capdemo.imaging.video_file import read_frames
from capdemo.node_api import Audio, Image, VideoComponents

if TYPE_CHECKING:
    from pathlib import Path

    from tests.videos_for_tests import Frames


def eight_bits(images: torch.Tensor) -> Frames:
    pixels = (images * 255).round().numpy().astype(np.uint8)
    assert torch.equal(torch.from_numpy(pixels.astype(np.float32)) / 255, images)
    return pixels


def test_lossless_frames_come_back_exactly(tmp_path: Path) -> None:
    frames = random_frames(5)
    path = write_tiny_video(tmp_path / "a.mkv", frames, rate=Fraction(30000, 1001))
    video = open_video(path)
    parts = video.components()
    assert np.array_equal(eight_bits(parts.images), frames)
    assert parts.images.dtype == torch.float32
    assert parts.audio is None
    assert parts.frame_rate == video.facts.frame_rate == Fraction(30000, 1001)
    assert (video.size.width, video.size.height) == (17, 31)
    assert (video.bit_depth, video.color_space) == (8, "sRGB")
    assert (video.facts.codec, video.facts.sound_codec) == ("ffv1", None)


@pytest.mark.parametrize(
    ("name", "encoder"), [("a.mp4", "libx264"), ("a.webm", "libvpx-vp9"), ("a.avi", "mpeg4")]
)
def test_lossy_frames_are_those_that_ffmpeg_shows(tmp_path: Path, name: str, encoder: str) -> None:
    """ComfyUI 0.3.64 takes PyAV's RGB of 8 bits divided by 255, with which this was compared."""
    frames = smooth_frames(7, 32, 48)
    path = write_tiny_video(tmp_path / name, frames, encoder=encoder, pixel_format="yuv420p")
    images = open_video(path).components().images
    assert np.array_equal(eight_bits(images), decoded(path))
    assert psnr(decoded(path), frames) > 38


def test_deep_frames_keep_16_bits(tmp_path: Path) -> None:
    frames = np.random.default_rng(5).integers(0, 2**16, (2, 31, 17, 3), dtype=np.uint16)
    path = write_tiny_video(tmp_path / "a.mkv", frames, pixel_format="gbrp16le")
    video = open_video(path)
    assert video.bit_depth == 16
    images = video.components().images.numpy()
    assert np.array_equal(np.rint(images * 65535), frames)
    ten = write_tiny_video(
        tmp_path / "b.mp4", smooth_frames(2, 32, 32), encoder="libx264", pixel_format="yuv420p10le"
    )
    values = open_video(ten).components().images
    assert open_video(ten).bit_depth == 10
    assert len(np.unique(values.numpy())) > 256


@pytest.mark.parametrize("degrees", [0, 90, 180, 270])
def test_frames_are_turned_upright(tmp_path: Path, degrees: int) -> None:
    frames = random_frames(2)
    path = write_tiny_video(
        tmp_path / "a.mov", frames, encoder="qtrle", pixel_format="rgb24", rotation=degrees
    )
    video = open_video(path)
    upright = np.rot90(frames, degrees // 90, axes=(1, 2))
    assert np.array_equal(eight_bits(video.components().images), upright)
    assert (video.size.height, video.size.width) == upright.shape[1:3]


def test_frames_at_uneven_times_all_come_in_order(tmp_path: Path) -> None:
    frames = random_frames(4)
    path = write_tiny_video(tmp_path / "a.mkv", frames, milliseconds=(0, 40, 400, 440))
    assert np.array_equal(eight_bits(open_video(path).components().images), frames)
    assert [frame.start for frame in read_frames(path)] == [0, 40, 400, 440]


def test_one_frame_is_a_video(tmp_path: Path) -> None:
    frames = random_frames(1, 1, 1)
    path = write_tiny_video(tmp_path / "a.mkv", frames, rate=16)
    parts = open_video(path).components()
    assert np.array_equal(eight_bits(parts.images), frames)
    assert parts.frame_rate == 16


@pytest.mark.parametrize(("channels", "rate"), [(1, 8000), (2, 44100), (6, 48000)])
def test_sound_comes_with_its_rate_and_channels(tmp_path: Path, channels: int, rate: int) -> None:
    sound = tone(0.5, rate, channels)
    path = write_tiny_video(tmp_path / "a.mkv", random_frames(12), sound=sound, sample_rate=rate)
    audio = open_video(path).components().audio
    assert audio is not None
    assert audio.sample_rate == rate
    assert audio.waveform.shape == (1, *sound.shape)
    assert audio.waveform.dtype == torch.float32
    assert np.abs(audio.waveform[0].numpy() - sound).max() < 2e-4


@pytest.mark.parametrize(
    ("start", "duration", "expected"),
    [
        (0.0, 0.0, range(12)),
        (0.1, 0.0, range(1, 12)),  # 0.1 is a little more than a tenth
        (0.3, 0.4, range(3, 7)),
        (0.25, 0.5, range(3, 8)),
        (-0.2, 0.0, range(10, 12)),
        (-9.0, 0.3, range(3)),
        (1.1, 5.0, range(11, 12)),
    ],
)
@pytest.mark.parametrize("kind", ["file", "pictures"])
def test_a_part_has_the_frames_of_its_time(
    tmp_path: Path, kind: str, start: float, duration: float, expected: range
) -> None:
    frames, sound = random_frames(12), tone(1.2, 8000)
    path = write_tiny_video(tmp_path / "a.mkv", frames, rate=10, sound=sound, sample_rate=8000)
    whole = open_video(path)
    video = whole if kind == "file" else FrameVideo(*astuple(whole.components()))
    part = sliced(video, start, duration, strict=False)
    parts = part.components()
    assert np.array_equal(eight_bits(parts.images), frames[list(expected)])
    begin = start if start >= 0 else max(0.0, 1.2 + start)
    seconds = min(duration or 9.0, 1.2 - begin)
    assert parts.audio is not None
    assert abs(parts.audio.waveform.shape[-1] - seconds * 8000) <= 1
    first = round(begin * 8000)
    expected_sound = sound[:, first : first + parts.audio.waveform.shape[-1]]
    assert np.abs(parts.audio.waveform[0].numpy() - expected_sound).max() < 2e-4


def astuple(parts: VideoComponents) -> tuple[Image, Audio | None, Fraction]:
    return parts.images, parts.audio, parts.frame_rate


@pytest.mark.parametrize("kind", ["file", "pictures"])
def test_a_part_of_a_part_lies_inside_it(tmp_path: Path, kind: str) -> None:
    frames = random_frames(20)
    whole = open_video(write_tiny_video(tmp_path / "a.mkv", frames, rate=10))
    video = whole if kind == "file" else FrameVideo(*astuple(whole.components()))
    outer = sliced(video, 0.5, 1.0, strict=True)
    inner = sliced(outer, 0.3, 0.0, strict=False)
    assert np.array_equal(eight_bits(inner.components().images), frames[8:15])
    longer = sliced(outer, 0.3, 5.0, strict=False)
    assert np.array_equal(eight_bits(longer.components().images), frames[8:15])
    assert as_known(inner).duration == pytest.approx(0.7)


def test_a_start_is_rounded_down_as_files_round_it() -> None:
    video = FrameVideo(Image(torch.zeros(20, 2, 2, 3)), None, Fraction(10))
    for start, count in ((0.1, 19), (0.10004, 19), (0.102, 18), (0.57, 14)):
        assert len(sliced(video, start, 0.0, strict=False).components().images) == count


def test_a_part_reaches_key_frames_before_it(tmp_path: Path) -> None:
    frames = smooth_frames(30, 32, 48)
    path = write_tiny_video(
        tmp_path / "a.mp4", frames, rate=30, encoder="libx264", pixel_format="yuv420p"
    )
    part = sliced(open_video(path), 0.5, 0.2, strict=False).components()
    assert np.array_equal(eight_bits(part.images), decoded(path)[15:21])


def test_a_part_is_found_by_an_index(tmp_path: Path) -> None:
    frames = random_frames(30)
    path = write_tiny_video(
        tmp_path / "a.mov", frames, rate=30, encoder="png", pixel_format="rgb24"
    )
    part = sliced(open_video(path), 0.5, 0.2, strict=False).components()
    assert np.array_equal(eight_bits(part.images), frames[15:21])


def test_a_part_that_does_not_fit_is_an_error(tmp_path: Path) -> None:
    video = open_video(write_tiny_video(tmp_path / "a.mkv", random_frames(10), rate=10))
    with pytest.raises(InputError, match=r"begins at 1 s, and the video ends at 1 s"):
        sliced(video, 1.0, 0.0, strict=False)
    with pytest.raises(InputError, match=r"part of 0\.6 s from 0\.5 s is longer"):
        sliced(video, 0.5, 0.6, strict=True)
    sliced(video, 0.5, 0.5, strict=True)


def broken(path: Path, kind: str) -> Path:
    good = write_tiny_video(
        path.with_name("good.mp4"),
        smooth_frames(9, 32, 48),
        encoder="libx264",
        pixel_format="yuv420p",
    ).read_bytes()
    path.write_bytes(
        {
            "empty": b"",
            "text": b"This is a letter.\n" * 99,
            "cut": good[: len(good) // 2],
            "playlist": b"ffconcat version 1.0\nfile 'good.mp4'\n",
            "stream list": b"#EXTM3U\n#EXTINF:1,\ngood.mp4\n#EXT-X-ENDLIST\n",
        }[kind]
    )
    return path


@pytest.mark.parametrize("kind", ["empty", "text", "cut", "playlist", "stream list"])
def test_what_is_no_video_is_a_plain_error(tmp_path: Path, kind: str) -> None:
    path = broken(tmp_path / "a.mp4", kind)
    with pytest.raises(InputError, match="damaged, or no video") as caught:
        open_video(path)
    assert caught.value.where == str(path)


def test_sound_alone_is_no_video(tmp_path: Path) -> None:
    path = write_tiny_sound(tmp_path / "a.mkv", tone(0.1))
    with pytest.raises(InputError, match="has no video stream"):
        open_video(path)


def test_a_video_without_frames_is_an_error(tmp_path: Path) -> None:
    path = write_tiny_video(tmp_path / "a.mkv", random_frames(0), sound=tone(0.5))
    with pytest.raises(InputError, match="no frame in the video"):
        open_video(path)


def test_damage_in_the_middle_is_an_error(tmp_path: Path) -> None:
    frames = random_frames(6, 64, 64)
    path = write_tiny_video(tmp_path / "a.avi", frames, encoder="png", pixel_format="rgb24")
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 600] = bytes(600)
    path.write_bytes(content)
    with pytest.raises(InputError, match="damaged"):
        list(read_frames(path))


def test_frames_of_two_sizes_are_an_error(tmp_path: Path) -> None:
    streams = [
        write_tiny_video(
            tmp_path / f"{width}.ts",
            smooth_frames(3, 32, width),
            encoder="libx264",
            pixel_format="yuv420p",
        ).read_bytes()
        for width in (32, 48)
    ]
    path = tmp_path / "both.ts"
    path.write_bytes(b"".join(streams))
    with pytest.raises(InputError, match="change their size from 32x32 to 48x32 pixels"):
        open_video(path).components()


def test_of_several_sounds_the_last_is_taken(tmp_path: Path) -> None:
    sound = tone(0.5, 8000, 1)
    path = write_tiny_video(
        tmp_path / "a.mkv",
        random_frames(12),
        sound=sound,
        other_sound=tone(0.5, 8000, 2),
        sample_rate=8000,
    )
    audio = open_video(path).components().audio
    assert audio is not None
    assert audio.waveform.shape == (1, 1, 4000)


def test_a_video_of_another_kind_is_taken_apart() -> None:
    class Other:
        def components(self) -> VideoComponents:
            return VideoComponents(Image(torch.zeros(2, 4, 6, 3)), None, Fraction(8))

    known = as_known(Other())
    assert isinstance(known, FrameVideo)
    assert (known.size.width, known.duration) == (6, 0.25)


def test_a_file_is_decoded_no_further_than_needed(tmp_path: Path) -> None:
    frames = random_frames(50, 64, 64)
    path = write_tiny_video(tmp_path / "a.avi", frames, encoder="png", pixel_format="rgb24")
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    video = open_video(path)
    assert isinstance(video, FileVideo)
    part = sliced(video, 0.0, 0.25, strict=False)
    assert np.array_equal(eight_bits(part.components().images), frames[:6])
