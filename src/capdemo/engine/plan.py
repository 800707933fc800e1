"""Decides, before anything runs, the order of the nodes and when each value is freed."""

from __future__ import annotations

import graphlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from capdemo.errors import InputError
from capdemo.workflow.graph import GraphNode, Link

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from capdemo.workflow.graph import Graph


@dataclass(frozen=True, slots=True)
class Step:
    """Run one node, then forget the values that nothing needs any more."""

    node: str
    release: tuple[str, ...]
    """Nodes, this one perhaps among them, whose outputs are freed after the step."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The steps in order; every node's outputs are released exactly once, after their last use."""

    steps: tuple[Step, ...]


def make_plan(graph: Graph, targets: Sequence[str]) -> Plan:
    """Plan the run of the target nodes and all that they need.

    Raises `InputError` where the links run in a circle.
    """
    wanted = ancestors(graph, targets)
    sorter = _sorter(graph, wanted)
    try:
        order = tuple(sorter.static_order())
    except graphlib.CycleError as error:
        raise InputError(
            f"The links run in a circle: {' -> '.join(error.args[1])}.",
            hint="Remove one of these links.",
        ) from error
    last_use = {node: node for node in order}
    for node in order:
        for source in sources(graph.nodes[node]):
            last_use[source] = node
    released: dict[str, list[str]] = {node: [] for node in order}
    for node, user in last_use.items():
        released[user].append(node)
    return Plan(tuple(Step(node, tuple(released[node])) for node in order))


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


def find_cycle(graph: Graph, among: Collection[str]) -> tuple[str, ...]:
    """The nodes of one circle of links, the first again at the end; empty if there is none."""
    try:
        _sorter(graph, among).prepare()
    except graphlib.CycleError as error:
        return tuple(error.args[1])
    return ()


def sources(node: GraphNode) -> tuple[str, ...]:
    """The ids of the nodes that a node takes values from, each once."""
    links = (value.node for value in node.inputs.values() if isinstance(value, Link))
    return tuple(dict.fromkeys(links))


def _sorter(graph: Graph, among: Collection[str]) -> graphlib.TopologicalSorter[str]:
    """Nodes are added in file order, so that equal files give equal plans."""
    sorter: graphlib.TopologicalSorter[str] = graphlib.TopologicalSorter()
    for node_id, node in graph.nodes.items():
        if node_id in among:
            sorter.add(node_id, *(source for source in sources(node) if source in among))
    return sorter
