"""ComfyUI's nodes for videos: a VIDEO is a file until its frames are wanted."""

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

from capdemo import imaging
from capdemo.imaging.video_choices import BitDepth, ColorSpace, SavedCodec
from capdemo.node_api import (
    Audio,
    Image,
    InputFile,
    Name,
    NodeFamily,
    Range,
    RunContext,
    SavedFile,
    Video,
    option,
)
from capdemo.nodes.file_names import input_file
from capdemo.nodes.saved_files import Place, note_lost_pixels
from capdemo.outputs.files import beside

if TYPE_CHECKING:
    from capdemo.imaging.video_save import Target

FAMILY = NodeFamily()

_LONGEST = 1e5
"""ComfyUI's limit for a start, in seconds."""

RGB = 3
"""Channels of a picture without alpha."""

_EIGHT_BITS: Literal[8] = 8
_TEN_BITS: Literal[10] = 10


@FAMILY.node("LoadVideo", category="image/video")
def load_video(*, file: Annotated[str, InputFile("video")], context: RunContext) -> Video:
    """Open a video file; its frames are decoded where they are needed."""
    return imaging.video.open_video(input_file(file, context.folders))


@FAMILY.node("GetVideoComponents", category="image/video")
def get_video_components(
    *, video: Video
) -> tuple[
    Annotated[Image, Name("images")],
    Annotated[Audio | None, Name("audio")],
    Annotated[float, Name("fps")],
    Annotated[BitDepth, Name("bit_depth")],
    Annotated[ColorSpace, Name("color_space")],
]:
    """Take a video apart: all frames as one batch, the sound, and frames a second.

    Frames are turned upright. Frames at uneven times come with the average rate.
    """
    known = imaging.video.as_known(video)
    parts = known.components()
    depth = _TEN_BITS if known.bit_depth >= _TEN_BITS else _EIGHT_BITS
    return parts.images, parts.audio, float(parts.frame_rate), depth, known.color_space


@FAMILY.node("CreateVideo", category="image/video")
def create_video(
    *,
    images: Image,
    fps: Annotated[float, Range(1.0, 120.0, 1.0)] = 30.0,
    audio: Audio | None = None,
    bit_depth: BitDepth | None = "auto",
    color_space: ColorSpace | None = "sRGB",
    codec: Literal["none", "auto", "h264", "av1"] | None = "none",  # noqa: ARG001  (said below)
) -> Video:
    """Make a video of pictures and, if there is any, sound.

    It is encoded once, when it is saved, whatever `codec` says. With `bit_depth` at `auto` it
    gets 8 bits, or 10 in the HDR colour spaces.
    """
    space = color_space or "sRGB"
    depth = _EIGHT_BITS if space == "sRGB" else _TEN_BITS
    if bit_depth is not None and bit_depth != "auto":
        depth = bit_depth
    return imaging.video.FrameVideo(images, audio, Fraction(fps), depth, space)


@FAMILY.node("Video Slice", category="image/video")
def slice_video(
    *,
    video: Video,
    start_time: Annotated[float, Range(-_LONGEST, _LONGEST, 0.001)] = 0.0,
    duration: Annotated[float, Range(0.0, _LONGEST, 0.001)] = 0.0,
    strict_duration: bool = False,
) -> Video:
    """Take a part of a video, without decoding it.

    Times are in seconds. A negative start counts from the end; a duration of 0 reaches to the
    end. With `strict_duration` a part that would end too early is an error.
    """
    return imaging.video.sliced(video, start_time, duration, strict=strict_duration)


@option("auto")
@dataclass(frozen=True, slots=True)
class AnyEncoding:
    """Streams that suit are kept."""


@option("re-encode")
@dataclass(frozen=True, slots=True)
class ReencodedH264:
    """H.264 of a chosen quality."""

    crf: Annotated[float, Range(0.0, 51.0, 1.0)] = 23.0


@option("re-encode")
@dataclass(frozen=True, slots=True)
class ReencodedAv1:
    """AV1 of a chosen quality."""

    crf: Annotated[float, Range(0.0, 63.0, 1.0)] = 30.0


@option("auto")
@dataclass(frozen=True, slots=True)
class AnyCodec:
    """A stream that suits, else H.264, or AV1 in WebM."""


