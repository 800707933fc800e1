"""What decides a workflow's results: its graph, the files that it reads, its nodes' revisions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from capdemo.engine.fingerprint import graph_fingerprint, node_keys, node_revisions
from capdemo.errors import CapdemoError
from capdemo.models.digest import file_digest
from capdemo.node_api import Folders
from capdemo.node_api.dynamic import flat_inputs
from capdemo.node_api.model_files import model_files
from capdemo.nodes import NODES
from capdemo.nodes.file_names import input_file
from capdemo.outputs.lock import Key, UsedFile

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from capdemo.examples.prepare import Prepared
    from capdemo.models.store import LocalModelStore
    from capdemo.workflow import Graph, GraphNode, JsonValue


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
        models = [_stamps(*file, store) for file in model_files(schema, node.inputs)]
        inputs = [file_digest(input_file(name, folders)) for name in _inputs_of(node)]
        return [machine, schema.revision, *models, *inputs]

    keys = node_keys(prepared.graph, prepared.outputs, NODES.schemas, more)
    nodes = prepared.graph.nodes
    return {i: key for i, key in keys.items() if not NODES.schemas[nodes[i].class_type].is_output}


def _stamps(folder: str, name: str, store: LocalModelStore) -> JsonValue:
    """What tells a model's files from others within one process, without reading gigabytes.

    Nothing where they are not here: the node runs without them.
    """
    try:
        files = store.find(folder, name).files
    except CapdemoError:
        return None
    status = [(path, path.stat()) for path in files]
    return [[str(path.resolve()), s.st_size, s.st_mtime_ns] for path, s in status]


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
    """What decides the outputs: the graph, the files that it reads, the nodes' revisions.

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
    return sorted({name for node in graph.nodes.values() for name in _inputs_of(node)})


def model_names(graph: Graph) -> list[tuple[str, str]]:
    """The models that a graph loads, as (ComfyUI folder, name), sorted."""
    return sorted(loading_nodes(graph))


def loading_nodes(graph: Graph) -> dict[tuple[str, str], str]:
    """The first node that loads each of a graph's models, which are (ComfyUI folder, name)."""
    found: dict[tuple[str, str], str] = {}
    for node_id, node in graph.nodes.items():
        for file in model_files(NODES.schemas[node.class_type], node.inputs):
            found.setdefault(file, node_id)
    return found


def _inputs_of(node: GraphNode) -> list[str]:
    return [
        value
        for entry in flat_inputs(NODES.schemas[node.class_type], node.inputs)
        if entry.widget
        and entry.widget.upload
        and isinstance(value := node.inputs.get(entry.name), str)
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
