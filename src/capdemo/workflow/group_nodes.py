"""Group nodes, which the editor replaced by subgraphs: turned into those, or refused.

A group node's type is `workflow>Name`; `extra.groupNodes` holds what is inside. Follows the front
end's `GroupNodeConfig` and its migration on loading.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from capdemo.errors import InputError
from capdemo.workflow.boxes import DocumentLink, InputSlot, OutputSlot
from capdemo.workflow.document import INPUT_NODE, OUTPUT_NODE, Subgraph, SubgraphSlot
from capdemo.workflow.editor_nodes import PRIMITIVE
from capdemo.workflow.group_faces import face_of
from capdemo.workflow.group_inside import inside_from_json
from capdemo.workflow.group_values import with_values
from capdemo.workflow.shape import Place

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from capdemo.node_api import NodeSchema
    from capdemo.workflow.boxes import DocumentNode
    from capdemo.workflow.document import Document
    from capdemo.workflow.group_faces import Face
    from capdemo.workflow.group_inside import End

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
    definitions = Place({**document.extra}, "", "extra")["groupNodes"]
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
            subgraph = _subgraph(group, definitions, schemas)
        except InputError as error:
            refused[key] = f"{error.where}: {error.what}".removeprefix(": ")
            continue
        if len(subgraph.nodes) > left:
            refused[key] = f"The group nodes hold more than {_NODE_LIMIT} nodes."
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


def _subgraph(group: _Waiting, definitions: Place, schemas: Mapping[str, NodeSchema]) -> Subgraph:
    """The subgraph of one instance, with the instance's values inside; raises `InputError`."""
    name = group.node.type[len(_PREFIXES[0]) :]
    if name in group.around:
        raise InputError("The group contains itself.")
    inside = inside_from_json(definitions[name])
    face = face_of(inside, schemas)
    host = group.node
    if len(host.outputs) > len(face.outputs):
        raise InputError(
            f"It has {len(host.outputs)} outputs where its nodes have {len(face.outputs)}."
        )
    nodes = with_values(inside, host, schemas)
    links = [*inside.links.values(), *_to_outputs(face)]
    for target, link in inside.links.items():
        _wire(nodes, target, link.id)
    for index, slot in enumerate(host.inputs):
        end = face.end_of(host, index)
        if end is not None and slot.link is not None:
            node_id, place = _wire(nodes, _slot_of(nodes, end, slot), f"f{index}")
            links.append(DocumentLink(f"f{index}", INPUT_NODE, index, node_id, place, slot.type))
    return Subgraph(
        id=f"group {group.level}/{host.id}",
        name=name,
        inputs=tuple(SubgraphSlot(slot.name, slot.type) for slot in host.inputs),
        outputs=tuple(SubgraphSlot(slot.name, slot.type) for slot in _outputs(host, face)),
        nodes=tuple(nodes),
        links=tuple(links),
    )


def _wire(nodes: list[DocumentNode], end: End, link: str) -> tuple[str, int]:
    """Let an input slot name a link; the node's id and the slot."""
    index, place = end
    slots = nodes[index].inputs
    if not 0 <= place < len(slots):
        raise InputError(f"A link ends at input {place} of its {nodes[index].type!r}.")
    slot = replace(slots[place], link=link)
    nodes[index] = replace(nodes[index], inputs=(*slots[:place], slot, *slots[place + 1 :]))
    return nodes[index].id, place


def _slot_of(nodes: list[DocumentNode], end: End | tuple[int, str], outer: InputSlot) -> End:
    """The slot that an instance's input leads to; a widget inside gets one."""
    index, place = end
    if isinstance(place, int):
        return index, place
    node = nodes[index]
    if node.type == PRIMITIVE:
        raise InputError(f"Its input {outer.name!r} feeds a primitive inside.")
    slot = InputSlot(place, outer.type, widget=place)
    nodes[index] = replace(node, inputs=(*node.inputs, slot))
    return index, len(node.inputs)


def _to_outputs(face: Face) -> list[DocumentLink]:
    return [
        DocumentLink(f"o{index}", str(node), slot, OUTPUT_NODE, index)
        for index, (node, slot) in enumerate(face.outputs)
    ]


def _outputs(host: DocumentNode, face: Face) -> tuple[OutputSlot, ...]:
    """Those of the instance, and those that it does not list."""
    return host.outputs + (OutputSlot("", "*"),) * (len(face.outputs) - len(host.outputs))
