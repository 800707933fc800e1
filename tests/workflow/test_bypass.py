"""What stands in for a bypassed node: the editor's rule, by type, in its order."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.workflow.canvas import SCHEMAS, Canvas, invert, load, save

from capdemo.engine.fingerprint import graph_fingerprint
from capdemo.workflow import Graph, Link, to_graph
from capdemo.workflow.bypass import Socket, chosen_socket, is_compatible

if TYPE_CHECKING:
    from collections.abc import Sequence


def chosen(types: Sequence[str], slot: int, output: str, wanted: str) -> int | None:
    sockets = [Socket(kind, place) for place, kind in enumerate(types)]
    socket = chosen_socket(sockets, slot, output, wanted)
    return None if socket is None else socket.place


@pytest.mark.parametrize(
    ("types", "slot", "output", "wanted", "expected"),
    [
        (["MASK", "IMAGE"], 1, "IMAGE", "*", 1),  # anything is wanted: the same slot
        (["MASK", "IMAGE"], 5, "IMAGE", "*", 0),  # or the first
        (["MASK", "IMAGE"], 5, "IMAGE", "", 0),
        ([], 0, "IMAGE", "*", None),
        (["IMAGE", "IMAGE"], 1, "IMAGE", "IMAGE", 1),  # the same slot
        (["*", "IMAGE"], 0, "IMAGE", "IMAGE", 0),  # even if another is of the very type
        (["image,mask", "IMAGE"], 0, "IMAGE", "IMAGE", 0),
        (["MASK", "MODEL", "IMAGE", "IMAGE"], 0, "IMAGE", "IMAGE", 2),  # the first of the type
        (["MASK", "*", "IMAGE"], 0, "IMAGE", "IMAGE", 2),  # before the first that fits
        (["MASK", "IMAGE"], 0, "LATENT", "IMAGE", 1),  # whatever the output says
        (["MASK", "INT,IMAGE", "*"], 0, "IMAGE", "IMAGE", 1),  # the first that fits both
        (["MASK", "image"], 0, "IMAGE", "IMAGE", 1),
        (["MASK", "MODEL"], 0, "IMAGE", "IMAGE", None),  # nothing fits
        (["MASK", "INT,IMAGE"], 0, "LATENT", "IMAGE", None),
    ],
)
def test_the_rule(
    types: list[str], slot: int, output: str, wanted: str, expected: int | None
) -> None:
    assert chosen(types, slot, output, wanted) == expected


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("IMAGE", "image", True),
        ("IMAGE", "MASK", False),
        ("*", "MASK", True),
        ("", "MASK", True),
        ("INT", "FLOAT,INT", True),
        ("INT,*", "MASK", True),
        ("INT,FLOAT", "STRING,BOOLEAN", False),
    ],
)
def test_compatible_types(one: str, other: str, *, expected: bool) -> None:
    assert is_compatible(one, other) is expected
    assert is_compatible(other, one) is expected


def test_a_lora_passes_model_and_clip_each_to_its_own() -> None:
    top = Canvas()
    checkpoint = top.add("Checkpoint", gives=("MODEL", "CLIP", "VAE"))
    links = {"model": ("MODEL", (checkpoint, 0)), "clip": ("CLIP", (checkpoint, 1))}
    for _ in range(3):
        lora = top.add("Lora", links=links, gives=("MODEL", "CLIP"), mode=4)
        links = {"model": ("MODEL", (lora, 0)), "clip": ("CLIP", (lora, 1))}
    end = top.add("Encode", links={"clip": links["clip"], "model": links["model"]})
    assert top.graph().nodes[str(end)].inputs == {"clip": Link("1", 1), "model": Link("1", 0)}


def test_a_bypassed_loader_before_a_lora_leaves_it_without_clip() -> None:
    """MODEL comes through the bypassed node, CLIP has no way."""
    top = Canvas()
    checkpoint = top.add("Checkpoint", gives=("MODEL", "CLIP", "VAE"))
    loader = top.add(
        "Loader",
        links={"model": ("MODEL", (checkpoint, 0))},
        gives=("MODEL", "CLIP"),
        mode=4,
    )
    links = {"model": ("MODEL", (loader, 0)), "clip": ("CLIP", (loader, 1))}
    lora = top.add("Lora", links=links, widgets_values=[0.5])
    assert top.graph().nodes[str(lora)].inputs == {"model": Link("1", 0), "strength": 0.5}


def test_what_the_target_wants_counts_and_not_what_the_link_says() -> None:
    top = Canvas()
    one, two = load(top), load(top)
    links = {"mask": ("MASK", (one, 1)), "one": ("IMAGE", (one, 0)), "two": ("IMAGE", (two, 0))}
    blend = top.add("Blend", links=links, gives=("IMAGE",), mode=4)
    image = save(top, (blend, 0))
    mask = top.add("Foreign", links={"any": ("*", (blend, 0)), "mask": ("MASK", (blend, 0))})
    assert inputs_of(top, image)["images"] == Link("1", 0)
    assert inputs_of(top, mask) == {"any": Link("1", 1), "mask": Link("1", 1)}


def inputs_of(top: Canvas, node: int) -> dict[str, object]:
    graph, _ = to_graph(top.document(), SCHEMAS, file="w.json")
    return dict(graph.nodes[str(node)].inputs)


def test_after_a_bypassed_node_the_type_of_its_input_is_wanted() -> None:
    """The second node is asked for what the first one's input is, `*`: its first input."""
    top = Canvas()
    one = load(top)
    links = {"mask": ("MASK", (one, 1)), "image": ("IMAGE", (one, 0))}
    first = top.add("Foreign", links=links, gives=("IMAGE",), mode=4)
    second = top.add("Foreign", links={"any": ("*", (first, 0))}, gives=("IMAGE",), mode=4)
    end = save(top, (second, 0))
    assert top.graph().nodes[str(end)].inputs["images"] == Link("1", 1)


