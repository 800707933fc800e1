"""A group node's widget values, which are those of its nodes one after the other."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from capdemo.errors import InputError
from capdemo.workflow.editor_nodes import REROUTES
from capdemo.workflow.group_faces import parts, turned_widgets
from capdemo.workflow.positions import CONTROL_VALUES, has_control
from capdemo.workflow.widgets import named_values

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from capdemo.node_api import NodeSchema
    from capdemo.workflow.boxes import DocumentNode
    from capdemo.workflow.graph import JsonValue
    from capdemo.workflow.group_inside import Inside


def with_values(
    inside: Inside, host: DocumentNode, schemas: Mapping[str, NodeSchema]
) -> list[DocumentNode]:
    """The nodes of a group with the values that an instance has for them.

    A widget that was turned into an input keeps its value inside; the instance lists those that
    show, if at all, after all others. Raises `InputError` where the numbers do not match.
    """
    values = host.widgets_values or ()
    if not isinstance(values, tuple):
        raise InputError("Its widget values are not a list.")
    known = [index for index in parts(inside) if inside.nodes[index].type not in REROUTES]
    counts = {index: _count(inside.nodes[index], schemas) for index in known}
    total = sum(counts.values())
    turned = sum(_places(inside.nodes[i], schemas.get(inside.nodes[i].type)) for i in known)
    if values and len(values) not in (total, total + turned):
        raise InputError(f"It has {len(values)} widget values where its nodes have {total}.")
    nodes = [*inside.nodes]
    place = 0
    for index, count in counts.items():
        if own := values[place : place + count]:
            nodes[index] = _with_own(nodes[index], own, schemas.get(nodes[index].type))
        place += count
    return nodes


def _count(node: DocumentNode, schemas: Mapping[str, NodeSchema]) -> int:
    """How many values of an instance belong to a node."""
    saved = node.widgets_values or ()
    turned = turned_widgets(node)
    schema = schemas.get(node.type)
    if not isinstance(saved, tuple) or (saved and turned and schema is None):
        raise InputError(f"The values of its {node.type!r} cannot be told apart.")
    return len(saved) - _places(node, schema) if saved else 0


def _places(node: DocumentNode, schema: NodeSchema | None) -> int:
    """How many saved values belong to widgets that were turned into inputs."""
    turned = turned_widgets(node)
    entries = [entry for entry in (schema.widgets if schema else ()) if entry.name in turned]
    saved = node.widgets_values or ()
    controls = sum(isinstance(value, str) and value in CONTROL_VALUES for value in saved)
    return len(entries) + min(controls, sum(map(has_control, entries)))


def _with_own(
    node: DocumentNode, values: Sequence[JsonValue], schema: NodeSchema | None
) -> DocumentNode:
    own = replace(node, widgets_values=tuple(values), widgets_values_named=None)
    turned = turned_widgets(node)
    if schema is None or not turned:
        return own
    kept = replace(schema, inputs=tuple(e for e in schema.inputs if e.name not in turned))
    return replace(own, widgets_values=named_values(node, schema) | named_values(own, kept))
