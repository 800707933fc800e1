"""Pictures, videos and sounds that carry texts, built by Pillow, by PyAV or byte by byte."""

from __future__ import annotations

import io
import json
import zlib
from typing import TYPE_CHECKING, cast

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.video.frame import VideoFrame
from PIL import Image, PngImagePlugin

if TYPE_CHECKING:
    from collections.abc import Mapping

    from av.video.stream import VideoStream


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


def video(container: str, tags: Mapping[str, str], *, options: Mapping[str, str]) -> bytes:
    """One frame of a video with tags, as FFmpeg writes them."""
    encoder = "libvpx-vp9" if container == "webm" else "mpeg4"
    file = io.BytesIO()
    with av.open(file, "w", format=container, options=dict(options)) as output:
        output.metadata.update(tags)
        stream = cast("VideoStream", output.add_stream(encoder, rate=8))
        stream.width, stream.height, stream.pix_fmt = 16, 16, "yuv420p"
        output.mux(stream.encode(VideoFrame(16, 16, "yuv420p")))
        output.mux(stream.encode(None))
    return file.getvalue()


def comment(texts: Mapping[str, str], *, is_old: bool = False) -> dict[str, str]:
    """The tag of VideoHelperSuite: all as one JSON object; older files hold the prompt as text."""
    members = {key: json.loads(text) for key, text in texts.items()}
    if is_old and "prompt" in texts:
        members["prompt"] = texts["prompt"]
    return {"comment": json.dumps(members)} if members else {}


def flac(texts: Mapping[str, str]) -> bytes:
    """A little silence, as SaveAudio writes it."""
    file = io.BytesIO()
    with av.open(file, "w", format="flac") as output:
        output.metadata.update(texts)
        stream = output.add_stream("flac", rate=8000, layout="mono")
        silence = AudioFrame.from_ndarray(np.zeros((1, 800), np.int16), "s16", "mono")
        silence.sample_rate = 8000
        output.mux(stream.encode(silence))
        output.mux(stream.encode(None))
    return file.getvalue()


def gif(texts: Mapping[str, str]) -> bytes:
    """A JSON object in the comment, as capdemo writes it."""
    members = ", ".join(f"{json.dumps(key)}: {text}" for key, text in texts.items())
    return _saved("GIF", comment=f"{{{members}}}".encode() if texts else b"Made by hand")


def exr(texts: Mapping[str, str]) -> bytes:
    """The header of an OpenEXR file, as SaveImageAdvanced fills it."""

    def attribute(name: str, kind: str, value: bytes) -> bytes:
        return f"{name}\0{kind}\0".encode() + len(value).to_bytes(4, "little") + value

    head = attribute("compression", "compression", b"\0") + attribute("owner", "string", b"me")
    strings = (attribute(key, "string", text.encode()) for key, text in texts.items())
    return b"\x76\x2f\x31\x01\2\0\0\0" + head + b"".join(strings) + b"\0" + bytes(64)


def _saved(picture_format: str, **options: object) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (8, 8), "teal").save(file, picture_format, **options)
    return file.getvalue()
