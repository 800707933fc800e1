"""ComfyUI's API format, which it calls a prompt, to and from the graph; knows no schemas."""

from __future__ import annotations

from typing import TYPE_CHECKING

from capdemo.errors import InputError
from capdemo.workflow.graph import Graph, GraphNode, Link
from capdemo.workflow.shape import Place

if TYPE_CHECKING:
    from capdemo.workflow.graph import JsonValue

_LINK_LENGTH = 2


def is_api(value: JsonValue) -> bool:
    """Whether a JSON value is meant as a prompt: some entry has a `class_type`."""
    if not isinstance(value, dict):
        return False
    return any(isinstance(node, dict) and "class_type" in node for node in value.values())


def graph_from_api(value: JsonValue, *, file: str) -> Graph:
    """Read a prompt.

    A two-item list of a text and a number is a link, as ComfyUI's executor has it. Raises
    `InputError` naming the entry that is no node.
    """
    root = Place(value, file)
    nodes: dict[str, GraphNode] = {}
    for key in root.object():
        place = Place(key, file, "node id")
        nodes[place.identifier()] = _node(Place(root.object()[key], file, f"node {key}"))
    return Graph(nodes)


def graph_to_api(graph: Graph) -> dict[str, JsonValue]:
    """Write a prompt, its nodes and their inputs in the graph's order."""
    return {node_id: _to_entry(node) for node_id, node in graph.nodes.items()}


def _node(place: Place) -> GraphNode:
    class_type = place["class_type"]
    if not isinstance(class_type.value, str) or not class_type.value:
        raise InputError(
            "The node has no class_type.",
            where=f"{place.file}: {place.path}",
            hint="Export the workflow again with ComfyUI's 'Export (API)'.",
        )
    inputs = place["inputs"].object()
    return GraphNode(
        class_type=class_type.value,
        inputs={name: _from_input(value) for name, value in inputs.items()},
        title=_title(place["_meta"]),
    )


def _title(meta: Place) -> str:
    title = meta["title"].value
    return title if isinstance(title, str) else ""


def _from_input(value: JsonValue) -> Link | JsonValue:
    if isinstance(value, dict) and value.keys() == {"__value__"}:
        return value["__value__"]
    return _as_link(value) or value


def _as_link(value: JsonValue) -> Link | None:
    if not isinstance(value, list) or len(value) != _LINK_LENGTH:
        return None
    node, slot = value
    if not isinstance(node, str) or isinstance(slot, bool) or not isinstance(slot, (int, float)):
        return None
    return Link(node, int(slot))


def _to_entry(node: GraphNode) -> dict[str, JsonValue]:
    entry: dict[str, JsonValue] = {
        "inputs": {name: _to_input(value) for name, value in node.inputs.items()},
        "class_type": node.class_type,
    }
    if node.title:
        entry["_meta"] = {"title": node.title}
    return entry


def _to_input(value: Link | JsonValue) -> JsonValue:
    """A list is wrapped so that nobody takes it for a link; so is what looks like a wrapping."""
    if isinstance(value, Link):
        return [value.node, value.slot]
    if isinstance(value, list) or (isinstance(value, dict) and value.keys() == {"__value__"}):
        return {"__value__": value}
    return value
