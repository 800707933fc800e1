"""What travels along a VIDEO link: a file, decoded when it is read, or pictures in memory."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import torch

from capdemo.errors import InputError
from capdemo.imaging.resize import size_of
from capdemo.imaging.video_file import WHOLE, VideoFacts, Window, pixels_of, read_facts, read_frames
from capdemo.imaging.video_sound import audio_of, read_sound, slice_audio
from capdemo.node_api import Audio, Image, Video, VideoComponents

if TYPE_CHECKING:
    from fractions import Fraction
    from pathlib import Path

    from capdemo.imaging.sizes import Size
    from capdemo.imaging.video_choices import ColorSpace
    from capdemo.imaging.video_file import Pixels

_TICKS = 1000
"""In which a time is rounded down to a frame; a file's own unit is about as fine."""


@dataclass(frozen=True, slots=True, eq=False)
class FileVideo:
    """A video file, or a part of it."""

    path: Path
    facts: VideoFacts
    window: Window = WHOLE

    @property
    def size(self) -> Size:
        """Of every frame, upright."""
        return self.facts.size

    @property
    def bit_depth(self) -> int:
        """Bits of a sample in the file."""
        return self.facts.bit_depth

    @property
    def color_space(self) -> ColorSpace:
        """How the file's pixels are meant."""
        return self.facts.color_space

    @property
    def duration(self) -> float:
        """Seconds."""
        rest = max(0.0, self.facts.duration - self.window.start)
        return min(rest, self.window.duration) if self.window.duration else rest

    def components(self) -> VideoComponents:
        """All frames and the sound. Raises `InputError` where the file is damaged."""
        frames = [pixels_of(frame.picture) for frame in read_frames(self.path, self.window)]
        sound = read_sound(self.path, self.window)
        return VideoComponents(to_image(frames), audio_of(sound), self.facts.frame_rate)


@dataclass(frozen=True, slots=True, eq=False)
class FrameVideo:
    """Pictures that are shown one after the other."""

    images: Image
    audio: Audio | None
    frame_rate: Fraction
    bit_depth: int = 8
    """What is written for a sample; the pictures themselves are finer."""
    color_space: ColorSpace = "sRGB"

    @property
    def size(self) -> Size:
        """Of every picture."""
        return size_of(self.images)

    @property
    def duration(self) -> float:
        """Seconds."""
        return float(len(self.images) / self.frame_rate)

    def components(self) -> VideoComponents:
        """The pictures and the sound."""
        return VideoComponents(self.images, self.audio, self.frame_rate)


def open_video(path: Path) -> FileVideo:
    """A video file; its frames are decoded later.

    Raises `InputError` where the file is no video, is damaged, or has no frame.
    """
    return FileVideo(path, read_facts(path))


def as_known(video: Video) -> FileVideo | FrameVideo:
    """The video as one of the two kinds here; another kind is taken apart."""
    if isinstance(video, FileVideo | FrameVideo):
        return video
    parts = video.components()
    return FrameVideo(parts.images, parts.audio, parts.frame_rate)


def sliced(video: Video, start: float, duration: float, *, strict: bool) -> Video:
    """A part of a video (Video Slice); a negative start counts from the end, duration 0 is all.

    Nothing is decoded. A part of a part lies inside it. Raises `InputError` where the part begins
    behind the end or, if `strict`, ends there.
    """
    known = as_known(video)
    whole = known.duration
    start = max(0.0, whole + start) if start < 0 else start
    if start >= whole:
        raise InputError(
            f"The part begins at {start:g} s, and the video ends at {whole:g} s.",
            hint="Let it begin earlier.",
        )
    if strict and start + duration > whole:
        raise InputError(
            f"The part of {duration:g} s from {start:g} s is longer than the video's {whole:g} s.",
            hint="Ask for less, or switch strict_duration off to take what is there.",
        )
    window = Window(start, min(duration, whole - start))
    return (
        _slice_frames(known, window)
        if isinstance(known, FrameVideo)
        else replace(known, window=_within(known.window, window))
    )


def to_image(frames: list[Pixels]) -> Image:
    """Frames of one size (HWC, 8 or 16 bits) as one batch; the list is empty afterwards."""
    height, width, channels = frames[0].shape
    scale = float(np.iinfo(frames[0].dtype).max)
    images = torch.empty(len(frames), height, width, channels)
    for index in reversed(range(len(frames))):
        images[index] = torch.from_numpy(frames.pop().astype(np.float32))
    return Image(images.div_(scale))


def _within(outer: Window, inner: Window) -> Window:
    """A window given in the time of another one's part."""
    rest = max(0.0, outer.duration - inner.start) if outer.duration else 0.0
    return Window(outer.start + inner.start, inner.duration or rest)


def _slice_frames(video: FrameVideo, window: Window) -> FrameVideo:
    first = _first_frame(window.start, video.frame_rate)
    last = _first_frame(window.start + window.duration, video.frame_rate)
    return replace(
        video,
        images=Image(video.images[first : last if window.duration else None]),
        audio=slice_audio(video.audio, window) if video.audio is not None else None,
    )


def _first_frame(seconds: float, rate: Fraction) -> int:
    """The first frame that is shown at a time or later; of a rounding error less it is forgiven."""
    return -(-int(seconds * rate * _TICKS) // _TICKS)
