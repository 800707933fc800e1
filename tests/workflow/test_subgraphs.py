"""Subgraphs: expanded where their instances stand, or refused where that would never end."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from tests.workflow.canvas import SCHEMAS, Canvas, invert, load, save

from capdemo.workflow import Link, graph_from_api, graph_to_api, to_graph, unnamed_values
from capdemo.workflow.scopes import NODE_LIMIT

if TYPE_CHECKING:
    from tests.workflow.canvas import Source

    from capdemo.workflow import JsonValue

IMAGE = ("image", "IMAGE")


def inverting(name: str = "S", *, times: int = 1) -> Canvas:
    """A subgraph of one filter after the other, nodes 1, 2, ..."""
    inside = Canvas(name, inputs=[IMAGE], outputs=[IMAGE])
    source = (-10, 0)
    for _ in range(times):
        source = (invert(inside, source), 0)
    inside.leave(0, source)
    return inside


def instance(canvas: Canvas, kind: str, source: Source, *, mode: int = 0) -> int:
    return canvas.add(kind, links={"image": ("IMAGE", source)}, gives=("IMAGE",), mode=mode)


def test_an_instance_is_replaced_by_its_nodes_in_its_place() -> None:
    top = Canvas()
    one = load(top)
    host = instance(top, "S", (one, 0))
    save(top, (host, 0))
    graph = top.graph(inverting(times=2))
    assert [(name, node.class_type) for name, node in graph.nodes.items()] == [
        ("1", "LoadImage"),
        ("2:1", "Invert"),
        ("2:2", "Invert"),
        ("3", "SaveImage"),
    ]
    assert graph.nodes["2:1"].inputs == {"image": Link("1", 0)}
    assert graph.nodes["2:2"].inputs == {"image": Link("2:1", 0)}
    assert graph.nodes["3"].inputs["images"] == Link("2:2", 0)


def test_instances_share_a_definition_and_nest() -> None:
    middle = Canvas("M", inputs=[IMAGE], outputs=[IMAGE])
    first = instance(middle, "S", (-10, 0))
    second = instance(middle, "S", (first, 0))
    middle.leave(0, (second, 0))
    top = Canvas()
    one = load(top)
    save(top, (instance(top, "M", (one, 0)), 0))
    save(top, (instance(top, "S", (one, 0)), 0))
    graph = top.graph(middle, inverting())
    links = {
        name: value
        for name, node in graph.nodes.items()
        for value in node.inputs.values()
        if isinstance(value, Link)
    }
    assert links == {
        "2:1:1": Link("1", 0),
        "2:2:1": Link("2:1:1", 0),
        "3": Link("2:2:1", 0),
        "4:1": Link("1", 0),
        "5": Link("4:1", 0),
    }


def test_inputs_and_outputs_are_matched_by_name_where_the_file_leaves_slots_out() -> None:
    """A host lists only its linked slots; links inside count those of the definition."""
    inside = Canvas("S", inputs=[("factor", "FLOAT"), IMAGE, ("other", "IMAGE")])
    inside.add(
        "Scale",
        links={"image": ("IMAGE", (-10, 2))},
        widgets={"factor": ("FLOAT", (-10, 0))},
    )
    inside.add("Scale", links={"image": ("IMAGE", (-10, 1))})
    top = Canvas()
    one, two = load(top), load(top)
    links = {"other": ("IMAGE", (one, 0)), "image": ("IMAGE", (two, 0))}
    top.add("S", links=links)
    graph = top.graph(inside)
    assert graph.nodes["3:1"].inputs == {"image": Link("1", 0), "factor": 2.0}
    assert graph.nodes["3:2"].inputs == {"image": Link("2", 0), "factor": 2.0}


def test_one_input_feeds_several_nodes() -> None:
    inside = Canvas("S", inputs=[IMAGE])
    invert(inside, (-10, 0))
    invert(inside, (-10, 0))
    top = Canvas()
    instance(top, "S", (load(top), 1))
    graph = top.graph(inside)
    assert graph.nodes["2:1"].inputs == graph.nodes["2:2"].inputs == {"image": Link("1", 1)}


def test_an_output_may_be_fed_by_an_input() -> None:
    inside = Canvas("S", inputs=[("mask", "MASK"), IMAGE], outputs=[IMAGE])
    inside.leave(0, (-10, 1))
    top = Canvas()
    links = {"mask": ("MASK", None), "image": ("IMAGE", (load(top), 1))}
    host = top.add("S", links=links, gives=("IMAGE",))
    end = save(top, (host, 0))
    assert top.graph(inside).nodes[str(end)].inputs["images"] == Link("1", 1)


@pytest.mark.parametrize("source", [None, (9, 0), (1, 7)])
def test_an_output_that_nothing_fills_delivers_nothing(source: Source) -> None:
    inside = Canvas("S", outputs=[IMAGE])
    load(inside, mode=2)
    if source is not None:
        inside.leave(0, source)
    top = Canvas()
    host = top.add("S", gives=("IMAGE",))
    ends = [save(top, (host, slot)) for slot in (0, 1)]
    graph = top.graph(inside)
    assert [dict(graph.nodes[str(end)].inputs) for end in ends] == [{"filename_prefix": "x"}] * 2


@pytest.mark.parametrize(("mode", "expected"), [(2, None), (4, Link("1", 0))])
def test_a_muted_or_bypassed_instance_is_not_expanded(mode: int, expected: Link | None) -> None:
    """Bypassed, its own inputs and outputs are matched by type."""
    inside = Canvas("S", inputs=[("mask", "MASK"), IMAGE], outputs=[("text", "TEXT"), IMAGE])
    inside.leave(1, (load(inside), 0))
    top = Canvas()
    links = {"image": ("IMAGE", (load(top), 0))}  # the file leaves the first input out
    host = top.add("S", links=links, gives=("TEXT", "IMAGE"), mode=mode)
    end = save(top, (host, 1))
    graph = top.graph(inside)
    assert list(graph.nodes) == ["1", str(end)]
    assert graph.nodes[str(end)].inputs.get("images") == expected


def test_a_bypassed_instance_inside_passes_the_image_of_the_one_around_it() -> None:
    middle = Canvas("M", inputs=[IMAGE], outputs=[IMAGE])
    middle.leave(0, (instance(middle, "S", (-10, 0), mode=4), 0))
    top = Canvas()
    end = save(top, (instance(top, "M", (load(top), 0)), 0))
    graph = top.graph(middle, inverting())
    assert list(graph.nodes) == ["1", "3"]
    assert graph.nodes[str(end)].inputs["images"] == Link("1", 0)


def test_leaving_a_subgraph_the_type_of_the_instances_slot_is_wanted() -> None:
    """As in the editor: inside a MASK is wanted, at the instance's input anything."""
    inside = Canvas("S", inputs=[("any", "*")])
    inside.add("Blend", links={"mask": ("MASK", (-10, 0))})
    top = Canvas()
    one = load(top)
    links = {"image": ("IMAGE", (one, 0)), "mask": ("MASK", (one, 1))}
    bypassed = top.add("Foreign", links=links, gives=("MASK",), mode=4)
    top.add("S", links={"any": ("*", (bypassed, 0))})
    assert top.graph(inside).nodes["3:1"].inputs == {"mask": Link("1", 0)}


