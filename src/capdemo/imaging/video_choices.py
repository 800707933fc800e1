"""The words of the video nodes' widgets; no torch and no PyAV in here."""

from __future__ import annotations

from typing import Literal, TypeAlias

ColorSpace: TypeAlias = Literal["sRGB", "HDR", "HDR PQ"]
"""HDR is BT.2020 with HLG, HDR PQ is BT.2020 with PQ."""

BitDepth: TypeAlias = Literal["auto", 8, 10]
"""`auto` is 8 for sRGB and 10 for the others."""

SavedContainer: TypeAlias = Literal["auto", "mp4", "mkv", "webm"]

SavedCodec: TypeAlias = Literal["auto", "h264", "av1"]

LoadFormat: TypeAlias = Literal["None", "AnimateDiff", "Mochi", "LTXV", "Hunyuan", "Cosmos", "Wan"]
"""The models whose frame sizes and counts VHS_LoadVideo can keep to."""

CombineFormat: TypeAlias = Literal[
    "image/gif",
    "image/webp",
    "video/h264-mp4",
    "video/h265-mp4",
    "video/webm",
    "video/av1-webm",
    "video/ffv1-mkv",
]
"""What VHS_VideoCombine writes here; the pack has some more."""