def test_a_reroute_passes_on_what_is_wanted() -> None:
    top = Canvas()
    one = load(top)
    links = {"mask": ("MASK", (one, 1)), "image": ("IMAGE", (one, 0))}
    bypassed = top.add("Foreign", links=links, gives=("*",), mode=4)
    reroute = top.add("Reroute", links={"": ("*", (bypassed, 0))}, gives=("*",))
    end = save(top, (reroute, 0))
    assert top.graph().nodes[str(end)].inputs["images"] == Link("1", 0)


def test_a_widget_without_a_link_counts_though_the_file_leaves_its_slot_out() -> None:
    """The editor has `a` before `b`; it fits, is not linked, and so the target keeps its value."""
    top = Canvas()
    five = top.add("Add", gives=("INT",))
    bypassed = top.add("Add", widgets={"b": ("INT", (five, 0))}, gives=("INT",), mode=4)
    end = top.add("Add", widgets={"a": ("INT", (bypassed, 0))}, widgets_values=[7, 8])
    assert top.graph().nodes[str(end)].inputs == {"a": 7, "b": 8}


def test_without_a_schema_the_slots_of_the_file_have_to_do() -> None:
    top = Canvas()
    five = top.add("Add", gives=("INT",))
    bypassed = top.add("Foreign", widgets={"b": ("INT", (five, 0))}, gives=("INT",), mode=4)
    end = top.add("Add", widgets={"a": ("INT", (bypassed, 0))}, widgets_values=[7, 8])
    assert top.graph().nodes[str(end)].inputs == {"a": Link("1", 0), "b": 8}


def test_sockets_that_the_schema_does_not_know_come_last() -> None:
    top = Canvas()
    one = load(top)
    links = {"more": ("IMAGE", (one, 1)), "image": ("IMAGE", (one, 0))}
    bypassed = top.add("Invert", links=links, gives=("IMAGE", "IMAGE"), mode=4)
    ends = [save(top, (bypassed, slot)) for slot in (0, 1)]
    graph = top.graph()
    found = [graph.nodes[str(end)].inputs["images"] for end in ends]
    assert found == [Link("1", 0), Link("1", 1)]


@pytest.mark.parametrize(
    ("listed", "carried", "expected"),
    [
        (("IMAGE",), "LATENT", Link("1", 0)),  # the node's own output counts
        ((), "IMAGE", Link("1", 0)),  # where the file does not list it, what the link says
        ((), "LATENT", None),
    ],
)
def test_the_type_of_the_output(
    listed: tuple[str, ...], carried: str, expected: Link | None
) -> None:
    top = Canvas()
    one = load(top)
    links = {"mask": ("MASK", (one, 1)), "both": ("INT,IMAGE", (one, 0))}
    bypassed = top.add("Foreign", links=links, gives=listed, mode=4)
    end = save(top, (bypassed, 0))
    top.links[-1][5] = carried
    assert top.graph().nodes[str(end)].inputs.get("images") == expected


def test_bypassed_nodes_in_a_circle_are_a_problem() -> None:
    top = Canvas()
    invert(top, (2, 0), mode=4)
    invert(top, (1, 0), mode=4)
    save(top, (1, 0))
    assert [(found.node, found.kind) for found in top.problems()] == [("1", "dependency_cycle")]


def fingerprint(graph: Graph) -> str:
    outputs = [name for name, node in graph.nodes.items() if node.class_type == "SaveImage"]
    return graph_fingerprint(graph, outputs, SCHEMAS)


def drawn(parents: list[int], bypassed: set[int]) -> Canvas:
    """A tree of filters: node k + 1 reads from node `parents[k]`, all its leaves are saved."""
    top = Canvas()
    load(top)
    for index, parent in enumerate(parents):
        invert(top, (parent, 0), mode=4 if index in bypassed else 0)
    for node in range(1, len(parents) + 2):
        save(top, (node, 0))
    return top


def rewired(parents: list[int], bypassed: set[int]) -> Canvas:
    """The same tree without the bypassed filters, their readers wired to what they read."""
    top = Canvas()
    load(top)
    stands_for = {1: 1}
    for index, parent in enumerate(parents):
        source = stands_for[parent]
        stands_for[index + 2] = source if index in bypassed else invert(top, (source, 0))
    for node in range(1, len(parents) + 2):
        save(top, (stands_for[node], 0))
    return top


@st.composite
def trees(draw: st.DrawFn) -> tuple[list[int], set[int]]:
    parents = [draw(st.integers(1, index + 1)) for index in range(draw(st.integers(0, 12)))]
    return parents, {index for index in range(len(parents)) if draw(st.booleans())}


@given(trees())
def test_bypassing_and_wiring_around_are_the_same_graph(tree: tuple[list[int], set[int]]) -> None:
    bypassed, by_hand = drawn(*tree).graph(), rewired(*tree).graph()
    assert fingerprint(bypassed) == fingerprint(by_hand)
    assert len(bypassed.nodes) == len(by_hand.nodes)