def test_going_into_a_subgraph_the_target_still_says_what_is_wanted() -> None:
    inside = Canvas("S", outputs=[("any", "*")])
    one = load(inside)
    links = {"mask": ("MASK", (one, 1)), "image": ("IMAGE", (one, 0))}
    inside.leave(0, (inside.add("Foreign", links=links, gives=("*",), mode=4), 0))
    top = Canvas()
    end = save(top, (top.add("S", gives=("*",)), 0))
    assert top.graph(inside).nodes[str(end)].inputs["images"] == Link("1:1", 0)


def test_a_link_id_that_slots_and_definition_spell_differently() -> None:
    """The slots of the definition list no links; the links themselves say where they start."""
    inside = inverting().as_subgraph()
    assert isinstance(inside, dict)
    inside["inputs"] = [{"name": "image", "type": "IMAGE"}]
    inside["outputs"] = [{"name": "image", "type": "IMAGE", "linkIds": [77]}]
    top = Canvas()
    end = save(top, (instance(top, "S", (load(top), 0)), 0))
    graph = top.graph(definitions={"subgraphs": [inside]})
    assert graph.nodes["2:1"].inputs == {"image": Link("1", 0)}
    assert graph.nodes[str(end)].inputs["images"] == Link("2:1", 0)


def test_of_several_links_the_one_that_the_definition_lists_first_counts() -> None:
    inside = Canvas("S", inputs=[("a", "INT")], outputs=[("n", "INT")])
    ends = [
        inside.add("Add", widgets={"a": ("INT", (-10, 0))}, widgets_values=[value, 0])
        for value in (3, 5)
    ]
    for end in ends:
        inside.leave(0, (end, 0))
    definition = inside.as_subgraph()
    assert isinstance(definition, dict)
    definition["inputs"] = [{"name": "a", "type": "INT", "linkIds": [2, 1]}]
    definition["outputs"] = [{"name": "n", "type": "INT", "linkIds": [4, 3]}]
    top = Canvas()
    host = top.add("S", gives=("INT",))
    top.add("Add", widgets={"a": ("INT", (host, 0))})
    graph = top.graph(definitions={"subgraphs": [definition]})
    assert graph.nodes["2"].inputs["a"] == Link("1:2", 0)
    assert graph.nodes["1:1"].inputs["a"] == 5


