"""The nodes of VideoHelperSuite that read videos; its latents and batches are left out."""

from typing import Annotated

from capdemo import imaging
from capdemo.imaging.video_choices import LoadFormat
from capdemo.node_api import (
    Audio,
    Image,
    InputFile,
    Name,
    NodeFamily,
    Range,
    RunContext,
    VideoInfo,
)
from capdemo.nodes.file_names import input_file

PACK = "comfyui-videohelpersuite"
CATEGORY = "Video Helper Suite 🎥🅥🅗🅢"

FAMILY = NodeFamily(pack=PACK)

LARGEST_SIDE = 8192
MOST_FRAMES = 2**53 - 1


@FAMILY.node("VHS_LoadVideo", category=CATEGORY)
def load_chosen_frames(
    *,
    video: Annotated[str, InputFile("video")],
    force_rate: Annotated[float | int, Range(0, 60, 1)] = 0,
    custom_width: Annotated[int, Range(0, LARGEST_SIDE, 1)] = 0,
    custom_height: Annotated[int, Range(0, LARGEST_SIDE, 1)] = 0,
    frame_load_cap: Annotated[int, Range(0, MOST_FRAMES, 1)] = 0,
    skip_first_frames: Annotated[int, Range(0, MOST_FRAMES, 1)] = 0,
    select_every_nth: Annotated[int, Range(1, MOST_FRAMES, 1)] = 1,
    format: LoadFormat | None = "AnimateDiff",
    context: RunContext,
) -> tuple[
    Annotated[Image, Name("IMAGE")],
    Annotated[int, Name("frame_count")],
    Annotated[Audio | None, Name("audio")],
    Annotated[VideoInfo, Name("video_info")],
]:
    """Read frames of a video file as one batch, with the sound that belongs to them.

    0 leaves a thing as it is. A forced rate leaves frames out or repeats them; of those, the
    first are skipped and every nth is taken. `format` is the model that the frames are for:
    sides become multiples of what it needs (8 for AnimateDiff), and frames that it could not
    take are left out at the end.
    """
    found = imaging.video_choice.load_chosen(
        input_file(video.strip().strip('"'), context.folders),
        imaging.video_choice.FrameChoice(
            force_rate=force_rate,
            custom_width=custom_width,
            custom_height=custom_height,
            frame_load_cap=frame_load_cap,
            skip_first_frames=skip_first_frames,
            select_every_nth=select_every_nth,
            format=format or "None",
        ),
    )
    return found.images, len(found.images), found.audio, found.info


@FAMILY.node("VHS_LoadVideoPath", category=CATEGORY)
def load_chosen_frames_by_path(
    *,
    video: Annotated[str, InputFile("video")],
    force_rate: Annotated[float | int, Range(0, 60, 1)] = 0,
    custom_width: Annotated[int, Range(0, LARGEST_SIDE, 1)] = 0,
    custom_height: Annotated[int, Range(0, LARGEST_SIDE, 1)] = 0,
    frame_load_cap: Annotated[int, Range(0, MOST_FRAMES, 1)] = 0,
    skip_first_frames: Annotated[int, Range(0, MOST_FRAMES, 1)] = 0,
    select_every_nth: Annotated[int, Range(1, MOST_FRAMES, 1)] = 1,
    format: LoadFormat | None = "AnimateDiff",
    context: RunContext,
) -> tuple[
    Annotated[Image, Name("IMAGE")],
    Annotated[int, Name("frame_count")],
    Annotated[Audio | None, Name("audio")],
    Annotated[VideoInfo, Name("video_info")],
]:
    """Read frames of a video file as one batch, as VHS_LoadVideo does.

    Unlike in ComfyUI the path is one inside the input folder, since a workflow may come from
    anywhere.
    """
    return load_chosen_frames(
        video=video,
        force_rate=force_rate,
        custom_width=custom_width,
        custom_height=custom_height,
        frame_load_cap=frame_load_cap,
        skip_first_frames=skip_first_frames,
        select_every_nth=select_every_nth,
        format=format,
        context=context,
    )


@FAMILY.node("VHS_VideoInfo", category=CATEGORY)
def video_info(
    *, video_info: VideoInfo
) -> tuple[
    Annotated[float, Name("source_fps")],
    Annotated[int, Name("source_frame_count")],
    Annotated[float, Name("source_duration")],
    Annotated[int, Name("source_width")],
    Annotated[int, Name("source_height")],
    Annotated[float, Name("loaded_fps")],
    Annotated[int, Name("loaded_frame_count")],
    Annotated[float, Name("loaded_duration")],
    Annotated[int, Name("loaded_width")],
    Annotated[int, Name("loaded_height")],
]:
    """Rate, number of frames, seconds and size of a video, in its file and as it was loaded."""
    return (
        *video_info_source(video_info=video_info),
        *video_info_loaded(video_info=video_info),
    )


@FAMILY.node("VHS_VideoInfoSource", category=CATEGORY)
def video_info_source(
    *, video_info: VideoInfo
) -> tuple[
    Annotated[float, Name("fps")],
    Annotated[int, Name("frame_count")],
    Annotated[float, Name("duration")],
    Annotated[int, Name("width")],
    Annotated[int, Name("height")],
]:
    """Rate, number of frames, seconds and size of a video in its file."""
    return (
        video_info.source_fps,
        video_info.source_frame_count,
        video_info.source_duration,
        video_info.source_width,
        video_info.source_height,
    )


@FAMILY.node("VHS_VideoInfoLoaded", category=CATEGORY)
def video_info_loaded(
    *, video_info: VideoInfo
) -> tuple[
    Annotated[float, Name("fps")],
    Annotated[int, Name("frame_count")],
    Annotated[float, Name("duration")],
    Annotated[int, Name("width")],
    Annotated[int, Name("height")],
]:
    """Rate, number of frames, seconds and size of a video as it was loaded."""
    return (
        video_info.loaded_fps,
        video_info.loaded_frame_count,
        video_info.loaded_duration,
        video_info.loaded_width,
        video_info.loaded_height,
    )
