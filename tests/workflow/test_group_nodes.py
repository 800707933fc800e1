"""Group nodes: what is inside takes the instance's links and values, or the node is refused."""

from __future__ import annotations

import pytest
from tests.workflow.canvas import SCHEMAS, Canvas, load, save

from capdemo.workflow import Graph, JsonValue, Link, to_graph

Group = dict[str, "JsonValue"]


def socket(name: str, kind: str, *, widget: bool = False, **rest: JsonValue) -> JsonValue:
    mark: Group = {"widget": {"name": name}} if widget else {}
    return {"name": name, "type": kind, "link": None, **mark, **rest}


def output(name: str) -> JsonValue:
    return {"name": name, "type": name, "links": []}


LOADER: Group = {
    "type": "UpscaleModelLoader",
    "outputs": [output("UPSCALE_MODEL")],
    "widgets_values": ["old.pth"],
}
UPSCALER: Group = {
    "type": "ImageUpscaleWithModel",
    "inputs": [socket("upscale_model", "UPSCALE_MODEL"), socket("image", "IMAGE")],
    "outputs": [output("IMAGE")],
}
SAMPLER: Group = {
    "type": "KSampler",
    "inputs": [socket("latent", "LATENT")],
    "outputs": [output("LATENT")],
    "widgets_values": [7, "fixed", 20, "euler", 0.5],
}
UPSCALE: Group = {
    "nodes": [LOADER, UPSCALER],
    "links": [[0, 0, 1, 0, 4, "UPSCALE_MODEL"], [None, 0, 1, 1, 9, "IMAGE"]],
    "external": [],
}


def extra(**groups: JsonValue) -> JsonValue:
    return {"groupNodes": groups}


def with_group(top: Canvas, group: JsonValue) -> Graph:
    return top.graph(extra=extra(G=group))


@pytest.mark.parametrize("kind", ["workflow>G", "workflow/G"])
def test_nodes_links_and_values_of_an_instance(kind: str) -> None:
    top = Canvas()
    links = {"image": ("IMAGE", (load(top), 0))}
    group = top.add(kind, links=links, gives=("IMAGE",), widgets_values=["new.pth"])
    end = save(top, (group, 0))
    graph = with_group(top, UPSCALE)
    assert {name: (node.class_type, dict(node.inputs)) for name, node in graph.nodes.items()} == {
        "1": ("LoadImage", {"image": "a.png"}),
        "2:0": ("UpscaleModelLoader", {"model_name": "new.pth"}),
        "2:1": (
            "ImageUpscaleWithModel",
            {"upscale_model": Link("2:0", 0), "image": Link("1", 0)},
        ),
        str(end): ("SaveImage", {"images": Link("2:1", 0), "filename_prefix": "x"}),
    }


def test_each_instance_has_its_own_values_and_without_any_those_inside_stay() -> None:
    top = Canvas()
    values: list[JsonValue] = [["a.pth"], ["b.pth"], [], None]
    for given in values:
        top.add("workflow>G", links={"image": ("IMAGE", None)}, widgets_values=given)
    graph = with_group(top, UPSCALE)
    found = [graph.nodes[f"{node}:0"].inputs["model_name"] for node in (1, 2, 3, 4)]
    assert found == ["a.pth", "b.pth", "old.pth", "old.pth"]


def test_values_follow_one_another_in_the_order_of_the_nodes() -> None:
    top = Canvas()
    values: list[JsonValue] = [8, "randomize", 30, "fixed", 0.9, "c.pth", 1, "fixed", 2, "euler", 1]
    links = {"latent": ("LATENT", None), "KSampler latent": ("LATENT", (9, 0))}
    top.add("workflow>G", links=links, widgets_values=values)
    group: JsonValue = {"nodes": [SAMPLER, LOADER, SAMPLER], "links": [], "external": []}
    graph = with_group(top, group)
    assert graph.nodes["1:0"].inputs == {
        "seed": 8, "steps": 30, "sampler_name": "fixed", "denoise": 0.9
    }  # fmt: skip
    assert graph.nodes["1:1"].inputs == {"model_name": "c.pth"}
    assert graph.nodes["1:2"].inputs["steps"] == 2


INVERT: Group = {"type": "Invert", "inputs": [socket("image", "IMAGE")]}


