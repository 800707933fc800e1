"""Runs the examples that need it and keeps what they gave, one after the other, in the lock."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal, TypeAlias

from capdemo import models
from capdemo.errors import CapdemoError, RunError
from capdemo.examples.environment import environment
from capdemo.examples.keys import key_of, sharing_keys
from capdemo.examples.pictures import keep_picture
from capdemo.examples.prepare import prepare
from capdemo.examples.run import run_prepared, temporary_folders
from capdemo.examples.sharing import machine_key
from capdemo.node_api.dynamic import flat_inputs
from capdemo.nodes import NODES
from capdemo.nodes.file_names import input_file
from capdemo.outputs.lock import Cost, Example, Lock, Record, read_lock, write_lock
from capdemo.outputs.objects import prune_objects
from capdemo.workflow import input_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from capdemo.engine.sharing import Shared
    from capdemo.examples.prepare import Prepared
    from capdemo.examples.project import Project
    from capdemo.examples.run import Machine, RunResult
    from capdemo.examples.spec import Spec
    from capdemo.examples.status import Status
    from capdemo.models.store import LocalModelStore
    from capdemo.node_api import Folders
    from capdemo.outputs.lock import Picture

Outcome: TypeAlias = Literal["built", "verified", "failed", "not rebuilt here"]


@dataclass(frozen=True, slots=True)
class Built:
    """What became of an example that needed a run."""

    spec: Spec
    outcome: Outcome
    """`verified`: it gave the pictures that the lock has already."""
    message: str = ""
    seconds: float = 0.0


def build_example(
    status: Status,
    project: Project,
    store: LocalModelStore,
    machine: Machine,
    progress: Callable[[str, int, int], None],
    shared: Shared,
) -> Built:
    """Run one example and write the lock; a failure is recorded, the last good pictures stay.

    `shared` is what `sharing.share` made of all examples that run now. Where a model is not on
    this machine nothing is run and nothing is recorded.
    """
    spec = status.spec
    if status.absent_models:
        return Built(spec, "not rebuilt here", " ".join(status.absent_models))
    before = read_lock(project.lock).examples.get(spec.id, Example("", ""))
    try:
        record = _run(spec, project, store, machine, progress, shared)
        seconds = record.cost.seconds
    except CapdemoError as error:
        _keep(project, spec, replace(before, failure=str(error).replace(f"{project.root}/", "")))
        return Built(spec, "failed", str(error))
    outcome: Outcome = "built"
    if before.record is not None and _same_pictures(before.record, record):
        # What was measured first stays, so that a rerun elsewhere changes no line of the lock.
        cost = before.record.cost
        cost = cost if cost.day else replace(cost, day=record.cost.day)
        record = replace(before.record, pictures=record.pictures, cost=cost)
        outcome = "verified"
    _keep(project, spec, replace(before, record=record, failure=""))
    return Built(spec, outcome, seconds=seconds)


def refresh_words(project: Project, specs: list[Spec]) -> bool:
    """Bring titles and descriptions in the lock up to the specs, and drop what has no spec.

    Needs no run. Deletes pictures that nothing names any more. Says whether the lock changed.
    """
    lock = read_lock(project.lock)
    examples = {
        spec.id: _worded(lock.examples.get(spec.id, Example("", "")), spec) for spec in specs
    }
    changed = write_lock(project.lock, Lock(examples))
    prune_objects(project.objects, {path.rpartition("/")[2] for path in _named_files(examples)})
    return changed


def _run(
    spec: Spec,
    project: Project,
    store: LocalModelStore,
    machine: Machine,
    progress: Callable[[str, int, int], None],
    shared: Shared,
) -> Record:
    inputs = input_folder(spec.workflow)
    prepared = prepare(spec.workflow, store, inputs, spec.changes)
    keys = sharing_keys(prepared, store, inputs, machine_key(machine))
    prepared = replace(prepared, keys=keys)
    with temporary_folders(inputs) as folders:
        result = run_prepared(prepared, machine, folders, progress, shared)
        pictures = _keep_pictures(spec, prepared, result, project, folders)
    return Record(
        key=key_of(prepared, store, inputs),
        pictures=pictures,
        cost=Cost(
            seconds=round(result.seconds, 2),
            peak_bytes=result.peak_bytes,
            device=machine.device.partition(":")[0],
            device_name=models.device.device_name(machine.device),
            precision=machine.precision,
            day=datetime.now(UTC).date().isoformat(),
        ),
        environment=environment(),
    )


def _keep_pictures(
    spec: Spec,
    prepared: Prepared,
    result: RunResult,
    project: Project,
    folders: Folders,
) -> tuple[Picture, ...]:
    written = [output.file for output in result.outputs if output.node == spec.words.output.node]
    if not written:
        raise RunError(f"Node {spec.words.output.node} wrote no picture.", where=prepared.name)
    source = _read_by(prepared, spec.words.input.node, folders)
    return (
        keep_picture(source, spec.words.input, "input", project, {}),
        keep_picture(written[0].path, spec.words.output, "output", project, prepared.metadata),
    )


def _read_by(prepared: Prepared, node: str, folders: Folders) -> Path:
    found = prepared.graph.nodes[node]
    for entry in flat_inputs(NODES.schemas[found.class_type], found.inputs):
        name = found.inputs.get(entry.name)
        if entry.widget is not None and entry.widget.upload and isinstance(name, str):
            return input_file(name, folders)
    raise RunError(f"Node {node} reads no picture or video file.", where=prepared.name)


def _keep(project: Project, spec: Spec, example: Example) -> None:
    """Read the lock again, so that what others finished meanwhile is not lost."""
    examples = dict(read_lock(project.lock).examples)
    examples[spec.id] = _worded(example, spec)
    write_lock(project.lock, Lock(examples))


def _worded(example: Example, spec: Spec) -> Example:
    record, words = example.record, spec.words
    if record is not None:
        by_role = {"input": words.input, "output": words.output}
        pictures = tuple(
            replace(picture, alt=by_role[picture.role].alt, label=by_role[picture.role].label)
            for picture in record.pictures
        )
        record = replace(record, pictures=pictures)
    return replace(
        example, title=words.title, caption=words.caption, record=record, compared=spec.compared
    )


def _same_pictures(old: Record, new: Record) -> bool:
    return old.key == new.key and [p.sha256 for p in old.pictures] == [
        p.sha256 for p in new.pictures
    ]


def _named_files(examples: Mapping[str, Example]) -> list[str]:
    pictures = [p for e in examples.values() if e.record is not None for p in e.record.pictures]
    return [name for p in pictures for name in (p.original, *(v.file for v in p.variants))]
