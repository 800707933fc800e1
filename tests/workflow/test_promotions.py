"""Values that an instance of a subgraph sets inside it: both schemes, and who wins."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.workflow.canvas import SCHEMAS, Canvas

from capdemo.workflow import Link, to_graph

if TYPE_CHECKING:
    from collections.abc import Mapping

    from capdemo.workflow import Graph, JsonValue

SAMPLER: list[JsonValue] = [7, "fixed", 20, "euler", 0.5]
INPUTS = [("latent", "LATENT"), ("seed", "INT"), ("steps", "INT"), ("denoise", "FLOAT")]


def sampling(name: str = "S") -> Canvas:
    """A subgraph that promotes three of a sampler's widgets, its seed with a control among them."""
    inside = Canvas(name, inputs=INPUTS)
    inside.add(
        "KSampler",
        links={"latent": ("LATENT", (-10, 0))},
        widgets={
            "seed": ("INT", (-10, 1)),
            "steps": ("INT", (-10, 2)),
            "denoise": ("FLOAT", (-10, 3)),
        },
        widgets_values=SAMPLER,
    )
    return inside


def values(graph: Graph, node: str) -> Mapping[str, object]:
    return graph.nodes[node].inputs


INTERIOR = {"seed": 7, "steps": 20, "sampler_name": "euler", "denoise": 0.5}


@pytest.mark.parametrize("given", [None, [], {}])
def test_an_instance_without_values_leaves_those_inside(given: JsonValue) -> None:
    """ComfyUI 15102: the seed's control inside must not move what follows it."""
    top = Canvas()
    top.add("S", widgets_values=given)
    assert values(top.graph(sampling()), "1:1") == INTERIOR


def test_values_are_positional_over_the_inputs_that_feed_widgets() -> None:
    """comfy-cli 722 and 815: `latent` owns no place, nor does the seed's control."""
    top = Canvas()
    top.add("S", widgets_values=[8, 30, 0.9])
    assert values(top.graph(sampling()), "1:1") == {
        "seed": 8, "steps": 30, "sampler_name": "euler", "denoise": 0.9
    }  # fmt: skip


def test_slots_that_the_file_leaves_out_keep_their_place() -> None:
    """ComfyUI_frontend 10257: only `denoise` is listed, since the user renamed it."""
    top = Canvas()
    top.add("S", widgets={"denoise": ("FLOAT", None)}, widgets_values=[8, 30, 0.9])
    assert values(top.graph(sampling()), "1:1")["denoise"] == 0.9


def test_missing_and_null_values_leave_those_inside_and_more_are_ignored() -> None:
    top = Canvas()
    top.add("S", widgets_values=[None, 30])
    top.add("S", widgets_values=[8, 30, 0.9, "more"])
    graph = top.graph(sampling())
    assert values(graph, "1:1") == INTERIOR | {"steps": 30}
    assert values(graph, "2:1") == INTERIOR | {"seed": 8, "steps": 30, "denoise": 0.9}


@pytest.mark.parametrize("given", [None, [], [30, 0.9], {"steps": 30, "denoise": 0.9}])
def test_names_go_before_positions_where_they_say_the_same(given: JsonValue) -> None:
    """Values saved before `seed` became an input, which then got the first place."""
    top = Canvas()
    named: JsonValue = {"steps": 30, "denoise": 0.9}
    top.add("S", widgets_values=given, widgets_values_named=named)
    assert values(top.graph(sampling()), "1:1") == INTERIOR | {"steps": 30, "denoise": 0.9}


def test_a_list_that_was_edited_goes_before_names() -> None:
    top = Canvas()
    named: JsonValue = {"seed": 1, "steps": 2, "denoise": 0.3}
    top.add("S", widgets_values=[8, 30, 0.9], widgets_values_named=named)
    assert values(top.graph(sampling()), "1:1")["steps"] == 30


