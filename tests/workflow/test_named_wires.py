"""SetNode and GetNode: wires that a name joins, in a graph and from the graphs around it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.workflow.canvas import Canvas, load, save

from capdemo.workflow import Link

if TYPE_CHECKING:
    from tests.workflow.canvas import Source

    from capdemo.workflow import JsonValue


def setter(canvas: Canvas, name: JsonValue, source: Source, *, mode: int = 0) -> int:
    links = {"IMAGE": ("IMAGE", source)}
    return canvas.add("SetNode", links=links, gives=("*",), widgets_values=[name], mode=mode)


def getter(canvas: Canvas, name: JsonValue, *, mode: int = 0) -> int:
    return canvas.add("GetNode", gives=("IMAGE",), widgets_values=[name], mode=mode)


def saved(canvas: Canvas, end: int, *subgraphs: Canvas) -> object:
    return canvas.graph(*subgraphs).nodes[str(end)].inputs.get("images")


@pytest.mark.parametrize("mode", [0, 2, 4])
def test_a_getter_delivers_what_the_setter_of_that_name_gets_whatever_its_mode(mode: int) -> None:
    top = Canvas()
    setter(top, "other", (load(top), 0))
    end = save(top, (getter(top, "picture"), 0))
    setter(top, "picture", (load(top), 1), mode=mode)
    assert saved(top, end) == Link("5", 1)
    assert list(top.graph().nodes) == ["1", "4", "5"]


@pytest.mark.parametrize("mode", [2, 4])
def test_a_muted_or_bypassed_getter_delivers_nothing(mode: int) -> None:
    top = Canvas()
    setter(top, "picture", (load(top), 0))
    assert saved(top, save(top, (getter(top, "picture", mode=mode), 0))) is None


@pytest.mark.parametrize("name", ["lost", "", None, 5])
def test_a_getter_without_a_setter_delivers_nothing(name: JsonValue) -> None:
    top = Canvas()
    setter(top, "picture", (load(top), 0))
    setter(top, "", (1, 0))
    assert saved(top, save(top, (getter(top, name), 0))) is None


def test_a_setter_without_a_link_delivers_nothing() -> None:
    top = Canvas()
    setter(top, "picture", None)
    assert saved(top, save(top, (getter(top, "picture"), 0))) is None


def test_of_two_setters_in_one_graph_the_first_counts() -> None:
    top = Canvas()
    setter(top, "picture", (load(top), 0))
    setter(top, "picture", (load(top), 1))
    assert saved(top, save(top, (getter(top, "picture"), 0))) == Link("1", 0)


def test_a_setter_passes_its_link_on_too() -> None:
    top = Canvas()
    assert saved(top, save(top, (setter(top, "picture", (load(top), 1)), 0))) == Link("1", 1)


def test_wires_may_be_chained() -> None:
    top = Canvas()
    end = save(top, (getter(top, "last"), 0))
    setter(top, "last", (getter(top, "first"), 0))
    setter(top, "first", (load(top), 1))
    assert saved(top, end) == Link("5", 1)


def test_wires_in_a_circle_are_a_problem() -> None:
    top = Canvas()
    save(top, (getter(top, "a"), 0))
    setter(top, "b", (getter(top, "a"), 0))
    setter(top, "a", (getter(top, "b"), 0))
    assert [found.kind for found in top.problems()] == ["dependency_cycle"]


def test_a_getter_asks_its_own_graph_then_those_around_it() -> None:
    inside = Canvas("S")
    setter(inside, "own", (load(inside), 1))
    ends = [save(inside, (getter(inside, name), 0)) for name in ("own", "top", "middle")]
    middle = Canvas("M")
    middle.add("S")
    setter(middle, "middle", (load(middle), 0))
    top = Canvas()
    top.add("M")
    setter(top, "own", (load(top), 0))
    setter(top, "top", (2, 1))
    graph = top.graph(middle, inside)
    found = [graph.nodes[f"1:1:{end}"].inputs["images"] for end in ends]
    assert found == [Link("1:1:1", 1), Link("2", 1), Link("1:2", 0)]


def test_each_instance_has_its_own_wires() -> None:
    inside = Canvas("S", inputs=[("image", "IMAGE")], outputs=[("image", "IMAGE")])
    setter(inside, "picture", (-10, 0))
    inside.leave(0, (getter(inside, "picture"), 0))
    top = Canvas()
    hosts = [top.add("S", links={"image": ("IMAGE", (load(top), 0))}) for _ in range(2)]
    ends = [save(top, (host, 0)) for host in hosts]
    assert [saved(top, end, inside) for end in ends] == [Link("1", 0), Link("3", 0)]


def test_a_name_that_several_graphs_around_use_leads_nowhere() -> None:
    inside = Canvas("S")
    end = save(inside, (getter(inside, "picture"), 0))
    middle = Canvas("M")
    middle.add("S")
    setter(middle, "picture", (load(middle), 0))
    top = Canvas()
    top.add("M")
    setter(top, "picture", (load(top), 0))
    assert "images" not in top.graph(middle, inside).nodes[f"1:1:{end}"].inputs


def test_a_setter_inside_a_subgraph_is_not_seen_from_outside() -> None:
    inside = Canvas("S")
    setter(inside, "picture", (load(inside), 0))
    top = Canvas()
    top.add("S")
    assert saved(top, save(top, (getter(top, "picture"), 0)), inside) is None


def test_the_wanted_type_passes_along_the_wire() -> None:
    top = Canvas()
    one = load(top)
    links = {"mask": ("MASK", (one, 1)), "image": ("IMAGE", (one, 0))}
    bypassed = top.add("Foreign", links=links, gives=("*",), mode=4)
    top.add("SetNode", links={"*": ("*", (bypassed, 0))}, widgets_values=["picture"])
    assert saved(top, save(top, (getter(top, "picture"), 0))) == Link("1", 0)
