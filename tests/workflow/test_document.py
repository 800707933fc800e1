"""The editor's format: every variant that is met, and errors that name the place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.workflow.builders import document, esrgan

from capdemo.errors import InputError
from capdemo.workflow.document import (
    INPUT_NODE,
    DocumentLink,
    DocumentNode,
    Group,
    Subgraph,
    SubgraphSlot,
    document_from_json,
)

if TYPE_CHECKING:
    from capdemo.workflow import JsonValue


def test_a_saved_workflow_is_read_whole() -> None:
    read = document_from_json(esrgan(), file="w.json")
    assert [node.id for node in read.nodes] == ["3", "4", "2", "6", "7"]
    load, _, upscale, *_ = read.nodes
    assert load.widgets_values == ("pasted/image (40).png", "image")
    assert (load.pos, load.size, load.mode) == ((1.0, 2.0), (315.0, 314.0), 0)
    assert [(slot.name, slot.links) for slot in load.outputs] == [("IMAGE", ("7",)), ("MASK", ())]
    assert upscale.title == "Four times"
    assert upscale.widgets_values is None
    assert upscale.pack == "comfy-core 0.3.64"
    assert [(slot.name, slot.link) for slot in upscale.inputs] == [
        ("upscale_model", "8"),
        ("image", "7"),
    ]
    assert read.links[0] == DocumentLink("7", "3", 0, "2", 1, "IMAGE")


def test_links_may_be_arrays_or_objects_and_slots_texts() -> None:
    as_object: JsonValue = {
        "id": 7,
        "origin_id": 3,
        "origin_slot": 0,
        "target_id": "2",
        "target_slot": "1",
        "type": "IMAGE",
        "parentId": 4,
    }
    expected = DocumentLink("7", "3", 0, "2", 1, "IMAGE")
    assert document([], [as_object]).links == (expected,)
    assert document([], [[7, "3", "0", 2, 1.0, "IMAGE"]]).links == (expected,)
    assert document([], [[7, 3, 0, 2, 1]]).links[0].type == "*"


def test_widget_values_may_be_an_object_and_have_names() -> None:
    read = document(
        [
            {
                "id": 1,
                "type": "VHS_LoadVideo",
                "widgets_values": {"video": "7.mp4"},
                "widgets_values_named": {"video": "7.mp4"},
            }
        ],
        [],
    )
    assert read.nodes[0].widgets_values == {"video": "7.mp4"}
    assert read.nodes[0].widgets_values_named == {"video": "7.mp4"}


def test_an_input_slot_may_stand_for_a_widget() -> None:
    slots: list[JsonValue] = [
        {"name": "seed", "type": "INT", "link": 1, "widget": {"name": "noise_seed"}},
        {"name": "steps", "type": "INT", "link": None, "widget": {}},
        {"name": "any", "type": 0},
        {"name": "choice", "type": ["a", "b"]},
        {"name": "event", "type": -1},
    ]
    read = document([{"id": 1, "type": "KSampler", "inputs": slots}], [])
    assert [(slot.type, slot.link, slot.widget) for slot in read.nodes[0].inputs] == [
        ("INT", "1", "noise_seed"),
        ("INT", None, "steps"),
        ("*", None, None),
        ("COMBO", None, None),
        ("-1", None, None),
    ]


def test_a_subgraph_is_read_whole() -> None:
    subgraph: JsonValue = {
        "id": "a-b",
        "name": "Upscale",
        "inputs": [{"id": "u", "name": "image", "type": "IMAGE", "linkIds": [3, 4]}],
        "outputs": [{"name": "out", "linkIds": None}],
        "nodes": [{"id": 1, "type": "A"}],
        "links": [
            {
                "id": 3,
                "origin_id": -10,
                "origin_slot": 0,
                "target_id": 1,
                "target_slot": 0,
                "type": "IMAGE",
            }
        ],
        "groups": [{"title": "Inside", "bounding": [1, 2, 3, 4]}],
    }
    assert document([], [], definitions={"subgraphs": [subgraph]}).subgraphs == {
        "a-b": Subgraph(
            id="a-b",
            name="Upscale",
            inputs=(SubgraphSlot("image", "IMAGE", ("3", "4")),),
            outputs=(SubgraphSlot("out", "*"),),
            nodes=(DocumentNode("1", "A"),),
            links=(DocumentLink("3", INPUT_NODE, 0, "1", 0, "IMAGE"),),
            groups=(Group("Inside", (1.0, 2.0, 3.0, 4.0)),),
        )
    }


def test_subgraphs_inside_subgraphs_are_found_and_may_be_repeated() -> None:
    inner: JsonValue = {"id": "in", "name": "Inner"}
    outer: JsonValue = {"id": "out", "name": "Outer", "definitions": {"subgraphs": [inner]}}
    read = document([], [], definitions={"subgraphs": [outer, inner]})
    assert {key: entry.name for key, entry in read.subgraphs.items()} == {
        "out": "Outer",
        "in": "Inner",
    }


def test_frames_and_extras_are_kept() -> None:
    frame: JsonValue = {"title": "Load", "bounding": [1, 2.5, 3, 4], "color": "#3f789e"}
    read = document([], [], groups=[frame, {}], extra={"ds": {"scale": 1}})
    assert read.groups == (
        Group("Load", (1.0, 2.5, 3.0, 4.0), "#3f789e"),
        Group("", (0.0, 0.0, 0.0, 0.0)),
    )
    assert read.extra == {"ds": {"scale": 1}}


@pytest.mark.parametrize(
    ("subgraph", "place"),
    [
        (5, ""),
        ({}, ".id"),
        ({"id": "a", "inputs": [5]}, ".inputs[0]"),
        ({"id": "a", "inputs": [{"linkIds": [[]]}]}, ".inputs[0].linkIds[0]"),
        ({"id": "a", "nodes": [{"id": 1}]}, ".nodes[0].type"),
        ({"id": "a", "links": [[1]]}, ".links[0]"),
        ({"id": "a", "definitions": {"subgraphs": [{}]}}, ".definitions.subgraphs[0].id"),
    ],
)
def test_a_wrong_subgraph_is_named_by_its_place(subgraph: JsonValue, place: str) -> None:
    with pytest.raises(InputError) as caught:
        document([], [], definitions={"subgraphs": [subgraph]})
    assert caught.value.where == f"w.json: definitions.subgraphs[0]{place}"


def test_two_different_subgraphs_with_one_id_are_an_error() -> None:
    twice: JsonValue = [{"id": "a", "name": "One"}, {"id": "a", "name": "Other"}]
    with pytest.raises(InputError, match="'a', which is taken") as caught:
        document([], [], definitions={"subgraphs": twice})
    assert caught.value.where == "w.json: definitions.subgraphs[1]"


@pytest.mark.parametrize(
    ("node", "place"),
    [
        (5, "nodes[0]"),
        ({"type": "A"}, "nodes[0].id"),
        ({"id": True, "type": "A"}, "nodes[0].id"),
        ({"id": "a\nb", "type": "A"}, "nodes[0].id"),
        ({"id": 1, "type": 5}, "nodes[0].type"),
        ({"id": 1, "type": ""}, "nodes[0].type"),
        ({"id": 1}, "nodes[0].type"),
        ({"id": 1, "type": "A", "mode": "on"}, "nodes[0].mode"),
        ({"id": 1, "type": "A", "inputs": {}}, "nodes[0].inputs"),
        ({"id": 1, "type": "A", "inputs": [{"name": 5}]}, "nodes[0].inputs[0].name"),
        ({"id": 1, "type": "A", "inputs": [{"link": []}]}, "nodes[0].inputs[0].link"),
        ({"id": 1, "type": "A", "inputs": [{"type": {}}]}, "nodes[0].inputs[0].type"),
        ({"id": 1, "type": "A", "inputs": [{"widget": "x"}]}, "nodes[0].inputs[0].widget"),
        ({"id": 1, "type": "A", "outputs": ["x"]}, "nodes[0].outputs[0]"),
        ({"id": 1, "type": "A", "outputs": [{"links": [{}]}]}, "nodes[0].outputs[0].links[0]"),
        ({"id": 1, "type": "A", "widgets_values": "x"}, "nodes[0].widgets_values"),
        ({"id": 1, "type": "A", "widgets_values_named": []}, "nodes[0].widgets_values_named"),
        ({"id": 1, "type": "A", "title": 5}, "nodes[0].title"),
        ({"id": 1, "type": "A", "properties": []}, "nodes[0].properties"),
        ({"id": 1, "type": "A", "pos": ["x", 1]}, "nodes[0].pos[0]"),
        ({"id": 1, "type": "A", "size": {"1": "x"}}, "nodes[0].size.1"),
    ],
)
def test_a_wrong_shape_is_named_by_its_place(node: JsonValue, place: str) -> None:
    with pytest.raises(InputError) as caught:
        document([node], [])
    assert caught.value.where == f"w.json: {place}"


@pytest.mark.parametrize(
    ("link", "place"),
    [
        (5, "links[1]"),
        ([1, 2, 0], "links[1]"),
        ([1, 2, "first", 3, 0, "IMAGE"], "links[1][2]"),
        ({"id": 1}, "links[1].origin_id"),
    ],
)
def test_a_wrong_link_is_named_by_its_place(link: JsonValue, place: str) -> None:
    with pytest.raises(InputError) as caught:
        document([], [None, link])
    assert caught.value.where == f"w.json: {place}"


def test_two_nodes_with_one_id_are_an_error() -> None:
    with pytest.raises(InputError, match="'1', which is taken") as caught:
        document([{"id": 1, "type": "A"}, {"id": "1", "type": "B"}], [])
    assert caught.value.where == "w.json: nodes[1]"
