"""Runs the examples that need it and keeps what they gave, one after the other, in the lock."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
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
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from concurrent.futures import Future
    from contextlib import AbstractContextManager
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


@dataclass(frozen=True, slots=True)
class Build:
    """What the examples of one build have in common."""

    project: Project
    store: LocalModelStore
    machine: Machine
    shared: Shared
    """What `sharing.share` made of all examples that run now."""


Outcome: TypeAlias = Literal["built", "verified", "failed", "not rebuilt here"]


@dataclass(frozen=True, slots=True)
class Built:
    """What became of an example that needed a run."""

    spec: Spec
    outcome: Outcome
    """`verified`: it gave the pictures that the lock has already."""
    message: str = ""
    seconds: float = 0.0


def build_examples(
    due: Iterable[Status],
    build: Build,
    watch: Callable[[str], AbstractContextManager[Callable[[str, int, int], None]]],
) -> Iterator[Built]:
    """Run examples one after the other and write the lock; what became of each, in their order.

    While one runs, the pictures of the one before are compressed and recorded by a second thread,
    never by more. A failure is recorded, the last good pictures stay. Where a model is not on
    this machine nothing is run and nothing is recorded. `watch` gives a run's progress display.
    """
    with ThreadPoolExecutor(1) as worker:
        waiting: Future[Built] | None = None
        for status in due:
            with watch(status.spec.id) as progress:
                rest = _run(status, build, progress)
            if waiting is not None:
                yield waiting.result()
            waiting = worker.submit(rest)
        if waiting is not None:
            yield waiting.result()


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
    status: Status, build: Build, progress: Callable[[str, int, int], None]
) -> Callable[[], Built]:
    """Run one example; what remains to be done for it is returned."""
    spec = status.spec
    if status.absent_models:
        outcome = Built(spec, "not rebuilt here", " ".join(status.absent_models))
        return lambda: outcome
    inputs = input_folder(spec.workflow)
    files = ExitStack()
    try:
        prepared = prepare(spec.workflow, build.store, inputs, spec.changes)
        keys = sharing_keys(prepared, build.store, inputs, machine_key(build.machine))
        prepared = replace(prepared, keys=keys)
        folders = files.enter_context(temporary_folders(inputs))
        result = run_prepared(prepared, build.machine, folders, progress, build.shared)
    except CapdemoError as error:
        files.close()
        failure = error
        return lambda: _failed(spec, build.project, failure)
    except BaseException:
        files.close()
        raise

    def keep() -> Built:
        with files:
            try:
                pictures = _keep_pictures(spec, prepared, result, build.project, folders)
                key = key_of(prepared, build.store, inputs)
            except CapdemoError as error:
                return _failed(spec, build.project, error)
            return _built(spec, build, Record(key, pictures, _cost(build, result), environment()))

    return keep


def _built(spec: Spec, build: Build, record: Record) -> Built:
    seconds = record.cost.seconds
    before = _before(spec, build.project)
    outcome: Outcome = "built"
    if before.record is not None and _same_pictures(before.record, record):
        # What was measured first stays, so that a rerun elsewhere changes no line of the lock.
        cost = before.record.cost
        cost = cost if cost.day else replace(cost, day=record.cost.day)
        record, outcome = replace(before.record, pictures=record.pictures, cost=cost), "verified"
    _keep(build.project, spec, replace(before, record=record, failure=""))
    return Built(spec, outcome, seconds=seconds)


def _failed(spec: Spec, project: Project, error: CapdemoError) -> Built:
    failure = str(error).replace(f"{project.root}/", "")
    _keep(project, spec, replace(_before(spec, project), failure=failure))
    return Built(spec, "failed", str(error))


def _before(spec: Spec, project: Project) -> Example:
    return read_lock(project.lock).examples.get(spec.id, Example("", ""))


def _cost(build: Build, result: RunResult) -> Cost:
    return Cost(
        seconds=round(result.seconds, 2),
        peak_bytes=result.peak_bytes,
        device=build.machine.device.partition(":")[0],
        device_name=models.device.device_name(build.machine.device),
        precision=build.machine.precision,
        day=datetime.now(UTC).date().isoformat(),
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
