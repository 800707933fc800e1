"""Files of every kind, good and bad: what is read, and what is said where nothing can be."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from tests.workflow import containers
from tests.workflow.builders import ESRGAN, ESRGAN_API, SCHEMAS

from capdemo.errors import InputError
from capdemo.workflow import Graph, graph_from_api, graph_to_api, load_graph, read_workflow
from capdemo.workflow.json_text import TEXT_LIMIT, parse_json

if TYPE_CHECKING:
    from pathlib import Path


def written(folder: Path, content: str | bytes, name: str = "w.json") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def graph_of(path: Path) -> Graph:
    graph, problems = load_graph(read_workflow(path), SCHEMAS)
    assert problems == []
    return graph


def test_the_editors_format(tmp_path: Path) -> None:
    file = read_workflow(written(tmp_path, ESRGAN))
    assert file.ui is not None
    assert file.api is None
    assert file.raw == {"workflow": ESRGAN}
    assert graph_to_api(graph_of(file.path)) == ESRGAN_API


def test_the_api_format(tmp_path: Path) -> None:
    text = json.dumps(ESRGAN_API)
    file = read_workflow(written(tmp_path, text))
    assert file.ui is None
    assert file.api == graph_from_api(ESRGAN_API, file="")
    assert file.raw == {"prompt": text}


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path: Path) -> None:
    file = read_workflow(written(tmp_path, b"\xef\xbb\xbf" + ESRGAN.encode()))
    assert file.raw == {"workflow": ESRGAN}


@pytest.mark.parametrize("name", ["PNG", "WEBP", "AVIF", "SVG", "MP4"])
def test_pictures_and_videos_by_content_whatever_their_name(tmp_path: Path, name: str) -> None:
    texts = {"workflow": ESRGAN, "prompt": json.dumps(ESRGAN_API)}
    content = {
        "PNG": containers.png(texts),
        "WEBP": containers.with_exif("WEBP", texts),
        "AVIF": containers.with_exif("AVIF", texts),
        "SVG": containers.svg(texts),
        "MP4": containers.mp4(texts),
    }[name]
    file = read_workflow(written(tmp_path, content, "picture"))
    assert file.ui is not None
    assert {key: json.loads(text) for key, text in file.raw.items()} == {
        "workflow": json.loads(ESRGAN),
        "prompt": ESRGAN_API,
    }
    assert graph_of(file.path) == graph_from_api(ESRGAN_API, file="")


def test_of_both_formats_the_executed_one_is_taken(tmp_path: Path) -> None:
    prompt = json.dumps({"1": {"class_type": "Other", "inputs": {}}})
    path = written(tmp_path, containers.png({"workflow": ESRGAN, "prompt": prompt}))
    assert list(graph_of(path).nodes) == ["1"]


def test_a_picture_with_the_editors_format_alone(tmp_path: Path) -> None:
    path = written(tmp_path, containers.png({"workflow": ESRGAN}))
    assert graph_to_api(graph_of(path)) == ESRGAN_API


@pytest.mark.parametrize(
    ("content", "what", "where"),
    [
        (
            ESRGAN[:100],
            "This is not JSON: Unterminated string starting at line 3, column 49.",
            "w.json",
        ),
        ("", "This is not JSON: Expecting value at line 1, column 1.", "w.json"),
        ("[" * 100_000, "The JSON nests more than 100 lists and objects", "w.json"),
        ("[" * 101 + "]" * 101, "The JSON nests more than 100 lists and objects", "w.json"),
        ("9" * 5000, "The JSON holds a number of thousands of digits.", "w.json"),
        ("[]", "This JSON is not a ComfyUI workflow.", "w.json"),
        ("{}", "This JSON is not a ComfyUI workflow.", "w.json"),
        ('{"nodes": []}', "This JSON is not a ComfyUI workflow.", "w.json"),
        ('{"nodes": {}, "links": []}', "This JSON is not a ComfyUI workflow.", "w.json"),
        (
            '{"nodes": [5], "links": []}',
            "Here stands a number, expected a node.",
            "w.json: nodes[0]",
        ),
        ('{"1": {"class_type": ""}}', "The node has no class_type.", "w.json: node 1"),
        (b"\xff\xd8\xff\xe0 JPEG", "This is neither JSON in UTF-8 nor a PNG", "w.json"),
        (containers.png({}), "The PNG file carries no workflow.", "w.json"),
        (b"<svg/>", "The SVG file carries no workflow.", "w.json"),
        (containers.png({"prompt": "a cat"}), "This is not JSON", "w.json (prompt)"),
        (containers.png({"workflow": "{}"}), "This JSON is not a ComfyUI", "w.json (workflow)"),
    ],
)
def test_what_cannot_be_read_says_why(
    tmp_path: Path, content: str | bytes, what: str, where: str
) -> None:
    with pytest.raises(InputError) as caught:
        read_workflow(written(tmp_path, content))
    assert caught.value.what.startswith(what)
    assert caught.value.where == f"{tmp_path}/{where}"
    assert "\n" not in str(caught.value)


def test_a_file_that_is_too_big(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="longer than 16 MiB"):
        read_workflow(written(tmp_path, b" " * (TEXT_LIMIT + 1)))


def test_no_file_and_no_regular_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        read_workflow(tmp_path / "absent.json")
    with pytest.raises(InputError, match="not a file"):
        read_workflow(tmp_path)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("[NaN, Infinity, -Infinity, 1e999, 1.5]", [None, None, None, None, 1.5]),
        (r'["\ud83d\ude00", "\ud83d", "\ude00x", "\\ud83d"]', ["😀", "�", "�x", "\\ud83d"]),
    ],
)
def test_what_no_output_could_hold_is_replaced(text: str, value: object) -> None:
    assert parse_json(text, where="w.json") == value


def test_a_depth_of_100_is_read() -> None:
    assert parse_json("[" * 100 + "]" * 100, where="w.json") is not None
