"""How a video is compressed: container, encoders and the colours that players are told."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, NamedTuple

from av.video.reformatter import ColorPrimaries, ColorTrc

from capdemo.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from capdemo.imaging.video_choices import ColorSpace

THREADS = {"threads": "4"}
"""x264's and libvpx's bytes depend on the number of threads, hence the same on every machine."""

REPEATABLE_H264 = {**THREADS, "x264-params": "mbtree=0"}
"""x264's macroblock tree reads memory that nobody wrote, so that its bytes differ every time."""

DEEP = 10
"""Bits from which a video is written with 10."""

_BT709_MATRIX = 1
_BT2020_MATRIX = 9


class Colors(NamedTuple):
    """FFmpeg's numbers for what the pixels mean."""

    primaries: int
    transfer: int
    matrix: int


COLORS: Mapping[ColorSpace, Colors] = {
    "sRGB": Colors(ColorPrimaries.BT709, ColorTrc.IEC61966_2_1, _BT709_MATRIX),
    "HDR": Colors(ColorPrimaries.BT2020, ColorTrc.ARIB_STD_B67, _BT2020_MATRIX),
    "HDR PQ": Colors(ColorPrimaries.BT2020, ColorTrc.SMPTE2084, _BT2020_MATRIX),
}

VIDEO_HELPER_COLORS = Colors(ColorPrimaries.BT709, ColorTrc.BT709, _BT709_MATRIX)
"""The pack names the transfer of BT.709, so that hosts of videos do not convert it."""


@dataclass(frozen=True, slots=True)
class VideoForm:
    """All that the bytes of a video depend on besides its frames."""

    container: str
    """FFmpeg's name of the muxer: `mp4`, `matroska`, `webm`."""
    encoder: str
    pixel_format: str
    sound_encoder: str
    options: Mapping[str, str] = field(default_factory=dict)
    """The encoder's."""
    colors: Colors | None = COLORS["sRGB"]
    """None where the pixel format is RGB."""
    tag: str = ""
    """The encoder's name inside MP4, where players want another than FFmpeg's."""


def saved_form(
    container: Literal["mp4", "mkv", "webm"],
    codec: Literal["h264", "av1"],
    *,
    bit_depth: int,
    color_space: ColorSpace,
    crf: float | None,
) -> VideoForm:
    """What SaveVideo encodes; without a `crf` the encoder's own quality, 23 for H.264.

    Raises `InputError` for H.264 in WebM, which no player takes.
    """
    if container == "webm" and codec != "av1":
        raise InputError("WebM holds AV1, not H.264.", hint="Choose the format mp4 or mkv.")
    quality = {} if crf is None else {"crf": f"{crf:g}"}
    is_h264 = codec == "h264"
    if not is_h264 and crf == 0:
        quality = {"svtav1-params": "lossless=1"}
    return VideoForm(
        container="matroska" if container == "mkv" else container,
        encoder="libx264" if is_h264 else "libsvtav1",
        pixel_format="yuv420p10le" if bit_depth >= DEEP else "yuv420p",
        sound_encoder="libopus" if container == "webm" else "aac",
        options={**quality, **REPEATABLE_H264} if is_h264 else quality,
        colors=COLORS[color_space],
    )


def webm_form(codec: Literal["vp9", "av1"], *, crf: float, has_alpha: bool) -> VideoForm:
    """What SaveWEBM encodes, silent; only VP9 keeps alpha."""
    if codec == "av1":
        return VideoForm(
            "webm", "libsvtav1", "yuv420p10le", "libopus", {"crf": f"{crf:g}", "preset": "6"}
        )
    pixel_format = "yuva420p" if has_alpha else "yuv420p"
    options = {"crf": f"{crf:g}", "b": "0", **THREADS}
    return VideoForm("webm", "libvpx-vp9", pixel_format, "libopus", options)
