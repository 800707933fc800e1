"""The nodes that a run knows: a value that is passed in, never a global that imports fill."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from capdemo.node_api.declare import Node, NodeFamily
    from capdemo.node_api.schema import NodeSchema


class NodeRegistry(Mapping[str, "Node"]):
    """From `class_type` to node, fixed once made; the same name twice is a `ValueError`."""

    def __init__(self, families: Iterable[NodeFamily]) -> None:
        self._nodes: dict[str, Node] = {}
        for node in (node for family in families for node in family):
            if node.schema.class_type in self._nodes:
                msg = f"Two nodes are called {node.schema.class_type!r}."
                raise ValueError(msg)
            self._nodes[node.schema.class_type] = node

    def replaced(self, families: Iterable[NodeFamily]) -> NodeRegistry:
        """Another registry, in which the nodes of these families stand for those of their name."""
        changed = NodeRegistry([])
        changed._nodes = self._nodes | dict(NodeRegistry(families))
        return changed

    def __getitem__(self, class_type: str) -> Node:
        return self._nodes[class_type]

    def __iter__(self) -> Iterator[str]:
        return iter(self._nodes)

    def __len__(self) -> int:
        return len(self._nodes)

    @property
    def schemas(self) -> dict[str, NodeSchema]:
        """The schemas alone, which is all that reading and documenting workflows needs."""
        return {class_type: node.schema for class_type, node in self._nodes.items()}