@pytest.mark.parametrize(
    ("names", "config", "title"),
    [
        (["image", "Invert image"], {}, ""),  # a name that is taken has the title before it
        (["image", "Second image"], {}, "Second"),
        (["image", "other"], {"1": {"input": {"image": {"name": "other"}}}}, ""),
    ],
)
def test_inputs_are_found_by_the_names_that_the_editor_derives(
    names: list[str], config: JsonValue, title: str
) -> None:
    """Whatever their order in the file."""
    nodes: JsonValue = [INVERT, {**INVERT, "title": title}]
    top = Canvas()
    one, two = load(top), load(top)
    sources = {names[1]: ("IMAGE", (two, 0)), names[0]: ("IMAGE", (one, 0))}
    first = top.add("workflow>G", links=sources)
    graph = with_group(top, {"nodes": nodes, "links": [], "config": config})
    found = [graph.nodes[f"{first}:{node}"].inputs["image"] for node in (0, 1)]
    assert found == [Link("1", 0), Link("2", 0)]


def test_unknown_names_as_many_as_there_are_inputs_are_taken_in_order() -> None:
    top = Canvas()
    one = load(top)
    top.add("workflow>G", links={"eins": ("IMAGE", (one, 0)), "zwei": ("IMAGE", (one, 1))})
    graph = with_group(top, {"nodes": [INVERT, INVERT], "links": []})
    found = [graph.nodes[f"2:{node}"].inputs["image"] for node in (0, 1)]
    assert found == [Link("1", 0), Link("1", 1)]


@pytest.mark.parametrize("node", ["Note", "PrimitiveNode"])
def test_notes_and_primitives_that_feed_nothing_own_no_values(node: str) -> None:
    lone: Group = {"type": node, "outputs": [output("INT")], "widgets_values": [5, "fixed"]}
    top = Canvas()
    group = top.add("workflow>G", gives=("UPSCALE_MODEL",), widgets_values=["c.pth"])
    end = save(top, (group, 0))
    graph = with_group(top, {"nodes": [lone, LOADER], "links": []})
    assert graph.nodes["1:1"].inputs == {"model_name": "c.pth"}
    assert graph.nodes[str(end)].inputs["images"] == Link("1:1", 0)


def test_an_unknown_input_without_a_link_does_no_harm() -> None:
    top = Canvas()
    links = {"old": ("IMAGE", None), "image": ("IMAGE", (load(top), 1))}
    top.add("workflow>G", links=links)
    graph = with_group(top, {"nodes": [INVERT], "links": []})
    assert graph.nodes["2:0"].inputs == {"image": Link("1", 1)}


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("old", "Its input 'old' is none of the group's."),
        ("Number value", "Its input 'Number value' feeds a primitive inside."),
    ],
)
def test_a_link_that_has_nowhere_to_go_inside(name: str, message: str) -> None:
    primitive: Group = {"type": "PrimitiveNode", "title": "Number", "outputs": [output("INT")]}
    add: Group = {
        "type": "Add",
        "inputs": [
            socket("a", "INT", widget=True),
            socket("one", "IMAGE"),
            socket("two", "IMAGE"),
        ],
    }
    top = Canvas()
    top.add("workflow>G", links={name: ("INT", (9, 0))})
    group: JsonValue = {"nodes": [primitive, add], "links": [[0, 0, 1, 0, 3, "INT"]]}
    (problem,) = top.problems(extra=extra(G=group))
    assert message in problem.message


def test_the_order_of_slots_in_the_file_does_not_matter_where_the_names_are_known() -> None:
    invert: Group = {"type": "Invert", "inputs": [socket("image", "IMAGE", label="picture")]}
    top = Canvas()
    one, two = load(top), load(top)
    links = {"Invert image": ("IMAGE", (two, 0)), "picture": ("IMAGE", (one, 0))}
    plain: Group = {"type": "Invert", "inputs": [socket("image", "IMAGE")]}
    top.add("workflow>G", links={**links, "image": ("IMAGE", (two, 1))})
    graph = with_group(top, {"nodes": [invert, plain, plain], "links": []})
    found = [graph.nodes[f"3:{node}"].inputs["image"] for node in (0, 1, 2)]
    assert found == [Link("1", 0), Link("2", 1), Link("2", 0)]


