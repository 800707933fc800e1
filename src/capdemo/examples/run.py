"""Runs one prepared workflow in this process and says what it wrote and what it cost."""

from __future__ import annotations

import json
import shutil
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from capdemo import models
from capdemo.engine.execute import Work, execute
from capdemo.engine.sharing import NOTHING_SHARED
from capdemo.errors import CapdemoError, InputError, RunError, did_you_mean
from capdemo.node_api import Folders, Precision, RunContext, SavedFile
from capdemo.nodes import NODES
from capdemo.nodes.file_names import input_file
from capdemo.outputs.files import inside
from capdemo.workflow import fill_prefixes, graph_to_api

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from capdemo.engine.sharing import Shared
    from capdemo.examples.prepare import Prepared
    from capdemo.node_api import ModelStore, NodeRegistry


@dataclass(frozen=True, slots=True)
class Machine:
    """Where and how a workflow runs."""

    store: ModelStore
    device: str
    """A torch device, as `models.device.choose_device` gives it."""
    precision: Precision
    nodes: NodeRegistry = field(default_factory=lambda: NODES)


@dataclass(frozen=True, slots=True)
class NodeOutput:
    """A file that a node wrote."""

    node: str
    file: SavedFile


@dataclass(frozen=True, slots=True)
class Stage:
    """What one node took."""

    node: str
    class_type: str
    seconds: float


@dataclass(frozen=True, slots=True)
class RunResult:
    """What a run gave, and at what cost."""

    outputs: tuple[NodeOutput, ...]
    stages: tuple[Stage, ...]
    seconds: float
    """From the first node's start to the last file's end."""
    peak_bytes: int
    """Highest memory meanwhile, as `models.device.peak_memory` counts it."""
    blocked: tuple[str, ...] = ()
    """Where and why nodes were kept from running by one before them."""
    notes: tuple[str, ...] = ()
    """What nodes had to say to the user, each with its node."""


@dataclass(slots=True)
class _Stages:
    """Collects what every node took, and tells a progress display of each node."""

    progress: Callable[[str, int, int], None]
    done: list[Stage] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def started(self, node_id: str, class_type: str) -> None:
        self.progress(f"{node_id} {class_type}", 0, 1)

    def finished(self, node_id: str, class_type: str, seconds: float) -> None:
        self.done.append(Stage(node_id, class_type, seconds))
        self.progress(f"{node_id} {class_type}", 1, 1)

    def blocked(self, node_id: str, class_type: str, message: str) -> None:
        self.messages.append(f"node {node_id} ({class_type}): {message}")


def run_prepared(
    prepared: Prepared,
    machine: Machine,
    folders: Folders,
    progress: Callable[[str, int, int], None] = lambda _node, _done, _total: None,
    shared: Shared = NOTHING_SHARED,
) -> RunResult:
    """Run a workflow; `progress` is told (node, steps done, steps in all) and may raise to stop.

    `shared` holds what other workflows of the same build have computed already. Raises a
    `CapdemoError` naming the node where one fails.
    """
    prepared = _with_file_names(prepared, datetime.now().astimezone())
    outputs: list[NodeOutput] = []
    stages = _Stages(progress)

    def context_for(node_id: str) -> RunContext:
        label = f"{node_id} {prepared.graph.nodes[node_id].class_type}"
        return RunContext(
            device=machine.device,
            precision=machine.precision,
            models=machine.store,
            folders=folders,
            metadata=prepared.metadata,
            progress=lambda done, total: progress(label, done, total),
            save=lambda file: outputs.append(NodeOutput(node_id, file)),
            note=lambda sentence: stages.notes.append(f"node {label}: {sentence}"),
        )

    work = Work(prepared.graph, prepared.outputs, prepared.name, prepared.keys)
    models.device.reset_peak_memory(machine.device)
    began = time.perf_counter()
    with _naming_what_was_written(outputs):
        execute(work, machine.nodes, context_for, stages, shared)
    return RunResult(
        outputs=tuple(outputs),
        stages=tuple(stages.done),
        seconds=time.perf_counter() - began,
        peak_bytes=models.device.peak_memory(machine.device),
        blocked=tuple(stages.messages),
        notes=tuple(_each_once(stages.notes)),
    )


