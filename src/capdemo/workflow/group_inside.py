"""What a group node holds, as `extra.groupNodes` lists it: nodes and links by index."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

from capdemo.workflow.boxes import DocumentLink, node_from_json, socket_type
from capdemo.workflow.shape import Place

if TYPE_CHECKING:
    from collections.abc import Mapping

    from capdemo.workflow.boxes import DocumentNode

End: TypeAlias = tuple[int, int]
"""The index of a node in the group, and the index of one of its slots."""

_LINK_LENGTH = 4
_TYPE_PLACE = 5
"""Where a link lists the type that it carries."""


@dataclass(frozen=True, slots=True)
class Inside:
    """The nodes of a group, whose ids are their indices, and the wires between them."""

    place: Place
    """Where the file defines the group."""
    nodes: tuple[DocumentNode, ...]
    links: Mapping[End, DocumentLink]
    """By the input that they end at."""
    labels: Mapping[End, str]
    """What the user called an input."""
    wired: frozenset[End]
    """Outputs that are wired inside."""
    external: frozenset[End]
    """Those of them that show on the outside all the same."""

    def custom_name(self, node: int, name: str) -> str:
        """What the user called an input in the group's own settings; empty where nothing."""
        chosen = self.place["config"][node]["input"][name]["name"].value
        return chosen if isinstance(chosen, str) else ""

    def is_hidden(self, node: int, name: str) -> bool:
        """Whether the user hid an input."""
        return self.place["config"][node]["input"][name]["visible"].value is False

    def is_shown(self, end: End) -> bool:
        """Whether an output shows on the outside."""
        node, slot = end
        chosen = self.place["config"][node]["output"][slot]["visible"].value
        if isinstance(chosen, bool):
            return chosen
        return end not in self.wired or end in self.external


def inside_from_json(place: Place) -> Inside:
    """Read a group's definition; a wrong shape raises `InputError` naming the place in the file."""
    if not isinstance(place.value, dict):
        raise place.error("the nodes and links of a group")
    items = [*place["nodes"].items()]
    nodes = tuple(_node(item, index) for index, item in enumerate(items))
    links = [
        link
        for index, item in enumerate(place["links"].items())
        if (link := _link(item, index, len(nodes))) is not None
    ]
    return Inside(
        place=place,
        nodes=nodes,
        links={(int(link.target_id), link.target_slot): link for link in links},
        labels={
            (index, slot): label
            for index, item in enumerate(items)
            for slot, entry in enumerate(item["inputs"].items())
            if isinstance(label := entry["label"].value, str)
        },
        wired=frozenset((int(link.origin_id), link.origin_slot) for link in links),
        external=frozenset(
            (_member(item, 0).integer(), _member(item, 1).integer())
            for item in place["external"].items()
        ),
    )


def _node(place: Place, index: int) -> DocumentNode:
    """A node as the clipboard holds it: with an id that means nothing, and without links."""
    members = place.object()
    node = node_from_json(Place({**members, "id": index}, place.file, place.path))
    return replace(node, inputs=tuple(replace(slot, link=None) for slot in node.inputs))


def _link(place: Place, index: int, count: int) -> DocumentLink | None:
    """A wire inside; None where it comes from outside."""
    members = [*place.items()]
    if len(members) < _LINK_LENGTH:
        raise place.error(f"a link of at least {_LINK_LENGTH} members")
    if members[0].value is None:
        return None
    origin, origin_slot, target, target_slot = (m.integer() for m in members[:_LINK_LENGTH])
    if not (0 <= origin < count and 0 <= target < count):
        raise place.error(f"a link between two of {count} nodes")
    kind = socket_type(members[_TYPE_PLACE]) if len(members) > _TYPE_PLACE else "*"
    return DocumentLink(f"i{index}", str(origin), origin_slot, str(target), target_slot, kind)


def _member(place: Place, index: int) -> Place:
    members = [*place.items()]
    if index >= len(members):
        raise place.error("an output: a node and a slot")
    return members[index]
