"""Every problem of a workflow file or of a whole guide, without running anything."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from capdemo import models
from capdemo.errors import CapdemoError, Problem, did_you_mean
from capdemo.examples.keys import loading_nodes
from capdemo.examples.measure import truth_of
from capdemo.examples.prepare import check
from capdemo.examples.spec import read_specs
from capdemo.examples.status import State, status_of
from capdemo.examples.words import word_problems
from capdemo.outputs.lock import read_lock
from capdemo.workflow import input_folder, read_workflow

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from capdemo.examples.prepare import Prepared
    from capdemo.examples.project import Project
    from capdemo.examples.spec import Spec
    from capdemo.models.store import LocalModelStore


def check_workflow(path: Path, store: LocalModelStore) -> list[Problem]:
    """What is wrong with one workflow.

    A model that the catalogue knows may be absent from this machine; one that nobody knows is a
    problem, and so is a file that is there and no such model.
    """
    try:
        file = read_workflow(path)
        prepared, problems = check(file, store, input_folder(path), runs_here=False)
    except CapdemoError as error:
        return [_whole_file(error, path)]
    return [*problems, *_model_problems(prepared, store, str(path))]


def check_project(project: Project, store: LocalModelStore) -> list[Problem]:
    """What is wrong with a guide's workflows, examples and lock."""
    problems = [p for path in project.workflow_files() for p in check_workflow(path, store)]
    try:
        specs = read_specs(project)
        lock = read_lock(project.lock)
    except CapdemoError as error:
        return [*problems, _whole_file(error, project.workflows)]
    name = str(project.lock)
    known = {spec.id for spec in specs}
    for example_id in sorted(lock.examples.keys() - known):
        message = f"The example {example_id!r} is in the lock, but there is no such example."
        hint = f"{did_you_mean(example_id, known)} Type: capdemo build".strip()
        problems.append(Problem(name, None, None, "unknown_example", message, hint))
    problems += _missing_truths(specs)
    problems += [problem for spec in specs for problem in word_problems(spec)]
    for status in (status_of(spec, project, lock, store) for spec in specs):
        entry = lock.examples.get(status.spec.id)
        never_ran = entry is None or entry.record is None
        if never_ran or status.state in {State.STALE, State.FAILED}:
            message = f"The example {status.spec.id!r} is {status.state}: {status.reasons[0]}."
            problems.append(
                Problem(name, None, None, status.state, message, "Type: capdemo build"),
            )
    return problems


def _missing_truths(specs: Sequence[Spec]) -> Iterator[Problem]:
    for spec in specs:
        try:
            if spec.words.truth:
                truth_of(spec)
        except CapdemoError as error:
            yield _whole_file(error, spec.workflow)


def _model_problems(prepared: Prepared, store: LocalModelStore, file: str) -> Iterator[Problem]:
    for (folder, name), node_id in sorted(loading_nodes(prepared.graph).items()):
        error, kind = _model_error(folder, name, store)
        if error is not None:
            node = f"{node_id} ({prepared.graph.nodes[node_id].class_type})"
            what = f"{error.where}: {error.what}" if error.where else error.what
            yield Problem(file, node, None, kind, what, error.hint)


def _model_error(folder: str, name: str, store: LocalModelStore) -> tuple[CapdemoError | None, str]:
    """What is wrong with a model's name, or with the file that it leads to, and its kind."""
    try:
        path = store.file(folder, name)
    except CapdemoError as error:
        base = PurePosixPath(name.replace("\\", "/")).name
        is_known = store.catalogue.by_file(folder, base) is not None
        return None if is_known else error, "value_not_in_list"
    return models.file_check.wrong_file(path, folder), "invalid_file"


def _whole_file(error: CapdemoError, path: Path) -> Problem:
    return Problem(error.where or str(path), None, None, "invalid_file", error.what, error.hint)
