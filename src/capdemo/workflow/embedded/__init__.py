"""Workflows inside pictures, videos and sound, found by structure alone; decodes nothing.

Every reader here seeks over what it does not want and reads bounded pieces, so that a hostile
file costs neither memory nor time.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, TypeAlias

from capdemo.workflow.embedded import exr, flac, gif, isobmff, matroska, png, svg, webp

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import BinaryIO

Reader: TypeAlias = "Callable[[BinaryIO, str], Iterator[tuple[str, str]]]"
"""Takes a file and what errors call it, and gives keys and texts."""

_HEAD_LENGTH = 64


def container_name(file: BinaryIO) -> str | None:
    """The format of a picture, video or sound by its first bytes; None for anything else."""
    found = _container(file)
    return found[0] if found else None


def embedded_texts(file: BinaryIO, *, where: str) -> dict[str, str]:
    """The JSON texts that a picture or video carries, by `workflow` and `prompt`.

    The first of a name counts. Raises `InputError` where a text is cut short or too long.
    """
    found = _container(file)
    texts: dict[str, str] = {}
    for key, text in found[1](file, where) if found else ():
        texts.setdefault(key, text)
    return texts


def _container(file: BinaryIO) -> tuple[str, Reader] | None:
    file.seek(0)
    head = file.read(_HEAD_LENGTH)
    file.seek(0)
    for start, name, reader in _BY_START:
        if head.startswith(start):
            return name, reader
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "WebP", webp.texts
    if head[4:8] == b"ftyp":
        is_picture = head[8:12] in isobmff.PICTURE_BRANDS
        return ("AVIF", _avif_texts) if is_picture else ("MP4", isobmff.key_texts)
    if head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"<":
        return "SVG", svg.texts
    return None


def _avif_texts(file: BinaryIO, where: str) -> Iterator[tuple[str, str]]:
    return chain(isobmff.exif_texts(file, where), isobmff.key_texts(file, where))


_BY_START: tuple[tuple[bytes | tuple[bytes, ...], str, Reader], ...] = (
    (png.SIGNATURE, "PNG", png.texts),
    (matroska.SIGNATURE, "WebM", matroska.texts),
    (gif.SIGNATURES, "GIF", gif.texts),
    (exr.SIGNATURE, "OpenEXR", exr.texts),
    (flac.SIGNATURE, "FLAC", flac.texts),
)
