"""Parents first; what hangs on what; circles by their nodes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capdemo.engine.plan import ancestors, descendants, find_cycles, ordered, sources
from capdemo.errors import InputError
from capdemo.workflow.graph import Graph, GraphNode, Link


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    """Any acyclic graph: node n takes values from nodes before it, listed in any order."""
    size = draw(st.integers(1, 12))
    nodes = {}
    for index in range(size):
        parents = draw(st.lists(st.integers(0, index - 1), max_size=4)) if index else []
        links = {f"in{slot}": Link(str(parent), 0) for slot, parent in enumerate(parents)}
        nodes[str(index)] = GraphNode("Any", links)
    order = draw(st.permutations(list(nodes)))
    return Graph({name: nodes[name] for name in order})


@given(graphs(), st.data())
def test_every_order_puts_sources_first(graph: Graph, data: st.DataObject) -> None:
    targets = data.draw(st.lists(st.sampled_from(sorted(graph.nodes)), min_size=1, unique=True))
    done: set[str] = set()
    for node in ordered(graph, targets):
        assert node not in done
        assert done.issuperset(sources(graph.nodes[node]))
        done.add(node)
    assert done == ancestors(graph, targets)


@given(graphs(), st.data())
def test_descendants_are_those_that_have_it_among_their_ancestors(
    graph: Graph,
    data: st.DataObject,
) -> None:
    root = data.draw(st.sampled_from(sorted(graph.nodes)))
    expected = {node for node in graph.nodes if root in ancestors(graph, [node])}
    assert descendants(graph, [root]) == expected


def test_a_long_chain_needs_no_recursion() -> None:
    nodes = {"0": GraphNode("Any", {})}
    nodes |= {str(n): GraphNode("Any", {"x": Link(str(n - 1), 0)}) for n in range(1, 5000)}
    assert ordered(Graph(nodes), ["4999"]) == tuple(str(n) for n in range(5000))


def test_a_circle_is_an_error() -> None:
    circle = Graph({"a": GraphNode("Any", {"x": Link("a", 0)})})
    with pytest.raises(InputError, match="a -> a"):
        ordered(circle, ["a"])


def test_every_circle_is_named() -> None:
    nodes = {
        "a": GraphNode("Any", {"x": Link("b", 0)}),
        "b": GraphNode("Any", {"x": Link("a", 0)}),
        "c": GraphNode("Any", {"x": Link("c", 0)}),
        "d": GraphNode("Any", {"x": Link("a", 0)}),
    }
    found = find_cycles(Graph(nodes), nodes)
    assert {frozenset(cycle) for cycle in found} == {frozenset("ab"), frozenset("c")}
    assert all(cycle[0] == cycle[-1] for cycle in found)
