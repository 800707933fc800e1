"""A workflow as the editor saves it, formats 0.4 and 1; nothing is resolved or named here."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from capdemo.workflow.boxes import (
    MODE_BYPASSED,
    MODE_MUTED,
    DocumentLink,
    DocumentNode,
    Group,
    InputSlot,
    OutputSlot,
    group_from_json,
    link_from_json,
    node_from_json,
    socket_type,
)
from capdemo.workflow.shape import Place

if TYPE_CHECKING:
    from collections.abc import Mapping

    from capdemo.workflow.graph import JsonValue

__all__ = [
    "INPUT_NODE",
    "MODE_BYPASSED",
    "MODE_MUTED",
    "OUTPUT_NODE",
    "Document",
    "DocumentLink",
    "DocumentNode",
    "Group",
    "InputSlot",
    "OutputSlot",
    "Subgraph",
    "SubgraphSlot",
    "document_from_json",
]

INPUT_NODE = "-10"
OUTPUT_NODE = "-20"
"""The ids that links inside a subgraph have for its own inputs and outputs."""


@dataclass(frozen=True, slots=True)
class SubgraphSlot:
    """An input or an output that the instances of a subgraph have."""

    name: str
    """What instances call it; a label that is shown instead does not matter here."""
    type: str = "*"
    link_ids: tuple[str, ...] = ()
    """The links inside that start or end here, in the order in which the editor asks them."""


@dataclass(frozen=True, slots=True)
class Subgraph:
    """A graph that nodes whose type is its id stand for; any number of them may share it."""

    id: str
    name: str
    inputs: tuple[SubgraphSlot, ...] = ()
    outputs: tuple[SubgraphSlot, ...] = ()
    nodes: tuple[DocumentNode, ...] = ()
    links: tuple[DocumentLink, ...] = ()
    """From and to nodes; from `INPUT_NODE` and to `OUTPUT_NODE` by the index of a slot above."""
    groups: tuple[Group, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """All boxes and wires, in file order."""

    nodes: tuple[DocumentNode, ...]
    """Those of the top level."""
    links: tuple[DocumentLink, ...] = ()
    groups: tuple[Group, ...] = ()
    subgraphs: Mapping[str, Subgraph] = field(default_factory=dict)
    """By id, also those that are defined inside others."""
    extra: Mapping[str, JsonValue] = field(default_factory=dict)
    """As in the file: `groupNodes`, and much that only the editor uses."""


def document_from_json(value: JsonValue, *, file: str) -> Document:
    """Read the editor's format; a wrong shape raises `InputError` naming the place in the file."""
    root = Place(value, file)
    return Document(
        nodes=_nodes(root["nodes"]),
        links=_links(root["links"]),
        groups=tuple(group_from_json(place) for place in root["groups"].items()),
        subgraphs=_subgraphs(root),
        extra=root["extra"].object(),
    )


def _nodes(places: Place) -> tuple[DocumentNode, ...]:
    nodes = tuple(node_from_json(place) for place in places.items())
    seen: set[str] = set()
    for place, node in zip(places.items(), nodes, strict=True):
        if node.id in seen:
            raise place.error(f"an id other than {node.id!r}, which is taken")
        seen.add(node.id)
    return nodes


def _links(places: Place) -> tuple[DocumentLink, ...]:
    return tuple(link_from_json(place) for place in places.items() if place.value is not None)


def _subgraphs(level: Place) -> dict[str, Subgraph]:
    """The definitions of this level and, recursively, of those inside them."""
    level["definitions"].object()
    found: dict[str, Subgraph] = {}
    for place in level["definitions"]["subgraphs"].items():
        subgraph = _subgraph(place)
        for inner in (subgraph, *_subgraphs(place).values()):
            if found.setdefault(inner.id, inner) != inner:
                raise place.error(f"an id other than {inner.id!r}, which is taken")
    return found


def _subgraph(place: Place) -> Subgraph:
    if not isinstance(place.value, dict):
        raise place.error("a subgraph")
    return Subgraph(
        id=place["id"].identifier(),
        name=place["name"].text(),
        inputs=tuple(_slot(slot) for slot in place["inputs"].items()),
        outputs=tuple(_slot(slot) for slot in place["outputs"].items()),
        nodes=_nodes(place["nodes"]),
        links=_links(place["links"]),
        groups=tuple(group_from_json(group) for group in place["groups"].items()),
    )


def _slot(place: Place) -> SubgraphSlot:
    if not isinstance(place.value, dict):
        raise place.error("a slot")
    return SubgraphSlot(
        name=place["name"].text(),
        type=socket_type(place["type"]),
        link_ids=tuple(link.identifier() for link in place["linkIds"].items()),
    )
