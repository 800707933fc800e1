"""Every value is let go exactly once, after its last use, whatever a run decides not to need."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from tests.engine.test_plan import graphs

from capdemo.engine.plan import ancestors, ordered, sources
from capdemo.engine.values import Slots, Values
from capdemo.workflow.graph import Graph, GraphNode, Link

ONE: Slots = (("value",),)


@given(graphs(), st.data())
def test_a_value_is_there_from_its_making_to_its_last_use(
    graph: Graph,
    data: st.DataObject,
) -> None:
    targets = data.draw(st.lists(st.sampled_from(sorted(graph.nodes)), min_size=1, unique=True))
    values = Values(graph, targets)
    order = ordered(graph, targets)
    users = {node: {u for u in order if node in sources(graph.nodes[u])} for node in order}
    for node in order:
        assert all(values.has(source) for source in sources(graph.nodes[node]))
        values.settle(node, ONE)
        for other in order:
            made = values.is_settled(other)
            assert values.has(other) == (made and bool(users[other] - settled(values, order)))
    assert not any(values.has(node) for node in order)


def settled(values: Values, order: tuple[str, ...]) -> set[str]:
    return {node for node in order if values.is_settled(node)}


@given(graphs(), st.data())
def test_what_is_dropped_is_settled_with_all_that_only_it_needed(
    graph: Graph,
    data: st.DataObject,
) -> None:
    target = data.draw(st.sampled_from(sorted(graph.nodes)))
    values = Values(graph, [target])
    inputs = graph.nodes[target].inputs
    dropped = data.draw(st.sets(st.sampled_from(sorted(inputs)))) if inputs else set()
    values.drop(target, dropped)
    kept = Graph(
        {
            **graph.nodes,
            target: GraphNode("Any", {n: v for n, v in inputs.items() if n not in dropped}),
        }
    )
    still_needed = ancestors(kept, [target])
    for node in ancestors(graph, [target]):
        assert values.is_settled(node) == (node not in still_needed)


def test_a_target_is_never_dropped() -> None:
    graph = Graph({"a": GraphNode("Any", {}), "b": GraphNode("Any", {"x": Link("a", 0)})})
    values = Values(graph, ["b", "a"])
    values.drop("b", {"x"})
    assert not values.is_settled("a")


def test_a_constant_is_a_list_of_one_and_a_link_the_list_of_its_slot() -> None:
    graph = Graph({"a": GraphNode("Any", {}), "b": GraphNode("Any", {"x": Link("a", 1)})})
    values = Values(graph, ["b"])
    values.settle("a", ((1, 2), (3, 4, 5)))
    assert values.of(Link("a", 1)) == (3, 4, 5)
    assert values.of("text") == ("text",)