def test_two_inputs_with_one_name_are_told_apart_by_their_order() -> None:
    inside = Canvas("S", inputs=[IMAGE, IMAGE])
    ends = [invert(inside, (-10, 0)), invert(inside, (-10, 1))]
    top = Canvas()
    one = load(top)
    slots: list[JsonValue] = [
        {"name": "image", "type": "IMAGE", "link": number} for number in (71, 72)
    ]
    top.nodes.append({"id": 2, "type": "S", "inputs": slots})
    top.links += [[71 + slot, one, slot, 2, slot, "IMAGE"] for slot in (0, 1)]
    graph = top.graph(inside)
    found = [graph.nodes[f"2:{end}"].inputs["image"] for end in ends]
    assert found == [Link("1", 0), Link("1", 1)]


def test_unknown_nodes_inside_are_named_by_their_whole_path() -> None:
    inside = Canvas("S")
    inside.add("Foreign", widgets_values=[1])
    top = Canvas()
    top.add("S", 7)
    read = top.document(inside)
    graph, problems = to_graph(read, SCHEMAS, file="w.json")
    assert list(graph.nodes) == ["7:1"]
    assert [(found.node, found.kind) for found in problems] == [("7:1", "missing_node_type")]
    assert [found.node for found in unnamed_values(read, SCHEMAS, file="w.json")] == ["7:1"]


def test_a_type_that_looks_like_an_instance_without_a_definition() -> None:
    top = Canvas()
    top.add("b2d7a3c4-0000-4000-8000-000000000000")
    assert [found.kind for found in top.problems()] == ["missing_node_type"]


@pytest.mark.parametrize("mode", [0, 2, 4])
@pytest.mark.parametrize("through", ["S", "T"])
def test_a_subgraph_that_contains_itself_is_a_problem_of_its_instance(
    through: str, mode: int
) -> None:
    one = Canvas("S", inputs=[IMAGE], outputs=[IMAGE])
    one.leave(0, (instance(one, through, (-10, 0)), 0))
    other = Canvas("T", inputs=[IMAGE], outputs=[IMAGE])
    other.leave(0, (instance(other, "S", (-10, 0)), 0))
    top = Canvas()
    host = instance(top, "S", (load(top), 0), mode=mode)
    end = save(top, (host, 0))
    found = [(problem.node, problem.kind) for problem in top.problems(one, other)]
    assert found == ([(str(host), "unsupported_feature")] if mode == 0 else [])
    graph, _ = to_graph(top.document(one, other), SCHEMAS, file="w.json")
    link = {"images": Link("1", 0)} if mode == 4 else {}
    assert graph.nodes[str(end)].inputs == {**link, "filename_prefix": "x"}


def test_a_subgraph_whose_copy_of_itself_is_muted_ends() -> None:
    inside = Canvas("S", inputs=[IMAGE], outputs=[IMAGE])
    instance(inside, "S", (-10, 0), mode=2)
    inside.leave(0, (invert(inside, (-10, 0)), 0))
    top = Canvas()
    instance(top, "S", (load(top), 0))
    assert list(top.graph(inside).nodes) == ["1", "2:2"]