def test_a_hidden_input_is_none() -> None:
    config: JsonValue = {"0": {"input": {"image": {"visible": False}}}}
    invert: Group = {"type": "Invert", "inputs": [socket("image", "IMAGE")]}
    top = Canvas()
    top.add("workflow>G", links={"Maske": ("MASK", (load(top), 1))})
    mask: Group = {"type": "Blend", "inputs": [socket("mask", "MASK")]}
    graph = with_group(top, {"nodes": [invert, mask], "links": [], "config": config})
    assert graph.nodes["2:0"].inputs == {}
    assert graph.nodes["2:1"].inputs == {"mask": Link("1", 1)}


@pytest.mark.parametrize(
    ("external", "config", "slots"),
    [
        ([], {}, [None, ("2:1", 0)]),
        ([[0, 0, "UPSCALE_MODEL"]], {}, [("2:0", 0), ("2:1", 0)]),
        ([], {"0": {"output": {"0": {"visible": True}}}}, [("2:0", 0), ("2:1", 0)]),
        ([], {"1": {"output": {"0": {"visible": False}}}}, [None, None]),
    ],
)
def test_outputs_are_those_that_no_wire_inside_uses_or_that_are_shown_all_the_same(
    external: JsonValue, config: JsonValue, slots: list[tuple[str, int] | None]
) -> None:
    shown = [slot for slot in slots if slot is not None]
    top = Canvas()
    load(top)
    gives = ("IMAGE",) * len(shown)
    group = top.add("workflow>G", links={"image": ("IMAGE", (1, 0))}, gives=gives)
    ends = [save(top, (group, number)) for number in range(2)]
    graph = with_group(top, {**UPSCALE, "external": external, "config": config})
    found = [graph.nodes[str(end)].inputs.get("images") for end in ends]
    expected = [Link(*slot) for slot in shown]
    assert found == [*expected, None, None][:2]


def test_a_widget_that_became_an_input_inside_is_an_input_outside() -> None:
    """Wired, it takes the link; else the value that it had inside."""
    sampler: Group = {
        **SAMPLER,
        "inputs": [socket("latent", "LATENT"), socket("seed", "INT", widget=True)],
    }
    group: JsonValue = {"nodes": [sampler, LOADER], "links": []}
    top = Canvas()
    number = top.add("Add", gives=("INT",))
    values: list[JsonValue] = [30, "fixed", 0.9, "c.pth"]
    for given in (values, [*values, 5, "fixed"]):  # some versions list it after the others
        for source in ((number, 0), None):
            top.add(
                "workflow>G",
                links={"latent": ("LATENT", None)},
                widgets={"seed": ("INT", source)},
                widgets_values=given,
            )
    graph = with_group(top, group)
    rest = {"steps": 30, "sampler_name": "fixed", "denoise": 0.9}
    for node, seed in ((2, Link("1", 0)), (3, 7), (4, Link("1", 0)), (5, 7)):
        assert graph.nodes[f"{node}:0"].inputs == {"seed": seed, **rest}
        assert graph.nodes[f"{node}:1"].inputs == {"model_name": "c.pth"}


def test_a_link_that_the_file_lacks_leaves_the_value_inside() -> None:
    sampler: Group = {**SAMPLER, "inputs": [socket("seed", "INT", widget=True)]}
    top = Canvas()
    values: list[JsonValue] = [30, "fixed", 0.9]
    top.add("workflow>G", widgets={"seed": ("INT", (9, 0))}, widgets_values=values)
    top.links.clear()
    graph = with_group(top, {"nodes": [sampler], "links": []})
    assert graph.nodes["1:0"].inputs["seed"] == 7


def test_a_widget_that_became_an_input_outside() -> None:
    top = Canvas()
    number = top.add("Add", gives=("INT",))
    top.add(
        "workflow>G",
        links={"latent": ("LATENT", None)},
        widgets={"steps": ("INT", (number, 0))},
        widgets_values=[8, "fixed", 30, "euler", 0.9],
    )
    graph = with_group(top, {"nodes": [SAMPLER], "links": []})
    assert graph.nodes["2:0"].inputs == {
        "seed": 8, "steps": Link("1", 0), "sampler_name": "euler", "denoise": 0.9
    }  # fmt: skip


