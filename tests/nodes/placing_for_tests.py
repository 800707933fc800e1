"""Saved values given to widgets by position: an independent, plain reading of the rules.

Required widgets come first, then optional ones; a dynamic combo is followed by the inputs of its
choice, and a seed by its control value.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from capdemo.node_api.dynamic import chosen_inputs

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from capdemo.node_api import InputSchema, NodeSchema, Widget

CONTROLS = ["fixed", "increment", "decrement", "randomize"]


@dataclass
class Placed:
    """What came of a node's list of values."""

    wrong: list[str] = field(default_factory=list)
    """Values that do not fit their widget."""
    without: list[str] = field(default_factory=list)
    """Widgets that no value was left for."""
    left_over: int = 0


def placed(schema: NodeSchema, values: Sequence[Any]) -> Placed:
    """Give every widget its value, as the editor counts them."""
    left = list(reversed(values))
    result = Placed()
    place(schema.inputs, left, result)
    result.left_over = len(left)
    return result


def place(entries: Iterable[InputSchema], values: list[Any], result: Placed) -> None:
    """Take values off the end of `values`, which is reversed."""
    required = [entry for entry in entries if entry.required]
    optional = [entry for entry in entries if not entry.required]
    for entry in [*required, *optional]:
        if entry.widget is None:
            continue
        if not values:
            result.without.append(entry.name)
            continue
        value = values.pop()
        if not fits(entry.widget, value):
            result.wrong.append(f"{entry.name}={value!r}"[:80])
        place(chosen_inputs(entry, value), values, result)
        if values and has_control(entry) and values[-1] in CONTROLS:
            values.pop()


def has_control(entry: InputSchema) -> bool:
    """Whether a control value may follow."""
    assert entry.widget is not None
    if entry.widget.control_after_generate is not None:
        return entry.widget.control_after_generate
    return entry.widget.type == "INT" and entry.name in ("seed", "noise_seed")


def fits(widget: Widget, value: Any) -> bool:
    """Whether a value is of the widget's type, and one of its choices."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    match widget.type:
        case "INT":
            return is_number and float(value).is_integer()
        case "FLOAT":
            return is_number
        case "BOOLEAN":
            return isinstance(value, bool)
        case "STRING":
            return isinstance(value, str)
        case "COMBO":
            return value in widget.choices if widget.choices else isinstance(value, str)
        case _:
            return True
