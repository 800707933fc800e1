"""From the editor's document to panels: one for the workflow, one for each kind of subgraph."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from capdemo.site.graph.content import NOTES, box_width, note_lines, pill_width, value_rows
from capdemo.site.graph.parts import Box, Frame, Panel, Socket, Wire
from capdemo.site.graph.text import printable
from capdemo.workflow.document import INPUT_NODE, MODE_BYPASSED, MODE_MUTED, OUTPUT_NODE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from capdemo.site.graph.parts import Look, Mode
    from capdemo.workflow import Document, DocumentNode, Graph, JsonValue, Link, Subgraph
    from capdemo.workflow.document import InputSlot, OutputSlot, SubgraphSlot

_FARTHEST = 1e5
"""Pixels from the origin; a box that is said to lie beyond is drawn there."""

_MODES: Mapping[int, Mode] = {MODE_MUTED: "muted", MODE_BYPASSED: "bypassed"}
_ENDS_GAP = 60.0


def document_panels(document: Document, graph: Graph) -> Iterator[Panel]:
    """The workflow's panel, then each subgraph's; `graph` knows the values by name."""
    names = {key: subgraph.name for key, subgraph in document.subgraphs.items()}
    prefixes = _prefixes(document)
    yield _level("", document, graph, "", names)
    for key, subgraph in document.subgraphs.items():
        yield _level(subgraph.name, subgraph, graph, prefixes.get(key, "-:"), names)


def _prefixes(document: Document) -> dict[str, str]:
    """What precedes the ids of a subgraph's nodes in the graph, for the first instance of each."""
    found: dict[str, str] = {}
    levels = [("", document.nodes)]
    while levels:
        prefix, nodes = levels.pop(0)
        for node in nodes:
            if node.type in document.subgraphs and node.type not in found:
                found[node.type] = f"{prefix}{node.id}:"
                levels.append((found[node.type], document.subgraphs[node.type].nodes))
    return found


def _level(
    title: str, level: Document | Subgraph, graph: Graph, prefix: str, names: Mapping[str, str]
) -> Panel:
    boxes = {node.id: _box(node, graph, prefix, names) for node in level.nodes}
    if title:
        boxes |= _ends(level, boxes)  # type: ignore[arg-type]  # only a subgraph has a title
    shown = {node.id: _shown_inputs(node) for node in level.nodes}
    wires = []
    for link in level.links:
        slot = _drawn_slot(link.target_slot, link.id, shown.get(link.target_id))
        if link.origin_id in boxes and link.target_id in boxes:
            wires.append(Wire(link.origin_id, link.origin_slot, link.target_id, slot, link.type))
    frames = tuple(
        Frame(printable(group.title), *(_near(part) for part in group.bounding))
        for group in level.groups
    )
    return Panel(printable(title), tuple(boxes.values()), tuple(wires), frames)


def _box(node: DocumentNode, graph: Graph, prefix: str, names: Mapping[str, str]) -> Box:
    name = names.get(node.type, node.type)
    title = printable(node.title) or printable(name)
    look = _look(node)
    box = Box(
        id=node.id,
        title=title,
        kind=printable(name) if look == "node" and title != name else "",
        look=look,
        mode=_MODES.get(node.mode, ""),
        x=_near(node.pos[0]),
        y=_near(node.pos[1]),
        inputs=_sockets(_shown_inputs(node)),
        outputs=_sockets(node.outputs),
    )
    if look == "pill":
        return replace(box, width=pill_width(box.label))
    width = box_width(box.label, node.size[0], box.inputs, box.outputs)
    if look == "note":
        return replace(box, width=width, lines=note_lines(node, width))
    rows, lines = value_rows(_values(node, graph, prefix), width, node.size[1])
    return replace(box, width=width, rows=rows, lines=lines)


def _look(node: DocumentNode) -> Look:
    if node.is_collapsed or node.type.startswith("Reroute"):
        return "pill"
    return "note" if node.type in NOTES else "node"


def _values(node: DocumentNode, graph: Graph, prefix: str) -> dict[str, Link | JsonValue]:
    """What the node's widgets say, but for those that are drawn as sockets."""
    sent = graph.nodes.get(prefix + node.id)
    fed = {slot.widget for slot in node.inputs if slot.link is not None}
    return {k: v for k, v in sent.inputs.items() if k not in fed} if sent else {}


def _shown_inputs(node: DocumentNode) -> list[InputSlot]:
    """Sockets, and those widgets that a link feeds."""
    return [slot for slot in node.inputs if slot.widget is None or slot.link is not None]


def _drawn_slot(slot: int, link_id: str, shown: list[InputSlot] | None) -> int:
    """The place among the drawn sockets of the one that a link ends at."""
    for index, entry in enumerate(shown or ()):
        if entry.link == link_id:
            return index
    return slot


def _ends(subgraph: Subgraph, boxes: Mapping[str, Box]) -> dict[str, Box]:
    """A subgraph's own inputs and outputs, to the left and to the right of its nodes."""
    left, top, right, bottom = Panel("", tuple(boxes.values()), ()).bounds
    found = {}
    middle = (top + bottom) / 2
    if sockets := _sockets(subgraph.inputs):
        width = box_width("Inputs", 0.0, (), sockets)
        box = Box(INPUT_NODE, "Inputs", look="ends", width=width, outputs=sockets)
        x, y = left - width - _ENDS_GAP, middle - box.height / 2
        found[INPUT_NODE] = replace(box, x=x, y=y)
    if sockets := _sockets(subgraph.outputs):
        width = box_width("Outputs", 0.0, sockets, ())
        box = Box(OUTPUT_NODE, "Outputs", look="ends", width=width, inputs=sockets)
        found[OUTPUT_NODE] = replace(box, x=right + _ENDS_GAP, y=middle - box.height / 2)
    return found


def _sockets(slots: Sequence[InputSlot | OutputSlot | SubgraphSlot]) -> tuple[Socket, ...]:
    return tuple(Socket(printable(slot.name), slot.type) for slot in slots)


def _near(number: float) -> float:
    return max(-_FARTHEST, min(_FARTHEST, number))
