"""From a workflow file to a checked graph, its plan and its key; runs nothing, imports no torch."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from capdemo.engine.fingerprint import graph_fingerprint, node_keys, node_revisions
from capdemo.engine.validate import validate
from capdemo.errors import (
    CapdemoError,
    InputError,
    Problem,
    ProblemsError,
    did_you_mean,
    errors_among,
)
from capdemo.models.digest import file_digest
from capdemo.node_api import Folders
from capdemo.node_api.dynamic import flat_inputs
from capdemo.nodes import NODES
from capdemo.nodes.file_names import input_file
from capdemo.outputs.lock import Key, UsedFile
from capdemo.workflow import Graph, GraphNode, WorkflowFile, graph_to_api, load_graph, read_workflow

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from capdemo.models.store import LocalModelStore
    from capdemo.node_api import Widget
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
    """What each node computes, as `sharing_keys` gives it; empty where nothing is shared."""


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

    def check_file(widget: Widget, name: str) -> None:
        if widget.model_folder is None:
            input_file(name, Folders(inputs, inputs, inputs))
        elif runs_here:
            store.file(widget.model_folder, name)

    if runs_here:
        problems += _without_code(graph, str(file.path))
    broken = {p.node for p in errors_among(problems) if p.node is not None}
    checked = validate(graph, NODES.schemas, check_file, file=str(file.path), broken=broken)
    known = {(problem.node, problem.kind) for problem in problems}
    problems += [found for found in checked.problems if (found.node, found.kind) not in known]
    metadata = _metadata(file, checked.graph, changed=bool(changes))
    return Prepared(str(file.path), checked.graph, checked.outputs, metadata), problems


def sharing_keys(
    prepared: Prepared,
    store: LocalModelStore,
    inputs: Path,
    machine: str,
) -> dict[str, str]:
    """For every node but the outputs, what decides its result, files and revisions included.

    `machine` is the device and the precision, on which results depend, too.
    """
    folders = Folders(inputs, inputs, inputs)

    def more(node: GraphNode) -> JsonValue:
        schema = NODES.schemas[node.class_type]
        digests: list[JsonValue] = []
        for widget, value in _files_of(node):
            if widget.model_folder is not None:
                digests.append(store.digest(widget.model_folder, value)[0])
            elif widget.upload:
                digests.append(file_digest(input_file(value, folders)))
        return [machine, schema.revision, digests]

    keys = node_keys(prepared.graph, prepared.outputs, NODES.schemas, more)
    nodes = prepared.graph.nodes
    return {i: key for i, key in keys.items() if not NODES.schemas[nodes[i].class_type].is_output}


def missing_models(prepared: Prepared, store: LocalModelStore) -> list[str]:
    """Why each model that is not on this machine is not, and what to type."""
    reasons = []
    for folder, name in model_names(prepared.graph):
        try:
            store.file(folder, name)
        except CapdemoError as error:
            reasons.append(str(error))
    return reasons


def key_of(
    prepared: Prepared,
    store: LocalModelStore,
    inputs: Path,
    recorded: Sequence[UsedFile] = (),
) -> Key:
    """What decides the outputs: the graph, the files that it names, the nodes' revisions.

    A model that is not on this machine is taken to be the `recorded` one of its name.
    """
    return Key(
        graph=graph_fingerprint(prepared.graph, prepared.outputs, NODES.schemas),
        inputs=tuple(_used_input(name, inputs) for name in input_names(prepared.graph)),
        models=tuple(
            _used_model(folder, name, store, recorded)
            for folder, name in model_names(prepared.graph)
        ),
        nodes=node_revisions(prepared.graph, NODES.schemas),
    )


def input_names(graph: Graph) -> list[str]:
    """The pictures that a graph reads, sorted."""
    return sorted({value for widget, value in _files(graph) if widget.upload})


def model_names(graph: Graph) -> list[tuple[str, str]]:
    """The models that a graph loads, as (ComfyUI folder, name), sorted."""
    found = {(w.model_folder, value) for w, value in _files(graph) if w.model_folder is not None}
    return sorted(found)


def _files(graph: Graph) -> list[tuple[Widget, str]]:
    return [found for node in graph.nodes.values() for found in _files_of(node)]


def _files_of(node: GraphNode) -> list[tuple[Widget, str]]:
    return [
        (entry.widget, value)
        for entry in flat_inputs(NODES.schemas[node.class_type], node.inputs)
        if entry.widget is not None and isinstance(value := node.inputs.get(entry.name), str)
    ]


def _without_code(graph: Graph, file: str) -> list[Problem]:
    return [
        Problem(
            file=file,
            node=node_id,
            input=None,
            kind="not_executable",
            message=f"{node.class_type} is known, but has no code in this version.",
            hint="Run this workflow in ComfyUI; see: capdemo nodes",
        )
        for node_id, node in graph.nodes.items()
        if (schema := NODES.schemas.get(node.class_type)) is not None and not schema.executable
    ]


def _used_model(
    folder: str,
    name: str,
    store: LocalModelStore,
    recorded: Sequence[UsedFile],
) -> UsedFile:
    plain = name.replace("\\", "/")
    try:
        return UsedFile(plain, *store.digest(folder, name))
    except CapdemoError:
        return next((used for used in recorded if used.name == plain), UsedFile(plain, "", 0))


def _used_input(name: str, inputs: Path) -> UsedFile:
    path = input_file(name, Folders(inputs, inputs, inputs))
    return UsedFile(name.replace("\\", "/"), file_digest(path), path.stat().st_size)


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
