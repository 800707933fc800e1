"""Encoding a video while its frames come in, so that one frame is held and not all of them.

Same frames, same bytes, whatever the number of cores; only x265 does not always keep to that.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain
from typing import TYPE_CHECKING, cast

import av
import numpy as np
from av.error import FFmpegError
from av.video.frame import PictureType, VideoFrame
from av.video.reformatter import ColorRange

from capdemo.errors import InputError, RunError
from capdemo.imaging import video_yuv
from capdemo.imaging.metadata import ascii_texts
from capdemo.imaging.sizes import Size
from capdemo.imaging.video_file import Frame, Pixels, pixels_of, quarter_turns
from capdemo.imaging.video_track import SoundTrack

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from av.container import OutputContainer
    from av.video.codeccontext import VideoCodecContext
    from av.video.stream import VideoStream

    from capdemo.imaging.video_form import Colors, VideoForm
    from capdemo.imaging.video_sound import Sound

_PIXEL_FORMATS = {(1, 3): "rgb24", (1, 4): "rgba", (2, 3): "rgb48le", (2, 4): "rgba64le"}
"""By bytes of a sample and number of channels."""


@dataclass(frozen=True, slots=True)
class Reel:
    """What is written, in order; it is read once."""

    frames: Iterable[Frame]
    frame_rate: Fraction
    time_base: Fraction
    """Seconds of a tick, in which the frames' times are."""
    length: int
    """About how many frames there are, for the progress."""
    sound: Sound | None = None
    """What is longer than the frames is cut off."""


def still_frames(pictures: Iterable[Pixels]) -> Iterator[Frame]:
    """Pictures (HWC) as frames that each last one tick."""
    for index, pixels in enumerate(pictures):
        yield Frame(_as_frame(pixels), index, 1)


def write_video(
    path: Path,
    reel: Reel,
    form: VideoForm,
    metadata: Mapping[str, str],
    progress: Callable[[int, int], None],
) -> Size:
    """Write a file and return the size of its frames.

    A side that is odd gets one more row or column, the last one again. `progress` may raise.
    Raises `InputError` where there is no frame, `RunError` where the encoder or the disk refuses.
    """
    frames = iter(reel.frames)
    first = next(frames, None)
    if first is None:
        raise InputError("There is no frame to write.", hint="Give at least one picture.")
    size = _even_size(first.picture)
    with output(path, form.container, ascii_texts(metadata)) as container:
        stream = _video_stream(container, form, reel, size)
        track = SoundTrack(container, form.sound_encoder, reel.sound) if reel.sound else None
        lengths: dict[int | None, int] = {}
        end = Fraction(0)
        for done, frame in enumerate(chain([first], frames), start=1):
            lasts = frame.duration or round(1 / (reel.frame_rate * reel.time_base))
            lengths[frame.start] = lasts
            _encode(container, stream, _prepared(frame, form, reel.time_base), lengths)
            end = max(end, (frame.start + lasts) * reel.time_base)
            if track is not None:
                track.write_until(end)
            progress(done, max(done, reel.length))
        _encode(container, stream, None, lengths)
        if track is not None:
            track.finish(end)
    return size


@contextmanager
def output(path: Path, container: str, metadata: Mapping[str, str]) -> Iterator[OutputContainer]:
    """A file for writing that carries texts; what PyAV raises becomes a `RunError`."""
    # Without `bitexact` Matroska gets random numbers, and all files FFmpeg's version.
    options = {"fflags": "+bitexact"}
    if container in ("mp4", "mov"):
        options["movflags"] = "use_metadata_tags+faststart"
    try:
        with av.open(str(path), mode="w", format=container, options=options) as opened:
            opened.metadata.update(metadata)
            yield opened
    except FFmpegError as error:
        raise RunError(
            f"The video could not be written: {error.strerror}.",
            hint="Check the disk's free space; very small frames suit few formats.",
        ) from error


def _video_stream(
    container: OutputContainer, form: VideoForm, reel: Reel, size: Size
) -> VideoStream:
    if form.encoder == "libsvtav1":
        # It reports every setting on the error output otherwise, and listens to nothing else.
        os.environ.setdefault("SVT_LOG", "1")
    stream = cast("VideoStream", container.add_stream(form.encoder, rate=reel.frame_rate))
    context = stream.codec_context
    stream.width, stream.height = size
    stream.pix_fmt = form.pixel_format
    stream.options = dict(form.options)
    context.time_base = reel.time_base
    if form.tag:
        context.codec_tag = form.tag
    if form.colors is not None:
        _tell_colors(context, form.colors)
    return stream


def _encode(
    container: OutputContainer,
    stream: VideoStream,
    frame: VideoFrame | None,
    lengths: dict[int | None, int],
) -> None:
    """Encode a frame, or with None what is left; encoders forget how long a frame lasts."""
    for packet in stream.encode(frame):
        packet.duration = lengths.pop(packet.pts, 0)
        container.mux(packet)


def _prepared(frame: Frame, form: VideoForm, time_base: Fraction) -> VideoFrame:
    """The frame in the encoder's pixel format, upright and of even size."""
    picture = frame.picture
    is_plain = not (quarter_turns(picture) or picture.width % 2 or picture.height % 2)
    if is_plain and not picture.format.is_rgb:
        ready = picture.reformat(format=form.pixel_format, dst_color_range=ColorRange.MPEG)
    else:
        ready = _converted(_evened(_rgb_of(picture)), form)
    if form.colors is not None:
        _tell_colors(ready, form.colors)
    ready.pts = frame.start
    ready.time_base = time_base
    ready.pict_type = PictureType.NONE  # what the frame was in its old file is no matter here
    return ready


def _rgb_of(picture: VideoFrame) -> Pixels:
    """Upright RGB, with alpha where the frame is RGBA already."""
    if picture.format.name in _PIXEL_FORMATS.values() and not quarter_turns(picture):
        return cast("Pixels", picture.to_ndarray())
    return pixels_of(picture)


def _converted(pixels: Pixels, form: VideoForm) -> VideoFrame:
    matrix = form.colors.matrix if form.colors is not None else None
    if matrix is not None and form.pixel_format == video_yuv.PIXEL_FORMAT:
        return video_yuv.yuv_of_10_bits(pixels, matrix)
    return _as_frame(pixels).reformat(format=form.pixel_format, dst_colorspace=matrix)


def _tell_colors(target: VideoFrame | VideoCodecContext, colors: Colors) -> None:
    target.color_primaries = colors.primaries
    target.color_trc = colors.transfer
    target.colorspace = colors.matrix
    target.color_range = ColorRange.MPEG


def _as_frame(pixels: Pixels) -> VideoFrame:
    name = _PIXEL_FORMATS[pixels.itemsize, pixels.shape[2]]
    return VideoFrame.from_ndarray(cast("Pixels", np.ascontiguousarray(pixels)), format=name)


def _evened(pixels: Pixels) -> Pixels:
    height, width = pixels.shape[:2]
    return cast("Pixels", np.pad(pixels, ((0, height % 2), (0, width % 2), (0, 0)), mode="edge"))


def _even_size(picture: VideoFrame) -> Size:
    width, height = picture.width, picture.height
    if quarter_turns(picture) % 2:
        width, height = height, width
    return Size(width + width % 2, height + height % 2)
