"""Says of every example whether its pictures are those of its workflow, and if not, why."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from capdemo.errors import CapdemoError, errors_among
from capdemo.examples.environment import differences, environment
from capdemo.examples.keys import key_of, missing_models
from capdemo.examples.prepare import check
from capdemo.outputs.lock import Example
from capdemo.workflow import input_folder, read_workflow

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from capdemo.examples.prepare import Prepared
    from capdemo.examples.project import Project
    from capdemo.examples.spec import Spec
    from capdemo.models.store import LocalModelStore
    from capdemo.outputs.lock import Key, Lock, Record, UsedFile


class State(StrEnum):
    """How an example's pictures stand to its workflow."""

    FRESH = "fresh"
    STALE = "stale"
    """The workflow, an input, a model or a node is another than when it ran."""
    MISSING = "missing"
    """It never ran, or a picture of it is gone."""
    FAILED = "failed"
    """It cannot run as it is, or its latest run failed."""
    DRIFTED = "drifted"
    """A rerun gave other pictures; only `capdemo verify` finds out."""
    UNVERIFIED = "unverified"
    """Fresh, but it ran with other versions than those here."""


NEEDS_RUN = frozenset({State.STALE, State.MISSING, State.FAILED})


@dataclass(frozen=True, slots=True)
class Status:
    """One example's state, and why."""

    spec: Spec
    state: State
    reasons: tuple[str, ...] = ()
    absent_models: tuple[str, ...] = ()
    """Why it cannot be rebuilt here; one sentence for each model that is not on this machine."""

    @property
    def needs_run(self) -> bool:
        """Whether a build runs it."""
        return self.state in NEEDS_RUN


def status_of(spec: Spec, project: Project, lock: Lock, store: LocalModelStore) -> Status:
    """Compare an example with its entry in the lock; reads files, runs nothing."""
    entry = lock.examples.get(spec.id, Example("", ""))
    inputs = input_folder(spec.workflow)
    try:
        file = read_workflow(spec.workflow)
        prepared, problems = check(file, store, inputs, spec.changes, runs_here=False)
    except CapdemoError as error:
        return Status(spec, State.FAILED, (str(error),))
    reasons = (*map(str, errors_among(problems)), *_unknown_nodes(spec, prepared))
    if reasons:
        return Status(spec, State.FAILED, reasons)
    absent = tuple(missing_models(prepared, store))
    if entry.failure:
        return Status(spec, State.FAILED, (entry.failure,), absent)
    if entry.record is None:
        return Status(spec, State.MISSING, ("it never ran",), absent)
    key = key_of(prepared, store, inputs, entry.record.key.models)
    state, reasons = _compare(entry.record, key, project)
    return Status(spec, state, reasons, absent)


def _compare(record: Record, key: Key, project: Project) -> tuple[State, tuple[str, ...]]:
    if reasons := tuple(_changes(record.key, key)):
        return State.STALE, reasons
    if reasons := tuple(_absent_pictures(record, project)):
        return State.MISSING, reasons
    if reasons := tuple(differences(dict(record.environment), environment())):
        return State.UNVERIFIED, reasons
    return State.FRESH, ()


def _unknown_nodes(spec: Spec, prepared: Prepared) -> Iterator[str]:
    for shown in (spec.words.input, spec.words.output):
        if shown.node not in prepared.graph.nodes:
            known = ", ".join(f"{i} ({n.class_type})" for i, n in prepared.graph.nodes.items())
            yield (
                f"{spec.workflow.with_suffix('.toml')}: the workflow has no node {shown.node!r}; "
                f"it has: {known}."
            )


def _changes(old: Key, new: Key) -> Iterator[str]:
    if old.graph != new.graph:
        yield "graph: a node, a link or a widget changed"
    yield from _changed_files("input", old.inputs, new.inputs)
    yield from _changed_files("model", old.models, new.models)
    yield from _changed_revisions(old.nodes, new.nodes)


def _changed_files(kind: str, old: Sequence[UsedFile], new: Sequence[UsedFile]) -> Iterator[str]:
    before = {used.name: used.sha256 for used in old}
    after = {used.name: used.sha256 for used in new}
    for name in sorted(before.keys() | after.keys()):
        if name not in after:
            yield f"{kind}: {name} is no longer used"
        elif name not in before:
            yield f"{kind}: {name} is new"
        elif before[name] != after[name]:
            yield f"{kind}: {name} has another content"


def _changed_revisions(old: Mapping[str, int], new: Mapping[str, int]) -> Iterator[str]:
    for name in sorted(old.keys() & new.keys()):
        if old[name] != new[name]:
            yield f"node: {name} was revision {old[name]} and is {new[name]}"


def _absent_pictures(record: Record, project: Project) -> Iterator[str]:
    """What a page shows first; then the originals, which are not committed but rebuilt."""
    for picture in record.pictures:
        if not all((project.docs / shown.file).is_file() for shown in picture.variants):
            yield f"picture: a copy of the {picture.role} that pages show is gone"
    absent = [p.role for p in record.pictures if not (project.docs / p.original).is_file()]
    if absent:
        yield f"original: the full-size {' and '.join(absent)} were not made on this machine"
