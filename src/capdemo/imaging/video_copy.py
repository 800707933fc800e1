"""Copying a video's compressed streams into another file, frame for frame and bit for bit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from av.audio.stream import AudioStream
from av.subtitles.stream import SubtitleStream
from av.video.stream import VideoStream

from capdemo.errors import RunError
from capdemo.imaging.metadata import ascii_texts
from capdemo.imaging.video_file import first_video, opened
from capdemo.imaging.video_write import output

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from av.container import InputContainer, OutputContainer
    from av.stream import Stream


def copy_streams(
    source: Path,
    path: Path,
    container: str,
    metadata: Mapping[str, str],
    progress: Callable[[int, int], None],
) -> None:
    """Write picture, sound and subtitles of a file into another one, which carries the texts.

    The source's own texts stay where none of the same name is given. `progress` may raise.
    Raises `InputError` where the source is damaged, `RunError` where the disk refuses.
    """
    with opened(source) as given:
        total = first_video(given, source).frames or 1
        texts = {**_without(given.metadata, metadata), **ascii_texts(metadata)}
        with output(path, container, texts) as taken:
            streams = _streams(given, taken)
            done = 0
            for packet in given.demux(list(streams)):
                if packet.dts is None:  # the end of a stream
                    continue
                done += packet.stream.type == "video"
                packet.stream = streams[packet.stream]
                taken.mux(packet)
                progress(min(done, total), total)


def _without(texts: Mapping[str, str], names: Mapping[str, str]) -> dict[str, str]:
    """Those of another name, in any case: Matroska has names in capitals."""
    return {name: text for name, text in texts.items() if name.lower() not in names}


def _streams(given: InputContainer, taken: OutputContainer) -> dict[Stream, Stream]:
    """From a stream of the source to its twin; data, covers and odd subtitles are left out."""
    twins: dict[Stream, Stream] = {}
    for stream in given.streams:
        if not isinstance(stream, VideoStream | AudioStream | SubtitleStream):
            continue
        name = stream.codec_context.name
        try:
            twin = taken.add_stream_from_template(stream, opaque=True)
        except ValueError as error:  # the container does not take it
            if isinstance(stream, SubtitleStream):
                continue
            raise RunError(
                f"{taken.format.long_name} does not take {name}.", hint="Choose another format."
            ) from error
        if name == "hevc" and stream.codec_context.codec_tag == "hvc1":
            twin.codec_context.codec_tag = "hvc1"  # which Apple's players insist on
        twins[stream] = twin
    return twins
