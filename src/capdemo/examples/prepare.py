"""From a workflow file to a checked graph; runs nothing and imports no torch."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from capdemo.engine.remarks import remarks
from capdemo.engine.validate import validate
from capdemo.errors import (
    InputError,
    Problem,
    ProblemsError,
    did_you_mean,
    errors_among,
)
from capdemo.node_api import Folders
from capdemo.nodes import NODES
from capdemo.nodes.file_names import input_file
from capdemo.workflow import (
    OUT_OF_SCOPE,
    Graph,
    WorkflowFile,
    graph_to_api,
    load_graph,
    read_workflow,
    search_names,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from capdemo.models.store import LocalModelStore
    from capdemo.node_api import OwnModel, Widget
    from capdemo.workflow import JsonValue


@dataclass(frozen=True, slots=True)
class Prepared:
    """A workflow that can run here."""

    name: str
    """What messages call the file."""
    graph: Graph
    outputs: tuple[str, ...]
    metadata: Mapping[str, str]
    """What saved pictures carry, so that they can be run again."""
    keys: Mapping[str, str] = field(default_factory=dict)
    """What each node computes, as `keys.sharing_keys` gives it; empty where nothing is shared."""
    search_names: Mapping[str, str] | None = None
    """What `%Node.widget%` in file names calls the nodes; None for a file in the API format, in
    which the editor has filled the names in already."""


def prepare(
    path: Path,
    store: LocalModelStore,
    inputs: Path,
    changes: Sequence[str] = (),
) -> Prepared:
    """Read and check a workflow; `changes` are `NODE.WIDGET=VALUE`, as on the command line.

    Raises `ProblemsError` with all that is wrong, `InputError` where the file is none.
    """
    file = read_workflow(path)
    prepared, problems = check(file, store, inputs, changes)
    if errors := errors_among(problems):
        raise ProblemsError(errors)
    return prepared


def check(
    file: WorkflowFile,
    store: LocalModelStore,
    inputs: Path,
    changes: Sequence[str] = (),
    *,
    runs_here: bool = True,
) -> tuple[Prepared, list[Problem]]:
    """The workflow as it would run, and every problem that keeps it from running.

    Only outputs that no problem touches are among the prepared ones. Unless it `runs_here`, it
    is no problem that a model is not on this machine or that a node has no code yet.
    """
    graph, problems = load_graph(file, NODES.schemas)
    for change in changes:
        graph = _changed(graph, change)

    def check_file(kind: Widget | OwnModel, name: str) -> None:
        if kind.model_folder is None:
            input_file(name, Folders(inputs, inputs, inputs))
        elif runs_here:
            store.file(kind.model_folder, name)

    problems += _without_code(graph, str(file.path), runs_here=runs_here)
    broken = {p.node for p in errors_among(problems) if p.node is not None}
    checked = validate(graph, NODES.schemas, check_file, file=str(file.path), broken=broken)
    known = {(problem.node, problem.kind) for problem in problems}
    left_out = {
        f"{node_id} ({node.class_type})"
        for node_id, node in graph.nodes.items()
        if node.class_type in OUT_OF_SCOPE
    }
    problems += [
        found
        for found in checked.problems
        if (found.node, found.kind) not in known and found.node not in left_out
    ]
    problems += remarks(checked.graph, NODES.schemas, file=str(file.path))
    metadata = _metadata(file, checked.graph, changed=bool(changes))
    names = search_names(file.ui) if file.ui is not None and file.api is None else None
    prepared = Prepared(
        name=str(file.path),
        graph=checked.graph,
        outputs=checked.outputs,
        metadata=metadata,
        search_names=names,
    )
    return prepared, problems


def _without_code(graph: Graph, file: str, *, runs_here: bool) -> list[Problem]:
    """The nodes that cannot run; those that never will are a problem wherever the graph runs."""
    return [
        _left_out(node_id, node.class_type, file)
        if node.class_type in OUT_OF_SCOPE
        else Problem(
            file=file,
            node=node_id,
            input=None,
            kind="not_executable",
            message=f"{node.class_type} is known, but has no code in this version.",
            hint="Run this workflow in ComfyUI; see: capdemo nodes",
        )
        for node_id, node in graph.nodes.items()
        if (schema := NODES.schemas.get(node.class_type)) is not None
        and not schema.executable
        and (runs_here or node.class_type in OUT_OF_SCOPE)
    ]


def _left_out(node_id: str, class_type: str, file: str) -> Problem:
    return Problem(
        file=file,
        node=node_id,
        input=None,
        kind="out_of_scope_node_type",
        message=f"{class_type} swaps faces, which this project leaves out.",
        hint="To restore faces take ReActorRestoreFace; to swap them, run this in ComfyUI.",
    )


def _metadata(file: WorkflowFile, graph: Graph, *, changed: bool) -> dict[str, str]:
    """The prompt that runs and, unless values were changed, the file's own workflow."""
    prompt = json.dumps(graph_to_api(graph))
    workflow = {} if changed or "workflow" not in file.raw else {"workflow": file.raw["workflow"]}
    return {"prompt": prompt, **workflow}


def _changed(graph: Graph, change: str) -> Graph:
    target, equals, text = change.partition("=")
    wanted, dot, widget = target.rpartition(".")
    if not (equals and dot):
        raise InputError(f"--set {change}: this is not NODE.WIDGET=VALUE.")
    node_id = _node_called(graph, wanted, change)
    node = graph.nodes[node_id]
    if widget not in node.inputs:
        raise InputError(
            f"--set {change}: node {node_id} ({node.class_type}) has no widget {widget!r}.",
            hint=did_you_mean(widget, node.inputs),
        )
    inputs = {**node.inputs, widget: _parsed(text)}
    return Graph({**graph.nodes, node_id: replace(node, inputs=inputs)})


def _node_called(graph: Graph, wanted: str, change: str) -> str:
    if wanted in graph.nodes:
        return wanted
    called = [i for i, node in graph.nodes.items() if wanted in (node.title, node.class_type)]
    if len(called) != 1:
        fit = f"{len(called)} nodes are" if called else "no node is"
        known = ", ".join(f"{i} ({node.class_type})" for i, node in graph.nodes.items())
        raise InputError(f"--set {change}: {fit} called {wanted!r}.", hint=f"There are: {known}.")
    return called[0]


def _parsed(text: str) -> JsonValue:
    try:
        value: JsonValue = json.loads(text)
    except ValueError:
        return text
    return value
