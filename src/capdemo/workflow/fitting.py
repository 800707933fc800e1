"""Whether a saved value and a widget belong together; judges and converts nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from capdemo.node_api import Widget
    from capdemo.workflow.graph import JsonValue


def accepts(widget: Widget, value: JsonValue) -> bool:
    """Whether the editor itself would have saved this value for the widget."""
    match widget.type:
        case "BOOLEAN":
            return isinstance(value, bool)
        case "INT" | "FLOAT":
            return isinstance(value, (int, float)) and not isinstance(value, bool)
        case "STRING":
            return isinstance(value, str)
        case "COMBO" if widget.choices:
            return _is_choice(widget, value)
        case "COMBO":
            return isinstance(value, str)
        case _:
            return True


def clashes(widget: Widget, value: JsonValue) -> bool:
    """Whether a value can only have been meant for another widget.

    Narrower than not being accepted: a choice that is gone, a number saved as text or a null is
    ComfyUI's validation to judge. ComfyUI turns any value but 0 into a true switch, and so hides
    that the widgets of a node have moved.
    """
    if value is None or accepts(widget, value):
        return False
    match widget.type:
        case "BOOLEAN":
            return value not in (0, 1)
        case "INT" | "FLOAT":
            return not _is_numeral(value)
        case "COMBO" if isinstance(value, (int, float)) and not isinstance(value, bool):
            return all(isinstance(each, str) for each in widget.choices)
        case "COMBO":
            return not isinstance(value, str)
        case _:
            return isinstance(value, (list, dict))


def _is_choice(widget: Widget, value: JsonValue) -> bool:
    """Membership, without Python's equality of 1 and true."""
    return any(
        each == value and isinstance(each, bool) == isinstance(value, bool)
        for each in widget.choices
    )


def _is_numeral(value: JsonValue) -> bool:
    if not isinstance(value, str):
        return False
    try:
        float(value)
    except ValueError:
        return False
    return True
