"""The node of VideoHelperSuite that writes videos; its formats are in `imaging.video_combine`."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from capdemo import imaging
from capdemo.imaging.video_choices import CombineFormat
from capdemo.node_api import Audio, FileNames, Image, Name, NodeFamily, Range, RunContext, SavedFile
from capdemo.nodes.saved_files import Place, discard, followed, note_lost_pixels, png_of
from capdemo.nodes.video_helper_suite import CATEGORY, PACK
from capdemo.outputs.files import beside, write_atomic, write_pieces

if TYPE_CHECKING:
    import torch

    from capdemo.imaging.video_form import VideoForm
    from capdemo.imaging.video_write import Reel

FAMILY = NodeFamily(pack=PACK)


@FAMILY.node("VHS_VideoCombine", category=CATEGORY, is_output=True)
def combine_video(
    *,
    images: Image,
    frame_rate: Annotated[float | int, Range(1, 1000, 1)] = 8,
    loop_count: Annotated[int, Range(0, 100, 1)] = 0,
    filename_prefix: str = "AnimateDiff",
    format: CombineFormat,
    pingpong: bool = False,
    save_output: bool = True,
    audio: Audio | None = None,
    pix_fmt: str | None = None,
    crf: Annotated[int | None, Range(0, 100, 1)] = None,
    save_metadata: bool | None = True,
    trim_to_audio: bool | None = False,
    lossless: bool | None = True,
    input_color_depth: Literal["8bit", "16bit"] | None = None,
    context: RunContext,
) -> Annotated[FileNames, Name("Filenames")]:
    """Write pictures as a video or an animated picture, with a PNG of the first beside it.

    Both carry the workflow, the video unless `save_metadata` is off. Odd sides get one more row
    or column, the last one again. `loop_count` shows a video so many times more; of an animated
    picture it is the number of rounds, 0 going on for ever. With `save_output` off both are
    temporary. Of a video with sound there is no silent copy, and the sound of WebM is Opus.
    """
    place = Place(
        context.folders.output if save_output else context.folders.temp,
        filename_prefix,
        ".png",
        context.save if save_output else discard,
    )
    note_lost_pixels(images, context)
    (cover,) = place.paths(imaging.resize.size_of(images))
    texts = context.metadata if save_metadata else {}
    if format in ("image/gif", "image/webp"):
        path = cover.with_suffix(f".{format.removeprefix('image/')}")
        order = imaging.video_combine.Repetition(pingpong=pingpong).order(len(images))
        pictures = followed([images[index] for index in order], context.progress)
        content = _animation(
            format, pictures, texts, frame_rate, loop_count, lossless=lossless is not False
        )
        write_atomic(path, content)
        saved = SavedFile(path, *imaging.resize.size_of(images))
    else:
        chosen = imaging.video_combine.chosen_form(format, pix_fmt, crf)
        ending = "-audio" if audio is not None else ""
        path = cover.with_name(f"{cover.stem}{ending}.{chosen.extension}")
        reel = imaging.video_combine.combined_reel(
            images,
            imaging.video_combine.Repetition(loop_count, pingpong).order(len(images)),
            frame_rate,
            audio,
            is_deep=chosen.is_deep or input_color_depth == "16bit",
            trim_to_audio=bool(trim_to_audio),
        )
        saved = _video(path, reel, chosen.form, texts, context)
    place.report(saved)
    write_pieces(cover, png_of(context.metadata)(images[0]))
    return FileNames(save_output, (cover, path))


def _animation(
    format: CombineFormat,
    pictures: Iterator["torch.Tensor"],
    texts: Mapping[str, str],
    frame_rate: float,
    loops: int,
    *,
    lossless: bool,
) -> bytes:
    milliseconds = round(1000 / frame_rate)
    if format == "image/gif":
        return imaging.animation.gif(pictures, texts, milliseconds=milliseconds, loops=loops)
    return imaging.animation.webp(
        pictures, texts, milliseconds=milliseconds, loops=loops, lossless=lossless
    )


def _video(
    path: Path, reel: "Reel", form: "VideoForm", texts: Mapping[str, str], context: RunContext
) -> SavedFile:
    with beside(path) as unfinished:
        size = imaging.video_write.write_video(unfinished, reel, form, texts, context.progress)
    return SavedFile(path, *size)
