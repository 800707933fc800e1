"""The comparison with the official converter: every difference needs evidence for its reason."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.workflow.builders import schema, socket
from tests.workflow.conversion.differences import MISSING, Difference, differences
from tests.workflow.conversion.reasons import REASONS, UNEXPLAINED, reason_for
from tests.workflow.conversion.report import Comparison, report

from capdemo.node_api.inputs import choice, dynamic_choice, integer, text

if TYPE_CHECKING:
    from capdemo.workflow import JsonValue

PAGE = Path(__file__).parents[2] / "docs/en/develop/conversion-report.md"

SCHEMAS = {
    entry.class_type: entry
    for entry in (
        schema(
            "Known",
            socket("image"),
            integer("steps", 20),
            text("prompt", dynamic_prompts=True),
            dynamic_choice("mode", {"a": (integer("size", 8),), "b": ()}),
        ),
        schema(
            "Grown",
            dynamic_choice("mode", {"a": (integer("size", 8),)}),
            choice("method", ("x", "y")),
        ),
    )
}


def workflow(**saved: JsonValue) -> dict[str, JsonValue]:
    """A bypassed node wired to another, which also stands inside a subgraph."""
    bypassed: JsonValue = {"id": 1, "type": "Any", "mode": 4}
    slots: JsonValue = [{"name": "image", "link": 5}, {"name": "steps", "link": None}]
    node: dict[str, JsonValue] = {"id": 2, "inputs": slots, **saved}
    inner: JsonValue = {"id": 7, "origin_id": -10, "target_id": 2}
    inside: JsonValue = {**node, "inputs": [{"name": "image", "link": 7}]}
    subgraph: JsonValue = {"id": "s", "nodes": [inside], "links": [inner]}
    return {
        "nodes": [bypassed, node, {"id": 3, "type": "s"}],
        "links": [[5, 1, 0, 2, 0, "IMAGE"]],
        "definitions": {"subgraphs": [subgraph]},
    }


def found(
    ours: dict[str, JsonValue],
    theirs: dict[str, JsonValue],
    class_type: str = "Known",
    node_id: str = "2",
    **saved: JsonValue,
) -> list[Difference]:
    here: dict[str, JsonValue] = {node_id: {"class_type": class_type, "inputs": ours}}
    there: dict[str, JsonValue] = {node_id: {"class_type": class_type, "inputs": theirs}}
    return [*differences("w.json", workflow(**saved), (here, there), SCHEMAS)]


@pytest.mark.parametrize(
    ("differing", "reason"),
    [
        (found({"a": 1}, {}, "Unknown", widgets_values_named={"a": 1}), "Named by the file"),
        (found({"a": 1}, {"a": 2}, "Unknown", widgets_values_named={"a": 1}), "Named by the file"),
        (found({"a": 1}, {}, "Unknown"), "Unexplained"),
        (found({}, {"a": 1}, "Unknown"), "Guessed from the slots"),
        (found({}, {"a": ["1", 0]}, "Unknown"), "Unexplained"),
        (found({"mode": "a"}, {}), "Default of a dynamic combo"),
        (found({"mode": "a", "mode.size": 8}, {"mode": "a"}), "Default of a dynamic combo"),
        (found({"mode": "a", "mode.size": 9}, {"mode": "a"}), "Unexplained"),
        (found({"steps": 20}, {}), "Unexplained"),
        (found({"method": "y"}, {}, "Grown", widgets_values=["a", "y"]), "Saved before an option"),
        (found({"method": "y"}, {}, "Grown", widgets_values=["a", 1, "y"]), "Unexplained"),
        (found({"steps": 4}, {}, widgets_values=[4, {"type": "button"}]), "An object among"),
        (found({"image": 5}, {}, node_id="3:2"), "Value of the subgraph's instance"),
        (found({"steps": 5}, {}, node_id="3:2"), "Unexplained"),
        (found({"image": 5}, {}), "Unexplained"),
        (found({}, {"image": ["9", 0]}), "No input of the type at a bypassed node"),
        (found({}, {"image": ["9", 0]}, node_id="3:2"), "Unexplained"),
        (found({"prompt": "a"}, {"prompt": "b"}), "Drawn at random"),
        (found({"prompt": "a"}, {}), "Unexplained"),
        (found({"steps": 1}, {"steps": 2}), "Unexplained"),
    ],
)
def test_a_reason_needs_its_evidence(differing: list[Difference], reason: str) -> None:
    assert [reason_for(each).name[: len(reason)] for each in differing] == [reason]


def test_equal_conversions_do_not_differ() -> None:
    assert found({"steps": 1, "image": ["1", 0]}, {"image": ["1", 0], "steps": 1}) == []


def test_a_node_that_one_side_lacks() -> None:
    node: JsonValue = {"class_type": "Known", "inputs": {}}
    (ours,) = differences("w.json", workflow(), ({"2": node}, {}), SCHEMAS)
    assert (ours.input, ours.ours, ours.theirs) == (None, node, MISSING)
    (theirs,) = differences("w.json", workflow(), ({}, {"3:2": node}), SCHEMAS)
    assert (theirs.node, theirs.ours, theirs.theirs) == ("3:2", MISSING, node)
    assert reason_for(ours) is UNEXPLAINED


def test_the_page_counts_what_it_lists() -> None:
    comparison = Comparison(
        differences={
            "a.json": found({"mode": "a"}, {}) + found({"steps": 1}, {"steps": 2}),
            "b.json": [],
        },
        refused={"c.json": "KeyError: 'x'"},
        inputs=7,
        node_types=1,
        converter="comfy-cli 1",
        templates="templates 2",
    )
    page = report(comparison)
    assert "| workflows | 3 |\n| equal | 1 |\n| inputs compared | 7 |\n| differences | 2 |" in page
    assert "| of these, unexplained | 1 |" in page
    assert "| Default of a dynamic combo | 1 | 1 |" in page
    assert "Workflows, each with its number of differences: a 1." in page
    assert "- `c.json`: KeyError: 'x'" in page
    assert "- `w.json`, node 2 (Known), steps: here `1`, there `2`" in page


def test_the_committed_page_has_a_reason_for_every_difference() -> None:
    page = PAGE.read_text("utf-8")
    assert "| workflows | 644 |" in page
    assert "| of these, unexplained | 0 |" in page
    assert UNEXPLAINED.name not in page
    listed = [reason for reason in REASONS if f"### {reason.name}\n" in page]
    assert all(f"- Here: {reason.ours}" in page for reason in listed)
    assert len(listed) >= 5
