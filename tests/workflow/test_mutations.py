"""Damaged files of every kind: an error that a user can read, or a graph, and never a hang."""

from __future__ import annotations

import io
import json
import random
import time
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from tests.workflow import containers
from tests.workflow.builders import ESRGAN, ESRGAN_API, SCHEMAS

from capdemo.errors import InputError
from capdemo.workflow import (
    JsonValue,
    graph_from_api,
    graph_to_api,
    load_graph,
    read_workflow,
    unnamed_values,
)
from capdemo.workflow.embedded import embedded_texts

if TYPE_CHECKING:
    from pathlib import Path

TEXTS = {"workflow": ESRGAN, "prompt": json.dumps(ESRGAN_API)}
SEEDS = {
    "ui": ESRGAN.encode(),
    "api": TEXTS["prompt"].encode(),
    "png": containers.png(TEXTS),
    "packed png": containers.png(TEXTS, kind="iTXt packed"),
    "webp": containers.with_exif("WEBP", TEXTS),
    "avif": containers.with_exif("AVIF", TEXTS),
    "svg": containers.svg(TEXTS),
    "mp4": containers.mp4(TEXTS),
}
STRANGE: list[JsonValue] = [
    None, True, -1, 0, 2, 4, 10**30, 1.5, 1e300, "", "x", "Reroute", "PrimitiveNode", "KSampler",
    "GetNode", [], {}, [[]], [1, 2], ["3", 0], {"name": "images"}, {"0": 1}, [None], "\ud800",
]  # fmt: skip


def outcome(path: Path) -> str:
    """Read, flatten and convert as far as the file allows; the output is JSON that reads back."""
    try:
        file = read_workflow(path)
    except InputError as error:
        return refusal(error, path)
    graph, problems = load_graph(file, SCHEMAS)
    if file.ui is not None:
        problems += unnamed_values(file.ui, SCHEMAS, file="w.json")
    assert all(problem.message.endswith(".") for problem in problems)
    text = json.dumps(graph_to_api(graph), allow_nan=False)
    assert graph_from_api(json.loads(text), file="p.json") == graph
    return "read"


def refusal(error: InputError, path: Path) -> str:
    assert error.where.startswith(str(path))
    assert error.what.endswith(".")
    assert "\n" not in str(error)
    return "refused"


@pytest.mark.parametrize("name", SEEDS)
def test_random_bytes_in_any_file(tmp_path: Path, name: str) -> None:
    chaos = random.Random(name)  # noqa: S311 (repeatable, not secret)
    path = tmp_path / "w.json"
    outcomes = set()
    started = time.process_time()
    for _ in range(400):
        content = bytearray(SEEDS[name])
        for _ in range(chaos.choice([1, 1, 2, 8])):
            place = chaos.randrange(len(content))
            if chaos.random() < 0.5:
                content[place] = chaos.choice([0, 1, 0x22, 0x5B, 0x7F, 0xFF, chaos.randrange(256)])
            else:
                del content[place : place + chaos.choice([1, 4, 60])]
        path.write_bytes(content)
        outcomes.add(outcome(path))
    assert outcomes == {"read", "refused"}
    assert time.process_time() - started < 60


def test_lengths_that_lie() -> None:
    """The binary formats' lengths and offsets, each set to extremes."""
    for name in ("png", "webp", "avif", "mp4"):
        content = SEEDS[name]
        for place in range(min(len(content) - 8, 1200)):
            for value in (b"\0\0\0\0", b"\xff\xff\xff\xff", b"\0\0\0\1\xff\xff\xff\xff"):
                lying = content[:place] + value + content[place + len(value) :]
                with suppress(InputError):
                    embedded_texts(io.BytesIO(lying), where="a")


def places(value: JsonValue) -> list[tuple[JsonValue, str | int]]:
    """Every member of every container, as the container and its key."""
    found: list[tuple[JsonValue, str | int]] = []
    stack = [value]
    while stack:
        container = stack.pop()
        members: list[tuple[str | int, JsonValue]] = []
        if isinstance(container, dict):
            members = [*container.items()]
        elif isinstance(container, list):
            members = [*enumerate(container)]
        found += [(container, key) for key, _ in members]
        stack += [member for _, member in members]
    return found


@pytest.mark.parametrize("name", ["ui", "api"])
def test_random_structures_in_json(tmp_path: Path, name: str) -> None:
    chaos = random.Random(name)  # noqa: S311 (repeatable, not secret)
    path = tmp_path / "w.json"
    outcomes = set()
    for _ in range(1500):
        value = json.loads(SEEDS[name])
        for _ in range(chaos.choice([1, 1, 2, 4])):
            choice = places(value)
            if not choice:
                break
            container, key = chaos.choice(choice)
            strange = json.loads(json.dumps(chaos.choice(STRANGE)))
            if isinstance(container, dict) and chaos.random() < 0.3:
                del container[str(key)]
            elif isinstance(container, dict):
                container[str(key)] = strange
            elif isinstance(container, list):
                container[int(key)] = strange
        path.write_text(json.dumps(value))
        outcomes.add(outcome(path))
    assert outcomes == {"read", "refused"}


def test_a_file_of_nothing_but_unknown_nodes_does_not_hang(tmp_path: Path) -> None:
    nodes = [{"id": i, "type": f"{i} LoadImageX", "widgets_values": [1]} for i in range(50_000)]
    path = tmp_path / "w.json"
    path.write_text(json.dumps({"nodes": nodes, "links": []}))
    started = time.process_time()
    assert outcome(path) == "read"
    assert time.process_time() - started < 10
