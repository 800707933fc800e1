"""SaveVideo's choice between copying and encoding, and files with odd times."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import av
import numpy as np
import pytest
import torch
from tests.videos_for_tests import (
    decoded,
    frame_seconds,
    packets,
    psnr,
    random_frames,
    smooth_frames,
    tone,
    write_tiny_video,
)

from capdemo.errors import CancelledError, InputError
from capdemo.imaging.video import FrameVideo, open_video, sliced
from capdemo.imaging.video_save import Target, save_video
from capdemo.node_api import Audio, Image

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from capdemo.imaging.sizes import Size
    from capdemo.node_api import Video

MP4 = Target("mp4", "auto")


def save(
    video: Video, path: Path, target: Target = MP4, texts: Mapping[str, str] | None = None
) -> Size:
    return save_video(video, path, target, texts or {}, lambda done, total: None)


def texts_of(path: Path) -> dict[str, str]:
    with av.open(str(path)) as container:
        return {name.lower(): text for name, text in container.metadata.items()}


def codecs_of(path: Path) -> list[str]:
    with av.open(str(path)) as container:
        return [stream.codec_context.codec.canonical_name for stream in container.streams]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return write_tiny_video(
        tmp_path / "source.mp4",
        smooth_frames(12, 32, 48),
        encoder="libx264",
        pixel_format="yuv420p",
        sound=tone(0.5),
        sound_encoder="aac",
        texts={"prompt": "old", "title": "Evening"},
    )


@pytest.mark.parametrize("target", [MP4, Target("mp4", "h264")])
def test_a_file_that_suits_is_copied_bit_for_bit(
    tmp_path: Path, source: Path, target: Target
) -> None:
    path = tmp_path / "copy"
    texts = {"prompt": '{"1": "é"}', "workflow": "{}"}
    assert save(open_video(source), path, target, texts) == (48, 32)
    assert packets(path) == packets(source)
    assert packets(path, "audio") == packets(source, "audio")
    assert frame_seconds(path) == frame_seconds(source)
    found = texts_of(path)
    assert (found["prompt"], found["workflow"]) == ('{"1": "\\u00e9"}', "{}")
    assert found["title"] == "Evening"


def test_a_copy_keeps_the_way_up(tmp_path: Path) -> None:
    frames = smooth_frames(2, 32, 48)
    lying = write_tiny_video(
        tmp_path / "a.mp4", frames, encoder="libx264", pixel_format="yuv420p", rotation=90
    )
    assert save(open_video(lying), tmp_path / "b") == (32, 48)
    assert packets(tmp_path / "b") == packets(lying)
    shown = open_video(lying).components().images
    assert torch.equal(open_video(tmp_path / "b").components().images, shown)


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        (Target("mp4", "h264", 1.0), ["h264", "aac"]),
        (Target("mp4", "av1"), ["av1", "aac"]),
        (Target("mkv", "auto"), ["h264", "aac"]),
        (Target("webm", "auto"), ["av1", "opus"]),
    ],
)
def test_other_wishes_are_encoded(
    tmp_path: Path, source: Path, target: Target, expected: list[str]
) -> None:
    path = tmp_path / "new"
    assert save(open_video(source), path, target, {"prompt": "{}"}) == (48, 32)
    assert packets(path) != packets(source)
    assert codecs_of(path) == expected
    assert texts_of(path)["prompt"] == "{}"
    assert psnr(decoded(path), decoded(source)) > 35
    assert open_video(path).facts.frame_rate == 24


def test_a_part_is_encoded_and_has_its_own_sound(tmp_path: Path, source: Path) -> None:
    part = sliced(open_video(source), 0.25, 0.125, strict=True)
    assert save(part, tmp_path / "part") == (48, 32)
    found = open_video(tmp_path / "part")
    assert psnr(decoded(tmp_path / "part"), decoded(source)[6:9]) > 38
    assert found.facts.frame_rate == 24
    audio = found.components().audio
    assert audio is not None
    assert abs(audio.waveform.shape[-1] - 0.125 * 44100) < 2048


@pytest.mark.parametrize("count", [1, 2, 5])
def test_a_part_lasts_as_long_as_its_frames(tmp_path: Path, count: int) -> None:
    path = write_tiny_video(tmp_path / "a.mkv", random_frames(9, 32, 32), rate=24)
    part = sliced(open_video(path), 0.125, count / 24 - 0.005, strict=True)
    save(part, tmp_path / "b", MP4)
    with av.open(str(tmp_path / "b")) as container:
        stream = container.streams.video[0]
        assert stream.frames == count
        assert stream.average_rate == 24
        assert stream.duration is not None
        assert stream.time_base is not None
        assert stream.duration * stream.time_base == Fraction(count, 24)


def test_full_range_becomes_limited(tmp_path: Path) -> None:
    frames = smooth_frames(2, 32, 32)
    path = write_tiny_video(tmp_path / "a.avi", frames, encoder="mjpeg", pixel_format="yuvj420p")
    save(open_video(path), tmp_path / "b", Target("mp4", "h264", 1.0))
    assert psnr(decoded(tmp_path / "b"), decoded(path)) > 40
    with av.open(str(tmp_path / "b")) as container:
        assert container.streams.video[0].codec_context.color_range == 1


def test_webm_takes_only_what_belongs_there(tmp_path: Path) -> None:
    vp9 = write_tiny_video(
        tmp_path / "a.webm", smooth_frames(3, 32, 32), encoder="libvpx-vp9", pixel_format="yuv420p"
    )
    save(open_video(vp9), tmp_path / "b", Target("webm", "auto"))
    assert packets(tmp_path / "b") == packets(vp9)
    h264 = write_tiny_video(
        tmp_path / "c.mkv", smooth_frames(3, 32, 32), encoder="libx264", pixel_format="yuv420p"
    )
    save(open_video(h264), tmp_path / "d", Target("webm", "auto"))
    assert codecs_of(tmp_path / "d") == ["av1"]


def test_times_that_matroska_rounded_become_even_again(tmp_path: Path) -> None:
    path = write_tiny_video(tmp_path / "a.mkv", random_frames(9, 32, 32), rate=24)
    assert frame_seconds(path)[:3] == [0.0, 0.042, 0.083]
    save(open_video(path), tmp_path / "b", MP4)
    assert frame_seconds(tmp_path / "b") == pytest.approx([i / 24 for i in range(9)])
    assert open_video(tmp_path / "b").facts.frame_rate == 24


def test_uneven_times_are_kept(tmp_path: Path) -> None:
    times = [0, 40, 400, 440, 1000]
    path = write_tiny_video(tmp_path / "a.mkv", smooth_frames(5, 32, 32), milliseconds=times)
    save(open_video(path), tmp_path / "b", MP4)
    assert frame_seconds(tmp_path / "b") == pytest.approx([t / 1000 for t in times], abs=5e-4)


def test_frames_closer_than_the_rounding_stay_apart(tmp_path: Path) -> None:
    path = write_tiny_video(
        tmp_path / "a.mkv", smooth_frames(4, 32, 32), milliseconds=(0, 1, 2, 1000)
    )
    save(open_video(path), tmp_path / "b", MP4)
    times = frame_seconds(tmp_path / "b")
    assert times == pytest.approx([0, 0.001, 0.002, 1.0], abs=2e-3)
    assert len(set(times)) == 4


def test_a_lying_or_odd_file_is_encoded_upright_and_even(tmp_path: Path) -> None:
    frames = smooth_frames(3, 31, 17)
    path = write_tiny_video(
        tmp_path / "a.mov", frames, encoder="qtrle", pixel_format="rgb24", rotation=90
    )
    assert save(open_video(path), tmp_path / "b", Target("mp4", "h264", 1.0)) == (32, 18)
    upright = np.rot90(frames, 1, axes=(1, 2))
    found = decoded(tmp_path / "b")
    assert psnr(found[:, :17, :31], upright) > 40
    assert psnr(found[:, 17, :31], upright[:, 16]) > 35


def test_pictures_are_saved_with_their_sound(tmp_path: Path) -> None:
    frames = smooth_frames(6, 31, 17)
    images = Image(torch.from_numpy(frames.astype(np.float32) / 255))
    audio = Audio(torch.from_numpy(tone(2.0))[None], 44100)
    video = FrameVideo(images, audio, Fraction(8.0))
    assert save(video, tmp_path / "a") == (18, 32)
    found = open_video(tmp_path / "a")
    assert found.facts.frame_rate == 8
    assert psnr(decoded(tmp_path / "a")[:, :31, :17], frames) > 38
    parts = found.components()
    assert parts.audio is not None
    assert 0 <= parts.audio.waveform.shape[-1] - 0.75 * 44100 < 2048
    assert codecs_of(tmp_path / "a") == ["h264", "aac"]


def test_a_rate_is_rounded_to_a_thousandth(tmp_path: Path) -> None:
    video = FrameVideo(Image(torch.zeros(3, 32, 32, 3)), None, Fraction(23.9764))
    save(video, tmp_path / "a")
    assert open_video(tmp_path / "a").facts.frame_rate == Fraction(23976, 1000)


def test_pictures_of_10_bits_are_written_with_10(tmp_path: Path) -> None:
    images = Image(torch.linspace(0, 1, 64 * 64).reshape(1, 64, 64, 1).repeat(2, 1, 1, 3))
    video = FrameVideo(images, None, Fraction(8), 10, "HDR")
    save(video, tmp_path / "a", Target("mp4", "h264", 1.0))
    found = open_video(tmp_path / "a")
    assert (found.bit_depth, found.color_space) == (10, "HDR")
    assert float((found.components().images - images).abs().max()) < 0.006
    save(sliced(found, 0.0, 0.125, strict=False), tmp_path / "b", Target("mp4", "h264", 1.0))
    again = open_video(tmp_path / "b")
    assert (again.bit_depth, again.color_space) == (10, "HDR")
    assert float((again.components().images - images[:1]).abs().max()) < 0.006


@pytest.mark.parametrize("target", [MP4, Target("mp4", "av1")])
def test_copying_and_encoding_can_be_stopped(tmp_path: Path, source: Path, target: Target) -> None:
    told: list[tuple[int, int]] = []

    def stop(done: int, total: int) -> None:
        told.append((done, total))
        if done == 3:
            raise CancelledError("Stopped.")

    with pytest.raises(CancelledError):
        save_video(open_video(source), tmp_path / "a", target, {}, stop)
    assert told[-1] == (3, 12)


def test_a_source_that_vanished_is_a_plain_error(tmp_path: Path, source: Path) -> None:
    video = open_video(source)
    source.unlink()
    with pytest.raises(InputError, match="No such file"):
        save(video, tmp_path / "a")
