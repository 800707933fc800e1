"""Values travel along links, errors name their node, and what is not needed is gone."""

from __future__ import annotations

import gc
import weakref

import pytest
from tests.engine.nodes_for_tests import FAMILY as NODES_FAMILY
from tests.engine.nodes_for_tests import NODES, Log, context

from capdemo.engine.execute import Work, execute
from capdemo.errors import CancelledError, RunError
from capdemo.node_api import Image, NodeFamily, NodeRegistry
from capdemo.workflow.graph import Graph, GraphNode, Link


def run(
    graph: Graph, targets: list[str], registry: NodeRegistry = NODES, log: Log | None = None
) -> list[int]:
    told: list[int] = []
    work = Work(graph, targets, "w.json")
    execute(work, registry, lambda _: context(told), log or Log())
    return told


def test_values_travel_along_links_by_slot() -> None:
    graph = Graph(
        {
            "1": GraphNode("Number", {"value": 5}),
            "2": GraphNode("Split", {"image": Link("1", 0)}),
            "3": GraphNode("Add", {"left": Link("1", 0), "right": Link("2", 1), "scale": 2.0}),
            "4": GraphNode("Add", {"left": Link("3", 0), "right": Link("2", 0)}),
            "5": GraphNode("Keep", {"image": Link("4", 0)}),
        },
    )
    assert run(graph, ["5"]) == [5], "(5 + -5) * 2 + 5, by the default scale of 1"


def test_an_unexpected_error_names_file_node_and_cause() -> None:
    graph = Graph({"1": GraphNode("Number", {}), "2": GraphNode("Fail", {"image": Link("1", 0)})})
    with pytest.raises(RunError) as caught:
        run(graph, ["2"])
    assert str(caught.value) == (
        "w.json: node 2 (Fail): The node failed: ZeroDivisionError: one over zero."
    )
    assert isinstance(caught.value.__cause__, ZeroDivisionError)


def test_a_run_can_be_stopped_between_nodes() -> None:
    graph = Graph({"1": GraphNode("Number", {}), "2": GraphNode("Split", {"image": Link("1", 0)})})
    log = Log(stop_at="2")
    with pytest.raises(CancelledError):
        run(graph, ["2"], log=log)
    assert log.started_nodes == ["1 Number"]


class Tracked:
    """A value that can be watched."""


def test_a_value_is_gone_after_its_last_use() -> None:
    family = NodeFamily()
    made: list[weakref.ref[Tracked]] = []

    @family.node("Make", category="test")
    def make() -> Image:
        """Make a value."""
        value = Tracked()
        made.append(weakref.ref(value))
        return value  # type: ignore[return-value]

    @family.node("Use", category="test")
    def use(*, image: Image) -> Image:
        """Use a value, and give another."""
        assert id(image) == id(made[-1]())
        return 1  # type: ignore[return-value]

    @family.node("Look", category="test")
    def look(*, image: Image) -> Image:
        """Look whether the first value is gone."""
        gc.collect()
        assert made[-1]() is None
        return image

    graph = Graph(
        {
            "1": GraphNode("Make", {}),
            "2": GraphNode("Use", {"image": Link("1", 0)}),
            "3": GraphNode("Look", {"image": Link("2", 0)}),
        },
    )
    run(graph, ["3"], NodeRegistry([family]))
    assert len(made) == 1


def test_a_long_chain_needs_no_recursion() -> None:
    nodes = {"0": GraphNode("Number", {"value": 1})}
    for index in range(1, 2001):
        links = {"left": Link(str(index - 1), 0), "right": Link("0", 0)}
        nodes[str(index)] = GraphNode("Add", links)
    nodes["end"] = GraphNode("Keep", {"image": Link("2000", 0)})
    assert run(Graph(nodes), ["end"]) == [2001]


def test_an_output_that_another_needs_runs_once() -> None:
    family = NodeFamily()

    @family.node("Save", category="test", is_output=True)
    def save(*, image: Image) -> Image:
        """Pass on, as ComfyUI's SaveImage does since 2026."""
        return image

    log = Log()
    graph = Graph(
        {
            "1": GraphNode("Number", {"value": 3}),
            "2": GraphNode("Save", {"image": Link("1", 0)}),
            "3": GraphNode("Keep", {"image": Link("2", 0)}),
        },
    )
    registry = NodeRegistry([family, NODES_FAMILY])
    assert run(graph, ["3", "2"], registry, log) == [3]
    assert log.started_nodes == ["1 Number", "2 Save", "3 Keep"]
