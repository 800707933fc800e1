"""From boxes and wires to the graph: every rule of the front end that is followed here."""

from __future__ import annotations

import time

import pytest
from tests.workflow.builders import ESRGAN_API, SCHEMAS, document, esrgan

from capdemo.errors import Problem
from capdemo.workflow import (
    Document,
    Graph,
    JsonValue,
    Link,
    graph_to_api,
    to_graph,
    unnamed_values,
)
from capdemo.workflow.document import document_from_json


def flat(document: Document) -> Graph:
    graph, problems = to_graph(document, SCHEMAS, file="w.json")
    assert problems == []
    return graph


def problems_of(document: Document) -> list[tuple[str | None, str]]:
    _, problems = to_graph(document, SCHEMAS, file="w.json")
    return [(problem.node, problem.kind) for problem in problems]


def load(node_id: int, mode: int = 0) -> JsonValue:
    return {"id": node_id, "type": "LoadImage", "mode": mode, "widgets_values": ["a.png", "image"]}


def save(node_id: int, link: JsonValue) -> JsonValue:
    slots: list[JsonValue] = [{"name": "images", "type": "IMAGE", "link": link}]
    return {"id": node_id, "type": "SaveImage", "inputs": slots, "widgets_values": ["x"]}


def through(node_id: int, kind: str, link: JsonValue, **rest: JsonValue) -> JsonValue:
    return {
        "id": node_id,
        "type": kind,
        "inputs": [{"name": "", "type": "*", "link": link}],
        **rest,
    }


def test_a_flat_workflow() -> None:
    assert graph_to_api(flat(document_from_json(esrgan(), file="w.json"))) == ESRGAN_API


def test_a_slot_is_found_by_its_place_in_the_file() -> None:
    """The editor leaves out widget slots without a link, so places differ from the schema's."""
    node: JsonValue = {
        "id": 2,
        "type": "KSampler",
        "inputs": [
            {"name": "steps", "type": "INT", "link": 6, "widget": {"name": "steps"}},
            {"name": "latent", "type": "LATENT", "link": 5},
        ],
        "widgets_values": [7, "fixed", 99, "euler", 0.5],
    }
    graph = flat(document([load(1), node], [[5, 1, 0, 2, 1, "LATENT"], [6, 1, 1, 2, 0, "INT"]]))
    assert graph.nodes["2"].inputs == {
        "latent": Link("1", 0),
        "seed": 7,
        "steps": Link("1", 1),
        "sampler_name": "euler",
        "denoise": 0.5,
    }
    assert list(graph.nodes["2"].inputs) == [entry.name for entry in SCHEMAS["KSampler"].inputs]


def test_a_slot_may_be_called_otherwise_than_its_widget() -> None:
    node: JsonValue = {
        "id": 2,
        "type": "KSampler",
        "inputs": [{"name": "Stufen", "type": "INT", "link": 6, "widget": {"name": "steps"}}],
    }
    graph = flat(document([load(1), node], [[6, 1, 1, 2, 0, "INT"]]))
    assert graph.nodes["2"].inputs["steps"] == Link("1", 1)
    assert "Stufen" not in graph.nodes["2"].inputs


def test_muted_nodes_and_notes_are_left_out() -> None:
    nodes: list[JsonValue] = [
        load(1, mode=2),
        save(2, 5),
        {"id": 3, "type": "Note", "widgets_values": ["x"]},
    ]
    graph = flat(document(nodes, [[5, 1, 0, 2, 0, "IMAGE"]]))
    assert graph_to_api(graph) == {
        "2": {"inputs": {"filename_prefix": "x"}, "class_type": "SaveImage"}
    }


@pytest.mark.parametrize("mode", [1, 3])
def test_event_and_trigger_modes_run(mode: int) -> None:
    assert list(flat(document([load(1, mode=mode)], [])).nodes) == ["1"]


@pytest.mark.parametrize("links", [[], [[5, 9, 0, 2, 0, "IMAGE"]], [[5, 1, -1, 2, 0, "IMAGE"]]])
def test_a_link_from_nowhere_is_dropped(links: list[JsonValue]) -> None:
    assert flat(document([load(1), save(2, 5)], links)).nodes["2"].inputs == {
        "filename_prefix": "x"
    }


def test_of_links_with_one_id_the_one_that_ends_here_counts() -> None:
    links: list[JsonValue] = [[5, 1, 0, 3, 0, "IMAGE"], [5, 2, 0, 4, 0, "IMAGE"]]
    graph = flat(document([load(1), load(2), save(3, 5), save(4, 5)], links))
    assert graph.nodes["3"].inputs["images"] == Link("1", 0)
    assert graph.nodes["4"].inputs["images"] == Link("2", 0)


def blend(slots: dict[str, JsonValue], links: list[JsonValue]) -> Graph:
    """Two pictures and a node 3 of which each slot names a link."""
    inputs: list[JsonValue] = [
        {"name": name, "type": "IMAGE", "link": link} for name, link in slots.items()
    ]
    node: JsonValue = {"id": 3, "type": "ImageUpscaleWithModel", "inputs": inputs}
    return flat(document([load(1), load(2), node], links))


