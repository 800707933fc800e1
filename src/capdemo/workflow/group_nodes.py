"""Group nodes, which the editor replaced by subgraphs: turned into those, or refused.

A group node's type is `workflow>Name`; `extra.groupNodes` holds what is inside. Follows the front
end's `GroupNodeConfig` and its migration on loading.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from capdemo.errors import InputError
from capdemo.workflow.document import Subgraph, SubgraphSlot
from capdemo.workflow.group_faces import face_of
from capdemo.workflow.group_inside import inside_from_json
from capdemo.workflow.group_values import with_values
from capdemo.workflow.group_wiring import Wiring, outer_outputs
from capdemo.workflow.shape import Place

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from capdemo.node_api import NodeSchema
    from capdemo.workflow.boxes import DocumentNode
    from capdemo.workflow.document import Document
    from capdemo.workflow.group_faces import Face
    from capdemo.workflow.group_inside import Inside

_PREFIXES = ("workflow>", "workflow/")

_NODE_LIMIT = 10_000
"""Nodes inside group nodes, counted once for each instance."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A group node to be turned into a subgraph."""

    level: str
    """The id of the subgraph that it is in; empty for the top level."""
    node: DocumentNode
    around: tuple[str, ...] = ()
    """The names of the groups that it is inside of."""


def without_group_nodes(
    document: Document, schemas: Mapping[str, NodeSchema]
) -> tuple[Document, dict[tuple[str, str], str]]:
    """The document with subgraphs in place of its group nodes.

    Also the group nodes that stay, by subgraph (empty: the top level) and id, with what is wrong,
    a sentence. Nothing is guessed: where an instance does not match its definition, or a schema
    is missing that would be needed to tell, the node stays.
    """
    definitions = _Definitions(Place({**document.extra}, "", "extra")["groupNodes"], schemas)
    subgraphs = dict(document.subgraphs)
    levels = {"": document.nodes} | {key: entry.nodes for key, entry in subgraphs.items()}
    waiting = [_Waiting(key, node) for key, nodes in levels.items() for node in _groups(nodes)]
    replaced: dict[tuple[str, str], str] = {}
    refused: dict[tuple[str, str], str] = {}
    left = _NODE_LIMIT
    while waiting:
        group = waiting.pop()
        key = (group.level, group.node.id)
        try:
            subgraph = definitions.subgraph(group, left)
        except InputError as error:
            refused[key] = f"{error.where}: {error.what}".removeprefix(": ")
            continue
        left -= len(subgraph.nodes)
        replaced[key] = subgraph.id
        subgraphs[subgraph.id] = subgraph
        around = (*group.around, subgraph.name)
        waiting += [_Waiting(subgraph.id, node, around) for node in _groups(subgraph.nodes)]
    return _with_types(document, subgraphs, replaced), refused


def is_group_node(node: DocumentNode) -> bool:
    """Whether a node is of the old kind of group."""
    return node.type.startswith(_PREFIXES)


def _groups(nodes: Sequence[DocumentNode]) -> list[DocumentNode]:
    return [node for node in nodes if is_group_node(node)]


def _with_types(
    document: Document,
    subgraphs: Mapping[str, Subgraph],
    types: Mapping[tuple[str, str], str],
) -> Document:
    def renamed(level: str, nodes: Sequence[DocumentNode]) -> tuple[DocumentNode, ...]:
        return tuple(
            replace(
                node, type=types[level, node.id], widgets_values=None, widgets_values_named=None
            )
            if (level, node.id) in types
            else node
            for node in nodes
        )

    if not types:
        return document
    return replace(
        document,
        nodes=renamed("", document.nodes),
        subgraphs={
            key: replace(entry, nodes=renamed(key, entry.nodes)) for key, entry in subgraphs.items()
        },
    )


class _Definitions:
    """The groups of a file, each read once."""

    def __init__(self, place: Place, schemas: Mapping[str, NodeSchema]) -> None:
        self._place = place
        self._schemas = schemas
        self._read: dict[str, tuple[Inside, Face] | InputError] = {}

    def subgraph(self, group: _Waiting, limit: int) -> Subgraph:
        """The subgraph of one instance, with the instance's values inside.

        Raises `InputError` where it has more than `limit` nodes or does not fit the instance.
        """
        host, name = group.node, group.node.type[len(_PREFIXES[0]) :]
        inside, face = self._definition(name)
        if name in group.around:
            raise InputError("The group contains itself.")
        if len(inside.nodes) > limit:
            raise InputError(f"The group nodes hold more than {_NODE_LIMIT} nodes.")
        if len(host.outputs) > len(face.outputs):
            expected = len(face.outputs)
            raise InputError(f"It has {len(host.outputs)} outputs where its nodes have {expected}.")
        wiring = Wiring(with_values(inside, host, self._schemas))
        wiring.fill(inside, face, host)
        return Subgraph(
            id=f"group {group.level}/{host.id}",
            name=name,
            inputs=tuple(SubgraphSlot(slot.name, slot.type) for slot in host.inputs),
            outputs=tuple(SubgraphSlot(slot.name, slot.type) for slot in outer_outputs(host, face)),
            nodes=wiring.wired_nodes(),
            links=tuple(wiring.links),
        )

    def _definition(self, name: str) -> tuple[Inside, Face]:
        if name not in self._read:
            try:
                inside = inside_from_json(self._place[name])
                self._read[name] = inside, face_of(inside, self._schemas)
            except InputError as error:
                self._read[name] = error
        read = self._read[name]
        if isinstance(read, InputError):
            raise read
        return read