def test_subgraphs_200_deep() -> None:
    levels = [inverting("L0")]
    for depth in range(1, 200):
        around = Canvas(f"L{depth}", inputs=[IMAGE], outputs=[IMAGE])
        around.leave(0, (instance(around, f"L{depth - 1}", (-10, 0)), 0))
        levels.append(around)
    top = Canvas()
    end = save(top, (instance(top, "L199", (load(top), 0)), 0))
    graph = top.graph(*levels)
    deepest = ":".join(["2", *["1"] * 200])
    assert list(graph.nodes) == ["1", deepest, "3"]
    assert graph.nodes[deepest].inputs == {"image": Link("1", 0)}
    assert graph.nodes[str(end)].inputs["images"] == Link(deepest, 0)
    assert graph_from_api(graph_to_api(graph), file="p.json") == graph


def test_subgraphs_too_deep_to_name_are_refused_where_they_pass_the_limit() -> None:
    levels = [inverting("L0")]
    for depth in range(1, 1200):
        around = Canvas(f"L{depth}")
        around.add(f"L{depth - 1}")
        levels.append(around)
    top = Canvas()
    top.add("L1199")
    (problem,) = top.problems(*levels)
    assert problem.kind == "unsupported_feature"
    assert "too deep" in problem.message


def test_what_would_expand_beyond_all_bounds_is_refused_at_once() -> None:
    """Each level holds the next one ten times: ten thousand million million nodes."""
    levels = [inverting("L0")]
    for depth in range(1, 17):
        around = Canvas(f"L{depth}")
        for _ in range(10):
            around.add(f"L{depth - 1}")
        levels.append(around)
    top = Canvas()
    top.add("L16")
    top.add("L1")
    top.add("L5")
    started = time.process_time()
    graph, problems = to_graph(top.document(*levels), SCHEMAS, file="w.json")
    assert time.process_time() - started < 5
    assert {problem.node for problem in problems} == {"1", "3"}
    assert all(str(NODE_LIMIT) in problem.message for problem in problems)
    assert list(graph.nodes) == [f"2:{number}:1" for number in range(1, 11)]


def test_the_limit_is_for_all_instances_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("capdemo.workflow.scopes.NODE_LIMIT", 7)
    top = Canvas()
    for _ in range(4):
        top.add("S")
    assert [problem.node for problem in top.problems(inverting(times=3))] == ["3", "4"]


def test_an_id_that_an_expanded_node_gets_is_taken() -> None:
    top = Canvas()
    top.add("S", 1)
    nodes: list[JsonValue] = [*top.nodes, {"id": "1:1", "type": "Checkpoint"}]
    (problem,) = Canvas(nodes=nodes).problems(inverting())
    assert (problem.node, problem.kind) == ("1:1", "unsupported_feature")


def test_a_chain_of_2000_nodes_with_reroutes_between() -> None:
    top = Canvas()
    source = (load(top), 0)
    for _ in range(2000):
        reroute = top.add("Reroute", links={"": ("*", source)}, gives=("*",))
        source = (invert(top, (reroute, 0)), 0)
    save(top, source)
    assert len(top.graph().nodes) == 2002


def test_many_inputs_deep_inside_are_found_without_walking_each_alone() -> None:
    inside = Canvas("L0", inputs=[IMAGE])
    for _ in range(2000):
        invert(inside, (-10, 0))
    levels = [inside]
    for depth in range(1, 200):
        around = Canvas(f"L{depth}", inputs=[IMAGE])
        instance(around, f"L{depth - 1}", (-10, 0))
        levels.append(around)
    top = Canvas()
    instance(top, "L199", (load(top), 0))
    read = top.document(*levels)
    started = time.process_time()
    graph, _ = to_graph(read, SCHEMAS, file="w.json")
    assert time.process_time() - started < 5
    assert all(
        node.inputs == {"image": Link("1", 0)}
        for node in graph.nodes.values()
        if node.class_type == "Invert"
    )


def test_a_circle_through_a_subgraph_is_named() -> None:
    inside = Canvas("S", inputs=[IMAGE], outputs=[IMAGE])
    inside.leave(0, (-10, 0))
    top = Canvas()
    instance(top, "S", (1, 0))
    save(top, (1, 0))
    assert [(found.node, found.kind) for found in top.problems(inside)] == [
        ("1", "dependency_cycle")
    ]
