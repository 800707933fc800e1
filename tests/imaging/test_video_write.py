"""Written videos, read back by PyAV: frames, times, sound, colours, and what stops the writing."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import av
import numpy as np
import pytest
from tests.videos_for_tests import decoded, frame_seconds, psnr, random_frames, smooth_frames, tone

from capdemo.errors import CancelledError, InputError, RunError
from capdemo.imaging.video_combine import FORMS
from capdemo.imaging.video_file import Frame
from capdemo.imaging.video_form import COLORS, VideoForm, saved_form
from capdemo.imaging.video_sound import Sound, padded
from capdemo.imaging.video_write import Reel, still_frames, write_video

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    import numpy.typing as npt

    from capdemo.imaging.sizes import Size
    from capdemo.imaging.video_choices import ColorSpace
    from capdemo.imaging.video_file import Pixels

LOSSLESS = VideoForm("matroska", "ffv1", "bgr0", "flac", colors=None)
DEEP_LOSSLESS = VideoForm("matroska", "ffv1", "rgba64le", "flac", colors=None)


def reel_of(
    frames: npt.NDArray[np.uint8] | npt.NDArray[np.uint16],
    rate: Fraction | int = 24,
    sound: Sound | None = None,
) -> Reel:
    rate = Fraction(rate)
    return Reel(still_frames(list(frames)), rate, 1 / rate, len(frames), sound)


def write(
    path: Path,
    reel: Reel,
    form: VideoForm = LOSSLESS,
    metadata: Mapping[str, str] | None = None,
) -> Size:
    return write_video(path, reel, form, metadata or {}, lambda done, total: None)


def h264(crf: float | None = None, *, bit_depth: int = 8, space: ColorSpace = "sRGB") -> VideoForm:
    return saved_form("mp4", "h264", bit_depth=bit_depth, color_space=space, crf=crf)


AV1 = saved_form("webm", "av1", bit_depth=8, color_space="sRGB", crf=None)


def samples_of(path: Path) -> npt.NDArray[np.float32]:
    with av.open(str(path)) as container:
        resampler = av.AudioResampler(format="fltp")
        pieces = [
            piece.to_ndarray()
            for frame in container.decode(audio=0)
            for piece in resampler.resample(frame)
        ]
    return np.concatenate(pieces, axis=1).astype(np.float32)


@pytest.mark.parametrize("shape", [(1, 2, 2), (4, 32, 48), (3, 31, 17), (2, 1, 1), (1, 5, 8)])
def test_lossless_frames_come_back_with_odd_sides_made_even(
    tmp_path: Path, shape: tuple[int, int, int]
) -> None:
    frames = random_frames(*shape)
    size = write(tmp_path / "a.mkv", reel_of(frames))
    _, height, width = shape
    assert size == (width + width % 2, height + height % 2)
    expected = np.pad(frames, ((0, 0), (0, height % 2), (0, width % 2), (0, 0)), mode="edge")
    assert np.array_equal(decoded(tmp_path / "a.mkv"), expected)


def test_16_bits_and_alpha_come_back(tmp_path: Path) -> None:
    frames = np.random.default_rng(1).integers(0, 2**16, (2, 4, 6, 4), dtype=np.uint16)
    write(tmp_path / "a.mkv", reel_of(frames), DEEP_LOSSLESS)
    with av.open(str(tmp_path / "a.mkv")) as container:
        found = [frame.to_ndarray(format="rgba64le") for frame in container.decode(video=0)]
    assert np.array_equal(np.stack(found), frames)


@pytest.mark.parametrize(
    ("form", "least"),
    [
        (h264(), 38),
        (h264(1.0), 45),
        (h264(bit_depth=10), 38),
        (saved_form("webm", "av1", bit_depth=8, color_space="sRGB", crf=None), 36),
        (saved_form("mkv", "av1", bit_depth=10, color_space="sRGB", crf=5.0), 40),
    ],
)
def test_lossy_frames_come_back_alike(tmp_path: Path, form: VideoForm, least: float) -> None:
    frames = smooth_frames(9)
    size = write(tmp_path / "a", reel_of(frames), form)
    found = decoded(tmp_path / "a")
    assert size == (18, 32)
    assert found.shape == (9, 32, 18, 3)
    assert psnr(found[:, :31, :17], frames) > least


def test_av1_of_quality_0_loses_nothing_of_the_light(tmp_path: Path) -> None:
    gray = np.random.default_rng(2).integers(0, 256, (2, 32, 32, 1), dtype=np.uint8)
    frames = np.repeat(gray, 3, axis=-1)
    form = saved_form("webm", "av1", bit_depth=8, color_space="sRGB", crf=0.0)
    write(tmp_path / "a", reel_of(frames), form)
    assert np.abs(decoded(tmp_path / "a").astype(int) - frames).max() <= 2


@pytest.mark.parametrize(
    "rate", [1, 8, Fraction(23976, 1000), Fraction(30000, 1001), 120, Fraction(1, 2)]
)
@pytest.mark.parametrize("count", [1, 2, 7])
def test_the_rate_is_kept_exactly(tmp_path: Path, rate: Fraction | int, count: int) -> None:
    write(tmp_path / "a.mp4", reel_of(smooth_frames(count, 32, 32), rate), h264())
    with av.open(str(tmp_path / "a.mp4")) as container:
        stream = container.streams.video[0]
        assert stream.average_rate == rate
        assert stream.frames == count
        assert stream.duration is not None
        assert stream.time_base is not None
        assert stream.duration * stream.time_base == count / Fraction(rate)
    expected = [float(index / Fraction(rate)) for index in range(count)]
    assert frame_seconds(tmp_path / "a.mp4") == pytest.approx(expected)


def test_a_frame_may_last_longer(tmp_path: Path) -> None:
    pictures = [frame.picture for frame in still_frames(list(smooth_frames(3, 32, 32)))]
    frames = [Frame(pictures[0], 0, 1), Frame(pictures[1], 1, 5), Frame(pictures[2], 6, 48)]
    write(tmp_path / "a.mp4", Reel(frames, Fraction(24), Fraction(1, 24), 3), h264())
    assert frame_seconds(tmp_path / "a.mp4") == pytest.approx([0, 1 / 24, 0.25])
    with av.open(str(tmp_path / "a.mp4")) as container:
        stream = container.streams.video[0]
        assert stream.duration is not None
        assert stream.time_base is not None
        assert stream.duration * stream.time_base == Fraction(54, 24)


@pytest.mark.parametrize(
    ("space", "bit_depth", "expected"),
    [
        ("sRGB", 8, (1, 13, 1, "yuv420p")),
        ("HDR", 10, (9, 18, 9, "yuv420p10le")),
        ("HDR PQ", 10, (9, 16, 9, "yuv420p10le")),
    ],
)
def test_players_are_told_the_colours(
    tmp_path: Path,
    space: ColorSpace,
    bit_depth: int,
    expected: tuple[int, int, int, str],
) -> None:
    """Numbers of ITU-T H.273: primaries, transfer, matrix; the range is the limited one, 1."""
    write(
        tmp_path / "a.mp4",
        reel_of(smooth_frames(1, 32, 32)),
        h264(bit_depth=bit_depth, space=space),
    )
    with av.open(str(tmp_path / "a.mp4")) as container:
        context = container.streams.video[0].codec_context
        found = (context.color_primaries, context.color_trc, context.colorspace)
        assert (*found, context.pix_fmt) == expected
        assert context.color_range == 1
    assert COLORS[space] == expected[:3]


@pytest.mark.parametrize("space", ["sRGB", "HDR"])
def test_colours_survive_their_matrix(tmp_path: Path, space: ColorSpace) -> None:
    colours = np.array([[200, 30, 40], [20, 180, 60], [40, 50, 220], [128, 128, 128]], np.uint8)
    frames = np.repeat(colours, 16 * 16, axis=0).reshape(4, 16, 16, 3)
    write(tmp_path / "a.mp4", reel_of(frames), h264(1.0, space=space))
    assert np.abs(decoded(tmp_path / "a.mp4").astype(int) - frames).max() <= 4


@pytest.mark.parametrize(
    "form", [h264(), LOSSLESS, h264(bit_depth=10), AV1, FORMS["video/webm"].form]
)
def test_same_frames_give_the_same_bytes(tmp_path: Path, form: VideoForm) -> None:
    def content() -> bytes:
        reel = reel_of(smooth_frames(12, 240, 320), 24, Sound(44100, 2, [tone(0.5)]))
        write(tmp_path / "a", reel, form, {"prompt": "{}"})
        return (tmp_path / "a").read_bytes()

    assert len({content() for _ in range(10)}) == 1


@pytest.mark.parametrize("piece", [1, 700, 10**6])
def test_sound_is_cut_where_the_frames_end(tmp_path: Path, piece: int) -> None:
    samples = tone(2.0, 8000)
    pieces = [samples[:, start : start + piece] for start in range(0, 16000, piece)]
    reel = reel_of(random_frames(7), 24, Sound(8000, 2, pieces))
    write(tmp_path / "a.mkv", reel)
    found = samples_of(tmp_path / "a.mkv")
    assert found.shape == (2, 2334)  # 8000 / 24 * 7 = 2333.3
    assert np.abs(found - samples[:, :2334]).max() < 2e-4


def test_sound_that_ends_early_stays_short_or_is_followed_by_silence(tmp_path: Path) -> None:
    samples = tone(0.1, 8000, 1)
    write(tmp_path / "a.mkv", reel_of(random_frames(24), 24, Sound(8000, 1, [samples])))
    assert samples_of(tmp_path / "a.mkv").shape == (1, 800)
    sound = padded(Sound(8000, 1, [samples]), 1.0)
    write(tmp_path / "b.mkv", reel_of(random_frames(24), 24, sound))
    found = samples_of(tmp_path / "b.mkv")
    assert found.shape == (1, 8000)
    assert np.abs(found[:, :800] - samples).max() < 2e-4
    assert not found[:, 800:].any()


@pytest.mark.parametrize(
    ("form", "rate", "written"),
    [
        (h264(), 44100, 44100),
        (h264(), 43000, 44100),
        (h264(), 192000, 96000),
        (saved_form("webm", "av1", bit_depth=8, color_space="sRGB", crf=None), 44100, 48000),
    ],
)
def test_an_encoder_gets_a_rate_that_it_knows(
    tmp_path: Path, form: VideoForm, rate: int, written: int
) -> None:
    reel = reel_of(smooth_frames(24, 32, 32), 24, Sound(rate, 2, [tone(1.0, rate)]))
    write(tmp_path / "a", reel, form)
    with av.open(str(tmp_path / "a")) as container:
        assert container.streams.audio[0].rate == written
    found = samples_of(tmp_path / "a")
    assert abs(found.shape[1] - written) < 0.06 * written
    pitch = np.abs(np.fft.rfft(found[0, : written // 2])).argmax() * 2
    assert pitch == 440


@pytest.mark.parametrize("channels", [1, 6])
def test_channels_are_kept_and_too_many_are_refused(tmp_path: Path, channels: int) -> None:
    reel = reel_of(random_frames(12), 24, Sound(8000, channels, [tone(0.5, 8000, channels)]))
    write(tmp_path / "a.mkv", reel)
    assert np.abs(samples_of(tmp_path / "a.mkv") - tone(0.5, 8000, channels)).max() < 2e-4
    reel = reel_of(random_frames(12), 24, Sound(8000, 9, [tone(0.5, 8000, 9)]))
    with pytest.raises(InputError, match="9 channels"):
        write(tmp_path / "b.mkv", reel)


def test_one_frame_is_held_and_not_all_of_them(tmp_path: Path) -> None:
    ahead: list[int] = []
    pulled = 0

    def pictures() -> Iterator[Pixels]:
        nonlocal pulled
        for pixels in random_frames(20):
            pulled += 1
            yield pixels

    frames: Iterator[Frame] = still_frames(pictures())
    reel = Reel(frames, Fraction(24), Fraction(1, 24), 20)
    write_video(
        tmp_path / "a.mkv", reel, LOSSLESS, {}, lambda done, total: ahead.append(pulled - done)
    )
    assert ahead == [0] * 20


def test_progress_counts_the_frames_and_may_stop_them(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []

    def stop(done: int, total: int) -> None:
        told.append((done, total))
        if done == 2:
            raise CancelledError("Stopped.")

    with pytest.raises(CancelledError):
        write_video(tmp_path / "a.mkv", reel_of(random_frames(5)), LOSSLESS, {}, stop)
    assert told == [(1, 5), (2, 5)]


def test_progress_never_goes_beyond_the_end(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    reel = Reel(still_frames(list(random_frames(4))), Fraction(24), Fraction(1, 24), 2)
    write_video(tmp_path / "a.mkv", reel, LOSSLESS, {}, lambda *steps: told.append(steps))
    assert told == [(1, 2), (2, 2), (3, 3), (4, 4)]


def test_no_frame_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no frame to write"):
        write(tmp_path / "a.mkv", reel_of(random_frames(0)))
    assert not (tmp_path / "a.mkv").exists()


def test_what_an_encoder_refuses_is_a_plain_error(tmp_path: Path) -> None:
    form = saved_form("webm", "av1", bit_depth=8, color_space="sRGB", crf=None)
    with pytest.raises(RunError, match="could not be written"):
        write(tmp_path / "a.webm", reel_of(random_frames(1, 2, 2)), form)
    with pytest.raises(RunError, match="could not be written: No such file"):
        write(tmp_path / "missing" / "a.mkv", reel_of(random_frames(1)))
    with pytest.raises(InputError, match="WebM holds AV1"):
        saved_form("webm", "h264", bit_depth=8, color_space="sRGB", crf=None)
