"""What a group node shows on the outside: inputs, widgets and outputs that no wire inside uses.

The editor derives the names from those inside: the user's, else the label, else the input's own,
with the node's title before it where a name is taken.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from capdemo.errors import InputError
from capdemo.workflow.editor_nodes import NOTES, PRIMITIVE

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

    def ends_of(self, host: DocumentNode) -> list[End | tuple[int, str] | None]:
        """Where the inputs of an instance lead: to slots inside, or to widgets, by name.

        None for one that leads nowhere and is not wired. Raises `InputError` where it is.
        """
        ends: list[End | tuple[int, str] | None] = []
        in_order = [*self.sockets.values()]
        is_alike = len(in_order) == len(host.inputs)
        for index, slot in enumerate(host.inputs):
            if slot.name in self.sockets:
                ends.append(self.sockets[slot.name])
            elif (slot.widget or slot.name) in self.widgets:
                ends.append(self.widgets[slot.widget or slot.name])
            elif is_alike:  # a name that changed with the language, or with the node
                ends.append(in_order[index])
            elif slot.link is None:
                ends.append(None)
            else:
                raise InputError(f"Its input {slot.name!r} is none of the group's.")
        return ends


def face_of(inside: Inside, schemas: Mapping[str, NodeSchema]) -> Face:
    """What the instances of a group show."""
    face = Face()
    seen: dict[str, int] = {}
    turned: list[tuple[int, int]] = []
    for index in parts(inside):
        node = inside.nodes[index]
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


def parts(inside: Inside) -> list[int]:
    """The nodes that the group knows: no note, and no primitive that feeds nothing inside."""
    feeding = {index for index, _ in inside.wired}
    return [
        index
        for index, node in enumerate(inside.nodes)
        if node.type not in NOTES and not (node.type == PRIMITIVE and index not in feeding)
    ]


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