def test_two_links_with_one_id_that_end_at_one_node() -> None:
    links: list[JsonValue] = [[5, 1, 0, 3, 0, "IMAGE"], [5, 2, 0, 3, 1, "IMAGE"]]
    graph = blend({"upscale_model": 5, "image": 5}, links)
    assert graph.nodes["3"].inputs == {"upscale_model": Link("1", 0), "image": Link("2", 0)}


def test_a_link_whose_slot_is_out_of_date_still_ends_at_its_node() -> None:
    """The slot names the link; the place that the link names may be that of an older version."""
    links: list[JsonValue] = [[5, 1, 0, 3, 7, "IMAGE"], [5, 2, 0, 9, 0, "IMAGE"]]
    assert blend({"image": 5}, links).nodes["3"].inputs == {"image": Link("1", 0)}


def test_a_link_that_says_to_end_elsewhere_is_followed_from_the_slot_that_names_it() -> None:
    links: list[JsonValue] = [[5, 2, 0, 9, 0, "IMAGE"]]
    assert blend({"image": 5}, links).nodes["3"].inputs == {"image": Link("2", 0)}


def test_a_link_that_no_slot_names_leads_nowhere() -> None:
    assert blend({"image": None}, [[5, 2, 0, 3, 0, "IMAGE"]]).nodes["3"].inputs == {}


@pytest.mark.parametrize("mode", [0, 4])
def test_a_chain_of_reroutes_is_followed(mode: int) -> None:
    nodes = [
        load(1),
        through(2, "Reroute", 5),
        through(3, "Reroute (rgthree)", 6, mode=mode),
        save(4, 7),
    ]
    links: list[JsonValue] = [
        [5, 1, 1, 2, 0, "*"],
        [6, 2, 0, 3, 0, "*"],
        [7, 3, 0, 4, 0, "*"],
    ]
    graph = flat(document(nodes, links))
    assert list(graph.nodes) == ["1", "4"]
    assert graph.nodes["4"].inputs["images"] == Link("1", 1)


def test_a_muted_or_loose_reroute_delivers_nothing() -> None:
    nodes = [load(1), through(2, "Reroute", 5, mode=2), save(4, 7), save(5, 8)]
    nodes.append({"id": 3, "type": "Reroute"})
    links: list[JsonValue] = [[5, 1, 0, 2, 0, "*"], [7, 2, 0, 4, 0, "*"], [8, 3, 0, 5, 0, "*"]]
    graph = flat(document(nodes, links))
    assert "images" not in graph.nodes["4"].inputs
    assert "images" not in graph.nodes["5"].inputs


def test_reroutes_in_a_circle_are_a_problem() -> None:
    nodes = [through(2, "Reroute", 6), through(3, "Reroute", 5), save(4, 7)]
    links: list[JsonValue] = [[5, 2, 0, 3, 0, "*"], [6, 3, 0, 2, 0, "*"], [7, 3, 0, 4, 0, "*"]]
    assert problems_of(document(nodes, links)) == [("3", "dependency_cycle")]


def test_a_long_chain_of_reroutes_with_many_ends_is_walked_once() -> None:
    count = 10_000
    nodes = [load(0)]
    nodes += [through(i, "Reroute", i) for i in range(1, count + 1)]
    nodes += [save(i, i) for i in range(count + 1, 2 * count)]
    links: list[JsonValue] = [[i, i - 1, 0, i, 0, "*"] for i in range(1, count + 1)]
    links += [[i, count, 0, i, 0, "*"] for i in range(count + 1, 2 * count)]
    read = document(nodes, links)
    started = time.process_time()
    graph = flat(read)
    assert time.process_time() - started < 5
    assert graph.nodes[str(2 * count - 1)].inputs["images"] == Link("0", 0)


@pytest.mark.parametrize("mode", [0, 2])
def test_a_primitive_is_written_into_every_widget_it_feeds(mode: int) -> None:
    def fed(node_id: int, link: int) -> JsonValue:
        slot: JsonValue = {
            "name": "steps",
            "type": "INT",
            "link": link,
            "widget": {"name": "steps"},
        }
        return {
            "id": node_id,
            "type": "KSampler",
            "inputs": [slot],
            "widgets_values": [7, "fixed", 1],
        }

    nodes: list[JsonValue] = [
        {"id": 1, "type": "PrimitiveNode", "mode": mode, "widgets_values": [33, "fixed"]},
        through(2, "Reroute", 5),
        fed(3, 6),
        fed(4, 7),
    ]
    links: list[JsonValue] = [[5, 1, 0, 2, 0, "*"], [6, 1, 0, 3, 0, "INT"], [7, 2, 0, 4, 0, "*"]]
    graph = flat(document(nodes, links))
    assert list(graph.nodes) == ["3", "4"]
    assert [node.inputs["steps"] for node in graph.nodes.values()] == [33, 33]


