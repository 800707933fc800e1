"""Tells whether two graphs compute the same thing, whatever their ids, positions and titles.

After ComfyUI's cache signature (`comfy_execution/caching.py`): a node is known by its class, its
revision, its constants and, recursively, by what its links lead to.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from capdemo.engine.plan import ordered
from capdemo.node_api.dynamic import flat_inputs
from capdemo.workflow.graph import Link

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from capdemo.node_api.schema import InputSchema, NodeSchema
    from capdemo.workflow.graph import Graph, GraphNode, JsonValue


def graph_fingerprint(
    graph: Graph,
    outputs: Sequence[str],
    schemas: Mapping[str, NodeSchema],
) -> str:
    """sha256 of what the outputs compute; expects a validated graph, whose constants are typed."""
    keys = node_keys(graph, outputs, schemas)
    return _digest(sorted(keys[output] for output in outputs))


def node_keys(
    graph: Graph,
    outputs: Sequence[str],
    schemas: Mapping[str, NodeSchema],
    more: Callable[[GraphNode], JsonValue] = lambda _node: None,
) -> dict[str, str]:
    """For each node that the outputs need, sha256 of what it computes.

    `more` adds what else the node's result depends on, such as the content of its files.
    """
    keys: dict[str, str] = {}
    for node_id in ordered(graph, outputs):
        node = graph.nodes[node_id]
        entries = {e.name: e for e in flat_inputs(schemas[node.class_type], node.inputs)}
        inputs = {
            name: _canonical(entries.get(name), value, keys) for name, value in node.inputs.items()
        }
        extra = more(node)
        keys[node_id] = _digest([node.class_type, inputs, *([] if extra is None else [extra])])
    return keys


def node_revisions(graph: Graph, schemas: Mapping[str, NodeSchema]) -> dict[str, int]:
    """The revision of every class in the graph."""
    classes = sorted({node.class_type for node in graph.nodes.values()})
    return {class_type: schemas[class_type].revision for class_type in classes}


def _canonical(
    entry: InputSchema | None,
    value: Link | JsonValue,
    keys: Mapping[str, str],
) -> JsonValue:
    if isinstance(value, Link):
        return {"from": keys[value.node], "slot": value.slot}
    names_file = entry and entry.widget and (entry.widget.model_folder or entry.widget.upload)
    return value.replace("\\", "/") if names_file and isinstance(value, str) else value


def _digest(value: object) -> str:
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()
