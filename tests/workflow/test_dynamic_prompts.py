"""Prompts with alternatives and comments: what is queued, and what is said about it."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.workflow.builders import schema, socket

from capdemo.node_api.inputs import dynamic_choice, text
from capdemo.workflow.dynamic_prompts import graph_seeds, resolve_prompts, resolve_text
from capdemo.workflow.graph import Graph, GraphNode, Link

SCHEMAS = {
    entry.class_type: entry
    for entry in (
        schema("CLIPTextEncode", socket("clip", "CLIP"), text("text", dynamic_prompts=True)),
        schema("Plain", text("text")),
        schema(
            "Nested", dynamic_choice("mode", {"write": (text("prompt", dynamic_prompts=True),)})
        ),
    )
}
SAMPLER = GraphNode("KSampler", {"seed": 42, "steps": 20})


def prompt_graph(prompt: str, *others: GraphNode, class_type: str = "CLIPTextEncode") -> Graph:
    nodes = [GraphNode(class_type, {"clip": Link("9", 0), "text": prompt}), *others]
    return Graph({str(index): node for index, node in enumerate(nodes, 1)})


@pytest.mark.parametrize(
    ("given_text", "queued"),
    [
        ("a plain text, 100% (weight:1.2)", "a plain text, 100% (weight:1.2)"),
        ("a {red} car", "a red car"),
        ("{}", ""),
        ("open {red", "open red"),
        ("close} and | bar", "close} and | bar"),
        (r"\{a\|b\}", "{a|b}"),
        (r"C:\new \\ end" + "\\", r"C:\new \\ end" + "\\"),
        ("before /* gone\nand gone */after", "before after"),
        ("first // gone\nsecond", "first \nsecond"),
        ("/* a // b */c//d\ne", "c\ne"),
        ("/*/ is open", "/*/ is open"),
        ("/* is open // gone", "/* is open "),
        ("{a // gone}\n}", "a \n"),
    ],
)
def test_what_needs_no_choice(given_text: str, queued: str) -> None:
    prompt = resolve_text(given_text, (1,))
    assert prompt.text == queued
    assert prompt.choices == ()


def test_a_choice_depends_on_the_seeds_and_the_groups_number_alone() -> None:
    """These values are part of every affected example's key; they must never change."""
    text_of_ten = "{" + "|".join("0123456789") + "}"
    assert resolve_text(text_of_ten * 6, (0,)).text == "973920"
    assert resolve_text(text_of_ten * 6, (42,)).text == "880829"
    assert resolve_text("other " + text_of_ten * 2, (42,)).text == "other 88"
    assert resolve_text(text_of_ten * 6, (7, 42)).text == "981990"


def test_every_alternative_is_chosen_by_some_seed() -> None:
    texts = {resolve_text("{a|b|{c|d}}", (seed,)).text for seed in range(100)}
    assert texts == {"a", "b", "c", "d"}


def test_nested_groups_are_chosen_from_the_inside() -> None:
    prompt = resolve_text("{x{a|b}y|x{a|b}y} {c|d", (5,))
    assert prompt.text[0] == "x"
    assert prompt.text[2] == "y"
    assert len(prompt.choices) == 4
    assert prompt.choices[2] == prompt.text[:3]
    assert prompt.choices[3] == prompt.text[4:]


@given(st.text(alphabet="ab{}|\\/*\n:"), st.integers(0, 2**64))
def test_nothing_is_left_to_resolve_but_what_is_escaped(prompt: str, seed: int) -> None:
    queued = resolve_text(prompt, (seed,)).text
    assert set(queued) <= set(prompt)
    assert queued == resolve_text(prompt, (seed,)).text
    if "\\" not in prompt:
        assert "{" not in queued


@pytest.mark.parametrize(
    "hostile",
    [
        "{" * 100_000,
        "{a" * 100_000 + "}" * 100_000,
        "/*" * 300_000,
        "://x\n" * 100_000,
        "{a|b}" * 100_000,
        "/*x*/" * 100_000,
        "{|" * 100_000 + "x",
    ],
    ids=["open", "nested", "open comments", "addresses", "groups", "comments", "open choices"],
)
def test_hostile_texts_take_no_long_time(hostile: str) -> None:
    started = time.process_time()
    resolve_text(hostile, (1,))
    assert time.process_time() - started < 5


