"""Names for the widget values that the editor saves; converts no value and guesses none."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from capdemo.errors import Problem
from capdemo.node_api.dynamic import flat_inputs
from capdemo.workflow.fitting import clashes
from capdemo.workflow.positions import CONTROL_VALUES, place
from capdemo.workflow.quoting import quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from capdemo.node_api import InputSchema, NodeSchema, Widget
    from capdemo.workflow.document import DocumentNode
    from capdemo.workflow.graph import JsonValue
    from capdemo.workflow.positions import Placement

_EDITOR_ONLY = frozenset(
    {
        "control_after_generate",
        "control_filter_list",
        "upload",
        "videopreview",
        "choose file to upload",
        "choose video to upload",
        "choose audio to upload",
    }
)
_PLAIN_TYPES = frozenset({"INT", "FLOAT", "STRING", "BOOLEAN", "COMBO"})
_OLD_SAMPLER_PREFIX = "sample_"


def named_values(node: DocumentNode, schema: NodeSchema) -> dict[str, JsonValue]:
    """Every widget's value by full name, in schema order; a default stands for what is missing.

    Three sources, the first that serves:

    1. `widgets_values_named`, which survives a node's change of widgets. It is not taken where it
       contradicts the positions, since then someone edited the list, and ComfyUI reads the list;
       nor where a widget was renamed or became a dynamic combo after the file was saved.
    2. An object of values, which is by name.
    3. The list of values, by position. Nothing is placed after a dynamic combo whose value names
       no option, and no default stands there; `value_problems` says so.
    """
    given, lost_at = _given(node, schema)
    entries = [
        entry
        for entry in flat_inputs(schema, given)
        if entry.widget is not None and (lost_at is None or entry.name in given)
    ]
    complete = _sent(entries, given)
    if node.widgets_values is None or isinstance(node.widgets_values, tuple):
        return complete
    known = {entry.name for entry in entries}
    return complete | {name: value for name, value in given.items() if name not in known}


def _given(node: DocumentNode, schema: NodeSchema) -> tuple[Mapping[str, JsonValue], str | None]:
    """The saved values by name, and the dynamic combo after which none could be placed."""
    named = _names_that_serve(node, schema)
    if named is not None:
        return _without_editor_entries(named), None
    if isinstance(node.widgets_values, tuple):
        placement = place(node.widgets_values, schema)
        return placement.values, placement.lost_at
    return _without_editor_entries(node.widgets_values or {}), None


def self_named_values(node: DocumentNode) -> dict[str, JsonValue] | None:
    """The values of a node without a schema, or None where the file does not name them.

    Names that contradict a list of the same length still name its positions.
    """
    saved, named = node.widgets_values, node.widgets_values_named
    if not isinstance(saved, tuple):
        return _without_editor_entries(named if saved is None and named else saved or {})
    if named is not None and _is_written_with(named, saved):
        return _without_editor_entries(named)
    if named is not None and len(named) == len(saved):
        return _without_editor_entries(dict(zip(named, saved, strict=True)))
    return None if saved else {}


def value_problems(
    node: DocumentNode, schema: NodeSchema, *, file: str, name: str
) -> list[Problem]:
    """Whether the saved values fit the widgets that the node has here.

    Either one problem, `ambiguous_widget_values`, or notes, `widget_added_since`, for the inputs
    that an option got later. `name` is the id that they give. A value that a link replaces is not
    looked at.
    """
    if not isinstance(node.widgets_values, tuple) or _names_that_serve(node, schema) is not None:
        return []
    placement = place(node.widgets_values, schema)
    linked = {slot.widget or slot.name for slot in node.inputs if slot.link is not None}
    doubtful = _first_doubt(placement, linked)
    saved_by = f" The file was saved with {quoted(node.pack)}." if node.pack else ""
    if doubtful is not None:
        what = f"{_doubt(doubtful, placement)} The node's widgets have changed since.{saved_by}"
        hint = "Open the workflow in ComfyUI with today's node, correct its values and save it."
        return [Problem(file, name, doubtful, "ambiguous_widget_values", what, hint)]
    return [_addition(file, name, added, saved_by) for added in placement.added]


def _addition(file: str, name: str, added: str, saved_by: str) -> Problem:
    return Problem(
        file=file,
        node=name,
        input=added,
        kind="widget_added_since",
        message=f"The node got the widget {quoted(added)} after the file was saved.{saved_by}",
        hint="Its default is taken; ComfyUI may put a neighbour's value there.",
        severity="note",
    )


def _first_doubt(placement: Placement, linked: set[str]) -> str | None:
    for name, entry in placement.misfits.items():
        if name in linked or entry.widget is None:
            continue
        if name == placement.lost_at or clashes(entry.widget, placement.values[name]):
            return name
    return placement.lost_at


def _doubt(name: str, placement: Placement) -> str:
    widget, value = quoted(name), quoted(placement.values[name])
    if name == placement.lost_at:
        return f"{widget} has no option {value}, so the values after it belong to no known widget."
    return f"The value {value} does not fit the widget {widget}, at whose place it is saved."


def _names_that_serve(node: DocumentNode, schema: NodeSchema) -> Mapping[str, JsonValue] | None:
    saved, named = node.widgets_values, node.widgets_values_named
    if named is None or (saved is not None and not _is_written_with(named, saved)):
        return None
    if saved is None:
        return named
    widgets = [entry for entry in flat_inputs(schema, named) if entry.widget is not None]
    unnamed = {entry.name for entry in widgets} - named.keys()
    unknown = _without_editor_entries(named).keys() - {entry.name for entry in widgets}
    was_renamed = bool(unnamed and unknown)
    return None if was_renamed or _became_dynamic(widgets, named) else named


def _became_dynamic(widgets: Iterable[InputSchema], named: Mapping[str, JsonValue]) -> bool:
    """Whether a dynamic combo was a plain one for the editor that wrote these names."""
    names = [entry.name for entry in widgets]
    for entry in widgets:
        prefix = f"{entry.name}."
        has_inputs = any(name.startswith(prefix) for name in names)
        if has_inputs and not any(name.startswith(prefix) for name in named):
            return True
    return False


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
    return {name: value for name, value in values.items() if name not in _EDITOR_ONLY}


def _sent(entries: Iterable[InputSchema], given: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """What the editor would send: the given values and defaults, without what only shows."""
    sent: dict[str, JsonValue] = {}
    for entry in entries:
        widget = entry.widget
        if widget is None or not widget.serialized:
            continue
        if entry.name in given:
            sent[entry.name] = _cleaned(entry, given[entry.name])
        elif _has_default(entry, widget):
            sent[entry.name] = _default(widget)
    return sent


def _has_default(entry: InputSchema, widget: Widget) -> bool:
    if widget.default is not None or widget.choices:
        return True
    return entry.required and widget.type not in _PLAIN_TYPES


def _default(widget: Widget) -> JsonValue:
    """ComfyUI's first choice is the default; a widget of the editor's own may send null."""
    if widget.default is not None:
        return widget.default
    return widget.choices[0] if widget.choices else None


def _cleaned(entry: InputSchema, value: JsonValue) -> JsonValue:
    """Sampler names had a prefix in 2023, which the editor still removes."""
    if entry.name.endswith("sampler_name") and isinstance(value, str):
        return value.removeprefix(_OLD_SAMPLER_PREFIX)
    return value
