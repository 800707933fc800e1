"""The wires of a group node's inside: between its nodes, and to and from the instance."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from capdemo.errors import InputError
from capdemo.workflow.boxes import DocumentLink, InputSlot, OutputSlot
from capdemo.workflow.document import INPUT_NODE, OUTPUT_NODE
from capdemo.workflow.editor_nodes import PRIMITIVE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from capdemo.workflow.boxes import DocumentNode
    from capdemo.workflow.group_faces import Face
    from capdemo.workflow.group_inside import End, Inside


class Wiring:
    """The nodes of a group while their inputs get links."""

    def __init__(self, nodes: Sequence[DocumentNode]) -> None:
        self._nodes = nodes
        self._slots = [[*node.inputs] for node in nodes]
        self.links: list[DocumentLink] = []

    def fill(self, inside: Inside, face: Face, host: DocumentNode) -> None:
        """Lay the wires inside, those from the instance's wired inputs, and those to its outputs.

        Raises `InputError` where one has no slot to end at.
        """
        for end, link in inside.links.items():
            self._lead(end, link)
        for index, (slot, outer) in enumerate(zip(host.inputs, face.ends_of(host), strict=True)):
            if outer is not None and slot.link is not None:
                node, place = self._slot_of(outer, slot)
                link = DocumentLink(f"f{index}", INPUT_NODE, index, str(node), place, slot.type)
                self._lead((node, place), link)
        self.links += [
            DocumentLink(f"o{index}", str(node), slot, OUTPUT_NODE, index)
            for index, (node, slot) in enumerate(face.outputs)
        ]

    def wired_nodes(self) -> tuple[DocumentNode, ...]:
        """The nodes, their slots naming the links."""
        return tuple(
            replace(node, inputs=tuple(slots))
            for node, slots in zip(self._nodes, self._slots, strict=True)
        )

    def _lead(self, end: End, link: DocumentLink) -> None:
        """Let a link end at an input slot."""
        index, place = end
        if not 0 <= place < len(self._slots[index]):
            raise InputError(f"A link ends at input {place} of its {self._nodes[index].type!r}.")
        self._slots[index][place] = replace(self._slots[index][place], link=link.id)
        self.links.append(link)

    def _slot_of(self, end: End | tuple[int, str], outer: InputSlot) -> End:
        """The slot that an instance's input leads to; a widget inside gets one."""
        index, place = end
        if isinstance(place, int):
            return index, place
        if self._nodes[index].type == PRIMITIVE:
            raise InputError(f"Its input {outer.name!r} feeds a primitive inside.")
        self._slots[index].append(InputSlot(place, outer.type, widget=place))
        return index, len(self._slots[index]) - 1


def outer_outputs(host: DocumentNode, face: Face) -> tuple[OutputSlot, ...]:
    """An instance's outputs, and those that it does not list."""
    return host.outputs + (OutputSlot("", "*"),) * (len(face.outputs) - len(host.outputs))