@option("h264")
@dataclass(frozen=True, slots=True)
class H264:
    """The sub-inputs of `h264`."""

    encoding: AnyEncoding | ReencodedH264 | None = None


@option("av1")
@dataclass(frozen=True, slots=True)
class Av1:
    """The sub-inputs of `av1`."""

    encoding: AnyEncoding | ReencodedAv1 | None = None


Codec: TypeAlias = AnyCodec | H264 | Av1


@option("auto")
@dataclass(frozen=True, slots=True)
class AnyContainer:
    """MP4, or WebM for AV1."""

    codec: Codec | None = None


@option("mp4")
@dataclass(frozen=True, slots=True)
class Mp4:
    """The sub-inputs of `mp4`."""

    codec: Codec | None = None


@option("mkv")
@dataclass(frozen=True, slots=True)
class Mkv:
    """The sub-inputs of `mkv`."""

    codec: Codec | None = None


@option("webm")
@dataclass(frozen=True, slots=True)
class WebM:
    """The sub-inputs of `webm`."""

    codec: AnyCodec | Av1 | None = None


@FAMILY.node("SaveVideo", category="image/video", is_output=True)
def save_video(
    *,
    video: Video,
    filename_prefix: str = "video/ComfyUI",
    format: AnyContainer | Mp4 | Mkv | WebM = AnyContainer(),
    codec: Codec | None = None,
    context: RunContext,
) -> Video:
    """Write a video into the output folder with the workflow inside, and pass it on.

    A file whose streams suit is copied, without loss; anything else is encoded frame by frame,
    as H.264 in YUV 4:2:0 unless another codec is chosen. A side that is odd gets one more row or
    column, the last one again. The second `codec` is that of older files.
    """
    target = _target(format, format.codec or codec or AnyCodec())
    place = Place(context.folders.output, filename_prefix, f"_.{target.container}", context.save)
    known = imaging.video.as_known(video)
    if isinstance(known, imaging.video.FrameVideo):
        note_lost_pixels(known.images, context)
    (path,) = place.paths(known.size)
    with beside(path) as unfinished:
        saved = imaging.video_save.save_video(
            video, unfinished, target, context.metadata, context.progress
        )
    place.report(SavedFile(path, *saved))
    return video


@FAMILY.node("SaveWEBM", category="image/video", is_output=True)
def save_webm(
    *,
    images: Image,
    filename_prefix: str = "ComfyUI",
    codec: Literal["vp9", "av1"],
    fps: Annotated[float, Range(0.01, 1000.0, 0.01)] = 24.0,
    crf: Annotated[float, Range(0.0, 63.0, 1.0)] = 32.0,
    context: RunContext,
) -> Image:
    """Write a batch as a silent WebM with the workflow inside, and pass it on.

    VP9 keeps transparency. A lower `crf` is a higher quality.
    """
    place = Place(context.folders.output, filename_prefix, "_.webm", context.save)
    note_lost_pixels(images, context)
    (path,) = place.paths(imaging.resize.size_of(images))
    form = imaging.video_form.webm_form(codec, crf=crf, has_alpha=images.shape[-1] > RGB)
    reel = imaging.video_save.frame_reel(imaging.video.FrameVideo(images, None, Fraction(fps)))
    with beside(path) as unfinished:
        saved = imaging.video_write.write_video(
            unfinished, reel, form, context.metadata, context.progress
        )
    place.report(SavedFile(path, *saved))
    return images


_CONTAINERS: dict[type, Literal["auto", "mp4", "mkv", "webm"]] = {
    AnyContainer: "auto",
    Mp4: "mp4",
    Mkv: "mkv",
    WebM: "webm",
}
_CODECS: dict[type, SavedCodec] = {AnyCodec: "auto", H264: "h264", Av1: "av1"}


def _target(format: AnyContainer | Mp4 | Mkv | WebM, codec: Codec) -> "Target":
    name = _CODECS[type(codec)]
    container = _CONTAINERS[type(format)]
    if container == "auto":
        container = "webm" if name == "av1" else "mp4"
    encoding = None if isinstance(codec, AnyCodec) else codec.encoding
    crf = encoding.crf if isinstance(encoding, ReencodedH264 | ReencodedAv1) else None
    return imaging.video_save.Target(container, name, crf)
