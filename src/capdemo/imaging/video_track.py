"""The sound track of a video that is being written, kept level with its frames."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import TYPE_CHECKING, cast

import av
import numpy as np
from av.audio.frame import AudioFrame

from capdemo.errors import InputError

if TYPE_CHECKING:
    from av.audio.stream import AudioStream
    from av.container import OutputContainer

    from capdemo.imaging.video_sound import Samples, Sound

_LAYOUTS = {
    1: "mono",
    2: "stereo",
    3: "2.1",
    4: "4.0",
    5: "5.0",
    6: "5.1",
    7: "6.1",
    8: "7.1",
}
"""FFmpeg's names, by number of channels."""


class SoundTrack:
    """Takes samples from a sound as the picture goes on, and never more than the picture lasts."""

    def __init__(self, container: OutputContainer, encoder: str, sound: Sound) -> None:
        if sound.channels not in _LAYOUTS:
            raise InputError(
                f"The sound has {sound.channels} channels; a video takes up to {max(_LAYOUTS)}.",
                hint="Mix it down to stereo.",
            )
        self._container = container
        self._rate = sound.sample_rate
        self._layout = _LAYOUTS[sound.channels]
        self._pieces = iter(sound.pieces)
        self._piece: Samples = np.zeros((sound.channels, 0), np.float32)
        self._written = 0
        rate = _encoder_rate(encoder, sound.sample_rate)
        stream = container.add_stream(encoder, rate=rate, layout=self._layout)
        self._stream = cast("AudioStream", stream)

    def write_until(self, seconds: Fraction) -> None:
        """Write what sounds before this time; the last sample that begins before it is part."""
        wanted = math.ceil(seconds * self._rate)
        while self._written < wanted:
            if not self._piece.shape[1]:
                piece = next(self._pieces, None)
                if piece is None:
                    return
                self._piece = piece
            taken, self._piece = np.split(self._piece, [wanted - self._written], axis=1)
            self._write(taken)

    def finish(self, seconds: Fraction) -> None:
        """Write the rest up to this time, and what the encoder still holds."""
        self.write_until(seconds)
        self._container.mux(self._stream.encode(None))

    def _write(self, samples: Samples) -> None:
        frame = AudioFrame.from_ndarray(
            np.ascontiguousarray(samples), format="fltp", layout=self._layout
        )
        frame.sample_rate = self._rate
        frame.pts = self._written
        frame.time_base = Fraction(1, self._rate)
        self._written += frame.samples
        self._container.mux(self._stream.encode(frame))


def _encoder_rate(encoder: str, wanted: int) -> int:
    """The rate itself where the encoder knows it, else the next higher one that it knows."""
    known = av.Codec(encoder, "w").audio_rates
    if not known or wanted in known:
        return wanted
    return min((rate for rate in known if rate > wanted), default=max(known))
