"""Workflows inside pictures and videos, as Pillow, FFmpeg and the editor write them."""

from __future__ import annotations

import io
import json
import tracemalloc
import zlib
from typing import TYPE_CHECKING

import pytest
from tests.workflow import containers
from tests.workflow.builders import ESRGAN_API, esrgan

from capdemo.errors import InputError
from capdemo.workflow.embedded import container_name, embedded_texts
from capdemo.workflow.json_text import TEXT_LIMIT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

TEXTS = {
    "workflow": json.dumps(esrgan() | {"extra": {"note": "]]> Größe 😀 </metadata>"}}),
    "prompt": json.dumps(ESRGAN_API),
}


def found(content: bytes) -> dict[str, str]:
    return embedded_texts(io.BytesIO(content), where="a.png")


KEY_LIST = {"movflags": "use_metadata_tags"}

WRITERS: dict[str, Callable[[Mapping[str, str]], bytes]] = {
    "PNG tEXt": lambda texts: containers.png({"parameters": "no JSON", **texts}),
    "PNG zTXt": lambda texts: containers.png(texts, kind="zTXt"),
    "PNG iTXt": lambda texts: containers.png(texts, kind="iTXt"),
    "PNG iTXt packed": lambda texts: containers.png(texts, kind="iTXt packed"),
    "WebP": lambda texts: containers.with_exif("WEBP", texts),
    "AVIF": lambda texts: containers.with_exif("AVIF", texts),
    "SVG": containers.svg,
    "MP4": containers.mp4,
    "MP4 of QuickTime": lambda texts: containers.mp4(texts, is_quicktime=True),
    "MP4 by FFmpeg": lambda texts: containers.video("mp4", texts, options=KEY_LIST),
    "MP4 with a comment": lambda texts: containers.video(
        "mp4", containers.comment(texts), options={}
    ),
    "MP4 with a comment among keys": lambda texts: containers.video(
        "mp4", containers.comment(texts, is_old=True), options=KEY_LIST
    ),
    "WebM": lambda texts: containers.video("webm", texts, options={}),
    "WebM of Matroska": lambda texts: containers.video("matroska", texts, options={}),
    "WebM as a stream": lambda texts: containers.video("webm", texts, options={"live": "1"}),
    "WebM with a comment": lambda texts: containers.video(
        "webm", containers.comment(texts), options={}
    ),
    "FLAC": containers.flac,
    "GIF": containers.gif,
    "OpenEXR": containers.exr,
}


@pytest.mark.parametrize("name", WRITERS)
def test_both_texts_come_back_unchanged(name: str) -> None:
    content = WRITERS[name](TEXTS)
    assert found(content) == TEXTS
    assert container_name(io.BytesIO(content)) == name.partition(" ")[0]


@pytest.mark.parametrize("name", WRITERS)
def test_one_text_alone_comes_back(name: str) -> None:
    assert found(WRITERS[name]({"prompt": TEXTS["prompt"]})) == {"prompt": TEXTS["prompt"]}


@pytest.mark.parametrize("name", WRITERS)
def test_a_picture_without_a_workflow_has_no_texts(name: str) -> None:
    assert found(WRITERS[name]({})) == {}


@pytest.mark.parametrize("name", WRITERS)
def test_a_file_that_ends_anywhere_gives_whole_texts_or_an_error(name: str) -> None:
    content = WRITERS[name](TEXTS)
    cut_errors = 0
    for end in range(12, len(content), 7):
        try:
            texts = found(content[:end])
        except InputError:
            cut_errors += 1
            continue
        for key, text in texts.items():
            assert json.loads(text) == json.loads(TEXTS[key])
    is_compact = name in ("PNG zTXt", "PNG iTXt packed")
    assert cut_errors > (1 if is_compact else 10) or name.startswith("MP4")


def test_a_big_endian_exif_block_is_read() -> None:
    text = b"workflow:{}\0"
    entry = b"\x01\x0f\0\x02" + len(text).to_bytes(4) + (26).to_bytes(4)
    tiff = b"MM\0\x2a\0\0\0\x08\0\x01" + entry + b"\0\0\0\0" + text
    chunk = b"EXIF" + len(tiff).to_bytes(4, "little") + tiff
    content = b"RIFF\0\0\0\0WEBPVP8 \x03\0\0\0abc\0" + chunk
    assert found(content) == {"workflow": "{}"}


def test_animated_pngs_have_chunks_of_comfyuis_own() -> None:
    content = containers.png_of(
        containers.chunk(b"IDAT", b"x"), containers.chunk(b"comf", b'prompt\0{"1": 2}')
    )
    assert found(content) == {"prompt": '{"1": 2}'}


def test_the_first_chunk_of_a_name_counts() -> None:
    content = containers.png_of(
        containers.chunk(b"tEXt", b"prompt\0first"), containers.chunk(b"tEXt", b"prompt\0second")
    )
    assert found(content) == {"prompt": "first"}


@pytest.mark.parametrize(("written", "read"), [("é".encode("latin-1"), "é"), ("é".encode(), "é")])
def test_texts_beyond_ascii_are_utf8_or_latin1(written: bytes, read: str) -> None:
    content = containers.png_of(containers.chunk(b"tEXt", b"prompt\0" + written))
    assert found(content) == {"prompt": read}


def test_a_packed_text_is_unpacked_only_so_far() -> None:
    bomb = zlib.compress(b" " * (5 * TEXT_LIMIT))
    assert len(bomb) < 100_000
    content = containers.png_of(containers.chunk(b"zTXt", b"workflow\0\0" + bomb))
    tracemalloc.start()
    with pytest.raises(InputError, match="longer than 16 MiB"):
        found(content)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 3 * TEXT_LIMIT


