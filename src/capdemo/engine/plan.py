"""What a run needs and in which order; decides nothing about values."""

from __future__ import annotations

import graphlib
from typing import TYPE_CHECKING

from capdemo.errors import InputError
from capdemo.workflow.graph import GraphNode, Link

if TYPE_CHECKING:
    from collections.abc import Collection

    from capdemo.workflow.graph import Graph


def ordered(graph: Graph, targets: Collection[str]) -> tuple[str, ...]:
    """The targets and all that they need, each node after its sources.

    Raises `InputError` where the links run in a circle.
    """
    sorter = _sorter(graph, ancestors(graph, targets))
    try:
        return tuple(sorter.static_order())
    except graphlib.CycleError as error:
        raise InputError(
            f"The links run in a circle: {' -> '.join(error.args[1])}.",
            hint="Remove one of these links.",
        ) from error


def ancestors(graph: Graph, targets: Collection[str]) -> set[str]:
    """The targets and every node that they depend on; links to absent nodes are passed over."""
    found: set[str] = set()
    waiting = [target for target in targets if target in graph.nodes]
    while waiting:
        node = waiting.pop()
        if node not in found:
            found.add(node)
            waiting.extend(s for s in sources(graph.nodes[node]) if s in graph.nodes)
    return found


def descendants(graph: Graph, roots: Collection[str]) -> set[str]:
    """The roots and every node that depends on one of them."""
    users: dict[str, list[str]] = {}
    for node_id, node in graph.nodes.items():
        for source in sources(node):
            users.setdefault(source, []).append(node_id)
    found: set[str] = set()
    waiting = list(roots)
    while waiting:
        node_id = waiting.pop()
        if node_id not in found:
            found.add(node_id)
            waiting.extend(users.get(node_id, ()))
    return found


def find_cycles(graph: Graph, among: Collection[str]) -> tuple[tuple[str, ...], ...]:
    """Circles of links, each with its first node again at the end, until none is left to break."""
    found: list[tuple[str, ...]] = []
    left = set(among)
    while True:
        try:
            _sorter(graph, left).prepare()
        except graphlib.CycleError as error:
            found.append(tuple(error.args[1]))
            left.difference_update(found[-1])
        else:
            return tuple(found)


def sources(node: GraphNode) -> tuple[str, ...]:
    """The ids of the nodes that a node takes values from, each once."""
    links = (value.node for value in node.inputs.values() if isinstance(value, Link))
    return tuple(dict.fromkeys(links))


def _sorter(graph: Graph, among: Collection[str]) -> graphlib.TopologicalSorter[str]:
    """Nodes are added in file order, so that equal files give equal orders."""
    sorter: graphlib.TopologicalSorter[str] = graphlib.TopologicalSorter()
    for node_id, node in graph.nodes.items():
        if node_id in among:
            sorter.add(node_id, *(source for source in sources(node) if source in among))
    return sorter
