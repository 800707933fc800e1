"""Random flat graphs: what the editor saves and what it exports are one graph."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st
from tests.workflow.builders import SCHEMAS, document

from capdemo.workflow import Document, JsonValue, graph_from_api, to_graph

if TYPE_CHECKING:
    import random


@st.composite
def flat_graphs(draw: st.DrawFn) -> dict[str, JsonValue]:
    """Prompts of known nodes, each reading only from earlier ones."""
    ids = draw(st.lists(st.integers(1, 99), min_size=1, max_size=8, unique=True))
    api: dict[str, JsonValue] = {}
    for node_id in ids:
        kind = draw(st.sampled_from(sorted(SCHEMAS)))
        inputs: dict[str, JsonValue] = {}
        for entry in SCHEMAS[kind].inputs:
            is_linked = bool(api) and (entry.widget is None or draw(st.booleans()))
            if is_linked:
                origin = draw(st.sampled_from(sorted(api)))
                inputs[entry.name] = [origin, draw(st.integers(0, 2))]
            elif entry.widget is not None:
                inputs[entry.name] = draw(_value_of(entry.widget.type))
        api[str(node_id)] = {"inputs": inputs, "class_type": kind}
    return api


def _value_of(kind: str) -> st.SearchStrategy[JsonValue]:
    strategies: dict[str, st.SearchStrategy[JsonValue]] = {
        "INT": st.integers(0, 2**63),
        "FLOAT": st.floats(0, 9),
        "COMBO": st.sampled_from(["euler", "fixed", "a\\b.pth", "Ω/😀.png"]),
        "STRING": st.text(),
    }
    return strategies[kind]


def as_document(api: dict[str, JsonValue], *, chaos: random.Random) -> Document:
    """The same graph as the editor would save it: places, ids and slots in any order."""
    nodes: list[JsonValue] = []
    links: list[JsonValue] = []
    for node_id, entry in api.items():
        assert isinstance(entry, dict)
        kind, inputs = str(entry["class_type"]), entry["inputs"]
        assert isinstance(inputs, dict)
        values: list[JsonValue] = []
        for spec in SCHEMAS[kind].widgets:
            is_linked = isinstance(inputs[spec.name], list)
            values.append("stale" if is_linked else inputs[spec.name])
            values += [chaos.choice(["fixed", "randomize"])] if spec.name == "seed" else []
        slots: list[JsonValue] = []
        linked = [(name, value) for name, value in inputs.items() if isinstance(value, list)]
        for name, value in chaos.sample(linked, len(linked)):
            link_id, slot = len(links) + 1, len(slots)
            slots.append({"name": name, "type": "*", "link": link_id})
            links.append([link_id, value[0], value[1], node_id, slot, "*"])
        nodes.append({"id": int(node_id), "type": kind, "inputs": slots, "widgets_values": values})
    return document(nodes, chaos.sample(links, len(links)))


@given(flat_graphs(), st.randoms(use_true_random=False))
def test_the_editors_format_and_the_api_format_are_one_graph(
    api: dict[str, JsonValue], chaos: random.Random
) -> None:
    graph, problems = to_graph(as_document(api, chaos=chaos), SCHEMAS, file="w.json")
    assert problems == []
    assert graph == graph_from_api(api, file="p.json")
