"""Expressions: a closed grammar that agrees with Python where both have an answer."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from capdemo.errors import RunError
from capdemo.nodes import NODES
from capdemo.nodes.expressions import MATH_FUNCTIONS, evaluate
from capdemo.nodes.switches import switch_inputs

if TYPE_CHECKING:
    from tests.nodes.bench_for_tests import Bench

    from capdemo.nodes.expressions import Value


def computed(text: str, **names: Value) -> float:
    return evaluate(text, {**names, "values": list(names.values())}, MATH_FUNCTIONS)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a + b", 10),
        ("a % b if b > 0 else 0", 1),
        ("ceil(1.5 * log2(max(a, b))) + 2", 7),
        ("a & ~1", 6),
        ("a | 8 ^ 1 << 2", 15),
        ("b >> 1", 1),
        ("-a // 2", -4),
        ("+a ** 2", 49),
        ("2 ** -1", 0.5),
        ("sum(values) + sum(a, b)", 20),
        ("values[0] - values[-1]", 4),
        ("round(a / b, 2) + int(2.9) + float(b)", 7.33),
        ("a > 2048", False),
        ("1 < b <= 3 != a", True),
        ("1 < b < 2", False),
        ("b and 0 or a", 7),
        ("not a", False),
        ("pow(a, 2) + abs(-1) + sqrt(4) + floor(0.5)", 52),
        ("log(8, 2) + log10(100) + sin(0) + cos(0) + tan(0)", 6),
        ("min(values) if True else 1 / 0", 3),
        ("False or 1 / 1", 1),
    ],
)
def test_an_expression_has_its_value(text: str, expected: float) -> None:
    found = computed(text, a=7, b=3)
    assert found == pytest.approx(expected)
    assert type(found) is type(expected) or isinstance(expected, float | int)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "is not an expression"),
        ("a +", "is not an expression"),
        ("a = 1", "is not an expression"),
        ("(" * 300 + "a" + ")" * 300, "is not an expression"),
        ("-" * 3000 + "a", "nested deeper|not an expression"),
        ("+".join("a" * 500), "nested deeper"),
        ("a" * 4001, "more than 4000 characters"),
        ("c", "names 'c', which is none of its inputs"),
        ("open('x')", "calls 'open', which is none of abs, ceil"),
        ("a.real", "not allowed: Attribute"),
        ("(lambda: 1)()", "not allowed: Call"),
        ("[x for x in values]", "not allowed: ListComp"),
        ("'a' * 3", "not allowed: Constant"),
        ("values * 3", "computes with a list"),
        ("a @ a", "uses MatMult"),
        ("a in values", "compares by In"),
        ("max(a, key=abs)", "not allowed: Call"),
        ("a[0]", "member of something that is not a list"),
        ("values['a']", "not allowed: Constant"),
        ("values[9]", "cannot be computed: list index out of range"),
        ("values", "gives no real number"),
        ("1 / (a - 7)", "cannot be computed: division by zero"),
        ("sqrt(-1)", "cannot be computed: math domain error"),
        ("(-8) ** 0.5", "root of a negative number"),
        ("9 ** 9 ** 9", "exponent 387420489 is larger"),
        ("pow(2, 1e9)", "exponent 1000000000.0 is larger"),
        ("9 ** 4000", "more than 8192 bits"),
        ("1 << 100000", "more than 8192 bits"),
        ("1 << 10 ** 13", "more than 8192 bits"),
        ("2.0 ** 4000", "cannot be computed"),
        ("1 << -1", "cannot be computed: negative shift count"),
        ("0.5 << 1", "cannot be computed: Only whole numbers are shifted"),
        ("values < 1", "cannot be computed"),
        ("sum(1)", "sum takes a list or several numbers"),
        ("sum(values, values)", "cannot be computed"),
    ],
)
def test_what_is_no_expression_is_an_error_that_says_why(text: str, reason: str) -> None:
    with pytest.raises(RunError, match=reason) as caught:
        computed(text, a=7, b=3)
    assert len(str(caught.value)) < 400


OPERATORS = ("+", "-", "*", "/", "//", "%", "**", "<", ">=", "==", "&", "|", "^", "<<", ">>")
EXPRESSIONS = st.recursive(
    st.one_of(st.sampled_from(["a", "b"]), st.integers(0, 9).map(str), st.just("0.5")),
    lambda parts: st.one_of(
        st.tuples(parts, st.sampled_from(OPERATORS), parts).map(lambda t: f"({' '.join(t)})"),
        parts.map(lambda part: f"abs({part})"),
        st.tuples(parts, parts, parts).map(lambda t: f"({t[0]} if {t[1]} else {t[2]})"),
        parts.map(lambda part: f"(-{part})"),
    ),
    max_leaves=8,
)


@given(text=EXPRESSIONS, a=st.integers(-9, 9), b=st.floats(-9, 9))
def test_an_expression_has_pythons_value_or_is_refused(text: str, a: int, b: float) -> None:
    try:
        found = computed(text, a=a, b=b)
    except RunError:
        return
    expected = eval(text, {"__builtins__": {"abs": abs}}, {"a": a, "b": b})  # noqa: S307  # the oracle
    assert found == expected or (math.isnan(found) and math.isnan(expected))


@pytest.mark.parametrize(
    ("expression", "rows", "expected"),
    [
        ("a + b", {"a": 1, "b": 2.75}, (3.75, 3, True)),
        ("a - b", {"a": 0.5, "b": 0.5}, (0.0, 0, False)),
        ("a > 2048", {"a": 4096}, (1.0, 1, True)),
        ("sum(values) * a", {"a": True, "c": 4}, (5.0, 5, True)),
    ],
)
def test_an_expression_node_gives_three_outputs(
    bench: Bench, expression: str, rows: dict[str, float], expected: tuple[object, ...]
) -> None:
    inputs = {f"values.{name}": value for name, value in rows.items()}
    found = bench.run("ComfyMathExpression", expression=expression, **inputs)
    assert found == expected
    assert [type(value) for value in found] == [float, int, bool]


@pytest.mark.parametrize("expression", ["2.0 ** 1023 * 4", "2 ** 2000 + a - a", "1e999"])
def test_an_infinite_result_is_an_error(bench: Bench, expression: str) -> None:
    with pytest.raises(RunError, match="infinite or too large"):
        bench.run("ComfyMathExpression", expression=expression, **{"values.a": 0})


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (True, (1.0, 1)),
        (-2.7, (-2.7, -2)),
        (7, (7.0, 7)),
        (" 3.9 ", (3.9, 3)),
        ("9007199254740993", (9007199254740992.0, 9007199254740993)),
        ("-1e2", (-100.0, -100)),
    ],
)
def test_a_value_is_converted_to_numbers(
    bench: Bench, value: object, expected: tuple[float, int]
) -> None:
    assert bench.run("ComfyNumberConvert", value=value) == expected


@pytest.mark.parametrize("value", ["", "one", "inf", "nan", float("inf")])
def test_what_is_no_number_is_an_error(bench: Bench, value: object) -> None:
    with pytest.raises(RunError, match=r"does not spell a number|infinite or too large"):
        bench.run("ComfyNumberConvert", value=value)


@pytest.mark.parametrize(
    ("shape", "megapixels", "multiple", "expected"),
    [
        ("1:1 (Square)", 1.0, 8, (1024, 1024)),
        ("16:9 (Widescreen)", 1.0, 8, (1368, 768)),
        ("16:9 (Widescreen)", 0.4, 32, (864, 480)),
        ("2:3 (Portrait Photo)", 2.0, 16, (1184, 1776)),
    ],
)
def test_a_resolution_has_its_shape_and_its_pixels(
    bench: Bench, shape: str, megapixels: float, multiple: int, expected: tuple[int, int]
) -> None:
    # sqrt(megapixels * 2**20 / (w * h)) times w and h, to multiples.
    found = bench.run(
        "ResolutionSelector", aspect_ratio=shape, megapixels=megapixels, multiple=multiple
    )
    assert found == expected


@pytest.mark.parametrize(
    ("value", "inputs", "expected"),
    [
        ("a * 2 + b", {"a": 3, "b": "0.25"}, (6, 6.25)),
        ("round(a[2] / a[1], 1)", {"a": torch.zeros(1, 10, 25, 3)}, (2, 2.5)),
        ("len(a) + sum(a) + max(b, c)", {"a": torch.zeros(1, 2), "b": 4}, (9, 9.0)),
        ("a == 0 and b == 0", {}, (1, 1.0)),
    ],
)
def test_simple_math(
    bench: Bench, value: str, inputs: dict[str, object], expected: tuple[int, float]
) -> None:
    assert bench.run("SimpleMath+", value=value, **inputs) == expected


def test_simple_math_says_what_is_no_number(bench: Bench) -> None:
    with pytest.raises(RunError, match="The input 'b' is no number and has no sides"):
        bench.run("SimpleMath+", value="b", b="wide")


def test_a_switch_wants_and_gives_the_chosen_input_only() -> None:
    needed = NODES["ComfySwitchNode"].needed
    assert needed is not None
    assert list(needed(switch=True)) == ["on_true"]
    assert list(needed(switch=False, on_true="there already")) == ["on_false"]
    lazy = {entry.name: entry.lazy for entry in NODES["ComfySwitchNode"].schema.inputs}
    assert lazy == {"switch": False, "on_false": True, "on_true": True}


@pytest.mark.parametrize(("switch", "expected"), [(True, "yes"), (False, None)])
def test_a_switch_without_the_chosen_input_gives_nothing(
    bench: Bench,
    switch: bool,  # noqa: FBT001  # the widget's value
    expected: object,
) -> None:
    assert bench.run("ComfySwitchNode", switch=switch, on_true="yes") == (expected,)
    assert switch_inputs(switch=switch, on_true="yes") == expected  # type: ignore[arg-type]


def test_an_own_option_is_passed_on_with_its_place(bench: Bench) -> None:
    assert bench.run("CustomCombo", choice="9:16", index=1) == ("9:16", 1)
    assert bench.run("CustomCombo", choice="16:9") == ("16:9", 0)