def test_a_promised_length_is_not_believed() -> None:
    content = b"\x89PNG\r\n\x1a\n\xff\xff\xff\xfftEXtworkflow\0{}"
    with pytest.raises(InputError, match="longer than 16 MiB"):
        found(content)
    content = b"\x89PNG\r\n\x1a\n\0\0\xff\xfftEXtworkflow\0{}"
    with pytest.raises(InputError, match="ends in the middle"):
        found(content)


@pytest.mark.parametrize("packed", [b"no zlib", zlib.compress(b"{}" * 99)[:-6]])
def test_a_damaged_packed_text_is_an_error(packed: bytes) -> None:
    content = containers.png_of(containers.chunk(b"zTXt", b"workflow\0\0" + packed))
    with pytest.raises(InputError, match="damaged"):
        found(content)


def test_an_unclosed_metadata_element_is_an_error() -> None:
    with pytest.raises(InputError, match="ends in the middle"):
        found(b"<svg><metadata><![CDATA[{")


def test_metadata_of_other_tools_is_no_workflow() -> None:
    assert found(b"<svg><metadata><rdf:RDF/></metadata></svg>") == {}
    assert found(b"<svg><metadata") == {}


def test_an_exif_item_may_lie_inside_the_meta_box() -> None:
    """Construction method 1 of `iloc`: an offset into `idat`, here of 8 bytes, index of 4."""
    tiff = b"MM\0\x2a\0\0\0\x08\0\x01\x01\x0f\0\x02\0\0\0\x0c\0\0\0\x1a\0\0\0\0workflow:{}\0"
    payload = b"\0\0\0\x06Exif\0\0" + tiff
    entry = containers.box(b"infe", b"\x02\0\0\0", b"\0\x07\0\0Exif\0")
    place = b"\0\x07\0\1\0\0" + b"\0\1" + b"\0\0\0\0" + (2).to_bytes(8) + len(payload).to_bytes(4)
    meta = containers.box(
        b"meta",
        b"\0\0\0\0",
        containers.box(b"iinf", b"\0\0\0\0\0\x01", entry),
        containers.box(b"iloc", b"\x01\0\0\0\x84\x04\0\x01", place),
        containers.box(b"idat", b"--", payload),
    )
    assert found(containers.box(b"ftyp", b"avif") + meta) == {"workflow": "{}"}


@pytest.mark.parametrize("comment", ["Made by hand", "{not JSON", '{"a": 1}', "[1]", '{"prompt":'])
@pytest.mark.parametrize("container", ["mp4", "webm"])
def test_comments_of_other_tools_are_no_workflow(container: str, comment: str) -> None:
    assert found(containers.video(container, {"comment": comment}, options={})) == {}


@pytest.mark.parametrize("container", ["mp4", "matroska"])
def test_tags_go_before_a_comment(container: str) -> None:
    commented = containers.comment({"prompt": '{"2": 2}', "workflow": "{}"})
    for tags in ({"prompt": '{"1": 1}', **commented}, {**commented, "prompt": '{"1": 1}'}):
        texts = found(containers.video(container, tags, options=KEY_LIST))
        assert texts == {"prompt": '{"1": 1}', "workflow": "{}"}


def test_a_tag_of_a_terabyte_is_refused_by_its_length() -> None:
    unknown = b"\x01" + b"\xff" * 7  # a size that streams leave open
    name = b"\x45\xa3\x86PROMPT"
    text = b"\x44\x87\x01" + (2**40).to_bytes(7) + b"{}"
    tag = b"\x67\xc8" + unknown + name + text
    content = b"\x1a\x45\xdf\xa3\x80\x18\x53\x80\x67" + unknown + tag
    with pytest.raises(InputError, match="longer than 16 MiB"):
        found(content)
    assert found(content[: content.index(text)]) == {}


def test_tags_behind_an_endless_cluster_are_found() -> None:
    unknown = b"\x01" + b"\xff" * 7
    cluster = b"\x1f\x43\xb6\x75" + unknown + b"\xe7\x81\x00" + b"\xa3\x85\x81\0\0\x80x"
    simple = b"\x45\xa3\x86PROMPT" + b"\x44\x87\x82{}"
    tag = b"\x73\x73" + unknown + b"\x67\xc8" + bytes([0x80 + len(simple)]) + simple
    segment = b"\x18\x53\x80\x67" + unknown + cluster + b"\x12\x54\xc3\x67" + unknown + tag
    assert found(b"\x1a\x45\xdf\xa3\x80" + segment) == {"prompt": "{}"}


def test_names_in_flac_count_in_any_case() -> None:
    assert found(containers.flac({"PROMPT": "{}", "Workflow": "[]"})) == {
        "prompt": "{}",
        "workflow": "[]",
    }


def test_a_gif_without_end_is_read_only_so_far() -> None:
    start = b"GIF89a" + bytes(7) + b"\x21\xfe"
    with pytest.raises(InputError, match="ends in the middle"):
        found(start + b"\xff{}")
    with pytest.raises(InputError, match="longer than 16 MiB"):
        found(start + (b"\xff" + b" " * 255) * (TEXT_LIMIT // 255 + 9))


def test_an_item_beyond_the_file_is_an_error() -> None:
    entry = containers.box(b"infe", b"\x02\0\0\0", b"\0\x07\0\0Exif\0")
    place = b"\0\x07\0\0\0\1" + b"\xff" * 16
    meta = containers.box(
        b"meta",
        b"\0\0\0\0",
        containers.box(b"iinf", b"\0\0\0\0\0\x01", entry),
        containers.box(b"iloc", b"\0\0\0\0\x88\0\0\x01", place),
    )
    with pytest.raises(InputError, match="ends in the middle"):
        found(containers.box(b"ftyp", b"avif") + meta)
