"""Workflow files damaged in every way that is known, each by its number; run to try thousands.

`python -m tests.workflow.malformed 0 10000` reads, flattens and converts the files of these numbers
and says how it went.
"""

from __future__ import annotations

import copy
import importlib.util
import json
import resource
import sys
import time
from collections import Counter
from datetime import datetime
from functools import cache
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, cast

from tests.workflow.builders import ESRGAN, ESRGAN_API

from capdemo.errors import CapdemoError, Problem
from capdemo.nodes import NODES
from capdemo.workflow import (
    graph_from_api,
    graph_to_api,
    load_graph,
    read_workflow,
    unnamed_values,
)
from capdemo.workflow.file_prefixes import fill_prefixes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from capdemo.workflow import JsonValue

SLOWEST = 10.0
"""Seconds of computing that one file may take."""

_SIZE_LIMIT = 400_000
"""Bytes of the templates that are damaged; bigger ones are alike and take long to copy."""

_DATE = datetime(2026, 1, 1)  # noqa: DTZ001 (the user's own clock, as in a browser)

STRANGE: tuple[JsonValue, ...] = (
    None, True, False, -1, 0, 2, 4, -10, -20, 10**30, 10**4000, 1.5, 1e300, float("nan"),
    float("inf"), "", "x", "-1", "-10", "1:2:3", "Reroute", "PrimitiveNode", "KSampler", "GetNode",
    "SetNode", "workflow>a", "SaveVideo", "\ud800", "\0", "%date:yyyy%", "{a|b", [], {}, [[]],
    [None], [1, 2], ["3", 0], [1, 2, 3, 4, 5, 6], {"name": "images"}, {"0": 1}, {"__value__": []},
    {"id": 1, "type": "SaveImage"}, "a" * 100_000, "{" * 10_000, [0] * 3_000, ["", ""] * 500,
)  # fmt: skip


def malformed(number: int) -> bytes:
    """The damaged file of that number; the same each time."""
    chaos = Random(number)  # noqa: S311 (repeatable, not secret)
    original = chaos.choice(originals())
    if chaos.random() < 0.3:
        content = bytearray(json.dumps(original).encode())
        for _ in range(chaos.choice([1, 1, 2, 8])):
            _damage_bytes(content, chaos)
        return bytes(content)
    value = copy.deepcopy(original)
    for _ in range(chaos.choice([1, 1, 2, 4, 20])):
        _damage_structure(value, chaos)
    text = json.dumps(value)
    if chaos.random() < 0.02:
        nested = "[" * chaos.choice([90, 200, 100_000])
        text = text.replace("null", nested + "]" * len(nested), 1)
    return text.encode()


def outcome(path: Path) -> str:
    """Go all the way with a file, as far as it allows; the output is JSON that reads back."""
    try:
        file = read_workflow(path)
        graph, problems = load_graph(file, NODES.schemas)
        if file.ui is not None:
            problems += unnamed_values(file.ui, NODES.schemas, file=str(path))
    except CapdemoError as error:
        check_refusal(error, path)
        return "refused"
    fill_prefixes(graph, date=_DATE)
    for problem in problems:
        check_problem(problem, path)
    text = json.dumps(graph_to_api(graph), allow_nan=False)
    assert graph_from_api(json.loads(text), file="p.json") == graph
    return "read with problems" if problems else "read"


def check_refusal(error: CapdemoError, path: Path) -> None:
    """One paragraph that names the file and, inside it, the place."""
    assert error.where.startswith(str(path))
    assert error.what.endswith(".")
    assert "\n" not in str(error)
    assert len(str(error)) < 2000


def check_problem(problem: Problem, path: Path) -> None:
    """One paragraph that names the file."""
    assert problem.file == str(path)
    assert problem.message.endswith(".")
    assert len(str(problem)) < 2000


