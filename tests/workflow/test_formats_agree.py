"""Random graphs: however the editor draws and saves one, it is the graph that it exports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st
from tests.workflow.builders import SCHEMAS
from tests.workflow.random_graphs import (
    Drawing,
    Prompt,
    detoured,
    drawn,
    prompts,
    without_paths,
    wrapped,
)

from capdemo.engine.fingerprint import graph_fingerprint
from capdemo.workflow import Graph, JsonValue, graph_from_api, graph_to_api, to_graph

if TYPE_CHECKING:
    import random

CHAOS = st.randoms(use_true_random=False)


def graph_of(drawing: Drawing) -> Graph:
    graph, problems = to_graph(drawing.document(), SCHEMAS, file="w.json")
    assert problems == []
    return graph


@given(prompts(), CHAOS)
def test_the_editors_format_and_the_api_format_are_one_graph(
    api: Prompt, chaos: random.Random
) -> None:
    graph = graph_of(drawn(api, chaos))
    assert graph == graph_from_api(api, file="p.json")
    assert graph_from_api(graph_to_api(graph), file="p.json") == graph


@given(prompts(), CHAOS)
def test_reroutes_bypassed_nodes_and_named_wires_change_nothing(
    api: Prompt, chaos: random.Random
) -> None:
    drawing = drawn(api, chaos)
    detoured(drawing, chaos)
    assert graph_of(drawing) == graph_from_api(api, file="p.json")


@given(prompts(), CHAOS, st.integers(1, 3))
def test_nodes_in_subgraphs_are_the_same_graph(
    api: Prompt, chaos: random.Random, depth: int
) -> None:
    """Any choice of nodes, also instances, with values that the instance owns and others stale."""
    drawing = drawn(api, chaos)
    for _ in range(depth):
        wrapped(drawing, chaos)
    assert without_paths(graph_of(drawing)) == graph_from_api(api, file="p.json")


@given(prompts(), CHAOS)
def test_ids_and_places_change_no_key(api: Prompt, chaos: random.Random) -> None:
    """Renumbered, moved, listed in another order, inside a subgraph and along detours."""
    numbers = dict(zip(api, chaos.sample(range(1, 500), len(api)), strict=True))
    again: Prompt = {
        str(numbers[name]): renumbered(entry, numbers)
        for name, entry in chaos.sample([*api.items()], len(api))
    }
    drawing = drawn(again, chaos)
    detoured(drawing, chaos)
    first = key(graph_from_api(api, file="p.json"))
    assert key(graph_of(drawing)) == first
    drawing = drawn(again, chaos)
    wrapped(drawing, chaos)
    assert key(graph_of(drawing)) == first


def renumbered(entry: JsonValue, numbers: dict[str, int]) -> JsonValue:
    assert isinstance(entry, dict)
    inputs = entry["inputs"]
    assert isinstance(inputs, dict)
    links = {
        name: [str(numbers[str(value[0])]), value[1]]
        for name, value in inputs.items()
        if isinstance(value, list)
    }
    return {**entry, "inputs": {**inputs, **links}}


def key(graph: Graph) -> str:
    return graph_fingerprint(graph, [*graph.nodes], SCHEMAS)
