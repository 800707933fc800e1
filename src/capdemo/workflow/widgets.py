"""Names for the widget values that the editor saves by position; converts no value."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from capdemo.node_api import InputSchema, NodeSchema, Widget
    from capdemo.workflow.document import DocumentNode
    from capdemo.workflow.graph import JsonValue

CONTROL_VALUES = frozenset({"fixed", "increment", "decrement", "randomize"})
"""What the editor does to a number after a run; saved after the number's own value."""

_SEED_NAMES = frozenset({"seed", "noise_seed"})

_EDITOR_ONLY = frozenset({"control_after_generate", "upload", "videopreview"})
_BUTTON_LABELS = frozenset(
    {"choose file to upload", "choose video to upload", "choose audio to upload"}
)


def named_values(node: DocumentNode, schema: NodeSchema) -> dict[str, JsonValue]:
    """Every widget's value by name, in schema order; a default stands for what is missing.

    `widgets_values_named` survives a node's change of widgets, so it goes before the position;
    where the two contradict each other, someone edited the list, and ComfyUI reads the list.
    """
    saved = node.widgets_values
    named = node.widgets_values_named
    if named is not None and (saved is None or _is_written_with(named, saved)):
        given = {entry.name: named[entry.name] for entry in schema.widgets if entry.name in named}
    elif isinstance(saved, tuple):
        given = _by_position(saved, schema)
    else:
        given = _without_editor_entries(saved or {})
    return _with_defaults(given, schema)


def self_named_values(node: DocumentNode) -> dict[str, JsonValue] | None:
    """The values of a node without a schema, or None where the file does not name them."""
    if node.widgets_values_named is not None:
        return _without_editor_entries(node.widgets_values_named)
    if isinstance(node.widgets_values, tuple):
        return None if node.widgets_values else {}
    return _without_editor_entries(node.widgets_values or {})


def has_control(entry: InputSchema) -> bool:
    """Whether the editor saves a control value after this widget's own.

    A node that does not say so has one only at an INT called exactly `seed` or `noise_seed`.
    """
    widget = entry.widget
    if widget is None or widget.control_after_generate is False:
        return False
    if widget.control_after_generate:
        return widget.type in ("INT", "COMBO")
    return widget.type == "INT" and entry.name in _SEED_NAMES


def _by_position(values: Sequence[JsonValue], schema: NodeSchema) -> dict[str, JsonValue]:
    widgets = schema.widgets
    has_upload = any(entry.widget is not None and entry.widget.upload for entry in widgets)
    last_required = max((i for i, entry in enumerate(widgets) if entry.required), default=-1)
    named: dict[str, JsonValue] = {}
    position = 0
    for index, entry in enumerate(widgets):
        if position >= len(values):
            break
        named[entry.name] = values[position]
        position += 1
        following = widgets[index + 1 :]
        if has_control(entry) and _is_control(values[position:], following):
            position += 1
        # The editor appends the upload button to the required inputs; optional ones follow it.
        if has_upload and index == last_required and _is_extra(values[position:], following):
            position += 1
    return named


def _is_control(values: Sequence[JsonValue], following: Sequence[InputSchema]) -> bool:
    """Whether the first value is a control: a word, or in old files a truth value."""
    if not values:
        return False
    first = values[0]
    is_word = isinstance(first, str) and first in CONTROL_VALUES
    return (is_word or isinstance(first, bool)) and _is_extra(values, following)


def _is_extra(values: Sequence[JsonValue], following: Sequence[InputSchema]) -> bool:
    """Whether the first value does not belong to the next widget.

    Some files lack the extra value. One that the next widget accepts is its own, unless there
    are more values than widgets left.
    """
    if not values or not following:
        return bool(values)
    widget = following[0].widget
    fits = widget is not None and _accepts(widget, values[0])
    return not fits or len(values) > len(following)


def _accepts(widget: Widget, value: JsonValue) -> bool:
    match widget.type:
        case "BOOLEAN":
            return isinstance(value, bool)
        case "INT" | "FLOAT":
            return isinstance(value, (int, float)) and not isinstance(value, bool)
        case "COMBO" if widget.choices:
            return value in widget.choices
        case _:
            return isinstance(value, str)


def _is_written_with(
    named: Mapping[str, JsonValue],
    saved: tuple[JsonValue, ...] | Mapping[str, JsonValue],
) -> bool:
    """Whether the saved values are the named ones, in order, and nothing that was edited.

    A control has the same name for every seed, so all but one are left over; so are the nulls
    of buttons.
    """
    expected = deque(named.values())
    for value in saved if isinstance(saved, tuple) else saved.values():
        if expected and value == expected[0]:
            expected.popleft()
        elif value is not None and not (isinstance(value, str) and value in CONTROL_VALUES):
            return False
    return not expected


def _without_editor_entries(values: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    hidden = _EDITOR_ONLY | _BUTTON_LABELS
    return {name: value for name, value in values.items() if name not in hidden}


def _with_defaults(given: Mapping[str, JsonValue], schema: NodeSchema) -> dict[str, JsonValue]:
    """Schema order, then what the schema does not know; ComfyUI's first choice is the default."""
    complete: dict[str, JsonValue] = {}
    for entry in schema.widgets:
        if entry.name in given:
            complete[entry.name] = given[entry.name]
        elif entry.widget is not None and entry.widget.default is not None:
            complete[entry.name] = entry.widget.default
        elif entry.widget is not None and entry.widget.choices:
            complete[entry.name] = entry.widget.choices[0]
    return complete | {name: value for name, value in given.items() if name not in complete}
