"""Tiny videos, written by PyAV alone, so that what is tested is not what made them."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, cast

import av
import numpy as np
import numpy.typing as npt
from av.audio.frame import AudioFrame
from av.video.frame import VideoFrame

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from av.audio.stream import AudioStream
    from av.container import OutputContainer
    from av.video.stream import VideoStream

Frames = npt.NDArray[np.uint8]
"""NHWC, RGB."""

LAYOUTS = {1: "mono", 2: "stereo", 6: "5.1"}


def smooth_frames(count: int, height: int = 31, width: int = 17) -> Frames:
    """Soft grey slopes, each frame lighter than the one before; lossy encoders keep them well."""
    rows, columns = np.mgrid[0:height, 0:width]
    slope = rows * (80 / height) + columns * (40 / width)
    frames = np.stack([slope + 8 * index for index in range(count)])
    return np.repeat(np.clip(frames, 0, 255).astype(np.uint8)[..., None], 3, axis=-1)


def random_frames(count: int, height: int = 31, width: int = 17) -> Frames:
    return np.random.default_rng(4).integers(0, 256, (count, height, width, 3), dtype=np.uint8)


def tone(seconds: float, rate: int = 44100, channels: int = 2) -> npt.NDArray[np.float32]:
    """CT; every channel another pitch."""
    time = np.arange(round(seconds * rate)) / rate
    pitches = [440.0 * (index + 1) for index in range(channels)]
    return np.stack([0.5 * np.sin(2 * np.pi * pitch * time) for pitch in pitches]).astype("float32")


def write_tiny_video(
    path: Path,
    frames: Frames | npt.NDArray[np.uint16],
    *,
    rate: Fraction | int = 24,
    encoder: str = "ffv1",
    pixel_format: str = "bgr0",
    milliseconds: Sequence[int] = (),
    rotation: int = 0,
    sound: npt.NDArray[np.float32] | None = None,
    other_sound: npt.NDArray[np.float32] | None = None,
    sample_rate: int = 44100,
    sound_encoder: str = "flac",
    texts: Mapping[str, str] | None = None,
) -> Path:
    """A video, by default lossless; `milliseconds` are the frames' times where not even.

    `other_sound` is a track before that of `sound`.
    """
    sounds = [samples for samples in (other_sound, sound) if samples is not None]
    options = {"movflags": "use_metadata_tags"} if path.suffix == ".mp4" else {}
    with av.open(str(path), "w", options=options) as container:
        container.metadata.update(texts or {})
        stream = cast("VideoStream", container.add_stream(encoder, rate=rate))
        stream.height, stream.width = frames.shape[1:3]
        stream.pix_fmt = pixel_format
        if milliseconds:
            stream.codec_context.time_base = Fraction(1, 1000)
        if rotation:
            stream.set_display_rotation(rotation)
        tracks = [
            cast(
                "AudioStream",
                container.add_stream(sound_encoder, rate=sample_rate, layout=LAYOUTS[len(samples)]),
            )
            for samples in sounds
        ]
        for index, pixels in enumerate(frames):
            given = "rgb24" if pixels.itemsize == 1 else "rgb48le"
            frame = VideoFrame.from_ndarray(pixels, format=given).reformat(format=pixel_format)
            if milliseconds:
                frame.pts, frame.time_base = milliseconds[index], Fraction(1, 1000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
        for track, samples in zip(tracks, sounds, strict=True):
            _write_sound(container, track, samples, sample_rate)
    return path


def write_tiny_sound(path: Path, sound: npt.NDArray[np.float32], sample_rate: int = 44100) -> Path:
    """A file without any picture."""
    with av.open(str(path), "w") as container:
        layout = LAYOUTS[len(sound)]
        track = container.add_stream("flac", rate=sample_rate, layout=layout)
        _write_sound(container, track, sound, sample_rate)
    return path


def decoded(path: Path) -> Frames:
    """All frames, by PyAV alone."""
    with av.open(str(path)) as container:
        frames = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    return cast("Frames", np.stack(frames))


def frame_seconds(path: Path) -> list[float]:
    """When each frame is shown."""
    with av.open(str(path)) as container:
        return [frame.time for frame in container.decode(video=0)]


def packets(path: Path, kind: str = "video") -> list[bytes]:
    """The compressed content of a stream."""
    with av.open(str(path)) as container:
        stream = next(stream for stream in container.streams if stream.type == kind)
        return [bytes(packet) for packet in container.demux(stream) if packet.size]


def psnr(
    one: npt.NDArray[np.generic], other: npt.NDArray[np.generic], peak: float = 255.0
) -> float:
    difference = one.astype(np.float64) - other.astype(np.float64)
    error = float(np.mean(difference**2))
    return float("inf") if error == 0 else 10 * float(np.log10(peak**2 / error))


def _write_sound(
    container: OutputContainer,
    track: AudioStream,
    sound: npt.NDArray[np.float32],
    sample_rate: int,
) -> None:
    frame = AudioFrame.from_ndarray(
        np.ascontiguousarray(sound), format="fltp", layout=LAYOUTS[len(sound)]
    )
    frame.sample_rate, frame.pts = sample_rate, 0
    container.mux(track.encode(frame))
    container.mux(track.encode(None))
