"""The files that a node loads: those that it is told of, and its own."""

from __future__ import annotations

from capdemo.node_api import InputSchema, NodeSchema, OwnModel, Widget
from capdemo.node_api.model_files import model_files, named_models, own_models

DETECTORS = tuple(OwnModel("detectors", f"{kind}.pth", ("kind", kind)) for kind in ("a", "b"))
PARSER = OwnModel("parsers", "parser.pth", needed=False)
SCHEMA = NodeSchema(
    "Restore",
    inputs=(
        InputSchema("model", "COMBO", widget=Widget("COMBO", model_folder="restorers")),
        InputSchema("kind", "COMBO", widget=Widget("COMBO", choices=("a", "b"))),
    ),
    outputs=(),
    category="",
    description="",
    own_models=(*DETECTORS, PARSER),
)


def test_a_choice_decides_which_file_a_node_loads_by_itself() -> None:
    given = {"model": "r.pth", "kind": "b"}
    assert list(own_models(SCHEMA, given)) == [DETECTORS[1], PARSER]
    assert list(named_models(SCHEMA, given)) == [("restorers", "r.pth")]
    assert list(model_files(SCHEMA, given)) == [
        ("restorers", "r.pth"),
        ("detectors", "b.pth"),
        ("parsers", "parser.pth"),
    ]


def test_what_comes_by_a_link_is_not_known_before_the_run() -> None:
    given = {"model": object(), "kind": object()}
    assert list(model_files(SCHEMA, given)) == [("parsers", "parser.pth")]
