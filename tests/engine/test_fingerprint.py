"""The same computation has the same fingerprint; another computation never has."""

from __future__ import annotations

import pytest
from tests.engine.nodes_for_tests import NODES

from capdemo.engine.fingerprint import graph_fingerprint, node_revisions
from capdemo.workflow.graph import Graph, GraphNode, Link

BASE = {
    "1": GraphNode("Number", {"value": 5}),
    "2": GraphNode("Load", {"name": "ESRGAN/x.pth"}),
    "3": GraphNode("Add", {"left": Link("1", 0), "right": Link("2", 0), "scale": 1.0}),
    "4": GraphNode("Keep", {"image": Link("3", 0)}),
}


def fingerprint(nodes: dict[str, GraphNode], outputs: tuple[str, ...] = ("4",)) -> str:
    return graph_fingerprint(Graph(nodes), outputs, NODES.schemas)


def test_ids_order_titles_and_separators_do_not_matter() -> None:
    renamed = {
        "77": GraphNode("Keep", {"image": Link("a:3", 0)}, title="Result"),
        "a:3": GraphNode("Add", {"scale": 1.0, "right": Link("y", 0), "left": Link("x", 0)}),
        "y": GraphNode("Load", {"name": "ESRGAN\\x.pth"}, title="Load"),
        "x": GraphNode("Number", {"value": 5}),
        "lonely": GraphNode("Number", {"value": 6}),
    }
    assert fingerprint(renamed, ("77",)) == fingerprint(BASE)


@pytest.mark.parametrize(
    ("node", "changed"),
    [
        ("1", GraphNode("Number", {"value": 6})),
        ("2", GraphNode("Load", {"name": "ESRGAN/y.pth"})),
        ("3", GraphNode("Add", {"left": Link("2", 0), "right": Link("1", 0), "scale": 1.0})),
        ("3", GraphNode("Add", {"left": Link("1", 0), "right": Link("1", 0), "scale": 1.0})),
        ("3", GraphNode("Add", {"left": Link("1", 0), "right": Link("2", 0), "scale": 1.5})),
        ("3", GraphNode("Split", {"image": Link("1", 0)})),
        ("4", GraphNode("Keep", {"image": Link("3", 1)})),
    ],
)
def test_any_other_computation_has_another(node: str, changed: GraphNode) -> None:
    assert fingerprint(BASE | {node: changed}) != fingerprint(BASE)


def test_a_text_keeps_its_backslashes() -> None:
    def of(text: str) -> str:
        chosen = GraphNode("Choose", {"mode": "low", "text": text})
        return fingerprint({"3": chosen, "4": GraphNode("Keep", {"image": Link("3", 0)})})

    assert of("a \\(b\\)") != of("a /(b/)")


def test_revisions_are_listed_by_class() -> None:
    assert node_revisions(Graph(BASE), NODES.schemas) == {
        "Add": 1,
        "Keep": 1,
        "Load": 1,
        "Number": 1,
    }
