"""Notes on values that do nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import pytest

from capdemo.engine.remarks import remarks
from capdemo.node_api import NodeFamily, NodeRegistry, UsedInstead
from capdemo.workflow.graph import Graph, GraphNode, JsonValue, Link

if TYPE_CHECKING:
    from capdemo.errors import Problem

FAMILY = NodeFamily()


@FAMILY.node("Redraw", category="tests")
def _redraw(
    *,
    denoise: float = 0.2,
    seam_denoise: Annotated[float, UsedInstead("denoise")] = 1.0,
) -> None:
    """Uses one of two numbers."""


NODES = NodeRegistry([FAMILY])


def found(**inputs: Link | JsonValue) -> list[Problem]:
    graph = Graph({"3": GraphNode("Redraw", inputs)})
    return list(remarks(graph, NODES.schemas, file="w.json"))


@pytest.mark.parametrize(
    "inputs", [{}, {"denoise": 0.4, "seam_denoise": 1.0}, {"denoise": 0.4, "seam_denoise": 0.4}]
)
def test_nothing_is_said_of_a_default_or_of_the_value_that_is_used(
    inputs: dict[str, Link | JsonValue],
) -> None:
    assert found(**inputs) == []


def test_a_chosen_value_without_effect_is_named_in_a_note() -> None:
    (note,) = found(denoise=0.2, seam_denoise=0.35)
    assert (note.severity, note.kind) == ("note", "value_without_effect")
    assert str(note) == (
        "Note: w.json: node 3 (Redraw): seam_denoise is 0.35, which has no effect; nor has it in"
        " ComfyUI. The value of denoise is used in its place."
    )


def test_a_link_without_effect_is_named_too() -> None:
    (note,) = found(denoise=0.2, seam_denoise=Link("1", 0))
    assert note.message.startswith("seam_denoise is linked")
