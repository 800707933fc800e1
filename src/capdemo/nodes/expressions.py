"""Arithmetic that workflow files write as text: a closed grammar, never Python's own evaluation.

The text is parsed as Python is, and only the parts named here mean anything: numbers, names,
operators, comparisons, `x if y else z`, a member of a list by its number, and named functions.
Everything else is refused, and no number, list or exponent may grow without bound.
"""

from __future__ import annotations

import ast
import math
import operator
from typing import TYPE_CHECKING, TypeAlias

from capdemo.errors import RunError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Number: TypeAlias = "int | float"
Value: TypeAlias = "Number | list[Number]"

LONGEST_TEXT = 4000
"""Characters."""
DEEPEST_NESTING = 100
LARGEST_EXPONENT = 4000
"""As in ComfyUI's own `pow`."""
LARGEST_BITS = 8192
"""Of a whole number on the way; a result above 2**1024 is no FLOAT any more."""

_HINT = "An expression is made of numbers, the names of the inputs, + - * / // % ** and functions."


def evaluate(
    text: str,
    names: Mapping[str, Value],
    functions: Mapping[str, Callable[..., object]],
) -> Number:
    """The number that an expression stands for.

    Raises `RunError` where the text is no expression, names something unknown, divides by zero,
    leaves the real numbers or becomes too large.
    """
    try:
        result = _Evaluation(names, functions).value(_parsed(text), 0)
    except (ArithmeticError, ValueError, TypeError, IndexError) as error:
        raise _refused(text, f"cannot be computed: {error}") from error
    except _RefusedError as error:
        raise _refused(text, str(error)) from error
    if not isinstance(result, int | float):
        raise _refused(text, "gives no real number")
    return result


class _RefusedError(Exception):
    """A part of the text that means nothing here."""


def _parsed(text: str) -> ast.expr:
    if len(text) > LONGEST_TEXT:
        msg = f"has more than {LONGEST_TEXT} characters"
        raise _RefusedError(msg)
    try:
        return ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, RecursionError, MemoryError) as error:
        msg = "is not an expression"
        raise _RefusedError(msg) from error


def _refused(text: str, reason: str) -> RunError:
    shown = text if len(text) <= 60 else f"{text[:57]}..."  # noqa: PLR2004  (one line of a terminal)
    return RunError(f"The expression {shown!r} {reason}.", hint=_HINT)


class _Evaluation:
    """One walk over a parsed text."""

    def __init__(
        self,
        names: Mapping[str, Value],
        functions: Mapping[str, Callable[..., object]],
    ) -> None:
        self._names = names
        self._functions = functions

    def value(self, node: ast.expr, depth: int) -> object:
        """What a part of the text stands for."""
        if depth > DEEPEST_NESTING:
            msg = f"is nested deeper than {DEEPEST_NESTING} levels"
            raise _RefusedError(msg)
        deeper = depth + 1
        match node:
            case ast.Constant(value=int() | float() as number):
                return number
            case ast.Name(id=name):
                return self._named(name)
            case ast.BinOp():
                left, right = self.value(node.left, deeper), self.value(node.right, deeper)
                return _combined(node.op, left, right)
            case ast.UnaryOp():
                return _UNARY[type(node.op)](self.value(node.operand, deeper))
            case _:
                return self._decided(node, deeper)

    def _decided(self, node: ast.expr, deeper: int) -> object:
        match node:
            case ast.BoolOp():
                return self._joined(node, deeper)
            case ast.Compare():
                return self._compared(node, deeper)
            case ast.IfExp():
                chosen = node.body if self.value(node.test, deeper) else node.orelse
                return self.value(chosen, deeper)
            case _:
                return self._looked_up(node, deeper)

    def _looked_up(self, node: ast.expr, deeper: int) -> object:
        match node:
            case ast.Subscript():
                return self._member(node, deeper)
            case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]):
                function = self._function(name)
                return _bounded(function(*(self.value(each, deeper) for each in arguments)))
            case _:
                msg = f"holds something that is not allowed: {type(node).__name__}"
                raise _RefusedError(msg)

    def _named(self, name: str) -> Value:
        if name not in self._names:
            msg = f"names {name!r}, which is none of its inputs"
            raise _RefusedError(msg)
        return self._names[name]

    def _joined(self, node: ast.BoolOp, depth: int) -> object:
        """`and` and `or` stop at the first value that decides, and give that value."""
        stops_at = isinstance(node.op, ast.Or)
        result: object = False
        for part in node.values:
            result = self.value(part, depth)
            if bool(result) is stops_at:
                break
        return result

    def _compared(self, node: ast.Compare, depth: int) -> bool:
        left = self.value(node.left, depth)
        for compare, part in zip(node.ops, node.comparators, strict=True):
            right = self.value(part, depth)
            if type(compare) not in _COMPARISONS:
                msg = f"compares by {type(compare).__name__}, which is not allowed"
                raise _RefusedError(msg)
            if not _COMPARISONS[type(compare)](left, right):
                return False
            left = right
        return True

    def _member(self, node: ast.Subscript, depth: int) -> object:
        members, index = self.value(node.value, depth), self.value(node.slice, depth)
        if not isinstance(members, list) or not isinstance(index, int):
            msg = "takes a member of something that is not a list"
            raise _RefusedError(msg)
        return members[index]

    def _function(self, name: str) -> Callable[..., object]:
        if name not in self._functions:
            msg = f"calls {name!r}, which is none of {', '.join(sorted(self._functions))}"
            raise _RefusedError(msg)
        return self._functions[name]


