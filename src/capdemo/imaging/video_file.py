"""Reading video files frame by frame with PyAV; refuses playlists, which would read other files.

After ComfyUI's `VideoFromFile` (`comfy_api`): all frames of the first video stream, 8-bit ones
through RGB of 8 bits, deeper ones through RGB of 16 bits, turned upright.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, TypeAlias, cast

import av
import numpy as np
import numpy.typing as npt
from av.error import FFmpegError
from av.video.reformatter import ColorTrc

from capdemo.errors import InputError
from capdemo.imaging.sizes import Size

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from av.audio.stream import AudioStream
    from av.container import InputContainer
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

    from capdemo.imaging.video_choices import ColorSpace

Pixels: TypeAlias = npt.NDArray[np.uint8] | npt.NDArray[np.uint16]
"""One frame: HWC, RGB or RGBA, of 8 or 16 bits."""

FORMATS = "mov,matroska,avi,mpegts,mpeg,flv,asf,ogg,gif,mxf,yuv4mpegpipe"
"""FFmpeg's names of what is read. Playlists, which name other files, must never be among them."""

PIXEL_LIMIT = 16384 * 16384
"""Of one frame."""

_SHALLOW = 8
_OPTIONS = {"format_whitelist": FORMATS, "protocol_whitelist": "file"}
_COLOR_SPACES: dict[int, ColorSpace] = {
    int(ColorTrc.ARIB_STD_B67): "HDR",
    int(ColorTrc.SMPTE2084): "HDR PQ",
}


@dataclass(frozen=True, slots=True)
class Window:
    """A part of a video, in the file's own seconds."""

    start: float = 0.0
    duration: float = 0.0
    """0: to the end."""

    @property
    def is_whole(self) -> bool:
        """Whether nothing is cut off."""
        return self.start <= 0 and self.duration == 0


WHOLE = Window()


@dataclass(frozen=True, slots=True)
class VideoFacts:
    """What a file says about its video; the number of frames may be wrong in a strange file."""

    size: Size
    """Upright."""
    frame_rate: Fraction
    """The average, as the container gives it."""
    frame_count: int
    duration: float
    """Seconds."""
    bit_depth: int
    color_space: ColorSpace
    codec: str
    """FFmpeg's name of what it is compressed with: `h264`, `av1`."""
    sound_codec: str | None
    """None where there is no sound that can be decoded."""
    formats: tuple[str, ...]
    """FFmpeg's names of the container."""
    time_base: Fraction
    """Seconds that a tick lasts."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A decoded frame and when it is shown."""

    picture: VideoFrame
    """As it is in the file, neither turned nor converted; see `pixels_of`."""
    start: int
    """In ticks of the stream, the first frame's being 0."""
    duration: int
    """In ticks; 0 where the file does not say."""


def read_facts(path: Path) -> VideoFacts:
    """Look into a video file and decode its first frame.

    Raises `InputError` where the file is no video, is damaged, or has no frame.
    """
    with opened(path) as container:
        stream = first_video(container, path)
        first = next(container.decode(stream), None)
        if first is None:
            raise _no_frames(path)
        rate = Fraction(stream.average_rate or stream.guessed_rate or 1)
        duration = _duration(container, stream)
        sound = last_sound(container)
        return VideoFacts(
            size=_size(first),
            frame_rate=rate,
            frame_count=stream.frames or max(1, int(duration * rate + 0.5)),
            duration=duration,
            bit_depth=_bit_depth(first),
            color_space=_COLOR_SPACES.get(int(stream.codec_context.color_trc), "sRGB"),
            codec=stream.codec_context.codec.canonical_name,
            sound_codec=sound.codec_context.codec.canonical_name if sound else None,
            formats=tuple(container.format.name.split(",")),
            time_base=_time_base(stream),
        )


def read_frames(path: Path, window: Window = WHOLE) -> Iterator[Frame]:
    """The frames whose time lies in the window, each decoded when it is asked for.

    Raises `InputError` where the file is damaged, or has no frame in the window.
    """
    origin: int | None = None
    size: Size | None = None
    for frame in _decoded(path, window):
        size = size or _size(frame)
        if _size(frame) != size:
            raise InputError(
                f"The frames change their size from {size.width}x{size.height} to"
                f" {_size(frame).width}x{_size(frame).height} pixels.",
                where=str(path),
                hint="Convert the video to one size.",
            )
        origin = (frame.pts or 0) if origin is None else origin
        yield Frame(frame, (frame.pts or 0) - origin, frame.duration or 0)
    if size is None:
        raise _no_frames(path)