def test_a_link_into_the_instance_goes_before_its_value() -> None:
    top = Canvas()
    number = top.add("Add", gives=("INT",))
    top.add("S", widgets={"steps": ("INT", (number, 0))}, widgets_values=[8, 30, 0.9])
    assert values(top.graph(sampling()), "2:1")["steps"] == Link("1", 0)


def test_a_dead_link_into_the_instance_leaves_the_value_inside() -> None:
    """As in the editor, where the instance's own widget is out of play while it is wired."""
    top = Canvas()
    number = top.add("Add", gives=("INT",), mode=2)
    top.add("S", widgets={"steps": ("INT", (number, 0))}, widgets_values=[8, 30, 0.9])
    assert values(top.graph(sampling()), "2:1")["steps"] == 20


def test_a_link_that_the_file_lacks_leaves_the_instances_value() -> None:
    top = Canvas()
    top.add("S", widgets={"steps": ("INT", (9, 0))}, widgets_values=[8, 30, 0.9])
    top.links.clear()
    assert values(top.graph(sampling()), "1:1")["steps"] == 30


def test_one_input_sets_several_widgets() -> None:
    inside = Canvas("S", inputs=[("number", "INT")])
    inside.add("Add", widgets={"a": ("INT", (-10, 0))}, widgets_values=[3, 4])
    inside.add("Add", widgets={"b": ("INT", (-10, 0))}, widgets_values=[5, 6])
    top = Canvas()
    top.add("S", widgets_values=[9])
    top.add("S")
    graph = top.graph(inside)
    assert (values(graph, "1:1"), values(graph, "1:2")) == ({"a": 9, "b": 4}, {"a": 5, "b": 9})
    # Without a value, the first widget's own is that of the input, for all that it feeds.
    assert (values(graph, "2:1"), values(graph, "2:2")) == ({"a": 3, "b": 4}, {"a": 5, "b": 3})


def test_an_input_reaches_a_widget_through_a_reroute_and_owns_no_place_for_it() -> None:
    inside = Canvas("S", inputs=[("one", "INT"), ("two", "INT")])
    reroute = inside.add("Reroute", links={"": ("*", (-10, 0))}, gives=("INT",))
    inside.add(
        "Add", widgets={"a": ("INT", (reroute, 0)), "b": ("INT", (-10, 1))}, widgets_values=[3, 4]
    )
    top = Canvas()
    top.add("S", widgets_values=[9])
    assert values(top.graph(inside), "1:2") == {"a": 3, "b": 9}


def test_an_outer_instance_wins_over_one_inside() -> None:
    middle = Canvas("M", inputs=INPUTS)
    middle.add(
        "S",
        links={"latent": ("LATENT", (-10, 0))},
        widgets={"seed": ("INT", (-10, 1)), "steps": ("INT", (-10, 2))},
        widgets_values=[8, 30, 0.9],
    )
    top = Canvas()
    top.add("M", widgets_values=[None, 40])
    assert values(top.graph(middle, sampling()), "1:1:1") == {
        "seed": 8, "steps": 40, "sampler_name": "euler", "denoise": 0.9
    }  # fmt: skip


def test_an_instance_inside_that_does_not_mark_its_widget_owns_a_place_all_the_same() -> None:
    middle = Canvas("M", inputs=[("latent", "LATENT"), ("steps", "INT")])
    middle.add("S", links={"latent": ("LATENT", (-10, 0)), "steps": ("INT", (-10, 1))})
    top = Canvas()
    top.add("M", widgets_values=[40])
    assert values(top.graph(middle, sampling()), "1:1:1")["steps"] == 40


def test_an_unknown_node_gets_the_values_of_its_instance() -> None:
    inside = Canvas("S", inputs=[("size", "INT")])
    inside.add("Foreign", widgets={"size": ("INT", (-10, 0))}, widgets_values=[1, 2])
    top = Canvas()
    top.add("S", widgets_values=[9])
    top.add("S")
    graph, _ = to_graph(top.document(inside), SCHEMAS, file="w.json")
    assert (values(graph, "1:1"), values(graph, "2:1")) == ({"size": 9}, {})


