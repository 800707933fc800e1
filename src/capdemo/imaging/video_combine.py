"""The formats of VHS_VideoCombine, and its ways of repeating frames.

After VideoHelperSuite's `video_formats`, with FFmpeg's encoders called through PyAV. Its WebM
sound is Opus here, for the reason that PyAV carries no Vorbis encoder.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from capdemo.errors import InputError, did_you_mean
from capdemo.imaging.video_form import REPEATABLE_H264, THREADS, VIDEO_HELPER_COLORS, VideoForm
from capdemo.imaging.video_save import pixels_of_images
from capdemo.imaging.video_sound import padded, sound_of
from capdemo.imaging.video_write import Reel, still_frames

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from capdemo.imaging.video_choices import CombineFormat
    from capdemo.node_api import Audio, Image

_RATE_DENOMINATOR = 1001
"""Enough for 24000/1001; FFmpeg finds the same fractions."""


class CombinedForm(NamedTuple):
    """A format of the pack's, before its widgets are looked at."""

    extension: str
    form: VideoForm
    pixel_formats: tuple[str, ...]
    """The widget's values, the default first."""
    crf: int | None
    """The default, or None where the format has none."""
    is_deep: bool = False
    """Whether the encoder is given 16 bits."""


def _lossy(
    container: str, encoder: str, sound_encoder: str, *, tag: str = "", **options: str
) -> VideoForm:
    return VideoForm(
        container,
        encoder,
        "yuv420p",
        sound_encoder,
        options,
        VIDEO_HELPER_COLORS,
        tag,
    )


# x265's bytes depend on how many frames it works on at a time, hence a fixed number.
_X265 = {"x265-params": "log-level=none:frame-threads=2", "preset": "medium"}
_FFV1 = {"level": "3", "coder": "1", "context": "1", "slices": "16", "slicecrc": "1", "g": "1"}

FORMS: Mapping[CombineFormat, CombinedForm] = {
    "video/h264-mp4": CombinedForm(
        "mp4",
        _lossy("mp4", "libx264", "aac", **REPEATABLE_H264),
        ("yuv420p", "yuv420p10le"),
        19,
    ),
    "video/h265-mp4": CombinedForm(
        "mp4",
        _lossy("mp4", "libx265", "aac", tag="hvc1", **_X265),
        ("yuv420p10le", "yuv420p"),
        22,
    ),
    "video/webm": CombinedForm(
        "webm",
        _lossy("webm", "libvpx-vp9", "libopus", b="0", **THREADS),
        ("yuv420p", "yuva420p"),
        20,
    ),
    "video/av1-webm": CombinedForm(
        "webm", _lossy("webm", "libsvtav1", "libopus"), ("yuv420p10le", "yuv420p"), 23
    ),
    "video/ffv1-mkv": CombinedForm(
        "mkv",
        VideoForm("matroska", "ffv1", "rgba64le", "flac", _FFV1, colors=None),
        ("rgba64le", "bgra"),
        None,
        is_deep=True,
    ),
}


@dataclass(frozen=True, slots=True)
class Repetition:
    """How often frames are shown."""

    loop_count: int = 0
    """How many times more."""
    pingpong: bool = False
    """Whether they also run backwards, without the ends twice."""

    def order(self, count: int) -> list[int]:
        """The places of the frames in the order that they are shown."""
        once = [*range(count), *(range(count - 2, 0, -1) if self.pingpong else ())]
        return once * (self.loop_count + 1)


def chosen_form(name: CombineFormat, pixel_format: str | None, crf: int | None) -> CombinedForm:
    """A format with its widgets' values; None is the format's default.

    Raises `InputError` for a pixel format that is none of the format's.
    """
    found = FORMS[name]
    pixel_format = pixel_format or found.pixel_formats[0]
    if pixel_format not in found.pixel_formats:
        raise InputError(
            f"pix_fmt is {pixel_format!r}; {name} has: {', '.join(found.pixel_formats)}.",
            hint=did_you_mean(pixel_format, found.pixel_formats),
        )
    options = dict(found.form.options)
    if found.crf is not None:
        options["crf"] = str(found.crf if crf is None else crf)
    form = replace(found.form, pixel_format=pixel_format, options=options)
    return found._replace(form=form)


def combined_reel(
    images: Image,
    order: Sequence[int],
    frame_rate: float,
    audio: Audio | None,
    *,
    is_deep: bool,
    trim_to_audio: bool,
) -> Reel:
    """Pictures (BHWC) in an order, with sound.

    Sound that ends earlier is followed by silence, or with `trim_to_audio` ends the video.
    """
    rate = Fraction(frame_rate).limit_denominator(_RATE_DENOMINATOR)
    if audio is not None and trim_to_audio:
        seconds = Fraction(audio.waveform.shape[-1], audio.sample_rate)
        order = [place for index, place in enumerate(order) if index / rate < seconds]
    pictures = chain.from_iterable(
        pixels_of_images(images[place : place + 1], is_deep=is_deep) for place in order
    )
    sound = sound_of(audio) if audio is not None else None
    return Reel(
        frames=still_frames(pictures),
        frame_rate=rate,
        time_base=1 / rate,
        length=len(order),
        sound=padded(sound, float(len(order) / rate)) if sound is not None else None,
    )