def test_an_empty_primitive_leaves_the_value() -> None:
    slot: JsonValue = {"name": "filename_prefix", "type": "STRING", "link": 5, "widget": {}}
    nodes: list[JsonValue] = [
        {"id": 1, "type": "PrimitiveNode", "widgets_values": []},
        {"id": 2, "type": "SaveImage", "inputs": [slot], "widgets_values": ["kept"]},
    ]
    graph = flat(document(nodes, [[5, 1, 0, 2, 0, "STRING"]]))
    assert graph.nodes["2"].inputs == {"filename_prefix": "kept"}


@pytest.mark.parametrize(
    ("kind", "word"),
    [
        ("workflow>Upscale", "group node"),
        ("workflow/Upscale", "group node"),
        ("Anything Everywhere3", "broadcast"),
    ],
)
def test_what_is_not_resolved_is_named_with_its_node(kind: str, word: str) -> None:
    nodes = [through(1, kind, None), save(2, 5)]
    read = document(nodes, [[5, 1, 0, 2, 0, "IMAGE"]])
    graph, problems = to_graph(read, SCHEMAS, file="w.json")
    assert [(problem.node, problem.kind) for problem in problems] == [("1", "unsupported_feature")]
    assert word in problems[0].message
    assert list(graph.nodes) == ["2"]


def test_a_bypassed_node_that_nobody_reads_is_no_problem() -> None:
    assert flat(document([load(1, mode=4)], [])) == Graph({})


def test_a_muted_subgraph_is_no_problem() -> None:
    subgraphs: JsonValue = {"subgraphs": [{"id": "1-2-3", "name": "Upscale"}]}
    nodes = [through(1, "1-2-3", None, mode=2)]
    assert flat(document(nodes, [], definitions=subgraphs)) == Graph({})


FOREIGN: JsonValue = {
    "id": 1,
    "type": "LoadImageX",
    "properties": {"aux_id": "someone/somepack", "ver": "1.2"},
    "widgets_values": ["a.png"],
}


def test_an_unknown_type_is_a_problem_that_names_its_pack() -> None:
    graph, problems = to_graph(
        document([FOREIGN, save(2, 5)], [[5, 1, 0, 2, 0, "IMAGE"]]), SCHEMAS, file="w.json"
    )
    assert problems == [
        Problem(
            "w.json",
            "1",
            None,
            "missing_node_type",
            "No node type 'LoadImageX' is known; it belongs to the pack 'someone/somepack 1.2'. "
            "The file does not name the node's 1 widget value.",
            "Did you mean 'LoadImage'? Replace the node or mute it; "
            "`capdemo nodes` lists what is known.",
        )
    ]
    assert graph.nodes["1"].inputs == {}
    assert graph.nodes["2"].inputs["images"] == Link("1", 0)


def test_only_so_many_unknown_types_are_compared_with_the_known_ones() -> None:
    nodes: list[JsonValue] = [{"id": i, "type": f"LoadImage{i}"} for i in range(30)]
    _, problems = to_graph(document(nodes, []), SCHEMAS, file="w.json")
    guessed = [problem.hint.startswith("Did you mean 'LoadImage'?") for problem in problems]
    assert guessed == [True] * 20 + [False] * 10


def test_values_that_nobody_names_are_a_problem_of_their_own() -> None:
    muted: JsonValue = {"id": 3, "type": "Other", "mode": 2, "widgets_values": [1]}
    bare: JsonValue = {"id": 4, "type": "Other"}
    (problem,) = unnamed_values(document([FOREIGN, muted, bare], []), SCHEMAS, file="w.json")
    assert (problem.node, problem.kind) == ("1", "unnamed_widget_values")
    assert "does not name" in problem.message
    assert "someone/somepack" in problem.message


def test_values_that_do_not_fit_are_a_problem_of_their_node() -> None:
    node: JsonValue = {
        "id": 7,
        "type": "KSampler",
        "widgets_values": [1, "fixed", "many", "euler", 0.5],
    }
    assert problems_of(document([node], [])) == [("7", "ambiguous_widget_values")]


def test_what_is_left_out_on_purpose_has_a_kind_of_its_own() -> None:
    node: JsonValue = {"id": 7, "type": "ReActorFaceSwap"}
    assert problems_of(document([node], [])) == [("7", "out_of_scope_node_type")]


def test_an_unknown_type_keeps_what_the_file_names() -> None:
    node: JsonValue = {
        "id": 1,
        "type": "Foreign",
        "widgets_values": ["a.png", "image"],
        "widgets_values_named": {"picture": "a.png", "upload": "image"},
    }
    read = document([node], [])
    graph, problems = to_graph(read, SCHEMAS, file="w.json")
    assert graph.nodes["1"].inputs == {"picture": "a.png"}
    assert [problem.kind for problem in problems] == ["missing_node_type"]
    assert unnamed_values(read, SCHEMAS, file="w.json") == []