def test_a_value_that_could_not_be_migrated_wins() -> None:
    kept: list[JsonValue] = [
        {"originalEntry": ["-1", "steps"], "reason": "missingSourceNode", "hostValue": 50},
        {"originalEntry": ["-1", "steps"], "reason": "missingSourceNode", "hostValue": 51},
        {"originalEntry": ["1", "seed"], "reason": "missingSourceWidget", "hostValue": 52},
        {"originalEntry": ["-1", "denoise"], "reason": "missingSourceNode"},
        5,
    ]
    top = Canvas()
    properties: JsonValue = {"proxyWidgetErrorQuarantine": kept}
    top.add("S", widgets_values=[8, 30, 0.9], properties=properties)
    assert values(top.graph(sampling()), "1:1") == INTERIOR | {
        "seed": 8, "steps": 50, "denoise": 0.9
    }  # fmt: skip


OLD: list[JsonValue] = [
    ["1", "seed"],
    ["1", "control_after_generate"],
    ["1", "steps"],
    ["1", "sampler_name"],
    ["9", "gone"],
    "damaged",
]


def loose() -> Canvas:
    """A subgraph of the old scheme: nothing is wired to its inputs."""
    inside = Canvas("S", inputs=[("latent", "LATENT")])
    inside.add("KSampler", links={"latent": ("LATENT", (-10, 0))}, widgets_values=SAMPLER)
    return inside


def test_the_old_scheme_keeps_its_values_inside() -> None:
    top = Canvas()
    top.add("S", widgets_values=[], properties={"proxyWidgets": OLD})
    assert values(top.graph(loose()), "1:1") == INTERIOR


@pytest.mark.parametrize("inside", [loose(), sampling()])
def test_values_beside_the_old_scheme_belong_to_its_entries_in_order(inside: Canvas) -> None:
    """An entry for a control has a value, which goes nowhere; a wired widget is the input's."""
    given: list[JsonValue] = [8, "randomize", 30, "fixed", 1, 2]
    top = Canvas()
    top.add("S", widgets_values=given, properties={"proxyWidgets": OLD})
    assert dict(values(top.graph(inside), "1:1")) | {"control_after_generate": None} == {
        "seed": 8,
        "steps": 30,
        "sampler_name": "fixed",
        "denoise": 0.5,
        "control_after_generate": None,
    }


def test_an_entry_without_a_value_leaves_the_one_inside() -> None:
    top = Canvas()
    top.add("S", widgets_values=[None, None, 30], properties={"proxyWidgets": OLD})
    assert values(top.graph(loose()), "1:1") == INTERIOR | {"steps": 30}


def test_an_entry_for_a_wired_widget_sets_all_that_its_input_feeds() -> None:
    inside = Canvas("S", inputs=[("n", "INT")])
    inside.add("Add", widgets={"a": ("INT", (-10, 0))})
    inside.add("Add", widgets={"b": ("INT", (-10, 0))})
    top = Canvas()
    top.add("S", widgets_values=[9], properties={"proxyWidgets": [["2", "b"]]})
    graph = top.graph(inside)
    assert (values(graph, "1:1"), values(graph, "1:2")) == ({"a": 9, "b": 2}, {"a": 1, "b": 9})


def test_an_entry_may_name_an_input_of_the_instance_itself() -> None:
    top = Canvas()
    entries: list[JsonValue] = [["1", "sampler_name"], ["-1", "steps"]]
    top.add("S", widgets_values=["fixed", 30], properties={"proxyWidgets": entries})
    assert values(top.graph(sampling()), "1:1") == INTERIOR | {
        "sampler_name": "fixed", "steps": 30
    }  # fmt: skip


