"""A primitive's value: where the editor writes it, and where it does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.workflow.canvas import Canvas

if TYPE_CHECKING:
    from tests.workflow.canvas import Source

    from capdemo.workflow import JsonValue


def primitive(canvas: Canvas, value: JsonValue = 33) -> int:
    return canvas.add("PrimitiveNode", widgets_values=[value, "fixed"], gives=("INT",))


def fed(canvas: Canvas, source: Source) -> int:
    return canvas.add("Add", widgets={"a": ("INT", source)}, widgets_values=[1, 2], gives=("INT",))


def test_a_value_goes_into_every_widget_also_through_reroutes() -> None:
    top = Canvas()
    value = primitive(top)
    source = (value, 0)
    for _ in range(3):
        source = (top.add("Reroute", links={"": ("*", source)}, gives=("*",)), 0)
    ends = [fed(top, (value, 0)), fed(top, source), fed(top, source)]
    graph = top.graph()
    assert [graph.nodes[str(end)].inputs for end in ends] == [{"a": 33, "b": 2}] * 3
    assert len(graph.nodes) == 3


def test_a_value_goes_into_a_subgraph_and_through_one_more() -> None:
    inside = Canvas("S", inputs=[("number", "INT")])
    ends = [fed(inside, (-10, 0)), fed(inside, (-10, 0))]
    middle = Canvas("M", inputs=[("number", "INT")])
    middle.add("S", widgets={"number": ("INT", (-10, 0))}, widgets_values=[4])
    top = Canvas()
    value = primitive(top)
    top.add("M", widgets={"number": ("INT", (value, 0))}, widgets_values=[5])
    graph = top.graph(middle, inside)
    assert [graph.nodes[f"2:1:{end}"].inputs["a"] for end in ends] == [33, 33]


def test_a_primitive_inside_a_subgraph() -> None:
    inside = Canvas("S")
    end = fed(inside, (primitive(inside), 0))
    top = Canvas()
    top.add("S")
    assert top.graph(inside).nodes[f"1:{end}"].inputs["a"] == 33


def test_a_list_as_a_value_is_no_link() -> None:
    top = Canvas()
    end = fed(top, (primitive(top, ["7", 0]), 0))
    assert top.graph().nodes[str(end)].inputs["a"] == ["7", 0]


def test_the_editor_does_not_write_past_bypassed_nodes_named_wires_or_out_of_subgraphs() -> None:
    inside = Canvas("S", outputs=[("number", "INT")])
    inside.leave(0, (primitive(inside), 0))
    top = Canvas()
    value = primitive(top)
    bypassed = top.add("Add", widgets={"a": ("INT", (value, 0))}, gives=("INT",), mode=4)
    setter = top.add("SetNode", links={"INT": ("INT", (value, 0))}, widgets_values=["n"])
    getter = top.add("GetNode", gives=("INT",), widgets_values=["n"])
    host = top.add("S", gives=("INT",))
    ends = [fed(top, (node, 0)) for node in (bypassed, setter, getter, host)]
    graph = top.graph(inside)
    assert [graph.nodes[str(end)].inputs["a"] for end in ends] == [1, 1, 1, 1]
