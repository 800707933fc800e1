"""What a link delivers: a node's output, a primitive's value, or nothing; expands no subgraphs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from capdemo.workflow.document import MODE_BYPASSED, MODE_MUTED
from capdemo.workflow.graph import Link

if TYPE_CHECKING:
    from capdemo.workflow.document import Document, DocumentLink, DocumentNode
    from capdemo.workflow.graph import JsonValue

PRIMITIVE = "PrimitiveNode"
REROUTES = frozenset({"Reroute", "Reroute (rgthree)"})
NAMED_WIRES = frozenset({"SetNode", "GetNode"})


@dataclass(frozen=True, slots=True)
class Constant:
    """The value of a primitive, which the editor writes into the widget it is wired to."""

    value: JsonValue


@dataclass(frozen=True, slots=True)
class Blocked:
    """A link that cannot be followed, because of a node that it passes."""

    node: DocumentNode
    is_cycle: bool = False
    """Whether the wire runs in a circle; else the node is of a kind that is not resolved here."""


@dataclass(frozen=True, slots=True)
class _Reroute:
    node: DocumentNode


Source: TypeAlias = Link | Constant | Blocked | None
"""None: nothing arrives, and a widget keeps its own value."""


class Links:
    """The wires of one document, followed upstream through what exists only in the editor."""

    def __init__(self, document: Document) -> None:
        self._nodes = {node.id: node for node in document.nodes}
        self._subgraphs = document.subgraph_names
        self._by_id = {link.id: link for link in document.links}
        self._by_end = {(k.id, k.target_id, k.target_slot): k for k in document.links}
        self._through: dict[str, Source] = {}
        """What comes out of a reroute, so that a long chain is walked once."""

    def source(self, node: DocumentNode, slot: int) -> Source:
        """What arrives at input slot `slot` of a node, counted as the file lists its slots."""
        passed: dict[str, None] = {}
        found = self._step(node, slot)
        while isinstance(found, _Reroute):
            if found.node.id in passed:
                found = Blocked(found.node, is_cycle=True)
            elif found.node.id in self._through:
                found = self._through[found.node.id]
            else:
                passed[found.node.id] = None
                found = self._step(found.node, 0)
        self._through |= dict.fromkeys(passed, found)
        return found

    def unsupported(self, node: DocumentNode) -> str:
        """The front end's feature that a node stands for and that is not resolved here, if any."""
        if node.type in self._subgraphs:
            return f"an instance of the subgraph {self._subgraphs[node.type]!r}"
        if node.type.startswith(("workflow>", "workflow/")):
            return "a group node"
        if node.type in NAMED_WIRES:
            return f"a {node.type}, a wire without a line"
        if node.type.startswith("Anything Everywhere"):
            return "a broadcast of the pack 'cg-use-everywhere'"
        return "bypassed" if node.mode == MODE_BYPASSED else ""

    def _step(self, node: DocumentNode, slot: int) -> Source | _Reroute:
        """What stands at the other end of the link into a slot."""
        link = self._link_into(node, slot)
        origin = self._nodes.get(link.origin_id) if link else None
        if link is None or origin is None:
            return None
        if origin.type == PRIMITIVE:  # pushes its value even while it is muted
            values = origin.widgets_values
            return Constant(values[0]) if isinstance(values, tuple) and values else None
        if origin.mode == MODE_MUTED:
            return None
        if origin.type in REROUTES:
            return _Reroute(origin)
        if self.unsupported(origin):
            return Blocked(origin)
        return Link(origin.id, link.origin_slot) if link.origin_slot >= 0 else None

    def _link_into(self, node: DocumentNode, slot: int) -> DocumentLink | None:
        """The link that the slot names; of several with that id, the one that ends here."""
        if slot >= len(node.inputs):
            return None
        link_id = node.inputs[slot].link or ""
        return self._by_end.get((link_id, node.id, slot)) or self._by_id.get(link_id)
