"""One graph of a document, indexed for following its wires; knows nothing of other graphs."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from capdemo.workflow.document import INPUT_NODE, OUTPUT_NODE, Subgraph
from capdemo.workflow.named_wires import setters_by_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from capdemo.workflow.document import Document, DocumentLink, DocumentNode, SubgraphSlot


class Level:
    """The boxes and wires of the top level or of one subgraph."""

    def __init__(self, graph: Document | Subgraph) -> None:
        self.nodes: Mapping[str, DocumentNode] = {node.id: node for node in graph.nodes}
        """By id, in file order."""
        self.inputs = graph.inputs if isinstance(graph, Subgraph) else ()
        self.outputs = graph.outputs if isinstance(graph, Subgraph) else ()
        self.name = graph.name if isinstance(graph, Subgraph) else ""
        self.setters = setters_by_name(graph.nodes)
        """The nodes that name a wire, by that name."""
        self._by_end = {(k.id, k.target_id, k.target_slot): k for k in graph.links}
        self._by_target = {(k.id, k.target_id): k for k in graph.links}
        self._by_id = {k.id: k for k in graph.links}
        inwards = [(k.origin_slot, k) for k in graph.links if k.origin_id == INPUT_NODE]
        self._fed = self._ends(_ordered(self.inputs, inwards))
        outwards = [(k.target_slot, k) for k in graph.links if k.target_id == OUTPUT_NODE]
        self._filled = _ordered(self.outputs, outwards)

    def link_into(self, node: DocumentNode, slot: int) -> DocumentLink | None:
        """The link that an input slot names, counted as the file lists the slots.

        Of several links with that id it is the one that ends here. A link that no slot names
        leads nowhere.
        """
        if not 0 <= slot < len(node.inputs):
            return None
        link = node.inputs[slot].link or ""
        return (
            self._by_end.get((link, node.id, slot))
            or self._by_target.get((link, node.id))
            or self._by_id.get(link)
        )

    def link_out(self, slot: int) -> DocumentLink | None:
        """The link that fills an output of this subgraph."""
        links = self._filled[slot] if 0 <= slot < len(self._filled) else []
        return links[0] if links else None

    def fed(self, index: int) -> Sequence[tuple[DocumentNode, int]]:
        """The nodes inside that an input of this subgraph feeds, and at which of their slots."""
        return self._fed[index] if 0 <= index < len(self._fed) else ()

    def _ends(self, links: Iterable[list[DocumentLink]]) -> list[list[tuple[DocumentNode, int]]]:
        slots = _linked_slots(self.nodes.values())
        return [
            [
                (self.nodes[link.target_id], slots[link.target_id, link.id])
                for link in fed
                if (link.target_id, link.id) in slots
            ]
            for fed in links
        ]


def _linked_slots(nodes: Iterable[DocumentNode]) -> dict[tuple[str, str], int]:
    """From a node and a link to the slot that names the link, the first where several do."""
    slots: dict[tuple[str, str], int] = {}
    for node in nodes:
        for index, slot in enumerate(node.inputs):
            if slot.link is not None:
                slots.setdefault((node.id, slot.link), index)
    return slots


def _ordered(
    slots: Sequence[SubgraphSlot], ends: Iterable[tuple[int, DocumentLink]]
) -> list[list[DocumentLink]]:
    """The links of each slot as the slot lists them, then those that it does not list."""
    links: defaultdict[int, dict[str, DocumentLink]] = defaultdict(dict)
    for index, link in ends:
        links[index].setdefault(link.id, link)
    return [
        [links[i][k] for k in dict.fromkeys((*slot.link_ids, *links[i])) if k in links[i]]
        for i, slot in enumerate(slots)
    ]
