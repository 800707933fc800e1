"""List mapping, lazy inputs and blockers, as ComfyUI's executor has them."""

# mypy: disable-error-code="return-value,arg-type"

from __future__ import annotations

from typing import Annotated

import pytest
from tests.engine.nodes_for_tests import Log, context

from capdemo.engine.execute import Work, execute
from capdemo.errors import RunError
from capdemo.node_api import Anything, Blocker, Image, Lazy, Mask, NodeFamily, NodeRegistry
from capdemo.workflow.graph import Graph, GraphNode, JsonValue, Link

FAMILY = NodeFamily()
SHOWN: list[object] = []


@FAMILY.node("Several", category="test")
def several(*, count: int) -> tuple[list[Image], Mask]:
    """As many numbers, each passed on by itself, and how many they are."""
    return list(range(count)), count


@FAMILY.node("Plus", category="test")
def plus(*, left: Image, right: Image, more: int = 0) -> Image:
    """The sum."""
    return left + right + more


@FAMILY.node("Gather", category="test")
def gather(*, values: list[Image], scale: list[int]) -> tuple[Image, list[Image]]:
    """All values as one, and again each by itself."""
    return [value * scale[0] for value in values], list(reversed(values))


@FAMILY.node("Stop", category="test")
def stop(*, value: Image, at: int, why: str = "") -> Image:
    """Block one of the values."""
    return Blocker(why) if value == at else value


def wanted_side(*, switch: object, **_: object) -> list[str]:
    return ["yes"] if switch else ["no"]


@FAMILY.node("Switch", category="test", needed=wanted_side)
def choose_side(
    *,
    no: Annotated[Anything | None, Lazy()] = None,
    yes: Annotated[Anything | None, Lazy()] = None,
    switch: Image,
) -> Anything:
    """One of two."""
    return yes if switch else no


@FAMILY.node("Show", category="test", is_output=True)
def show(*, value: Image) -> Image:
    """Keep what arrives."""
    SHOWN.append(value)
    return value


NODES = NodeRegistry([FAMILY])


def node(class_type: str, **inputs: Link | JsonValue) -> GraphNode:
    return GraphNode(class_type, inputs)


def run(nodes: dict[str, GraphNode], *targets: str) -> tuple[list[object], Log]:
    SHOWN.clear()
    log = Log()
    execute(Work(Graph(nodes), targets, "w.json"), NODES, lambda _: context([]), log)
    return list(SHOWN), log


def test_the_shorter_list_repeats_its_last_value() -> None:
    shown, log = run(
        {
            "1": node("Several", count=4),
            "2": node("Several", count=2),
            "3": node("Plus", left=Link("1", 0), right=Link("2", 0), more=10),
            "4": node("Show", value=Link("3", 0)),
        },
        "4",
    )
    assert shown == [10, 12, 13, 14]
    assert log.started_nodes.count("3 Plus") == 1, "a node is one step however often it is called"


def test_a_slot_without_a_list_gives_one_value() -> None:
    shown, _ = run({"1": node("Several", count=4), "2": node("Show", value=Link("1", 1))}, "2")
    assert shown == [4]


def test_a_node_that_takes_lists_is_called_once_and_may_spread_again() -> None:
    nodes = {
        "1": node("Several", count=3),
        "2": node("Gather", values=Link("1", 0), scale=2),
        "3": node("Show", value=Link("2", 0)),
        "4": node("Show", value=Link("2", 1)),
    }
    shown, _ = run(nodes, "3", "4")
    assert shown == [[0, 2, 4], 2, 1, 0]


def test_an_empty_list_is_an_error_that_names_the_input() -> None:
    nodes = {"1": node("Several", count=0), "2": node("Show", value=Link("1", 0))}
    with pytest.raises(RunError, match=r"w.json: node 2 \(Show\): The list .* 'value' .* empty"):
        run(nodes, "2")


def switch_graph(switch: int) -> dict[str, GraphNode]:
    return {
        "1": node("Several", count=1),
        "2": node("Plus", left=Link("1", 0), right=Link("1", 0), more=5),
        "3": node("Plus", left=Link("1", 0), right=Link("1", 0), more=7),
        "4": node("Plus", left=Link("1", 0), right=Link("1", 0), more=switch),
        "5": node("Switch", no=Link("2", 0), yes=Link("3", 0), switch=Link("4", 0)),
        "6": node("Show", value=Link("5", 0)),
    }


@pytest.mark.parametrize(("switch", "shown", "idle"), [(0, 5, "3 Plus"), (1, 7, "2 Plus")])
def test_the_other_side_of_a_switch_never_runs(switch: int, shown: int, idle: str) -> None:
    found, log = run(switch_graph(switch), "6")
    assert found == [shown]
    assert idle not in log.started_nodes
    assert len(log.started_nodes) == 5


def test_both_sides_run_where_a_list_wants_both() -> None:
    nodes = switch_graph(0)
    nodes["4"] = node("Several", count=2)
    shown, log = run(nodes, "6")
    assert shown == [5, 7]
    assert {"2 Plus", "3 Plus"} <= set(log.started_nodes)


def test_an_unwanted_side_runs_all_the_same_for_another_output() -> None:
    nodes = {**switch_graph(0), "7": node("Show", value=Link("3", 0))}
    assert run(nodes, "6", "7")[0] == [5, 7]
    assert run(nodes, "7", "6")[0] == [7, 5]


def test_an_unlinked_side_is_given_its_default() -> None:
    nodes = switch_graph(1)
    nodes["5"] = node("Switch", no=Link("2", 0), switch=Link("4", 0))
    assert run(nodes, "6")[0] == [None]


def test_a_blocker_stops_its_own_branch_and_call_only() -> None:
    shown, log = run(
        {
            "1": node("Several", count=3),
            "2": node("Stop", value=Link("1", 0), at=1),
            "3": node("Plus", left=Link("2", 0), right=Link("1", 0)),
            "4": node("Show", value=Link("3", 0)),
            "5": node("Show", value=Link("1", 0)),
        },
        "4",
        "5",
    )
    assert shown == [0, 4, 0, 1, 2]
    assert log.blocked_nodes == []


def test_a_blocker_s_message_is_told_once_where_it_strikes_first() -> None:
    nodes = {
        "1": node("Several", count=2),
        "2": node("Stop", value=Link("1", 0), at=1, why="too large"),
        "3": node("Plus", left=Link("2", 0), right=Link("1", 0)),
        "4": node("Show", value=Link("3", 0)),
    }
    shown, log = run(nodes, "4")
    assert shown == [0]
    assert log.blocked_nodes == ["3 Plus: too large"]


def test_a_blocked_switch_wants_nothing_and_is_blocked() -> None:
    nodes = switch_graph(0)
    nodes["4"] = node("Stop", value=Link("1", 0), at=0)
    shown, log = run(nodes, "6")
    assert shown == []
    assert "2 Plus" not in log.started_nodes


def test_a_blocker_in_a_list_blocks_the_node_that_takes_the_list() -> None:
    nodes = {
        "1": node("Several", count=3),
        "2": node("Stop", value=Link("1", 0), at=1),
        "3": node("Gather", values=Link("2", 0), scale=1),
        "4": node("Show", value=Link("3", 0)),
    }
    assert run(nodes, "4")[0] == []
