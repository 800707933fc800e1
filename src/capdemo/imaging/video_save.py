"""Saving a video as SaveVideo does it: streams that suit are copied, others encoded anew.

After ComfyUI's `VideoInput.save_to` of 2026.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Literal

from capdemo.imaging.encode import to_uint8, to_uint16
from capdemo.imaging.video import FileVideo, FrameVideo, as_known
from capdemo.imaging.video_copy import copy_streams
from capdemo.imaging.video_file import Frame, read_frames
from capdemo.imaging.video_form import DEEP, saved_form
from capdemo.imaging.video_sound import read_sound, sound_of
from capdemo.imaging.video_write import Reel, still_frames, write_video

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    import torch

    from capdemo.imaging.sizes import Size
    from capdemo.imaging.video_choices import SavedCodec
    from capdemo.imaging.video_file import Pixels
    from capdemo.node_api import Video

_MUXERS = {"mp4": "mp4", "mkv": "matroska", "webm": "webm"}
_FINE = 10_000
"""At least so many ticks has a second, in a unit that the frame rate divides."""

_WEBM_CODECS = frozenset({"av1", "vp8", "vp9", "opus", "vorbis"})


@dataclass(frozen=True, slots=True)
class Target:
    """What the user asks for."""

    container: Literal["mp4", "mkv", "webm"]
    """Also the extension of the file's name."""
    codec: SavedCodec
    crf: float | None = None
    """None leaves the quality to the encoder, and a stream that suits as it is."""


def save_video(
    video: Video,
    path: Path,
    target: Target,
    metadata: Mapping[str, str],
    progress: Callable[[int, int], None],
) -> Size:
    """Write a video with texts inside; return the size of its frames. `progress` may raise.

    Raises `InputError` where the video is damaged, `RunError` where writing fails.
    """
    known = as_known(video)
    if isinstance(known, FileVideo) and _is_copied(known, target):
        copy_streams(known.path, path, _MUXERS[target.container], metadata, progress)
        return known.facts.size
    form = saved_form(
        target.container,
        _codec(target),
        bit_depth=known.bit_depth,
        color_space=known.color_space,
        crf=target.crf,
    )
    reel = _file_reel(known) if isinstance(known, FileVideo) else frame_reel(known)
    return write_video(path, reel, form, metadata, progress)


def frame_reel(video: FrameVideo) -> Reel:
    """Pictures in memory, at a rate rounded as ComfyUI rounds it."""
    rate = rounded_rate(video.frame_rate)
    pictures = pixels_of_images(video.images, is_deep=video.bit_depth >= DEEP)
    return Reel(
        frames=still_frames(pictures),
        frame_rate=rate,
        time_base=1 / rate,
        length=len(video.images),
        sound=sound_of(video.audio) if video.audio is not None else None,
    )


def pixels_of_images(images: torch.Tensor, *, is_deep: bool) -> Iterator[Pixels]:
    """Each picture of a batch in 8 or 16 bits, cut off as ComfyUI cuts."""
    for picture in images:
        yield to_uint16(picture) if is_deep else to_uint8(picture)


def rounded_rate(frame_rate: Fraction) -> Fraction:
    """A frame rate as ComfyUI writes it: to a thousandth of a frame."""
    return Fraction(round(frame_rate * 1000), 1000)


def _file_reel(video: FileVideo) -> Reel:
    """The frames of a file at the times that they have there."""
    facts = video.facts
    ticks_per_rate = -(-_FINE // facts.frame_rate.numerator)
    time_base = Fraction(1, facts.frame_rate.numerator * ticks_per_rate)
    return Reel(
        frames=_evenly_timed(video, time_base),
        frame_rate=facts.frame_rate,
        time_base=time_base,
        length=max(1, round(video.duration * facts.frame_rate)),
        sound=read_sound(video.path, video.window),
    )


def _evenly_timed(video: FileVideo, time_base: Fraction) -> Iterator[Frame]:
    """Frames with times in another unit; those that are even but for rounding become even.

    Matroska rounds times to a millisecond, so that 24 frames a second would become 24.06.
    """
    rate, unit = video.facts.frame_rate, video.facts.time_base
    last = -1
    for frame in read_frames(video.path, video.window):
        start = max(last + 1, round(_even(frame.start * unit, rate, unit) / time_base))
        lasts = round(_even(frame.duration * unit, rate, unit) / time_base)
        yield Frame(frame.picture, start, lasts)
        last = start


def _even(seconds: Fraction, rate: Fraction, unit: Fraction) -> Fraction:
    """The time of the nearest frame at an even rate, if it is not farther than one unit."""
    even = round(seconds * rate) / rate
    return even if abs(even - seconds) <= unit else seconds


def _is_copied(video: FileVideo, target: Target) -> bool:
    """Whether the file's own streams are what the user asks for."""
    facts = video.facts
    codecs = {facts.codec, facts.sound_codec} - {None}
    return (
        video.window.is_whole
        and target.crf is None
        and target.codec in ("auto", facts.codec)
        and _MUXERS[target.container] in facts.formats
        and (target.container != "webm" or codecs <= _WEBM_CODECS)
    )


def _codec(target: Target) -> Literal["h264", "av1"]:
    if target.codec != "auto":
        return target.codec
    return "av1" if target.container == "webm" else "h264"
