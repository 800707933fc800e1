"""A document's subgraphs, expanded to a tree of graphs; refuses what would never end."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from capdemo.workflow.document import MODE_BYPASSED, MODE_MUTED
from capdemo.workflow.level import Level
from capdemo.workflow.promotions import Promoted, Promotions
from capdemo.workflow.shape import ID_LIMIT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from capdemo.workflow.document import Document, DocumentNode

NODE_LIMIT = 50_000
"""Nodes inside subgraphs, counted once for each instance; templates reach some hundreds."""

_INACTIVE = (MODE_MUTED, MODE_BYPASSED)


@dataclass(frozen=True, slots=True, eq=False)
class Scope:
    """A graph where it runs: the top level, or a subgraph in one of its instances."""

    level: Level
    path: str = ""
    """The ids of the instances around it, each followed by a colon."""
    outer: Scope | None = None
    host: DocumentNode | None = None
    """The instance, a node of `outer`."""
    promoted: Promoted = field(default_factory=Promoted)
    inner: dict[str, Scope] = field(default_factory=dict)
    """By the ids of the instances in this graph that are expanded."""

    def execution_id(self, node: DocumentNode) -> str:
        """What the executor calls a node of this graph."""
        return self.path + node.id


@dataclass(frozen=True, slots=True)
class Expansion:
    """A document with every active instance of a subgraph expanded."""

    root: Scope
    levels: Mapping[str, Level]
    """The subgraphs by id."""
    promotions: Promotions
    refused: Mapping[str, str]
    """By execution id: why an instance was not expanded."""

    def active_nodes(self) -> Iterator[tuple[Scope, DocumentNode]]:
        """The nodes that are neither muted nor bypassed, those inside an instance in its place."""
        waiting = [(self.root, iter(self.root.level.nodes.values()))]
        while waiting:
            scope, nodes = waiting[-1]
            node = next(nodes, None)
            if node is None:
                waiting.pop()
            elif inner := scope.inner.get(node.id):
                waiting.append((inner, iter(inner.level.nodes.values())))
            elif node.mode not in _INACTIVE:
                yield scope, node


def expand(document: Document) -> Expansion:
    """Expand all instances that are neither muted nor bypassed, however deep.

    Not expanded, and said so: what contains itself, and what passes a limit.
    """
    levels = {key: Level(subgraph) for key, subgraph in document.subgraphs.items()}
    sizes = _sizes(levels)
    promotions = Promotions(levels, sizes)
    root = Scope(Level(document))
    refused: dict[str, str] = {}
    left = NODE_LIMIT
    waiting = [root]
    while waiting:
        scope = waiting.pop()
        for host in _instances(scope.level, levels):
            reason = _refusal(scope, host, levels, sizes)
            if not reason and scope is root and sizes[host.type] > left:
                reason = f"holds, with the others, more than {NODE_LIMIT} nodes"
            if reason:
                refused[scope.execution_id(host)] = reason
                continue
            left -= sizes[host.type] if scope is root else 0
            inner = _inside(scope, host, levels, promotions)
            scope.inner[host.id] = inner
            waiting.append(inner)
    return Expansion(root, levels, promotions, refused)


def _inside(
    scope: Scope, host: DocumentNode, levels: Mapping[str, Level], promotions: Promotions
) -> Scope:
    return Scope(
        level=levels[host.type],
        path=f"{scope.execution_id(host)}:",
        outer=scope,
        host=host,
        promoted=promotions.of(host, scope.promoted.handed.get(host.id, ())),
    )


def _instances(level: Level, levels: Mapping[str, Level]) -> list[DocumentNode]:
    return [
        node for node in level.nodes.values() if node.type in levels and node.mode not in _INACTIVE
    ]


def _refusal(
    scope: Scope, host: DocumentNode, levels: Mapping[str, Level], sizes: Mapping[str, int]
) -> str:
    if host.type not in sizes:
        return "contains itself, or a subgraph that does"
    longest = max(map(len, levels[host.type].nodes), default=0)
    if len(scope.path) + len(host.id) + 1 + longest > ID_LIMIT:
        return "lies too deep inside others"
    return ""


def _sizes(levels: Mapping[str, Level]) -> dict[str, int]:
    """How many nodes each subgraph has with all that is inside, leaves first.

    A subgraph that contains itself, or one that does, has none. The numbers stop growing past
    the limit.
    """
    inside = {
        key: Counter(node.type for node in _instances(level, levels))
        for key, level in levels.items()
    }
    around: defaultdict[str, list[str]] = defaultdict(list)
    for key, children in inside.items():
        for child in children:
            around[child].append(key)
    open_children = {key: len(children) for key, children in inside.items()}
    ready = [key for key, count in open_children.items() if count == 0]
    sizes: dict[str, int] = {}
    while ready:
        key = ready.pop()
        size = len(levels[key].nodes) + sum(sizes[k] * n for k, n in inside[key].items())
        sizes[key] = min(size, NODE_LIMIT + 1)
        for parent in around[key]:
            open_children[parent] -= 1
            if open_children[parent] == 0:
                ready.append(parent)
    return sizes