def _each_once(notes: Sequence[str]) -> Iterator[str]:
    """Without those that follow their like: a node may say the same of every picture of a list."""
    for note, same in groupby(notes):
        count = sum(1 for _ in same)
        yield note if count == 1 else f"{note} ({count} times)"


@contextmanager
def _naming_what_was_written(outputs: Sequence[NodeOutput]) -> Iterator[None]:
    """An `InputError` would say that nothing was written; where that is not so, a `RunError`."""
    try:
        yield
    except InputError as error:
        if not outputs:
            raise
        written = f"Before that was written: {', '.join(str(o.file.path) for o in outputs)}."
        hint = f"{error.hint} {written}".strip()
        raise RunError(error.what, where=error.where, hint=hint) from error


def _with_file_names(prepared: Prepared, now: datetime) -> Prepared:
    """Dates and other nodes' values in file names, which are no part of an example's key."""
    if prepared.search_names is None:
        return prepared
    graph = fill_prefixes(prepared.graph, date=now, names=prepared.search_names)
    if graph == prepared.graph:
        return prepared
    metadata = {**prepared.metadata, "prompt": json.dumps(graph_to_api(graph))}
    return replace(prepared, graph=graph, metadata=metadata)


@contextmanager
def temporary_folders(inputs: Path, output: Path | None = None) -> Iterator[Folders]:
    """Folders for a run; the temporary one, and the output if none is given, vanish after it."""
    with tempfile.TemporaryDirectory(prefix="capdemo-") as folder:
        yield Folders(inputs, output or Path(folder) / "output", Path(folder) / "temp")


@contextmanager
def replaced_inputs(
    prepared_names: Sequence[str],
    inputs: Path,
    replacements: Mapping[str, Path],
) -> Iterator[Path]:
    """An input folder in which some of the pictures that a workflow names are other files.

    Raises `InputError` where a replaced name is none of the workflow's, or a file is not there.
    Errors from inside name the files that were copied, not their copies.
    """
    for name, path in replacements.items():
        _refuse(name, path, prepared_names)
    if not replacements:
        yield inputs
        return
    with tempfile.TemporaryDirectory(prefix="capdemo-inputs-") as folder:
        given = {}
        for name in prepared_names:
            source = replacements.get(name) or _own(name, inputs)
            bare = name if name in replacements else str(source.relative_to(inputs.resolve()))
            here = inside(Path(folder), bare)
            _copy(source, here)
            given[here] = source
        try:
            yield Path(folder)
        except CapdemoError as error:
            _name_as_given(error, given)
            raise


def _refuse(name: str, path: Path, known: Sequence[str]) -> None:
    if name not in known:
        raise InputError(
            f"--input {name}: the workflow reads no picture of this name; "
            f"it reads: {', '.join(known) or 'none'}.",
            hint=did_you_mean(name, known),
        )
    if name.endswith(("[output]", "[temp]")):
        raise InputError(
            f"--input {name}: this name means a file that an earlier run wrote, which stays.",
            hint="Name another with --set NODE.image=NAME, and its file with --input NAME=FILE.",
        )
    if not path.is_file():
        raise InputError(f"--input {name}: there is no file {path}.")


def _own(name: str, inputs: Path) -> Path:
    try:
        return input_file(name, Folders(inputs, inputs, inputs))
    except CapdemoError as error:
        raise InputError(error.what, where=error.where, hint=error.hint) from error


def _copy(source: Path, here: Path) -> None:
    try:
        here.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, here)
    except OSError as error:
        why = error.strerror or str(error)
        raise InputError(f"The file could not be copied: {why}.", where=str(source)) from error


def _name_as_given(error: CapdemoError, given: Mapping[Path, Path]) -> None:
    for here, path in given.items():
        error.what, error.where, error.hint = (
            text.replace(str(here), str(path)) for text in (error.what, error.where, error.hint)
        )
