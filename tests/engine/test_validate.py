"""Every problem at once, by ComfyUI's names, and never a change to what was given."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, TypeAlias

import pytest
from tests.engine.nodes_for_tests import NODES

from capdemo.engine.validate import validate
from capdemo.errors import InputError
from capdemo.node_api import NodeFamily, NodeRegistry
from capdemo.node_api.inputs import custom, dynamic_choice, integer, link, rows
from capdemo.workflow.graph import Graph, GraphNode, JsonValue, Link

if TYPE_CHECKING:
    from capdemo.node_api.schema import OwnModel, Widget

Inputs: TypeAlias = "dict[str, Link | JsonValue]"

REST: Inputs = {"exact": False, "text": ""}
CURVE: JsonValue = [[0, 0], [1, 1]]


def no_check(kind: Widget | OwnModel, name: str) -> None:
    if name == "missing.pth":
        raise InputError(f"No model is called {name!r}.", hint="Type: fetch it")


def graph(**nodes: tuple[str, dict[str, Link | JsonValue]]) -> Graph:
    return Graph(
        {name.strip("_"): GraphNode(kind, inputs) for name, (kind, inputs) in nodes.items()}
    )


def kinds(checked: Graph) -> list[tuple[str | None, str | None, str]]:
    found = validate(checked, NODES.schemas, no_check, file="w.json").problems
    return [(problem.node, problem.input, problem.kind) for problem in found]


def test_a_good_graph_has_no_problem_and_typed_constants() -> None:
    good = graph(
        _1=("Number", {"value": "20"}),
        _2=("Add", {"left": Link("1", 0), "right": Link("1", 0), "scale": 2, "extra": 5}),
        _3=("Keep", {"image": Link("2", 0)}),
        _4=("Number", {"value": 7}),
    )
    before = copy.deepcopy(good)
    result = validate(good, NODES.schemas, no_check, file="w.json")
    assert result.problems == ()
    assert result.outputs == ("3",)
    assert set(result.graph.nodes) == {"1", "2", "3"}, "node 4 feeds no output"
    assert result.graph.nodes["1"].inputs == {"value": 20}
    assert result.graph.nodes["2"].inputs["scale"] == 2.0
    assert isinstance(result.graph.nodes["2"].inputs["scale"], float)
    assert "extra" not in result.graph.nodes["2"].inputs
    assert good == before


def test_all_problems_are_reported_at_once() -> None:
    bad = graph(
        _1=("Number", {"value": 101}),
        _2=("Number", {"value": -1}),
        _3=("Add", {"left": Link("1", 0), "right": Link("9", 0), "scale": "much"}),
        _4=("Split", {"image": Link("3", 1)}),
        _5=("Choose", {"mode": "hihg", **REST}),
        _6=("Add", {"left": Link("4", 1), "right": 3, "scale": 1.0}),
        _7=("Nmuber", {}),
        _8=("Add", {"left": Link("2", 0), "right": Link("5", 0), "scale": Link("7", 0)}),
        _10=("Load", {"name": "missing.pth"}),
        _11=("Add", {"left": Link("10", 0), "scale": 1.0}),
        _12=("Keep", {"image": Link("6", 0)}),
        _13=("Keep", {"image": Link("8", 0)}),
        _14=("Keep", {"image": Link("11", 0)}),
    )
    assert sorted(kinds(bad), key=str) == sorted(
        [
            ("7", None, "missing_node_type"),
            ("1 (Number)", "value", "value_bigger_than_max"),
            ("2 (Number)", "value", "value_smaller_than_min"),
            ("3 (Add)", "right", "bad_linked_input"),
            ("3 (Add)", "scale", "invalid_input_type"),
            ("4 (Split)", "image", "bad_linked_input"),
            ("5 (Choose)", "mode", "value_not_in_list"),
            ("6 (Add)", "left", "return_type_mismatch"),
            ("6 (Add)", "right", "bad_linked_input"),
            ("10 (Load)", "name", "value_not_in_list"),
            ("11 (Add)", "right", "required_input_missing"),
        ],
        key=str,
    )


def test_hints_name_what_is_near() -> None:
    bad = graph(
        _1=("Nmuber", {}),
        _2=("Choose", {"mode": "hihg", **REST}),
        _3=("Keep", {"image": Link("2", 0)}),
    )
    hints = {p.kind: p.hint for p in validate(bad, NODES.schemas, no_check, file="w").problems}
    assert hints == {
        "missing_node_type": "Did you mean 'Number'?",
        "value_not_in_list": "Did you mean 'high'?",
    }


def test_a_file_check_passes_its_sentence_and_hint_on() -> None:
    bad = graph(_1=("Load", {"name": "missing.pth"}), _2=("Keep", {"image": Link("1", 0)}))
    (problem,) = validate(bad, NODES.schemas, no_check, file="w.json").problems
    assert str(problem) == (
        "w.json: node 1 (Load): No model is called 'missing.pth'. Type: fetch it"
    )


def test_nothing_to_run_is_a_problem() -> None:
    assert kinds(graph(_1=("Number", {"value": 1}))) == [(None, None, "prompt_no_outputs")]


def test_a_circle_names_its_nodes() -> None:
    bad = graph(
        _1=("Split", {"image": Link("2", 0)}),
        _2=("Split", {"image": Link("1", 0)}),
        _3=("Keep", {"image": Link("2", 0)}),
    )
    (problem,) = validate(bad, NODES.schemas, no_check, file="w").problems
    assert problem.kind == "dependency_cycle"
    assert "1 -> 2 -> 1" in problem.message or "2 -> 1 -> 2" in problem.message


@pytest.mark.parametrize("value", [None, [1], {"a": 1}, "x", float("inf"), float("nan")])
def test_what_is_no_integer_is_said_to_be_none(value: JsonValue) -> None:
    bad = graph(_1=("Number", {"value": value}), _2=("Keep", {"image": Link("1", 0)}))
    assert kinds(bad) == [("1 (Number)", "value", "invalid_input_type")]


def test_a_bad_output_does_not_stop_a_good_one() -> None:
    mixed = graph(
        _1=("Number", {"value": 1}),
        _2=("Number", {"value": 101}),
        _3=("Keep", {"image": Link("1", 0)}),
        _4=("Keep", {"image": Link("2", 0)}),
        _5=("Nmuber", {}),
        _6=("Keep", {"image": Link("5", 0)}),
        _7=("Split", {"image": Link("1", 0)}),
        _8=("Keep", {"image": Link("7", 0)}),
        _9=("Split", {"image": Link("9", 0)}),
        _10=("Keep", {"image": Link("9", 0)}),
    )
    result = validate(mixed, NODES.schemas, no_check, file="w.json", broken={"7"})
    assert result.outputs == ("3",)
    assert {problem.kind for problem in result.problems} == {
        "missing_node_type",
        "value_bigger_than_max",
        "dependency_cycle",
    }


FORMAT = dynamic_choice(
    "format", {"png": [integer("level", 4, 0, 9)], "webp": [], "as": [link("like", "IMAGE")]}
)
DYNAMIC = NodeFamily()
DYNAMIC.declare(
    "Save",
    category="test",
    description="Save.",
    inputs=[FORMAT, rows("images", "IMAGE", ["a", "b", "c"], minimum=2), custom("view", "CURVE")],
    is_output=True,
)
DYNAMIC.declare("Text", category="test", description="A text.", outputs=["STRING"])
SCHEMAS = {**NODES.schemas, **NodeRegistry([DYNAMIC]).schemas}


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        ({"format": "png", "format.level": "5"}, []),
        ({"format": "png", "format.level": 10}, [("format.level", "value_bigger_than_max")]),
        ({"format": "png"}, [("format.level", "required_input_missing")]),
        ({"format": "webp", "format.level": 99}, []),
        ({"format": "as", "format.like": Link("1", 0)}, []),
        ({"format": "as", "format.like": Link("2", 0)}, [("format.like", "return_type_mismatch")]),
        ({"format": "tiff"}, [("format", "value_not_in_list")]),
        ({"format": Link("2", 0)}, [("format", "invalid_dynamic_input")]),
    ],
)
def test_the_chosen_option_decides_what_is_checked(
    inputs: Inputs,
    expected: list[tuple[str, str]],
) -> None:
    given: Inputs = {"images.a": Link("1", 0), "images.b": Link("1", 0), "view": CURVE, **inputs}
    checked = graph(_1=("Number", {"value": 1}), _2=("Text", {}), _3=("Save", given))
    result = validate(checked, SCHEMAS, no_check, file="w.json")
    assert [(p.input, p.kind) for p in result.problems] == expected


def test_the_option_s_inputs_are_coerced_and_the_others_left_out() -> None:
    given: Inputs = {
        "format": "png",
        "format.level": "5",
        "format.like": 7,
        "images.a": Link("1", 0),
        "images.b": Link("1", 0),
        "images.c": Link("1", 0),
        "images.d": Link("1", 0),
        "view": CURVE,
    }
    checked = graph(_1=("Number", {"value": 1}), _3=("Save", given))
    result = validate(checked, SCHEMAS, no_check, file="w.json")
    assert result.graph.nodes["3"].inputs == {
        "format": "png",
        "format.level": 5,
        "images.a": Link("1", 0),
        "images.b": Link("1", 0),
        "images.c": Link("1", 0),
        "view": CURVE,
    }


MIXED = NodeFamily()
MIXED.declare(
    "Mixed",
    category="test",
    description="Sockets without a widget.",
    inputs=[link("any", "*"), link("number", "FLOAT,INT"), link("image", "IMAGE", required=False)],
    is_output=True,
)


def test_a_constant_may_stand_at_a_socket_that_takes_numbers_or_texts() -> None:
    schemas = NodeRegistry([MIXED]).schemas
    checked = graph(_1=("Mixed", {"any": "a text", "number": 2.5}))
    result = validate(checked, schemas, no_check, file="w.json")
    assert result.problems == ()
    assert result.graph.nodes["1"].inputs == {"any": "a text", "number": 2.5}
    checked = graph(_1=("Mixed", {"any": 1, "number": 2, "image": "text"}))
    (problem,) = validate(checked, schemas, no_check, file="w.json").problems
    assert (problem.input, problem.kind) == ("image", "bad_linked_input")


def test_rows_that_must_be_there_are_missed() -> None:
    given: Inputs = {"format": "webp", "images.c": Link("1", 0), "view": None}
    checked = graph(_1=("Number", {"value": 1}), _3=("Save", given))
    found = validate(checked, SCHEMAS, no_check, file="w.json").problems
    assert [(p.input, p.kind) for p in found] == [
        ("images.a", "required_input_missing"),
        ("images.b", "required_input_missing"),
    ]
