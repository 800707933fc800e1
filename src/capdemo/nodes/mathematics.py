"""Nodes that compute with numbers; expressions are a closed grammar and never run as code."""

import math
import string
from collections.abc import Mapping
from typing import Annotated, Literal, TypeAlias

from capdemo.errors import RunError
from capdemo.node_api import Grows, LinkOnly, Multiline, Name, NodeFamily, Range
from capdemo.nodes.expressions import MATH_FUNCTIONS, Number, Value, evaluate

FAMILY = NodeFamily()

PIXELS_PER_MEGAPIXEL = 1024 * 1024

AspectRatio: TypeAlias = Literal[
    "1:1 (Square)",
    "2:3 (Portrait Photo)",
    "3:2 (Photo)",
    "3:4 (Portrait Standard)",
    "4:3 (Standard)",
    "9:16 (Portrait Widescreen)",
    "16:9 (Widescreen)",
    "21:9 (Ultrawide)",
]


@FAMILY.node("ComfyMathExpression", category="utilities")
def compute_expression(
    *,
    expression: Annotated[str, Multiline()] = "a + b",
    values: Annotated[
        Mapping[str, float | int | bool], Grows(names=tuple(string.ascii_lowercase), minimum=1)
    ],
) -> tuple[
    Annotated[float, Name("FLOAT")], Annotated[int, Name("INT")], Annotated[bool, Name("BOOL")]
]:
    """Compute an expression such as `ceil(a / 8) * 8` of up to 26 inputs called `a` to `z`.

    `values` is the list of all inputs. Known are + - * / // % ** & | ^ << >> ~, comparisons,
    `and`, `or`, `not`, `x if y else z`, and the functions sum, min, max, abs, round, pow, sqrt,
    ceil, floor, log, log2, log10, sin, cos, tan, int and float. The result comes out as a number,
    cut to a whole number, and as whether it is other than 0.
    """
    names: dict[str, Value] = {**values, "values": list(values.values())}
    return _as_numbers(evaluate(expression, names, MATH_FUNCTIONS))


@FAMILY.node("ComfyNumberConvert", category="utils")
def convert_number(
    *, value: Annotated[int | float | str | bool, LinkOnly()]
) -> tuple[Annotated[float, Name("FLOAT")], Annotated[int, Name("INT")]]:
    """Turn a number, a text that spells one, or a truth value into a number.

    It comes out as it is and cut to a whole number.
    """
    if isinstance(value, str):
        return _spelled(value)
    number, whole, _ = _as_numbers(value)
    return number, whole


@FAMILY.node("ResolutionSelector", category="utilities")
def select_resolution(
    *,
    aspect_ratio: AspectRatio = "1:1 (Square)",
    megapixels: Annotated[float, Range(0.1, 16.0, 0.1)] = 1.0,
    multiple: Annotated[int, Range(8, 128, 4)] = 8,
) -> tuple[Annotated[int, Name("width")], Annotated[int, Name("height")]]:
    """Give the width and height of a shape that has about so many megapixels.

    A megapixel has 1024x1024 pixels. Both sides are rounded to a multiple.
    """
    wide, high = (int(part) for part in aspect_ratio.partition(" ")[0].split(":"))
    scale = math.sqrt(megapixels * PIXELS_PER_MEGAPIXEL / (wide * high))
    return round(wide * scale / multiple) * multiple, round(high * scale / multiple) * multiple


def _as_numbers(value: Number) -> tuple[float, int, bool]:
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise RunError(
            "The result is infinite or too large for a number.",
            hint="Look for a division by a value near 0, or a large exponent.",
        )
    return number, int(value), bool(value)


def _spelled(text: str) -> tuple[float, int]:
    """A whole number keeps all its digits, which a FLOAT might not."""
    try:
        number = float(text)
    except ValueError as error:
        raise RunError(f"The text {text!r} does not spell a number.") from error
    try:
        whole = int(text)
    except ValueError:
        whole = _as_numbers(number)[1]
    return _as_numbers(number)[0], whole