def test_a_primitive_inside_shows_its_value() -> None:
    primitive: Group = {
        "type": "PrimitiveNode",
        "title": "Number",
        "outputs": [output("INT")],
        "widgets_values": [5, "fixed"],
    }
    add: Group = {
        "type": "Add",
        "inputs": [socket("a", "INT", widget=True)],
        "outputs": [output("INT")],
        "widgets_values": [1, 2],
    }
    top = Canvas()
    top.add("workflow>G", widgets_values=[9, "randomize", 4])
    group: JsonValue = {"nodes": [primitive, add], "links": [[0, 0, 1, 0, 3, "INT"]]}
    assert with_group(top, group).nodes["1:1"].inputs == {"a": 9, "b": 4}


def test_reroutes_inside() -> None:
    """One in mid-wire shows nothing; one at the border is an input."""
    reroute: Group = {"type": "Reroute", "inputs": [socket("", "*")], "outputs": [output("*")]}
    invert: Group = {
        "type": "Invert",
        "inputs": [socket("image", "IMAGE")],
        "outputs": [output("IMAGE")],
    }
    links: JsonValue = [[0, 0, 1, 0, 1, "*"], [1, 0, 2, 0, 2, "*"], [2, 0, 3, 0, 3, "*"]]
    top = Canvas()
    load(top)
    group = top.add("workflow>G", links={"IMAGE": ("IMAGE", (1, 0))}, gives=("IMAGE",))
    end = save(top, (group, 0))
    graph = with_group(top, {"nodes": [reroute, invert, reroute, invert], "links": links})
    assert list(graph.nodes) == ["1", "2:1", "2:3", "3"]
    assert graph.nodes["2:1"].inputs == {"image": Link("1", 0)}
    assert graph.nodes["2:3"].inputs == {"image": Link("2:1", 0)}
    assert graph.nodes[str(end)].inputs["images"] == Link("2:3", 0)


def test_a_group_of_unknown_nodes_keeps_its_wires() -> None:
    foreign: Group = {
        "type": "Foreign",
        "inputs": [socket("image", "IMAGE")],
        "outputs": [output("IMAGE")],
        "widgets_values": [1, 2],
    }
    top = Canvas()
    load(top)
    group = top.add(
        "workflow>G",
        links={"image": ("IMAGE", (1, 0))},
        gives=("IMAGE",),
        widgets_values=[3, 4, "c.pth"],
    )
    end = save(top, (group, 0))
    read = top.document(extra=extra(G={"nodes": [foreign, LOADER], "links": []}))
    graph, problems = to_graph(read, SCHEMAS, file="w.json")
    assert [(found.node, found.kind) for found in problems] == [("2:0", "missing_node_type")]
    assert graph.nodes["2:0"].inputs == {"image": Link("1", 0)}
    assert graph.nodes["2:1"].inputs == {"model_name": "c.pth"}
    assert graph.nodes[str(end)].inputs["images"] == Link("2:0", 0)


@pytest.mark.parametrize(("mode", "expected"), [(2, None), (4, Link("1", 0))])
def test_a_muted_or_bypassed_group(mode: int, expected: Link | None) -> None:
    top = Canvas()
    load(top)
    group = top.add("workflow>G", links={"image": ("IMAGE", (1, 0))}, gives=("IMAGE",), mode=mode)
    end = save(top, (group, 0))
    graph = with_group(top, UPSCALE)
    assert list(graph.nodes) == ["1", "3"]
    assert graph.nodes[str(end)].inputs.get("images") == expected


def test_groups_in_groups_and_in_subgraphs() -> None:
    inner: Group = {
        "type": "workflow>G",
        "inputs": [socket("image", "IMAGE")],
        "outputs": [output("IMAGE")],
        "widgets_values": ["inner.pth"],
    }
    outer: JsonValue = {"nodes": [LOADER, inner], "links": []}
    inside = Canvas("S")
    inside.add("workflow>H", widgets_values=["one.pth", "two.pth"])
    top = Canvas()
    top.add("S")
    graph = top.graph(inside, extra=extra(G=UPSCALE, H=outer))
    assert graph.nodes["1:1:0"].inputs == {"model_name": "one.pth"}
    assert graph.nodes["1:1:1:0"].inputs == {"model_name": "two.pth"}


