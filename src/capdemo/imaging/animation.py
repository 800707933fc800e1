"""Animated pictures: WebP, PNG and GIF with the workflow inside; no sound."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import PIL.Image
from PIL.PngImagePlugin import PngInfo

from capdemo.errors import InputError
from capdemo.imaging.encode import to_uint8
from capdemo.imaging.metadata import ascii_json, exif_texts

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import torch

_CLEAR_AFTER = 2
"""GIF's disposal that clears a frame before the next one, so that transparency stays."""

_AVIF_COARSEST = 63
"""The highest quantizer, at which Pillow's quality is 0."""

_BOX_HEADER = 8
_BOXES_OF_BOXES = {b"moov", b"trak", b"mdia"}
_BOXES_WITH_TIMES = {b"mvhd", b"tkhd", b"mdhd"}
"""When it was made and changed stands first in these (ISO/IEC 14496-12, 8.2.2, 8.3.2, 8.4.2)."""


def webp(
    pictures: Iterable[torch.Tensor],
    metadata: Mapping[str, str],
    *,
    milliseconds: int,
    loops: int = 0,
    **options: Any,
) -> bytes:
    """An animated WebP (pictures HWC, 0..1) with the texts in EXIF, as SaveAnimatedWEBP writes it.

    `options` are Pillow's: `lossless`, `quality`, `method`. 0 loops go on for ever.
    """
    exif = PIL.Image.Exif()
    exif.update(exif_texts(metadata))
    return _saved(pictures, "WEBP", duration=milliseconds, loop=loops, exif=exif, **options)


def animated_png(
    pictures: Iterable[torch.Tensor],
    metadata: Mapping[str, str],
    *,
    milliseconds: int,
    compression: int,
) -> bytes:
    """An animated PNG, the texts in ComfyUI's own `comf` chunks, as SaveAnimatedPNG writes it."""
    chunks = PngInfo()
    for key in sorted(metadata, key=lambda key: key != "prompt"):
        content = f"{key}\0{ascii_json(metadata[key])}".encode("latin-1")
        chunks.add(b"comf", content, after_idat=True)
    return _saved(
        pictures, "PNG", duration=milliseconds, pnginfo=chunks, compress_level=compression
    )


def avif(
    pictures: Iterable[torch.Tensor],
    metadata: Mapping[str, str],
    *,
    crf: int,
    milliseconds: int = 0,
) -> bytes:
    """An AVIF of 8 bits with the texts in EXIF; of several pictures an animation without end.

    `crf` is AV1's quantizer, 1 to 63, as in ComfyUI; the encoder here is aom and there SVT. The
    time of writing is left out, so that the same pictures are the same bytes.
    """
    exif = PIL.Image.Exif()
    exif.update(exif_texts(metadata))
    options = {
        "quality": round(100 - crf * 100 / _AVIF_COARSEST),
        "subsampling": "4:2:0",
        "codec": "aom",
        "max_threads": 1,  # on which the bytes depend
        "exif": exif.tobytes(),
    }
    content = bytearray(_saved(pictures, "AVIF", duration=milliseconds, **options))
    _clear_times(content, 0, len(content))
    return bytes(content)


def _clear_times(content: bytearray, start: int, end: int) -> None:
    while start < end:
        size = int.from_bytes(content[start : start + 4], "big")
        kind = bytes(content[start + 4 : start + _BOX_HEADER])
        if kind in _BOXES_OF_BOXES:
            _clear_times(content, start + _BOX_HEADER, start + size)
        elif kind in _BOXES_WITH_TIMES:
            first = start + _BOX_HEADER + 4  # after version and flags
            both = 16 if content[start + _BOX_HEADER] else 8
            content[first : first + both] = bytes(both)
        start += max(size, _BOX_HEADER)


def gif(
    pictures: Iterable[torch.Tensor],
    metadata: Mapping[str, str],
    *,
    milliseconds: int,
    loops: int = 0,
) -> bytes:
    """An animated GIF with the texts as a JSON object in its comment, which ComfyUI does not read.

    Every frame has 256 colours of its own, chosen by Pillow. 0 loops go on for ever.
    """
    texts = ", ".join(f"{json.dumps(key)}: {ascii_json(text)}" for key, text in metadata.items())
    comment = {"comment": f"{{{texts}}}".encode()} if texts else {}
    return _saved(
        pictures, "GIF", duration=milliseconds, loop=loops, disposal=_CLEAR_AFTER, **comment
    )


def _saved(pictures: Iterable[torch.Tensor], image_format: str, **options: Any) -> bytes:
    # A list, since Pillow goes through them twice for PNG.
    frames = [PIL.Image.fromarray(to_uint8(picture)) for picture in pictures]
    if not frames:
        raise InputError("There is no frame to write.", hint="Give at least one picture.")
    file = io.BytesIO()
    frames[0].save(file, image_format, save_all=True, append_images=frames[1:], **options)
    return file.getvalue()
