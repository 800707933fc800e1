"""What a group node shows on the outside: inputs, widgets and outputs that no wire inside uses.

The editor derives the names from those inside: the user's, else the label, else the input's own,
with the node's title before it where a name is taken.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from capdemo.errors import InputError
from capdemo.workflow.editor_nodes import NOTES, PRIMITIVE, REROUTES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from capdemo.node_api import NodeSchema
    from capdemo.workflow.boxes import DocumentNode
    from capdemo.workflow.group_inside import End, Inside


@dataclass(frozen=True, slots=True)
class Face:
    """A group node seen from outside."""

    sockets: dict[str, End] = field(default_factory=dict)
    """Inputs by name: those that take links only, then widgets that were turned into inputs."""
    widgets: dict[str, tuple[int, str]] = field(default_factory=dict)
    """By name: the node inside and its own name for the widget; as far as schemas tell."""
    outputs: list[End] = field(default_factory=list)

    def end_of(self, host: DocumentNode, slot: int) -> End | tuple[int, str] | None:
        """Where an instance's input leads: to a slot inside, or to a widget, by name.

        None where it leads nowhere and nothing is wired to it. Raises `InputError` where
        something is.
        """
        entry = host.inputs[slot]
        if entry.name in self.sockets:
            return self.sockets[entry.name]
        if (entry.widget or entry.name) in self.widgets:
            return self.widgets[entry.widget or entry.name]
        ends = [*self.sockets.values()]
        if len(ends) == len(host.inputs):  # a name that changed with the language or the node
            return ends[slot]
        if entry.link is None:
            return None
        raise InputError(f"Its input {entry.name!r} is none of the group's.")


def face_of(inside: Inside, schemas: Mapping[str, NodeSchema]) -> Face:
    """What the instances of a group show."""
    face = Face()
    seen: dict[str, int] = {}
    turned: list[tuple[int, int]] = []
    for index, node in enumerate(inside.nodes):
        if not is_part(inside, index):
            continue
        for widget in widget_names(node, schemas.get(node.type)):
            face.widgets.setdefault(_shown_name(inside, index, widget, seen), (index, widget))
        for slot, entry in enumerate(node.inputs):
            if (index, slot) in inside.links:
                continue
            if entry.widget == entry.name:
                turned.append((index, slot))
            elif not inside.is_hidden(index, entry.name):
                face.sockets[_shown_name(inside, index, entry.name, seen, slot)] = (index, slot)
        ends = ((index, slot) for slot in range(_output_count(node, schemas)))
        face.outputs.extend(end for end in ends if inside.is_shown(end))
    for index, slot in turned:
        name = inside.nodes[index].inputs[slot].name
        face.sockets[_shown_name(inside, index, name, seen, slot)] = (index, slot)
    return face


def is_part(inside: Inside, index: int) -> bool:
    """Whether the group knows a node: not a note, a lone primitive, or a reroute in mid-wire."""
    node = inside.nodes[index]
    feeds = any(origin == index for origin, _ in inside.wired_outputs)
    if node.type == PRIMITIVE:
        return feeds
    if node.type in REROUTES:
        return not (feeds and (index, 0) in inside.links) or (index, 0) in inside.external
    return node.type not in NOTES


def widget_names(node: DocumentNode, schema: NodeSchema | None) -> Iterator[str]:
    """The widgets of a node that were not turned into inputs, in order, as far as known."""
    if node.type == PRIMITIVE:
        yield "value"
    for entry in schema.widgets if schema else ():
        if entry.name not in turned_widgets(node):
            yield entry.name


def turned_widgets(node: DocumentNode) -> set[str]:
    """The widgets that were turned into inputs."""
    return {slot.name for slot in node.inputs if slot.widget == slot.name}


def _output_count(node: DocumentNode, schemas: Mapping[str, NodeSchema]) -> int:
    schema = schemas.get(node.type)
    return len(schema.outputs) if schema else len(node.outputs)


def _shown_name(
    inside: Inside, index: int, name: str, seen: dict[str, int], slot: int | None = None
) -> str:
    """The name of an input or widget on the outside; remembers it in `seen`."""
    node = inside.nodes[index]
    label = inside.labels.get((index, slot)) if slot is not None else None
    shown = key = inside.custom_name(index, name) or label or name
    if shown in seen or (node.type == PRIMITIVE and node.title):
        prefix = node.title or node.type
        shown = key = f"{prefix} {name}"
        if shown in seen:
            shown = f"{prefix} {seen[shown]} {name}"
    seen[key] = seen.get(key, 1) + 1
    return shown