DAMAGED: list[tuple[JsonValue, str]] = [
    (None, "extra.groupNodes.G: Here stands nothing"),
    ({"nodes": 5}, "extra.groupNodes.G.nodes: "),
    ({"nodes": [{"type": 5}]}, "extra.groupNodes.G.nodes[0].type: "),
    ({"nodes": [LOADER], "links": [[0, 0]]}, "extra.groupNodes.G.links[0]: "),
    ({"nodes": [LOADER], "links": [[0, 0, 7, 0, 1, "X"]]}, "extra.groupNodes.G.links[0]: "),
    (
        {"nodes": [LOADER, UPSCALER], "links": [[0, 0, 1, 3, 1, "X"]]},
        "A link ends at input 3 of its 'ImageUpscaleWithModel'.",
    ),
    ({"nodes": [LOADER], "links": [], "external": [[0]]}, "extra.groupNodes.G.external[0]: "),
    ({"nodes": [LOADER], "links": []}, "Its input 'image' is none of the group's."),
    ({"nodes": [UPSCALER], "links": []}, "It has 1 widget values where its nodes have 0."),
    (
        {"nodes": [UPSCALER, LOADER, LOADER], "links": []},
        "It has 1 widget values where its nodes have 2.",
    ),
    (
        {"nodes": [UPSCALER, {**SAMPLER, "widgets_values": {"seed": 1}}], "links": []},
        "The values of its 'KSampler' cannot be told apart.",
    ),
]


@pytest.mark.parametrize(("group", "message"), DAMAGED)
def test_what_does_not_fit_is_refused_and_says_where(group: JsonValue, message: str) -> None:
    top = Canvas()
    load(top)
    node = top.add(
        "workflow>G",
        links={"image": ("IMAGE", (1, 0))},
        gives=("IMAGE",),
        widgets_values=["new.pth"],
    )
    end = save(top, (node, 0))
    graph, problems = to_graph(top.document(extra=extra(G=group)), SCHEMAS, file="w.json")
    assert [(found.node, found.kind) for found in problems] == [("2", "unsupported_feature")]
    assert message in problems[0].message
    assert problems[0].message.startswith("This group node cannot be expanded. ")
    assert graph.nodes[str(end)].inputs == {"filename_prefix": "x"}


def test_more_outputs_than_the_group_has_are_refused() -> None:
    top = Canvas()
    top.add("workflow>G", gives=("IMAGE", "MASK"))
    (problem,) = top.problems(extra=extra(G=UPSCALE))
    assert "It has 2 outputs where its nodes have 1." in problem.message


def test_turned_widgets_of_an_unknown_node_cannot_be_told_apart() -> None:
    foreign: Group = {
        "type": "Foreign",
        "inputs": [socket("size", "INT", widget=True)],
        "widgets_values": [1, 2],
    }
    top = Canvas()
    top.add("workflow>G", widgets_values=[3])
    (problem,) = top.problems(extra=extra(G={"nodes": [foreign], "links": []}))
    assert "'Foreign' cannot be told apart" in problem.message


def test_a_group_that_contains_itself_is_refused() -> None:
    itself: Group = {"type": "workflow>G"}
    top = Canvas()
    top.add("workflow>G")
    (problem,) = top.problems(extra=extra(G={"nodes": [itself], "links": []}))
    assert (problem.node, problem.kind) == ("1:0", "unsupported_feature")
    assert "contains itself" in problem.message


def test_groups_that_would_expand_beyond_all_bounds_are_refused() -> None:
    groups: Group = {"L0": UPSCALE}
    for depth in range(1, 8):
        groups[f"L{depth}"] = {"nodes": [{"type": f"workflow>L{depth - 1}"}] * 10, "links": []}
    top = Canvas()
    top.add("workflow>L7")
    kinds = {problem.kind for problem in top.problems(extra={"groupNodes": groups})}
    assert kinds == {"unsupported_feature"}


@pytest.mark.parametrize("strange", [None, {}, {"groupNodes": []}, {"groupNodes": {"G": []}}])
def test_an_extra_that_is_no_object_of_groups(strange: JsonValue) -> None:
    top = Canvas()
    top.add("workflow>G")
    assert [problem.kind for problem in top.problems(extra=strange)] == ["unsupported_feature"]
