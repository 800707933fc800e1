"""The formats of VHS_VideoCombine and the order of its frames."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import av
import numpy as np
import pytest
import torch
from tests.videos_for_tests import decoded, psnr, smooth_frames, tone

from capdemo.errors import InputError
from capdemo.imaging.video_combine import FORMS, Repetition, chosen_form, combined_reel
from capdemo.imaging.video_write import write_video
from capdemo.node_api import Audio, Image

if TYPE_CHECKING:
    from pathlib import Path

    from av.video.stream import VideoStream

    from capdemo.imaging.video_choices import CombineFormat

FRAMES = smooth_frames(5, 31, 17)
IMAGES = Image(torch.from_numpy(FRAMES.astype(np.float32) / 255))


def write(
    path: Path,
    name: CombineFormat,
    pixel_format: str | None = None,
    crf: int | None = None,
    images: Image = IMAGES,
) -> VideoStream:
    chosen = chosen_form(name, pixel_format, crf)
    reel = combined_reel(
        images, range(len(images)), 8, None, is_deep=chosen.is_deep, trim_to_audio=False
    )
    write_video(path, reel, chosen.form, {}, lambda done, total: None)
    with av.open(str(path)) as container:
        return container.streams.video[0]


@pytest.mark.parametrize(
    ("loop_count", "pingpong", "expected"),
    [
        (0, False, [0, 1, 2, 3]),
        (0, True, [0, 1, 2, 3, 2, 1]),
        (2, False, [0, 1, 2, 3] * 3),
        (1, True, [0, 1, 2, 3, 2, 1] * 2),
    ],
)
def test_frames_are_repeated_as_the_pack_does(
    loop_count: int,
    pingpong: bool,  # noqa: FBT001  (the widget)
    expected: list[int],
) -> None:
    assert Repetition(loop_count, pingpong).order(4) == expected


@pytest.mark.parametrize("count", [1, 2])
def test_one_or_two_frames_have_no_way_back(count: int) -> None:
    assert Repetition(pingpong=True).order(count) == [*range(count)]


@pytest.mark.parametrize(
    ("name", "pixel_format", "expected", "least"),
    [
        ("video/h264-mp4", None, ("h264", "yuv420p", 18, 32), 40),
        ("video/h264-mp4", "yuv420p10le", ("h264", "yuv420p10le", 18, 32), 38),
        ("video/h265-mp4", None, ("hevc", "yuv420p10le", 18, 32), 37),
        ("video/h265-mp4", "yuv420p", ("hevc", "yuv420p", 18, 32), 38),
        ("video/webm", None, ("vp9", "yuv420p", 18, 32), 38),
        ("video/av1-webm", None, ("av1", "yuv420p10le", 18, 32), 37),
        ("video/ffv1-mkv", None, ("ffv1", "gbrap16le", 18, 32), 60),  # FFmpeg rounds 16 bits to 8
        ("video/ffv1-mkv", "bgra", ("ffv1", "bgra", 18, 32), 60),
    ],
)
def test_formats_are_what_they_are_called(
    tmp_path: Path,
    name: CombineFormat,
    pixel_format: str | None,
    expected: tuple[str, str, int, int],
    least: float,
) -> None:
    stream = write(tmp_path / "a", name, pixel_format)
    context = stream.codec_context
    found = (context.codec.canonical_name, context.pix_fmt, stream.width, stream.height)
    assert found == expected
    assert stream.average_rate == 8
    is_rgb = name == "video/ffv1-mkv"
    assert (context.colorspace, context.color_trc) == ((2, 2) if is_rgb else (1, 1))  # 2 is unsaid
    assert psnr(decoded(tmp_path / "a")[:, :31, :17], FRAMES) >= least


def test_h265_has_the_tag_that_apple_wants(tmp_path: Path) -> None:
    assert write(tmp_path / "a", "video/h265-mp4").codec_context.codec_tag == "hvc1"


def test_quality_is_the_formats_own_or_the_widgets(tmp_path: Path) -> None:
    assert [FORMS[name].crf for name in FORMS] == [19, 22, 20, 23, None]
    assert chosen_form("video/h264-mp4", None, None).form.options["crf"] == "19"
    noise = Image(torch.rand(3, 64, 64, 3, generator=torch.Generator().manual_seed(1)))
    sizes = []
    for crf in (0, 19, 51):
        write(tmp_path / "a", "video/h264-mp4", crf=crf, images=noise)
        sizes.append((tmp_path / "a").stat().st_size)
    assert sizes[0] > 1.5 * sizes[1] > 3 * sizes[2]


def test_alpha_is_kept_where_the_format_has_it(tmp_path: Path) -> None:
    alpha = torch.linspace(0, 1, 32).reshape(1, 1, 32, 1).expand(2, 32, 32, 1)
    images = Image(torch.cat([torch.full((2, 32, 32, 3), 0.5), alpha], dim=-1))
    write(tmp_path / "a", "video/ffv1-mkv", images=images)
    with av.open(str(tmp_path / "a")) as container:
        frame = next(container.decode(video=0)).to_ndarray(format="rgba64le")
    expected = (images[0] * 65535).numpy().astype(np.uint16)
    assert np.array_equal(frame, expected)
    write(tmp_path / "b", "video/webm", "yuva420p", images=images)
    with av.open(str(tmp_path / "b")) as container:
        assert container.streams.video[0].metadata["alpha_mode"] == "1"


def test_another_formats_pixels_are_refused() -> None:
    with pytest.raises(InputError, match=r"pix_fmt is 'yuv420'; .* has: yuv420p, yuv420p10le"):
        chosen_form("video/h264-mp4", "yuv420", None)


@pytest.mark.parametrize(
    ("rate", "expected"),
    [
        (8, Fraction(8)),
        (23.976, Fraction(2997, 125)),
        (24000 / 1001, Fraction(24000, 1001)),
        (29.97, Fraction(2997, 100)),
        (7.5, Fraction(15, 2)),
    ],
)
def test_rates_are_the_fractions_that_are_meant(rate: float, expected: Fraction) -> None:
    reel = combined_reel(IMAGES, [0], rate, None, is_deep=False, trim_to_audio=False)
    assert reel.frame_rate == expected


@pytest.mark.parametrize(
    ("seconds", "trim", "frames", "samples"),
    [
        (0.3, False, 8, 8000),  # then silence
        (0.3, True, 3, 3000),  # frames that begin before 0.3 s
        (5.0, False, 8, 40000),  # cut off when written
        (5.0, True, 8, 40000),
    ],
)
def test_sound_is_padded_or_ends_the_video(
    seconds: float,
    trim: bool,  # noqa: FBT001  (the widget)
    frames: int,
    samples: int,
) -> None:
    audio = Audio(torch.from_numpy(tone(seconds, 8000))[None], 8000)
    images = Image(torch.zeros(8, 2, 2, 3))
    reel = combined_reel(images, range(8), 8, audio, is_deep=False, trim_to_audio=trim)
    assert len(list(reel.frames)) == reel.length == frames
    assert reel.sound is not None
    pieces = np.concatenate(list(reel.sound.pieces), axis=1)
    assert pieces.shape == (2, samples)
    heard = min(samples, round(seconds * 8000))
    assert np.array_equal(pieces[:, :heard], audio.waveform[0, :, :heard])
    assert not pieces[:, heard:].any()
