"""Which widget a value belongs to that is saved by position; converts nothing, guesses nothing."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from enum import Enum, auto
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeAlias

from capdemo.node_api.dynamic import chosen_inputs
from capdemo.workflow.fitting import accepts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from capdemo.node_api import InputSchema, NodeSchema
    from capdemo.workflow.graph import JsonValue

CONTROL_VALUES = frozenset({"fixed", "increment", "decrement", "randomize"})
"""What the editor does to a value after a run; saved after the value itself."""

_SEED_NAMES = frozenset({"seed", "noise_seed"})


@dataclass(frozen=True, slots=True)
class Placement:
    """Saved values and the widgets that they belong to."""

    values: Mapping[str, JsonValue]
    """By full name, as in `resize_type.width`."""
    misfits: Mapping[str, InputSchema]
    """The widgets that do not accept the value at their position, by full name."""
    missing: int
    """How many widgets are left without a value."""
    unused: int
    """How many values are left without a widget."""
    lost_at: str | None = None
    """The dynamic combo after which nothing could be placed, as its value names no option."""
    added: tuple[str, ...] = ()
    """The widgets that did not exist yet when the file was saved, by full name."""
    groups: Mapping[str, int] = field(default_factory=dict)
    """How many widgets each chosen option has, by the dynamic combo's full name."""


class _Extra(Enum):
    """What the editor saves between the widgets' own values."""

    CONTROL = auto()
    FILTER = auto()
    """The text that narrows a combo's choices down; follows its control."""
    UPLOAD = auto()


_Slot: TypeAlias = "InputSchema | _Extra"


def place(values: Sequence[JsonValue], schema: NodeSchema) -> Placement:
    """Give every value to its widget, in the order of ComfyUI's editor.

    Files of different ages have or lack the extra values, and one that is there may look like the
    next widget's own. First the layout of today is tried, with all of them; where that leaves a
    value that does not fit or a widget without one, the layout that lacks some is tried too, and
    the better one is taken. Where values still do not fit, an option may have been given more
    inputs since the file was saved, which moves all that follows; ComfyUI then reads wrongly.
    """
    today = _Walk(values, schema, is_complete=True).placement()
    if not today.misfits and not today.missing:
        return today
    older = _Walk(values, schema, is_complete=False).placement()
    best = min(today, older, key=lambda found: (len(found.misfits), found.missing))
    return (_before_additions(values, schema, best) if best.misfits else None) or best


def _before_additions(
    values: Sequence[JsonValue], schema: NodeSchema, best: Placement
) -> Placement | None:
    """The only way to fit all values in by taking inputs off the end of one option, if any."""
    tried = (
        _Walk(values, schema, is_complete=True, cut={combo: count}).placement()
        for combo, size in best.groups.items()
        for count in range(1, size + 1)
    )
    fitting = [found for found in tried if not (found.misfits or found.missing or found.unused)]
    return fitting[0] if len(fitting) == 1 else None


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


class _Walk:
    """One way through the values."""

    def __init__(
        self,
        values: Sequence[JsonValue],
        schema: NodeSchema,
        *,
        is_complete: bool,
        cut: Mapping[str, int] = MappingProxyType({}),
    ) -> None:
        self._values = values
        self._is_complete = is_complete
        """Whether an extra value is taken wherever one may be."""
        self._cut = cut
        """How many inputs are taken off the end of a dynamic combo's option."""
        self._slots = deque(_top_slots(schema))
        self._position = 0
        self._named: dict[str, JsonValue] = {}
        self._misfits: dict[str, InputSchema] = {}
        self._lost_at: str | None = None
        self._added: tuple[str, ...] = ()
        self._groups: dict[str, int] = {}

    def placement(self) -> Placement:
        while self._slots and self._position < len(self._values) and self._lost_at is None:
            slot = self._slots.popleft()
            value = self._values[self._position]
            if not isinstance(slot, _Extra):
                self._take(slot, value)
            elif _looks_like(slot, value) and (self._is_complete or self._is_extra(slot, value)):
                self._position += 1
        missing = sum(not isinstance(slot, _Extra) for slot in self._slots)
        return Placement(
            values=self._named,
            misfits=self._misfits,
            missing=missing,
            unused=len(self._values) - self._position,
            lost_at=self._lost_at,
            added=self._added,
            groups=self._groups,
        )

    def _take(self, entry: InputSchema, value: JsonValue) -> None:
        self._named[entry.name] = value
        self._position += 1
        widget = entry.widget
        is_accepted = widget is not None and accepts(widget, value)
        if not is_accepted:
            self._misfits[entry.name] = entry
        if widget is None or not widget.options:
            return
        if is_accepted:
            self._slots.extendleft(reversed([*_slots(self._chosen(entry, value))]))
        elif self._position < len(self._values):
            self._lost_at = entry.name

    def _chosen(self, entry: InputSchema, value: JsonValue) -> Sequence[InputSchema]:
        """The widgets of the chosen option, but those that are cut off."""
        chosen = [each for each in chosen_inputs(entry, value) if each.widget is not None]
        self._groups[entry.name] = len(chosen)
        kept = len(chosen) - self._cut.get(entry.name, 0)
        self._added += tuple(each.name for each in chosen[kept:])
        return chosen[:kept]

    def _is_extra(self, extra: _Extra, value: JsonValue) -> bool:
        """Whether a value is not the next widget's own, or more are left than widgets."""
        following = [slot for slot in self._slots if not isinstance(slot, _Extra)]
        if not following or len(self._values) - self._position > len(following):
            return True
        widget = following[0].widget
        if widget is None or not accepts(widget, value):
            return True
        # A text, and a choice of files, takes any word; that does not make a control theirs.
        takes_any_word = not widget.choices and widget.type != "BOOLEAN"
        return takes_any_word and extra is not _Extra.FILTER


def _top_slots(schema: NodeSchema) -> Iterator[_Slot]:
    """All positions; the upload button's is after the required widgets, before the optional."""
    widgets = schema.widgets
    last_required = max((i for i, entry in enumerate(widgets) if entry.required), default=-1)
    yield from _slots(widgets[: last_required + 1])
    if any(entry.widget is not None and entry.widget.upload for entry in widgets):
        yield _Extra.UPLOAD
    yield from _slots(widgets[last_required + 1 :])


def _slots(entries: Iterable[InputSchema]) -> Iterator[_Slot]:
    """The positions of these inputs; one that only a link can fill owns none."""
    for entry in entries:
        if entry.widget is None:
            continue
        yield entry
        if has_control(entry):
            yield _Extra.CONTROL
            if entry.widget.type == "COMBO":
                yield _Extra.FILTER


def _looks_like(extra: _Extra, value: JsonValue) -> bool:
    """Whether the editor writes such a value: a control is a word, in old files a truth value."""
    match extra:
        case _Extra.CONTROL:
            is_word = isinstance(value, str) and value in CONTROL_VALUES
            return is_word or isinstance(value, bool)
        case _Extra.FILTER:
            return isinstance(value, str)
        case _Extra.UPLOAD:
            return value is None or isinstance(value, (str, dict))
