"""Pictures of more than 8 bits: PNG of 16, and OpenEXR in floating point.

Written by FFmpeg's encoders through PyAV, as ComfyUI's SaveImageAdvanced does; the texts are put
into the finished bytes.
"""

from __future__ import annotations

import struct
import zlib
from fractions import Fraction
from typing import TYPE_CHECKING, Literal, cast

import torch
from av.codec.context import CodecContext
from av.video.frame import VideoFrame

from capdemo.errors import RunError
from capdemo.imaging.encode import to_uint16
from capdemo.imaging.metadata import ascii_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    import numpy.typing as npt
    from av.video.codeccontext import VideoCodecContext

ExrDepth = Literal["16-bit float", "32-bit float"]
ExrInput = Literal["sRGB", "HDR", "linear", "linear ACEScg"]

_PNG_HEAD_LENGTH = 8 + 25
"""The signature and the IHDR chunk."""

_EXR_START = 8
"""Where attributes begin, past the magic number and the version."""

_SRGB_LINEAR_TO = 0.04045
_HLG_SQUARE_TO = 0.5
"""Up to where the curves are a straight line, and a square."""

_CHROMATICITIES = {
    "sRGB": (0.64, 0.33, 0.30, 0.60, 0.15, 0.06, 0.3127, 0.3290),
    "HDR": (0.708, 0.292, 0.170, 0.797, 0.131, 0.046, 0.3127, 0.3290),
    "linear": (0.64, 0.33, 0.30, 0.60, 0.15, 0.06, 0.3127, 0.3290),
    "linear ACEScg": (0.713, 0.293, 0.165, 0.830, 0.128, 0.044, 0.32168, 0.33767),
}
"""Of red, green, blue and white (x, y): BT.709, BT.2020, and AP1 with D60 (S-2014-004)."""


def png_16_bit(picture: torch.Tensor, metadata: Mapping[str, str]) -> bytes:
    """The PNG of one picture (HWC, 0..1, RGB or RGBA) with 16 bits, a `tEXt` chunk for every text.

    Values are clipped and truncated. Chunks come in the order that ComfyUI writes them.
    """
    has_alpha = _has_alpha(picture)
    content = _encoded(
        "png",
        to_uint16(picture),
        "rgba64le" if has_alpha else "rgb48le",
        "rgba64be" if has_alpha else "rgb48be",
    )
    chunks = b"".join(
        _png_chunk(b"tEXt", f"{key}\0{ascii_json(metadata[key])}".encode("latin-1"))
        for key in sorted(metadata, key=lambda key: key != "prompt")
    )
    return content[:_PNG_HEAD_LENGTH] + chunks + content[_PNG_HEAD_LENGTH:]


def exr(
    picture: torch.Tensor,
    metadata: Mapping[str, str],
    *,
    depth: ExrDepth,
    color_space: ExrInput,
) -> bytes:
    """The OpenEXR file of one picture (HWC, RGB or RGBA), uncompressed, linear light, not clipped.

    The header says the primaries, and holds the texts as string attributes.
    """
    name = "gbrapf32le" if _has_alpha(picture) else "gbrpf32le"
    values = to_linear(picture.float(), color_space).contiguous().numpy()
    options = {"format": "half" if depth == "16-bit float" else "float"}
    content = _encoded("exr", values, name, name, options)
    texts = sorted(metadata.items(), key=lambda text: text[0] != "prompt")
    attributes = [_exr_attribute(key, b"string", text.encode()) for key, text in texts]
    primaries = struct.pack("<8f", *_CHROMATICITIES[color_space])
    attributes.append(_exr_attribute("chromaticities", b"chromaticities", primaries))
    return _with_attributes(content, b"".join(attributes), rows=picture.shape[0])


def to_linear(picture: torch.Tensor, color_space: ExrInput) -> torch.Tensor:
    """Light in proportion to the scene's, from a picture in a colour space; alpha stays as it is.

    `sRGB` by IEC 61966-2-1, `HDR` as hybrid log-gamma by BT.2100, whose inverse gives the scene.
    """
    if color_space not in ("sRGB", "HDR"):
        return picture
    color, alpha = picture[..., :3], picture[..., 3:]
    light = _srgb_to_linear(color) if color_space == "sRGB" else _hlg_to_linear(color)
    return torch.cat([light, alpha], dim=-1)


def _srgb_to_linear(color: torch.Tensor) -> torch.Tensor:
    curve = ((color.clamp(min=0.0) + 0.055) / 1.055) ** 2.4
    return torch.where(color <= _SRGB_LINEAR_TO, color / 12.92, curve)


def _hlg_to_linear(color: torch.Tensor) -> torch.Tensor:
    a, b, c = 0.17883277, 0.28466892, 0.55991073  # of BT.2100, table 5
    curve = (torch.exp((color.clamp(min=_HLG_SQUARE_TO) - c) / a) + b) / 12
    return torch.where(color <= _HLG_SQUARE_TO, color**2 / 3, curve)


def _has_alpha(picture: torch.Tensor) -> bool:
    channels = picture.shape[-1]
    if channels not in (3, 4):
        raise RunError(f"The picture has {channels} channels; RGB or RGBA can be written.")
    return channels == 4  # noqa: PLR2004  (red, green, blue, alpha)


def _encoded(
    encoder: str,
    pixels: npt.NDArray[np.uint16] | npt.NDArray[np.float32],
    given: str,
    written: str,
    options: Mapping[str, str] | None = None,
) -> bytes:
    """What an encoder of single pictures makes of pixels (HWC), which is a whole file."""
    context = cast("VideoCodecContext", CodecContext.create(encoder, "w"))
    context.height, context.width = pixels.shape[:2]
    context.pix_fmt = written
    context.time_base = Fraction(1)
    context.options = dict(options or {})
    frame = VideoFrame.from_ndarray(pixels, format=given).reformat(format=written)
    frame.pts = 0
    return b"".join(bytes(p) for p in (*context.encode(frame), *context.encode(None)))


def _png_chunk(kind: bytes, content: bytes) -> bytes:
    checksum = zlib.crc32(kind + content).to_bytes(4)
    return len(content).to_bytes(4) + kind + content + checksum


def _exr_attribute(name: str, kind: bytes, value: bytes) -> bytes:
    return name.encode() + b"\0" + kind + b"\0" + struct.pack("<i", len(value)) + value


def _with_attributes(content: bytes, attributes: bytes, *, rows: int) -> bytes:
    """The file with more in its header, and with the places of its rows moved on by as much."""
    end = _EXR_START
    while content[end]:
        kind = content.index(b"\0", end) + 1
        size = content.index(b"\0", kind) + 1
        end = size + 4 + int.from_bytes(content[size : size + 4], "little")
    table = struct.Struct(f"<{rows}Q")  # one place for every row, since nothing is compressed
    places = table.unpack_from(content, end + 1)
    moved = table.pack(*(place + len(attributes) for place in places))
    rest = content[end + 1 + table.size :]
    return content[:end] + attributes + b"\0" + moved + rest
