"""From the API format, which has no places, to a panel."""

from __future__ import annotations

from typing import TYPE_CHECKING

from capdemo.site.graph.content import box_width, value_rows
from capdemo.site.graph.parts import Box, Panel, Socket, Wire
from capdemo.site.graph.text import printable
from capdemo.workflow import Link

if TYPE_CHECKING:
    from collections.abc import Mapping

    from capdemo.node_api import NodeSchema
    from capdemo.workflow import Graph, GraphNode

_WIDTH = 250.0
_HEIGHT = 220.0


def graph_panel(graph: Graph, schemas: Mapping[str, NodeSchema]) -> Panel:
    """All nodes at one point, for `place` to arrange."""
    outputs = _outputs(graph, schemas)
    boxes = tuple(_box(i, node, outputs) for i, node in graph.nodes.items())
    wires = []
    for node_id, node in graph.nodes.items():
        links = [value for value in node.inputs.values() if isinstance(value, Link)]
        for index, link in enumerate(links):
            if _is_drawn(link, outputs):
                type_ = outputs[link.node][link.slot].type
                wires.append(Wire(link.node, link.slot, node_id, index, type_))
    return Panel("", boxes, tuple(wires))


def _box(node_id: str, node: GraphNode, outputs: Mapping[str, tuple[Socket, ...]]) -> Box:
    title = printable(node.title or node.class_type)
    inputs = tuple(
        Socket(
            printable(name),
            outputs[value.node][value.slot].type if _is_drawn(value, outputs) else "*",
        )
        for name, value in node.inputs.items()
        if isinstance(value, Link)
    )
    width = box_width(title, _WIDTH, inputs, outputs[node_id])
    rows, lines = value_rows(node.inputs, width, _HEIGHT)
    kind = "" if title == node.class_type else printable(node.class_type)
    return Box(
        id=node_id,
        title=title,
        kind=kind,
        width=width,
        inputs=inputs,
        outputs=outputs[node_id],
        rows=rows,
        lines=lines,
    )


def _is_drawn(link: Link, outputs: Mapping[str, tuple[Socket, ...]]) -> bool:
    return 0 <= link.slot < len(outputs.get(link.node, ()))


def _outputs(graph: Graph, schemas: Mapping[str, NodeSchema]) -> dict[str, tuple[Socket, ...]]:
    """Every node's outputs: those of its schema, and as many as links ask for."""
    found: dict[str, tuple[Socket, ...]] = {}
    used: dict[str, int] = {}
    for node in graph.nodes.values():
        for link in node.inputs.values():
            if isinstance(link, Link):
                used[link.node] = max(used.get(link.node, 0), link.slot + 1)
    for node_id, node in graph.nodes.items():
        schema = schemas.get(node.class_type)
        known = [Socket(o.name, o.type) for o in schema.outputs] if schema else []
        missing = range(len(known), min(used.get(node_id, 0), _MOST_SLOTS))
        found[node_id] = (*known, *(Socket(str(slot), "*") for slot in missing))
    return found


_MOST_SLOTS = 256
"""Outputs of an unknown node; a link to a later one is not drawn."""
