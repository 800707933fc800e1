"""The sound of a video, piece by piece, so that an hour of it is never held at once."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING, TypeAlias, cast

import numpy as np
import numpy.typing as npt
import torch
from av.audio.resampler import AudioResampler

from capdemo.imaging.video_file import WHOLE, Window, last_sound, opened
from capdemo.node_api import Audio

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from av.audio.frame import AudioFrame
    from av.container import InputContainer

Samples: TypeAlias = npt.NDArray[np.float32]
"""CT, -1..1."""


@dataclass(frozen=True, slots=True)
class Sound:
    """Sound that is read once, from start to end."""

    sample_rate: int
    channels: int
    pieces: Iterable[Samples]


def read_sound(path: Path, window: Window = WHOLE) -> Sound | None:
    """The last sound stream of a file, as ComfyUI takes it; None where there is none to decode.

    Raises `InputError` where the file is damaged.
    """
    pieces = _pieces(path, window)
    first = next(pieces, None)
    if first is None:
        return None
    rate, samples = first
    return Sound(rate, len(samples), chain([samples], (piece for _, piece in pieces)))


def sound_of(audio: Audio) -> Sound:
    """The first sound of a batch."""
    samples = audio.waveform[0].float().contiguous().numpy()
    return Sound(audio.sample_rate, len(samples), [samples])


def audio_of(sound: Sound | None) -> Audio | None:
    """All of it at once, as a batch of one."""
    if sound is None:
        return None
    samples = np.concatenate(list(sound.pieces), axis=1)
    return Audio(torch.from_numpy(samples)[None], sound.sample_rate)


def slice_audio(audio: Audio, window: Window) -> Audio:
    """A part of it, to the sample."""
    first = round(window.start * audio.sample_rate)
    last = first + int(window.duration * audio.sample_rate) if window.duration else None
    return replace(audio, waveform=audio.waveform[..., first:last])


def padded(sound: Sound, seconds: float) -> Sound:
    """The sound, and silence after it until so much time is over."""
    return replace(sound, pieces=_with_silence(sound, math.ceil(seconds * sound.sample_rate)))


def _with_silence(sound: Sound, wanted: int) -> Iterator[Samples]:
    for piece in sound.pieces:
        wanted -= piece.shape[1]
        yield piece
    if wanted > 0:
        yield np.zeros((sound.channels, wanted), np.float32)


def _pieces(path: Path, window: Window) -> Iterator[tuple[int, Samples]]:
    """Sample rate and samples, cut to the window."""
    position: int | None = None
    with opened(path) as container:
        for frame in _frames(container):
            rate = frame.sample_rate
            if position is None:
                position = round((frame.time or 0.0) * rate)
            first = max(0, int(window.start * rate) - position)
            end = _end(window, rate, position)
            samples = cast("Samples", frame.to_ndarray())[:, first:end]
            position += frame.samples
            if samples.shape[1]:
                yield rate, samples
            if end is not None and end <= frame.samples:
                return


def _end(window: Window, rate: int, position: int) -> int | None:
    if not window.duration:
        return None
    return max(0, int(window.start * rate) + int(window.duration * rate) - position)


def _frames(container: InputContainer) -> Iterator[AudioFrame]:
    stream = last_sound(container)
    if stream is None:
        return
    resampler = AudioResampler(format="fltp")
    for frame in container.decode(stream):
        yield from resampler.resample(frame)