@pytest.mark.parametrize(
    "entry",
    [
        ["2", "steps", "1"],
        ["2", "steps"],
        ["2", "1: steps"],
        ["2", " 2: 1: steps"],
        [2, "steps", 1],
    ],
)
@pytest.mark.parametrize("wired", [False, True])
def test_an_entry_may_name_a_widget_of_an_instance_inside(entry: JsonValue, *, wired: bool) -> None:
    middle = Canvas("M")
    middle.add("Checkpoint")
    inner_entries: list[JsonValue] = [["1", "seed"], ["1", "steps"]]
    middle.add("S", widgets_values=[8, 30], properties={"proxyWidgets": inner_entries})
    top = Canvas()
    top.add("M", widgets_values=[40], properties={"proxyWidgets": [entry]})
    graph = top.graph(middle, sampling() if wired else loose())
    assert values(graph, "1:2:1") == INTERIOR | {"seed": 8, "steps": 40}


@pytest.mark.parametrize("deeper", ["1", "2"])
def test_of_two_widgets_that_are_not_wired_too(deeper: str) -> None:
    inside = Canvas("S")
    inside.add("Add")
    inside.add("Add")
    middle = Canvas("M")
    middle.add("S", properties={"proxyWidgets": [["1", "a"], ["2", "a"]]})
    top = Canvas()
    top.add("M", widgets_values=[9], properties={"proxyWidgets": [["1", "a", deeper]]})
    graph = top.graph(middle, inside)
    found = [values(graph, f"1:1:{number}")["a"] for number in (1, 2)]
    assert found == ([9, 1] if deeper == "1" else [1, 9])


def test_the_first_input_that_is_called_so_or_feeds_such_a_widget_is_meant() -> None:
    inside = Canvas("S", inputs=[("x", "INT"), ("b", "INT")])
    inside.add("Add", widgets={"b": ("INT", (-10, 0)), "a": ("INT", (-10, 1))})
    middle = Canvas("M")
    middle.add("S")
    top = Canvas()
    top.add("M", widgets_values=[9], properties={"proxyWidgets": [["1", "b"]]})
    assert values(top.graph(middle, inside), "1:1:1") == {"a": 1, "b": 9}


@pytest.mark.parametrize("deeper", ["1", "2"])
def test_of_two_widgets_with_one_name_the_third_member_chooses(deeper: str) -> None:
    inside = Canvas("S", inputs=[("a", "INT"), ("a_1", "INT")])
    inside.add("Add", widgets={"a": ("INT", (-10, 0))})
    inside.add("Add", widgets={"a": ("INT", (-10, 1))})
    middle = Canvas("M")
    middle.add("S")
    top = Canvas()
    entries: list[JsonValue] = [["1", "a", deeper]]
    top.add("M", widgets_values=[9], properties={"proxyWidgets": entries})
    graph = top.graph(middle, inside)
    found = [values(graph, f"1:1:{number}")["a"] for number in (1, 2)]
    assert found == ([9, 1] if deeper == "1" else [1, 9])


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        ([["1", "value"]], 9),
        ([["1", "value"], ["1", "control_after_generate"]], 5),  # left as it is, as in the editor
    ],
)
def test_an_entry_may_name_a_primitive(entries: list[JsonValue], expected: int) -> None:
    inside = Canvas("S")
    primitive = inside.add("PrimitiveNode", widgets_values=[5, "fixed"], gives=("INT",))
    inside.add("Add", widgets={"a": ("INT", (primitive, 0))})
    top = Canvas()
    top.add("S", widgets_values=[9, "fixed"], properties={"proxyWidgets": entries})
    assert values(top.graph(inside), "1:2")["a"] == expected


def test_an_unknown_node_gets_the_values_of_the_old_scheme_too() -> None:
    inside = Canvas("S")
    inside.add("Foreign", widgets_values=[1, 2])
    top = Canvas()
    top.add("S", widgets_values=[9], properties={"proxyWidgets": [["1", "size"]]})
    graph, _ = to_graph(top.document(inside), SCHEMAS, file="w.json")
    assert values(graph, "1:1") == {"size": 9}
