"""Which frames of a file VHS_LoadVideo takes, and in what size.

After VideoHelperSuite 1.7 (GPL-3.0; its behaviour, not its code): frames are taken to be evenly
spaced at the file's rate, whatever times they carry.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from capdemo.errors import InputError
from capdemo.imaging.resize import common_upscale, size_of
from capdemo.imaging.sizes import Size
from capdemo.imaging.video import open_video, to_image
from capdemo.imaging.video_file import Window, pixels_of, read_frames
from capdemo.imaging.video_sound import audio_of, read_sound
from capdemo.node_api import Audio, Image, VideoInfo

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from capdemo.imaging.video_choices import LoadFormat

Item = TypeVar("Item")


class _Grid(NamedTuple):
    """What a model asks of the frames that it is given."""

    side: int = 1
    """Both sides become multiples of it."""
    step: int = 1
    rest: int = 0
    """The number of frames is a multiple of `step`, plus `rest`."""


_GRIDS: Mapping[LoadFormat, _Grid] = {
    "None": _Grid(),
    "AnimateDiff": _Grid(8),
    "Mochi": _Grid(16, 6, 1),
    "LTXV": _Grid(32, 8, 1),
    "Hunyuan": _Grid(16, 4, 1),
    "Cosmos": _Grid(16, 8, 1),
    "Wan": _Grid(8, 4, 1),
}


@dataclass(frozen=True, slots=True)
class FrameChoice:
    """The widgets of VHS_LoadVideo; 0 leaves a thing as it is."""

    force_rate: float = 0
    """Frames a second: frames are left out or repeated."""
    custom_width: int = 0
    custom_height: int = 0
    frame_load_cap: int = 0
    """The most frames that are taken."""
    skip_first_frames: int = 0
    """Counted at the forced rate."""
    select_every_nth: int = 1
    format: LoadFormat = "None"


@dataclass(frozen=True, slots=True, eq=False)
class ChosenFrames:
    """What VHS_LoadVideo gives."""

    images: Image
    audio: Audio | None
    info: VideoInfo


def load_chosen(path: Path, choice: FrameChoice) -> ChosenFrames:
    """Decode the chosen frames and the sound that belongs to them.

    Raises `InputError` where the file is damaged, or nothing is chosen.
    """
    facts = open_video(path).facts
    source_rate = float(facts.frame_rate)
    rate = choice.force_rate or source_rate
    frames = [pixels_of(frame.picture) for frame in chosen(read_frames(path), source_rate, choice)]
    frames = frames[: fitting_count(len(frames), choice.format)]
    if not frames:
        raise InputError(
            f"No frame is left of the video's {facts.frame_count}.",
            where=str(path),
            hint="Lower skip_first_frames.",
        )
    size = fitting_size(facts.size, choice)
    images = to_image(frames)
    if size_of(images) != size:
        images = common_upscale(images, size, method="lanczos", crop="center")
    seconds = choice.select_every_nth / rate
    window = Window(choice.skip_first_frames / rate, choice.frame_load_cap * seconds)
    info = VideoInfo(
        source_fps=source_rate,
        source_frame_count=facts.frame_count,
        source_duration=facts.frame_count / source_rate,
        source_width=facts.size.width,
        source_height=facts.size.height,
        loaded_fps=1 / seconds,
        loaded_frame_count=len(images),
        loaded_duration=len(images) * seconds,
        loaded_width=size.width,
        loaded_height=size.height,
    )
    return ChosenFrames(images, audio_of(read_sound(path, window)), info)


def chosen(frames: Iterable[Item], source_rate: float, choice: FrameChoice) -> Iterator[Item]:
    """The frames that are taken, in order; reads no further than the last of them."""
    due = due_frames(frames, source_rate, choice.force_rate or source_rate)
    every_nth = islice(due, choice.skip_first_frames, None, choice.select_every_nth)
    return islice(every_nth, choice.frame_load_cap or None)


def due_frames(frames: Iterable[Item], source_rate: float, rate: float) -> Iterator[Item]:
    """The frames at another rate: some left out, or some several times.

    Times are added up in floating point, as the pack does, so that the same frames are taken.
    """
    lasts, wanted = 1 / source_rate, 1 / rate
    since_last = wanted
    for frame in frames:
        while since_last >= wanted:
            since_last -= wanted
            yield frame
        since_last += lasts


def fitting_size(size: Size, choice: FrameChoice) -> Size:
    """The size that frames are given: custom sides, each rounded to the format's grid."""
    width: float = choice.custom_width or size.width
    height: float = choice.custom_height or size.height
    if choice.custom_width and not choice.custom_height:
        height = size.height * (choice.custom_width / size.width)
    if choice.custom_height and not choice.custom_width:
        width = size.width * (choice.custom_height / size.height)
    side = _GRIDS[choice.format].side
    return Size(*(int(length / side + 0.5) * side for length in (width, height)))


def fitting_count(count: int, load_format: LoadFormat) -> int:
    """The most frames up to `count` that the format allows."""
    grid = _GRIDS[load_format]
    return (count - grid.rest) // grid.step * grid.step + grid.rest