@cache
def originals() -> tuple[JsonValue, ...]:
    """The official templates that are not too long, and two small files many times over."""
    package = importlib.util.find_spec("comfyui_workflow_templates_json")
    assert package is not None
    assert package.origin is not None
    files = sorted((Path(package.origin).parent / "templates").glob("*.json"))
    short = [file for file in files if file.stat().st_size < _SIZE_LIMIT]
    templates = [json.loads(file.read_text("utf-8-sig")) for file in short]
    workflows = [each for each in templates if isinstance(each, dict) and "nodes" in each]
    return (*workflows, *[json.loads(ESRGAN), ESRGAN_API] * (len(workflows) // 4))


def _damage_bytes(content: bytearray, chaos: Random) -> None:
    place = chaos.randrange(len(content) or 1)
    match chaos.randrange(5):
        case 0:
            content[place : place + 1] = bytes([chaos.randrange(256)])
        case 1:
            del content[place : place + chaos.choice([1, 4, 60, 5000])]
        case 2:
            content[place:place] = chaos.choice([b'"', b"[", b"{", b"\\", b",", b"\0", b"\xff"])
        case 3:
            content[place:place] = content[place : place + chaos.choice([10, 200, 5000])]
        case _:
            content[place:place] = b"9" * chaos.choice([1, 20, 400, 5000])


def _damage_structure(value: JsonValue, chaos: Random) -> None:
    """Change a member of a random container; short ways down are as likely as long ones."""
    container = value
    while isinstance(container, (dict, list)) and container:
        place = _Place(container, chaos)
        below = place.value
        if not isinstance(below, (dict, list)) or not below or chaos.random() < 0.2:
            chaos.choice(_DAMAGES)(place, chaos)
            return
        container = below


class _Place:
    """A member of a container, whether that is an object or a list."""

    def __init__(self, container: dict[str, JsonValue] | list[JsonValue], chaos: Random) -> None:
        self.container = container
        self.keys: Sequence[str | int] = (
            [*container] if isinstance(container, dict) else range(len(container))
        )
        self.key = chaos.choice(self.keys)

    @property
    def value(self) -> JsonValue:
        return cast("dict[str | int, JsonValue]", self.container)[self.key]

    @value.setter
    def value(self, value: JsonValue) -> None:
        cast("dict[str | int, JsonValue]", self.container)[self.key] = value


def _replace(place: _Place, chaos: Random) -> None:
    place.value = copy.deepcopy(chaos.choice(STRANGE))


def _delete(place: _Place, _: Random) -> None:
    del cast("dict[str | int, JsonValue]", place.container)[place.key]


def _repeat(place: _Place, chaos: Random) -> None:
    if isinstance(place.container, list):
        place.container.extend([place.value] * chaos.choice([1, 3, 300]))
    else:
        place.container[f"{place.key}2"] = place.value


def _swap(place: _Place, chaos: Random) -> None:
    other, value = copy.copy(place), place.value
    other.key = chaos.choice(place.keys)
    place.value = other.value
    other.value = value


def _wrap(place: _Place, chaos: Random) -> None:
    for _ in range(chaos.choice([1, 2, 50, 95])):
        place.value = [place.value] if chaos.random() < 0.5 else {"0": place.value}


_DAMAGES: list[Callable[[_Place, Random], None]] = [
    *[_replace] * 6,
    _delete,
    _repeat,
    _swap,
    _wrap,
]


def attempt(numbers: Iterable[int], path: Path) -> Counter[str]:
    """Try the files of these numbers, each written to that path; count what became of them."""
    outcomes: Counter[str] = Counter()
    for number in numbers:
        path.write_bytes(malformed(number))
        started = time.process_time()
        try:
            outcomes[outcome(path)] += 1
        except Exception as error:
            error.add_note(f"This is malformed({number}).")
            raise
        assert time.process_time() - started < SLOWEST, number
    return outcomes


def peak_memory() -> int:
    """The highest memory of this process, in bytes; `ru_maxrss` would count its parent's."""
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # macOS counts bytes
    return next(
        int(line.split()[1]) * 1024
        for line in status.read_text(encoding="ascii", errors="replace").splitlines()
        if line.startswith("VmHWM:")
    )


def main(start: int, stop: int) -> None:
    """Try the files of these numbers; write what became of them, the time and the memory used."""
    started = time.process_time()
    with TemporaryDirectory() as folder:
        outcomes = attempt(range(start, stop), Path(folder) / "w.json")
    report = {
        "outcomes": outcomes,
        "seconds": round(time.process_time() - started, 1),
        "peak_mebibytes": peak_memory() // 2**20,
    }
    sys.stdout.write(json.dumps(report) + "\n")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
