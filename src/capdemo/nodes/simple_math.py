"""The arithmetic node of ComfyUI_essentials; see `expressions` for what is refused."""

import math
from collections.abc import Callable, Mapping
from typing import Annotated

from capdemo.errors import RunError
from capdemo.node_api import Anything, Name, NodeFamily
from capdemo.nodes.expressions import Value, evaluate

FAMILY = NodeFamily(pack="comfyui_essentials", licence="MIT")

_FUNCTIONS: Mapping[str, Callable[..., object]] = {
    "min": min,
    "max": max,
    "round": round,
    "sum": sum,
    "len": len,
}

_NOTHING = Anything(0.0)


@FAMILY.node("SimpleMath+", category="essentials/utilities")
def compute_simple_math(
    *,
    value: str = "",
    a: Anything = _NOTHING,
    b: Anything = _NOTHING,
    c: Anything = _NOTHING,
) -> tuple[Annotated[int, Name("INT")], Annotated[float, Name("FLOAT")]]:
    """Compute an expression of up to three inputs, rounded and as it is.

    An image or another tensor stands for the list of its sides, so that `a[1]` is an image's
    height. Known are the operators, comparisons, min, max, round, sum and len. What is no number
    counts as 0.
    """
    names = {"a": _value("a", a), "b": _value("b", b), "c": _value("c", c), "d": 0.0}
    result = evaluate(value, names, _FUNCTIONS)
    if math.isnan(result):
        result = 0.0
    if math.isinf(result):
        raise RunError("The result is infinite.", hint="Look for a number that is too large.")
    return round(result), float(result)


def _value(name: str, given: Anything) -> Value:
    shape = getattr(given, "shape", None)
    if shape is not None:
        return [int(side) for side in shape]
    if isinstance(given, int | float):
        return given
    try:
        return float(str(given))
    except ValueError as error:
        raise RunError(f"The input {name!r} is no number and has no sides.") from error
