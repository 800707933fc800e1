"""Values travel along links, errors name their node, and what is not needed is gone."""

from __future__ import annotations

import gc
import weakref
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import pytest
from tests.engine.nodes_for_tests import NODES

from capdemo.engine.execute import execute
from capdemo.engine.plan import make_plan
from capdemo.errors import CancelledError, RunError
from capdemo.node_api import Folders, Image, NodeFamily, NodeRegistry, RunContext
from capdemo.workflow.graph import Graph, GraphNode, Link

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

Loaded = TypeVar("Loaded")


class NoModels:
    """A store that nothing asks."""

    def file(self, folder: str, name: str) -> Path:
        return Path(folder) / name

    def loaded(self, key: Hashable, load: Callable[[], Loaded]) -> Loaded:
        return load()


class Log:
    """Keeps what a run told, and may stop it."""

    def __init__(self, stop_at: str = "") -> None:
        self.started_nodes: list[str] = []
        self.stop_at = stop_at

    def started(self, node_id: str, class_type: str) -> None:
        if node_id == self.stop_at:
            raise CancelledError("Stopped.")
        self.started_nodes.append(f"{node_id} {class_type}")

    def finished(self, node_id: str, class_type: str, seconds: float) -> None:
        assert seconds >= 0


def context(told: list[int]) -> RunContext:
    return RunContext(
        device="cpu",
        precision="exact",
        models=NoModels(),
        folders=Folders(Path("in"), Path("out"), Path("temp")),
        metadata={},
        progress=lambda done, total: told.append(done),
        save=lambda file: None,
    )


def run(
    graph: Graph, targets: list[str], registry: NodeRegistry = NODES, log: Log | None = None
) -> list[int]:
    told: list[int] = []
    plan = make_plan(graph, targets)
    execute(graph, plan, registry, lambda _: context(told), log or Log(), file="w.json")
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
