"""Pictures and videos that carry texts, built for the tests by Pillow or byte by byte."""

from __future__ import annotations

import io
import json
import zlib
from typing import TYPE_CHECKING

from PIL import Image, PngImagePlugin

if TYPE_CHECKING:
    from collections.abc import Mapping


def png(texts: Mapping[str, str], *, kind: str = "tEXt") -> bytes:
    """A picture with the texts as `tEXt`, `zTXt` or `iTXt` chunks, or as iTXt packed."""
    info = PngImagePlugin.PngInfo()
    for key, text in texts.items():
        if kind.startswith("iTXt"):
            info.add_itxt(key, text, "en", "key", zip=kind == "iTXt packed")
        else:
            info.add_text(key, text, zip=kind == "zTXt")
    return _saved("PNG", pnginfo=info)


def chunk(kind: bytes, content: bytes) -> bytes:
    checksum = zlib.crc32(kind + content).to_bytes(4)
    return len(content).to_bytes(4) + kind + content + checksum


def png_of(*chunks: bytes) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks) + chunk(b"IEND", b"")


def with_exif(picture_format: str, texts: Mapping[str, str]) -> bytes:
    """A WebP or AVIF file as ComfyUI writes it: the prompt in Model, the workflow in Make."""
    exif = Image.Exif()
    tags = {"prompt": 0x0110, "workflow": 0x010F}
    for key, text in texts.items():
        exif[tags[key]] = f"{key}:{text}"
    return _saved(picture_format, exif=exif.tobytes())


def svg(texts: Mapping[str, str]) -> bytes:
    members = ", ".join(f"{json.dumps(key)}: {text}" for key, text in texts.items())
    data = ("{" + members + "}").replace("]]>", "]]]]><![CDATA[>")
    return (
        '<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg">'
        f"<metadata>\n<![CDATA[{data}]]></metadata><rect/></svg>"
    ).encode()


def box(kind: bytes, *contents: bytes) -> bytes:
    content = b"".join(contents)
    return (8 + len(content)).to_bytes(4) + kind + content


def mp4(texts: Mapping[str, str], *, is_quicktime: bool = False) -> bytes:
    """The boxes of FFmpeg's `use_metadata_tags`: MP4 in user data, QuickTime in the movie."""
    named = {"major_brand": "isom", **texts}
    keys = b"".join(box(b"mdta", key.encode()) for key in named)
    values = b"".join(
        box(number.to_bytes(4), box(b"data", b"\0\0\0\1\0\0\0\0", text.encode()))
        for number, text in enumerate(named.values(), start=1)
    )
    content = (
        box(b"hdlr", b"\0" * 8, b"mdta", b"\0" * 13),
        box(b"keys", b"\0" * 4, len(named).to_bytes(4), keys),
        box(b"ilst", values),
    )
    meta = box(b"meta", *content) if is_quicktime else box(b"meta", b"\0" * 4, *content)
    large = b"\0\0\0\1mdat" + (16 + 100).to_bytes(8) + b"x" * 100
    moov = box(b"moov", box(b"mvhd", b"\0" * 100), meta if is_quicktime else box(b"udta", meta))
    brand = b"qt  " if is_quicktime else b"isom"
    return box(b"ftyp", brand, b"\0\0\2\0") + large + moov


def _saved(picture_format: str, **options: object) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (8, 8), "teal").save(file, picture_format, **options)
    return file.getvalue()
