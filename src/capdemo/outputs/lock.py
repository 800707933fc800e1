"""`workflows/examples.lock.json`: what was run, from what, at what cost, and what it gave.

The lock is all that the site knows of the examples. It is committed, sorted and meant to be
reviewed: a change of picture is a change of a few lines in it.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from capdemo.errors import InputError
from capdemo.outputs.files import write_if_changed

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

LOCK_NAME = "examples.lock.json"
LOCK_VERSION = 1

Role: TypeAlias = Literal["input", "output"]


@dataclass(frozen=True, slots=True)
class Variant:
    """A picture as a page shows it: a compressed copy, small enough for its display width.

    Of a film, `mp4` is the film itself, and the others are its first frame.
    """

    file: str
    """Its path under `docs/`, with `/`."""
    format: Literal["avif", "webp", "mp4"]
    width: int
    height: int
    size: int
    """Bytes."""


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture or film of an example."""

    role: Role
    alt: str
    label: str
    """A few words under the picture: `Input`, `Real-ESRGAN x4plus`."""
    width: int
    height: int
    original: str
    """The lossless file's path under `docs/`; that file is rebuilt, not committed."""
    sha256: str
    size: int
    variants: tuple[Variant, ...]


@dataclass(frozen=True, slots=True)
class UsedFile:
    """An input picture or a model that went into a run."""

    name: str
    """As the workflow calls it; with `/`."""
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Key:
    """Everything that decides what an example's outputs are; two equal keys give one picture."""

    graph: str
    """sha256 of the canonical executable graph; positions, titles and colours are not in it."""
    inputs: tuple[UsedFile, ...]
    models: tuple[UsedFile, ...]
    nodes: Mapping[str, int]
    """From `class_type` to revision."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one run took."""

    seconds: float
    """From the first node's start to the last file's end, models loaded within it."""
    peak_bytes: int
    """Highest memory of the process on a CPU, of the device on a GPU."""
    device: str
    """`cpu` or `cuda`."""
    device_name: str
    """As a reader would buy it: `AMD EPYC 9R14, 2 cores`."""
    precision: Literal["exact", "fast"]
    day: str = ""
    """When it ran, as `2026-11-23` in UTC; empty in records from before the day was kept."""


@dataclass(frozen=True, slots=True)
class Quality:
    """How near the output comes to the original that the input was made from.

    It is not in the key: it says something of the pictures, and decides none.
    """

    psnr_db: float
    """Higher is nearer."""
    ssim: float
    """Up to 1; higher is nearer."""
    flip: float
    """From 0; lower is nearer."""
    truth: UsedFile
    """The original, under the folder of inputs."""


@dataclass(frozen=True, slots=True)
class Record:
    """The last run that succeeded."""

    key: Key
    pictures: tuple[Picture, ...]
    cost: Cost
    environment: Mapping[str, str]
    """Versions that a rerun may differ by: Python, torch, spandrel, Pillow, platform."""
    quality: Quality | None = None
    """None where the input has no original."""


@dataclass(frozen=True, slots=True)
class Compared:
    """An example's place among those that do the same to the same pictures."""

    subject: str
    """What the input is called: `A cat`."""
    method: str
    """What was done to it: `Real-ESRGAN x4plus`."""
    row: int
    """Place of the subject, from 0."""
    column: int
    """Place of the method, from 0."""
    workflow: str
    """The method's workflow under `workflows/`, with `/`."""


@dataclass(frozen=True, slots=True)
class Example:
    """One example as the lock knows it."""

    title: str
    caption: str
    record: Record | None = None
    failure: str = ""
    """Why the latest run failed; the record is then of an earlier run. Empty after a success."""
    compared: Compared | None = None
    """None where the example is not on the page of comparisons."""


@dataclass(frozen=True, slots=True)
class Lock:
    """All examples by id."""

    examples: Mapping[str, Example] = field(default_factory=dict)


def read_lock(path: Path) -> Lock:
    """Read a lock; an absent file is an empty lock.

    Raises `InputError` where the file is damaged or of another version.
    """
    if not path.exists():
        return Lock()
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        if data["version"] != LOCK_VERSION:
            raise InputError(
                f"The lock has version {data['version']}, this capdemo reads {LOCK_VERSION}.",
                where=str(path),
                hint="Update capdemo, or delete the file and run: capdemo build",
            )
        return Lock({name: _example(entry) for name, entry in data["examples"].items()})
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(
            "The lock is damaged.",
            where=str(path),
            hint="Restore it from version control, or delete it and run: capdemo build",
        ) from error


def write_lock(path: Path, lock: Lock) -> bool:
    """Write a lock, sorted, if it differs from the file; say whether it did."""
    data = {"version": LOCK_VERSION, **asdict(lock)}
    text = json.dumps(data, indent=2, sort_keys=True, ensure_ascii=False)
    return write_if_changed(path, (text + "\n").encode())


def _example(data: dict[str, Any]) -> Example:
    record, compared = data["record"], data.get("compared")
    return Example(
        **{
            **data,
            "record": None if record is None else _record(record),
            "compared": None if compared is None else Compared(**compared),
        }
    )


def _record(data: dict[str, Any]) -> Record:
    key = data["key"]
    pictures = tuple(
        Picture(**{**entry, "variants": tuple(Variant(**v) for v in entry["variants"])})
        for entry in data["pictures"]
    )
    return Record(
        key=Key(
            graph=key["graph"],
            inputs=tuple(UsedFile(**entry) for entry in key["inputs"]),
            models=tuple(UsedFile(**entry) for entry in key["models"]),
            nodes=key["nodes"],
        ),
        pictures=pictures,
        cost=Cost(**data["cost"]),
        environment=data["environment"],
        quality=_quality(data.get("quality")),
    )


def _quality(data: dict[str, Any] | None) -> Quality | None:
    if data is None:
        return None
    return Quality(**{**data, "truth": UsedFile(**data["truth"])})
