"""Equal parts of workflows run once; what is kept stays below the bound."""

# mypy: disable-error-code="return-value"

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st
from tests.engine.nodes_for_tests import NODES, Log, context

from capdemo.engine.execute import Work, execute
from capdemo.engine.fingerprint import node_keys
from capdemo.engine.sharing import Shared, count_uses, size_of
from capdemo.node_api import Audio, Latent
from capdemo.workflow.graph import Graph, GraphNode, Link


def workflow(value: int, *, scale: float, first: str = "1") -> Graph:
    """A number, doubled, and the double times `scale`; only the last depends on `scale`."""
    return Graph(
        {
            first: GraphNode("Number", {"value": value}),
            "2": GraphNode("Add", {"left": Link(first, 0), "right": Link(first, 0), "scale": 1.0}),
            "3": GraphNode("Add", {"left": Link("2", 0), "right": Link("2", 0), "scale": scale}),
            "4": GraphNode("Keep", {"image": Link("3", 0)}),
        }
    )


def keys_of(graph: Graph) -> dict[str, str]:
    keys = node_keys(graph, ["4"], NODES.schemas)
    return {node: key for node, key in keys.items() if node != "4"}


def run_all(graphs: list[Graph], max_bytes: int | None = None) -> tuple[list[list[int]], list[str]]:
    """What each workflow kept, and all that ran, in order."""
    uses = count_uses([(graph, ["4"], keys_of(graph)) for graph in graphs])
    shared = Shared(uses, max_bytes)
    ran: list[str] = []
    kept: list[list[int]] = []
    for graph in graphs:
        log, told = Log(), []  # type: ignore[var-annotated]
        work = Work(graph, ["4"], "w.json", keys_of(graph))
        execute(work, NODES, lambda _, told=told: context(told), log, shared)  # type: ignore[misc]
        ran += log.started_nodes
        kept.append(told)
    assert shared.size == 0
    return kept, ran


def test_a_common_part_of_two_workflows_runs_once() -> None:
    kept, ran = run_all([workflow(3, scale=1.0), workflow(3, scale=2.0, first="one")])
    assert kept == [[12], [24]]
    assert ran == ["1 Number", "2 Add", "3 Add", "4 Keep", "3 Add", "4 Keep"]


def test_outputs_run_in_every_workflow() -> None:
    kept, ran = run_all([workflow(3, scale=1.0)] * 3)
    assert kept == [[12]] * 3
    assert ran == ["1 Number", "2 Add", "3 Add", "4 Keep", "4 Keep", "4 Keep"]


def test_another_value_shares_nothing() -> None:
    kept, ran = run_all([workflow(3, scale=1.0), workflow(4, scale=1.0)])
    assert kept == [[12], [16]]
    assert len(ran) == 8


def test_equal_nodes_of_one_workflow_run_once() -> None:
    graph = Graph(
        {
            "1": GraphNode("Number", {"value": 3}),
            "2": GraphNode("Number", {"value": 3}),
            "3": GraphNode("Add", {"left": Link("1", 0), "right": Link("2", 0), "scale": 1.0}),
            "4": GraphNode("Keep", {"image": Link("3", 0)}),
        }
    )
    assert run_all([graph]) == ([[6]], ["1 Number", "3 Add", "4 Keep"])


def test_what_else_a_node_depends_on_is_in_its_key() -> None:
    graph = workflow(3, scale=1.0)
    plain = node_keys(graph, ["4"], NODES.schemas)
    dated = node_keys(
        graph, ["4"], NODES.schemas, lambda node: "x" if node.class_type == "Number" else None
    )
    assert all(plain[node] != dated[node] for node in graph.nodes)


@dataclass
class Sized:
    """A value that says how large it is."""

    nbytes: int


def test_the_least_recently_used_is_dropped_first() -> None:
    shared = Shared({"a": 9, "b": 9, "c": 9}, max_bytes=100)
    for key in "ab":
        shared.give(key, ((Sized(40),),))
    assert shared.take("a") is not None
    shared.give("c", ((Sized(40),),))
    assert shared.take("b") is None
    assert shared.take("a") is not None
    assert shared.take("c") is not None
    assert shared.size == 80


def test_what_alone_is_larger_than_the_bound_is_not_kept() -> None:
    shared = Shared({"a": 1, "b": 1}, max_bytes=100)
    shared.give("a", ((Sized(60),),))
    shared.give("b", ((Sized(101),),))
    assert shared.take("b") is None
    assert shared.size <= 100


def test_the_last_to_take_takes_it_away() -> None:
    shared = Shared({"a": 2})
    shared.give("a", ((Sized(5),),))
    assert (shared.take("a"), shared.size) == (((Sized(5),),), 5)
    assert (shared.take("a"), shared.size) == (((Sized(5),),), 0)
    assert shared.take("a") is None


def test_what_nobody_will_take_is_not_kept() -> None:
    shared = Shared({"a": 1})
    shared.give("b", ((Sized(5),),))
    shared.give(None, ((Sized(5),),))
    assert shared.size == 0


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(0, 60)), max_size=40))
def test_the_bound_holds_whatever_happens(steps: list[tuple[str, int]]) -> None:
    shared = Shared(dict.fromkeys("abcdef", 100), max_bytes=100)
    for key, size in steps:
        if shared.take(key) is None:
            shared.give(key, ((Sized(size),),))
        assert shared.size <= 100


def test_a_workflow_with_a_bound_of_nothing_gives_the_same() -> None:
    graphs = [workflow(3, scale=1.0), workflow(3, scale=2.0)]
    assert run_all(graphs, max_bytes=0)[0] == [[12], [24]]


def test_the_size_of_what_travels_along_links() -> None:
    import torch

    image = torch.zeros(1, 4, 4, 3)
    assert size_of(((image,), (image, image))) == 3 * 4 * 48
    assert size_of(Latent(image, noise_mask=image)) == 2 * 4 * 48
    assert size_of(Audio(image, 44_100)) == 4 * 48
    assert size_of({"a": image, "b": 7}) == 4 * 48
    assert size_of(Sized(9)) == 9
    assert size_of("text") == 0