@contextmanager
def opened(path: Path) -> Iterator[InputContainer]:
    """A video file for reading; what PyAV raises becomes an `InputError`."""
    try:
        with av.open(str(path), mode="r", options=_OPTIONS) as container:
            yield container
    except InputError:
        raise
    except FFmpegError as error:
        raise InputError(
            f"The file is damaged, or no video that capdemo reads: {error.strerror}.",
            where=str(path),
            hint="Copy or download it again, or convert it to MP4.",
        ) from error


def first_video(container: InputContainer, path: Path) -> VideoStream:
    """The first video stream; the picture of a sound file's cover is one too."""
    stream = next(iter(container.streams.video), None)
    if stream is None:
        raise InputError(
            "The file has no video stream.", where=str(path), hint="Give a file with pictures."
        )
    if stream.width * stream.height > PIXEL_LIMIT:
        raise InputError(f"A frame has more than {PIXEL_LIMIT:,} pixels.", where=str(path))
    return stream


def last_sound(container: InputContainer) -> AudioStream | None:
    """The last sound stream that has a decoder, which is the one that ComfyUI takes.

    PyAV gives no codec context to one without, such as the spatial sound of some telephones,
    whatever its types say.
    """
    streams: list[AudioStream] = [*container.streams.audio]
    contexts: list[object | None] = [stream.codec_context for stream in streams]
    found = [s for s, context in zip(streams, contexts, strict=True) if context is not None]
    return found[-1] if found else None


def pixels_of(frame: VideoFrame) -> Pixels:
    """A decoded frame as RGB, upright; 16 bits where the file has more than 8."""
    name = "rgb24" if _bit_depth(frame) <= _SHALLOW else "rgb48le"
    array = cast("Pixels", frame.to_ndarray(format=name))
    turns = quarter_turns(frame)
    return cast("Pixels", np.ascontiguousarray(np.rot90(array, turns))) if turns else array


def quarter_turns(frame: VideoFrame) -> int:
    """How many quarter turns, counter-clockwise, make a frame upright."""
    return round(frame.rotation / 90) % 4


def ticks(seconds: float, time_base: Fraction) -> int:
    """A time in a stream's own unit, cut off as ComfyUI does it."""
    return int(seconds / time_base)


def _decoded(path: Path, window: Window) -> Iterator[VideoFrame]:
    with opened(path) as container:
        stream = first_video(container, path)
        stream.thread_type = "AUTO"
        if window.is_whole:
            yield from container.decode(stream)
            return
        start = ticks(window.start, _time_base(stream))
        end = ticks(window.start + window.duration, _time_base(stream))
        if start > 0:
            container.seek(start, stream=stream)
        for frame in container.decode(stream):
            if frame.pts is None:
                raise InputError(
                    "The frames have no times, so no part of the video can be taken.",
                    where=str(path),
                    hint="Convert it to MP4.",
                )
            if window.duration and frame.pts >= end:
                return
            if frame.pts >= start:
                yield frame


def _size(frame: VideoFrame) -> Size:
    is_lying = quarter_turns(frame) % 2
    return Size(*((frame.height, frame.width) if is_lying else (frame.width, frame.height)))


def _bit_depth(frame: VideoFrame) -> int:
    return max(component.bits for component in frame.format.components)


def _time_base(stream: VideoStream) -> Fraction:
    return stream.time_base or Fraction(1, 1000)


def _duration(container: InputContainer, stream: VideoStream) -> float:
    if container.duration is not None:
        return container.duration / av.time_base
    ends = [
        packet.pts + (packet.duration or 0)
        for packet in container.demux(stream)
        if packet.pts is not None
    ]
    return float(max(ends, default=0) * _time_base(stream))


def _no_frames(path: Path) -> InputError:
    return InputError(
        "There is no frame in the video, or in the part of it that is wanted.",
        where=str(path),
        hint="Check the file, and where the part begins.",
    )
