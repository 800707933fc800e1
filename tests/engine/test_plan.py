"""Parents first, every value freed once, after its last use."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capdemo.engine.plan import ancestors, make_plan, sources
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
def test_every_plan_is_sound(graph: Graph, data: st.DataObject) -> None:
    names = sorted(graph.nodes)
    targets = data.draw(st.lists(st.sampled_from(names), min_size=1, unique=True))
    alive: set[str] = set()
    run: list[str] = []
    freed: list[str] = []
    for step in make_plan(graph, targets).steps:
        assert all(source in alive for source in sources(graph.nodes[step.node]))
        alive.add(step.node)
        run.append(step.node)
        for node in step.release:
            alive.remove(node)
            freed.append(node)
    assert not alive
    assert sorted(run) == sorted(freed) == sorted(ancestors(graph, targets))


def test_a_value_is_freed_right_after_its_last_use() -> None:
    graph = Graph(
        {
            "a": GraphNode("Any", {}),
            "b": GraphNode("Any", {"x": Link("a", 0)}),
            "c": GraphNode("Any", {"x": Link("b", 0), "y": Link("a", 0)}),
        },
    )
    assert [(s.node, set(s.release)) for s in make_plan(graph, ["c"]).steps] == [
        ("a", set()),
        ("b", set()),
        ("c", {"a", "b", "c"}),
    ]


def test_a_long_chain_needs_no_recursion() -> None:
    nodes = {"0": GraphNode("Any", {})}
    nodes |= {str(n): GraphNode("Any", {"x": Link(str(n - 1), 0)}) for n in range(1, 5000)}
    assert len(make_plan(Graph(nodes), ["4999"]).steps) == 5000


def test_a_circle_is_an_error() -> None:
    circle = Graph({"a": GraphNode("Any", {"x": Link("a", 0)})})
    with pytest.raises(InputError, match="a -> a"):
        make_plan(circle, ["a"])
