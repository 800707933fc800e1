"""The API format: links, wrapped lists, titles, and back again without a change."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.workflow.builders import ESRGAN_API

from capdemo.errors import InputError
from capdemo.workflow import Graph, GraphNode, JsonValue, Link, graph_from_api, graph_to_api


def test_links_values_and_titles() -> None:
    graph = graph_from_api(ESRGAN_API, file="p.json")
    assert list(graph.nodes) == ["3", "4", "2", "6"]
    assert graph.nodes["2"] == GraphNode(
        "ImageUpscaleWithModel",
        {"upscale_model": Link("4", 0), "image": Link("3", 0)},
        "Four times",
    )
    assert graph_to_api(graph) == ESRGAN_API
    assert list(graph_to_api(graph)) == list(ESRGAN_API)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (["66:54", 1], Link("66:54", 1)),
        (["4", 1.0], Link("4", 1)),
        ([4, 1], [4, 1]),
        (["4", "1"], ["4", "1"]),
        (["4", True], ["4", True]),
        (["4", 0, 1], ["4", 0, 1]),
        ({"__value__": ["4", 0]}, ["4", 0]),
        ({"__value__": []}, []),
        ({"__type__": "CURVE", "__value__": [1]}, {"__type__": "CURVE", "__value__": [1]}),
        (0, 0),
        (None, None),
    ],
)
def test_what_is_a_link_and_what_a_list(written: JsonValue, read: Link | JsonValue) -> None:
    graph = graph_from_api({"1": {"class_type": "A", "inputs": {"x": written}}}, file="p.json")
    assert graph.nodes["1"].inputs["x"] == read


def test_what_the_executor_ignores_is_dropped() -> None:
    entry: JsonValue = {"class_type": "A", "is_changed": [None], "_meta": {"title": None}}
    graph = graph_from_api({"1": entry}, file="p.json")
    assert graph_to_api(graph) == {"1": {"inputs": {}, "class_type": "A"}}


@pytest.mark.parametrize(
    ("entry", "place"),
    [
        (5, "p.json: node 1"),
        ({"inputs": {}}, "p.json: node 1"),
        ({"class_type": 5}, "p.json: node 1"),
        ({"class_type": "A", "inputs": []}, "p.json: node 1.inputs"),
    ],
)
def test_an_entry_that_is_no_node_is_named(entry: JsonValue, place: str) -> None:
    with pytest.raises(InputError) as caught:
        graph_from_api({"1": entry, "2": {"class_type": "A"}}, file="p.json")
    assert caught.value.where == place


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text() | st.just("__value__"), inner, max_size=2)
    ),
    max_leaves=8,
)
links = st.builds(
    Link, st.from_regex(r"[0-9]{1,3}(:[0-9]{1,3})?", fullmatch=True), st.integers(0, 9)
)
graphs = st.builds(
    Graph,
    st.dictionaries(
        st.from_regex(r"[0-9]{1,3}", fullmatch=True),
        st.builds(
            GraphNode,
            st.text(min_size=1),
            st.dictionaries(st.text(), links | json_values, max_size=4),
            st.text(),
        ),
        max_size=4,
    ),
)


@given(graphs)
def test_every_graph_survives_the_api_format(graph: Graph) -> None:
    again = graph_from_api(graph_to_api(graph), file="p.json")
    assert again == graph
    assert [list(node.inputs) for node in again.nodes.values()] == [
        list(node.inputs) for node in graph.nodes.values()
    ]
