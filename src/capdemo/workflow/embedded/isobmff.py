"""Boxes of MP4 and AVIF files: metadata keys of the movie, the EXIF item of the picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from capdemo.workflow.embedded import exif
from capdemo.workflow.embedded.bounds import KEYS, STEP_LIMIT, cut_short, decode, read_text_bytes
from capdemo.workflow.embedded.members import COMMENT, member_texts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

PICTURE_BRANDS = (b"avif", b"avis", b"mif1", b"msf1")

_ITUNES_COMMENT = b"\xa9cmt"
_FULL_BOX_LENGTH = 4  # version and flags
_TABLE_LIMIT = 1 << 20  # bytes of a table of items or keys; real ones have a few hundred


@dataclass(frozen=True, slots=True)
class _Box:
    kind: bytes
    start: int
    end: int
    """Where its content starts and ends in the file."""


def key_texts(file: BinaryIO, where: str) -> Iterator[tuple[str, str]]:
    """The `workflow` and `prompt` of a movie's key list, as FFmpeg writes MP4 and MOV.

    Behind them those of a comment, among the keys or as in iTunes, where VideoHelperSuite
    has them.
    """
    movie = _child(file, _whole(file), b"moov")
    user_data = _child(file, movie, b"udta")
    comments: list[str] = []
    for holder in (user_data, movie):
        meta = _child(file, holder, b"meta")
        if meta is None:
            continue
        for key, text in _keyed_values(file, _content_of_meta(file, meta), where):
            if key == COMMENT:
                comments.append(text)
            else:
                yield key, text
    for comment in comments:
        yield from member_texts(comment, where)


def exif_texts(file: BinaryIO, where: str) -> Iterator[tuple[str, str]]:
    """The EXIF item of a still picture."""
    meta = _child(file, _whole(file), b"meta")
    if meta is None:
        return
    meta = _Box(meta.kind, meta.start + _FULL_BOX_LENGTH, meta.end)
    item = _exif_item(file, _child(file, meta, b"iinf"))
    place = _place_of(_table(file, _child(file, meta, b"iloc")), item) if item else None
    if place is None:
        return
    method, offset, length = place
    inner = _child(file, meta, b"idat") if method == 1 else None
    start = offset + (inner.start if inner else 0)
    if start + length > _whole(file).end:
        raise cut_short(where)
    file.seek(start)
    content = read_text_bytes(file, length, where)
    skipped = int.from_bytes(content[:4])  # to the TIFF header, past a prefix
    yield from exif.texts(content[4 + skipped :], where)


def _whole(file: BinaryIO) -> _Box:
    return _Box(b"", 0, file.seek(0, 2))


def _boxes(file: BinaryIO, parent: _Box | None) -> Iterator[_Box]:
    position, end = (parent.start, parent.end) if parent else (0, 0)
    for _ in range(STEP_LIMIT):
        file.seek(position)
        head = file.read(8)
        size, kind, head_length = int.from_bytes(head[:4]), head[4:], 8
        if size == 1:
            size, head_length = int.from_bytes(file.read(8)), 16
        elif size == 0:
            size = end - position
        if size < head_length or position + size > end:
            return
        yield _Box(kind, position + head_length, position + size)
        position += size


def _child(file: BinaryIO, parent: _Box | None, kind: bytes) -> _Box | None:
    return next((box for box in _boxes(file, parent) if box.kind == kind), None)


def _table(file: BinaryIO, box: _Box | None) -> bytes:
    """The whole content of a box that lists things; empty where there is none."""
    if box is None or box.end - box.start > _TABLE_LIMIT:
        return b""
    file.seek(box.start)
    return file.read(box.end - box.start)


def _content_of_meta(file: BinaryIO, meta: _Box) -> _Box:
    """ISO files give the box a version, QuickTime's do not; both start with a handler."""
    file.seek(meta.start)
    is_plain = file.read(8)[4:] == b"hdlr"
    return _Box(meta.kind, meta.start + (0 if is_plain else _FULL_BOX_LENGTH), meta.end)


def _keyed_values(file: BinaryIO, meta: _Box, where: str) -> Iterator[tuple[str, str]]:
    names = _key_names(_table(file, _child(file, meta, b"keys")))
    for item in _boxes(file, _child(file, meta, b"ilst")):
        key = COMMENT if item.kind == _ITUNES_COMMENT else names.get(int.from_bytes(item.kind))
        data = _child(file, item, b"data") if key else None
        if key is None or data is None:
            continue
        start = data.start + 8  # the value's type and its locale
        file.seek(start)
        yield key, decode(read_text_bytes(file, max(0, data.end - start), where))


def _key_names(table: bytes) -> dict[int, str]:
    """The numbers, from 1, of the keys that are wanted."""
    names: dict[int, str] = {}
    position, number = 8, 0  # past the version and the count
    while position + 8 <= len(table):
        size, number = int.from_bytes(table[position : position + 4]), number + 1
        name = table[position + 8 : position + size].decode("latin-1")
        if name in (*KEYS, COMMENT) and name not in names.values():
            names[number] = name
        position += max(size, 8)
    return names


def _exif_item(file: BinaryIO, box: _Box | None) -> int | None:
    """The number of the item that holds EXIF."""
    if box is None:
        return None
    file.seek(box.start)
    count_length = 2 if file.read(1) == b"\0" else 4
    entries = _Box(box.kind, box.start + _FULL_BOX_LENGTH + count_length, box.end)
    for entry in _boxes(file, entries):
        if entry.kind != b"infe":
            continue
        file.seek(entry.start)
        content = file.read(16)
        id_length = 4 if content[:1] == b"\x03" else 2
        kind = content[4 + id_length + 2 :][:4]  # past the number and the protection
        if kind == b"Exif":
            return int.from_bytes(content[4 : 4 + id_length])
    return None


class _Fields:
    """Whole numbers read one after the other; past the end they are 0."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._position = 0

    @property
    def is_at_end(self) -> bool:
        return self._position >= len(self._content)

    def take(self, length: int) -> int:
        start, self._position = self._position, self._position + length
        return int.from_bytes(self._content[start : self._position])


def _place_of(table: bytes, item: int) -> tuple[int, int, int] | None:
    """Construction method, offset and length of an item's first extent, by its `iloc` box."""
    fields = _Fields(table)
    version = fields.take(1)
    fields.take(3)
    sizes = fields.take(2)
    offset_size, length_size, base_size, index_size = (
        sizes >> shift & 15 for shift in (12, 8, 4, 0)
    )
    long = 4 if version > 1 else 2
    for _ in range(fields.take(long)):
        number = fields.take(long)
        method = fields.take(2) & 15 if version else 0
        fields.take(2)  # the data reference
        base = fields.take(base_size)
        extents = fields.take(2)
        fields.take(index_size if version else 0)
        offset, length = base + fields.take(offset_size), fields.take(length_size)
        if number == item:
            return method, offset, length
        rest = offset_size + length_size + (index_size if version else 0)
        fields.take((extents - 1) * rest)
        if fields.is_at_end:
            return None
    return None
