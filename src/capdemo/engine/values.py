"""What nodes have given so far, kept until nothing that may still run needs it.

A node is settled once it has run, or once it is certain that it never will. What leads to a
settled node is let go: a value is freed, and a node that has not run is settled itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from capdemo.engine.plan import ancestors, sources
from capdemo.workflow.graph import Link

if TYPE_CHECKING:
    from collections.abc import Collection

    from capdemo.workflow.graph import Graph, JsonValue

Slots: TypeAlias = "tuple[tuple[object, ...], ...]"
"""For each output slot of a node, its list of values; most lists have one."""


class Values:
    """The values of one run."""

    def __init__(self, graph: Graph, targets: Collection[str]) -> None:
        self._graph = graph
        self._targets = frozenset(targets)
        self._slots: dict[str, Slots] = {}
        self._settled: set[str] = set()
        wanted = ancestors(graph, targets)
        self._users: dict[str, set[str]] = {node: set() for node in wanted}
        """For each node, those that may still take its value."""
        for node in wanted:
            for source in sources(graph.nodes[node]):
                if source in wanted:
                    self._users[source].add(node)

    def is_settled(self, node: str) -> bool:
        """Whether a node has run or never will."""
        return node in self._settled

    def has(self, node: str) -> bool:
        """Whether a node's values are at hand."""
        return node in self._slots

    def of(self, value: Link | JsonValue) -> tuple[object, ...]:
        """The list of values of a link, or a constant as a list of one."""
        return self._slots[value.node][value.slot] if isinstance(value, Link) else (value,)

    def settle(self, node: str, slots: Slots) -> None:
        """Take what a node gave, and let go of what only it needed."""
        if self._users[node]:
            self._slots[node] = slots
        self._settled.add(node)
        self._leave(node, sources(self._graph.nodes[node]))

    def drop(self, node: str, inputs: Collection[str]) -> None:
        """Note that a node will not take these of its inputs."""
        links = self._graph.nodes[node].inputs
        kept = {
            value.node
            for name, value in links.items()
            if isinstance(value, Link) and name not in inputs
        }
        dropped = [links[name] for name in inputs]
        unused = {link.node for link in dropped if isinstance(link, Link)} - kept
        self._leave(node, unused)

    def _leave(self, user: str, left: Collection[str]) -> None:
        waiting = [(user, source) for source in left]
        while waiting:
            leaving, source = waiting.pop()
            users = self._users[source]
            if leaving not in users:
                continue
            users.discard(leaving)
            if users:
                continue
            self._slots.pop(source, None)
            if source not in self._settled and source not in self._targets:
                self._settled.add(source)
                waiting.extend((source, further) for further in sources(self._graph.nodes[source]))