def test_the_graphs_texts_are_resolved_and_the_choice_is_said() -> None:
    graph = prompt_graph("a {cat|dog}, /* why */ sitting", SAMPLER)
    resolved, (note,) = resolve_prompts(graph, SCHEMAS, file="w.json")
    chosen = resolve_text("{cat|dog}", (42,)).text
    assert resolved.nodes["1"].inputs == {"clip": Link("9", 0), "text": f"a {chosen},  sitting"}
    assert resolved.nodes["2"] == SAMPLER
    assert (note.file, note.node, note.input, note.kind) == (
        "w.json",
        "1",
        "text",
        "dynamic_prompt",
    )
    assert note.message == f"Of the alternatives in the text, the seed 42 chose {chosen!r}."
    assert "at random" in note.hint
    assert note.severity == "note"


def test_only_texts_that_the_editor_resolves_are() -> None:
    graph = prompt_graph("{cat|dog} // x", SAMPLER, class_type="Plain")
    assert resolve_prompts(graph, SCHEMAS, file="w.json") == (graph, [])
    unknown = prompt_graph("{cat|dog} // x", class_type="Unknown")
    assert resolve_prompts(unknown, SCHEMAS, file="w.json") == (unknown, [])


def test_texts_inside_a_chosen_option() -> None:
    graph = Graph({"1": GraphNode("Nested", {"mode": "write", "mode.prompt": "a // b"})})
    resolved, notes = resolve_prompts(graph, SCHEMAS, file="w.json")
    assert resolved.nodes["1"].inputs["mode.prompt"] == "a "
    assert notes == [], "a comment needs no words"


def test_an_address_that_is_cut_is_said() -> None:
    graph = prompt_graph("in the style of https://example.org/a, red\n// a comment\nblue")
    resolved, (note,) = resolve_prompts(graph, SCHEMAS, file="w.json")
    assert resolved.nodes["1"].inputs["text"] == "in the style of https:\n\nblue"
    assert note.kind == "prompt_cut_at_url"
    assert "'//example.org/a, red'" in note.message


def test_braces_that_are_dropped_are_said() -> None:
    """Prompts in JSON lose theirs in ComfyUI, which hardly anybody notices."""
    resolved, (note,) = resolve_prompts(prompt_graph('{"a": [1]}'), SCHEMAS, file="w.json")
    assert resolved.nodes["1"].inputs["text"] == '"a": [1]'
    assert (note.kind, note.node, note.input) == ("prompt_without_braces", "1", "text")
    assert note.hint.startswith(r"Write `\{` and `\}` for")
    kept = prompt_graph(r'\{"a": {1|2}\}')
    assert [note.kind for note in resolve_prompts(kept, SCHEMAS, file="w.json")[1]] == [
        "dynamic_prompt"
    ]


def test_a_comment_at_the_start_is_no_address() -> None:
    assert resolve_text("// a comment:", (1,)).cut == ()
    assert resolve_text("a://b\nc://d", (1,)).cut == ("//b", "//d")


def test_links_into_texts_stay() -> None:
    graph = Graph({"1": GraphNode("CLIPTextEncode", {"text": Link("2", 0)})})
    assert resolve_prompts(graph, SCHEMAS, file="w.json") == (graph, [])


def test_what_is_said_stays_short() -> None:
    many = [GraphNode("KSampler", {"seed": seed}) for seed in range(1000)]
    graph = prompt_graph(("{" + "x" * 500 + "|" + "y" * 500 + "}") * 100, *many)
    _, (note,) = resolve_prompts(graph, SCHEMAS, file="w.json")
    assert len(note.message) < 600
    assert "the seeds 0, 1, 2, 3, 4, ... chose" in note.message


@pytest.mark.parametrize(
    ("inputs", "seeds"),
    [
        ({"seed": 5}, (5,)),
        ({"noise_seed": 5}, (5,)),
        ({"model.seed": 5}, (5,)),
        ({"seed": True}, (0,)),
        ({"seed": "5"}, (0,)),
        ({"variation_seed": 5}, (0,)),
        ({"seed": Link("9", 0)}, (77,)),
        ({"seed": Link("absent", 0)}, (0,)),
        ({"seed": 5, "noise_seed": 3}, (3, 5)),
        ({}, (0,)),
    ],
)
def test_the_seeds_of_a_graph(inputs: dict[str, Link | int], seeds: tuple[int, ...]) -> None:
    primitive = GraphNode("PrimitiveInt", {"value": 77})
    assert graph_seeds(Graph({"1": GraphNode("Any", inputs), "9": primitive})) == seeds


def test_seeds_do_not_depend_on_ids_or_order() -> None:
    one, two = GraphNode("A", {"seed": 9}), GraphNode("B", {"seed": 4})
    assert graph_seeds(Graph({"1": one, "2": two})) == (4, 9)
    assert graph_seeds(Graph({"7": two, "3": one})) == (4, 9)