def power(base: float, exponent: float) -> Number:
    """`base ** exponent`, both real; an exponent above 4000 is refused, as in ComfyUI."""
    if abs(exponent) > LARGEST_EXPONENT:
        msg = f"The exponent {exponent} is larger than {LARGEST_EXPONENT}"
        raise ValueError(msg)
    if isinstance(base, int) and isinstance(exponent, int):
        _within_bits(base.bit_length() * max(exponent, 1))
    result: object = base**exponent
    if isinstance(result, complex):
        msg = "A root of a negative number is no real number"
        raise ValueError(msg)  # noqa: TRY004  (it is the value that is wrong)
    assert isinstance(result, int | float)  # noqa: S101  (what a power of two numbers is)
    return result


def _shifted_left(number: float, places: float) -> int:
    if not isinstance(number, int) or not isinstance(places, int):
        msg = "Only whole numbers are shifted"
        raise TypeError(msg)
    _within_bits(number.bit_length() + max(places, 0))
    return number << places


def _multiplied(left: float, right: float) -> Number:
    if isinstance(left, int) and isinstance(right, int):
        _within_bits(left.bit_length() + right.bit_length())
    return left * right


def _within_bits(bits: int) -> None:
    if bits > LARGEST_BITS:
        msg = f"A whole number would have more than {LARGEST_BITS} bits"
        raise OverflowError(msg)


def _combined(symbol: ast.operator, left: object, right: object) -> object:
    if type(symbol) not in _BINARY:
        msg = f"uses {type(symbol).__name__}, which is not allowed"
        raise _RefusedError(msg)
    # Python would multiply and join lists.
    if isinstance(left, list) or isinstance(right, list):
        msg = "computes with a list, which only functions take"
        raise _RefusedError(msg)
    return _bounded(_BINARY[type(symbol)](left, right))


def _bounded(value: object) -> object:
    if isinstance(value, int):
        _within_bits(value.bit_length())
    return value


_BINARY: Mapping[type[ast.operator], Callable[..., object]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: _multiplied,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: power,
    ast.BitAnd: operator.and_,
    ast.BitOr: operator.or_,
    ast.BitXor: operator.xor,
    ast.LShift: _shifted_left,
    ast.RShift: operator.rshift,
}
_UNARY: Mapping[type[ast.unaryop], Callable[..., object]] = {
    ast.UAdd: operator.pos,
    ast.USub: operator.neg,
    ast.Not: operator.not_,
    ast.Invert: operator.invert,
}
_COMPARISONS: Mapping[type[ast.cmpop], Callable[..., bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}


def _sum(*arguments: object) -> Number:
    """Of a list, or of the arguments themselves."""
    members = arguments[0] if len(arguments) == 1 else arguments
    if not isinstance(members, list | tuple):
        msg = "sum takes a list or several numbers"
        raise TypeError(msg)
    total: Number = sum(members)
    return total


MATH_FUNCTIONS: Mapping[str, Callable[..., object]] = {
    "sum": _sum,
    "min": min,
    "max": max,
    "abs": abs,
    "round": round,
    "pow": power,
    "sqrt": math.sqrt,
    "ceil": math.ceil,
    "floor": math.floor,
    "log": math.log,
    "log2": math.log2,
    "log10": math.log10,
    "sin": math.sin,
    "cos": math.cos,
    "tan": math.tan,
    "int": int,
    "float": float,
}
"""What ComfyMathExpression knows; angles are in radians."""
