"""From the hints of a function's parameters to input schemas, and from inputs back to arguments."""

from __future__ import annotations

import dataclasses
import inspect
import types
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union, get_args, get_origin

from capdemo.node_api.schema import InputSchema, Option, OutputSchema, Rows, Widget
from capdemo.node_api.sockets import SOCKET_TYPES
from capdemo.node_api.widgets import (
    Custom,
    DynamicPrompts,
    Grows,
    InputFile,
    Lazy,
    LinkOnly,
    ModelFile,
    Multiline,
    Name,
    Range,
    Seed,
    UsedInstead,
    option_name,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from capdemo.node_api.schema import WidgetType

_WIDGET_TYPES: Mapping[Any, WidgetType] = {
    bool: "BOOLEAN",
    int: "INT",
    float: "FLOAT",
    str: "STRING",
}

_NO_DEFAULT = inspect.Parameter.empty


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a node's function, or a field of an option's dataclass."""

    name: str
    """What Python calls it."""
    entry: InputSchema
    """What workflow files call it, and all else that they need to know."""
    options: Mapping[str, tuple[type, tuple[Parameter, ...]]]
    """For a dynamic combo: each option's class and fields."""

    def argument(self, inputs: Mapping[str, object], prefix: str = "") -> dict[str, object]:
        """The argument made from `inputs`, which are by full name; none where none is given."""
        name = prefix + self.entry.name
        if self.entry.rows is not None:
            rows = {row: f"{name}.{row}" for row in self.entry.rows.names}
            return {self.name: {row: inputs[full] for row, full in rows.items() if full in inputs}}
        if name not in inputs:
            return {}
        if not self.options:
            return {self.name: inputs[name]}
        cls, fields = self.options[str(inputs[name])]
        arguments: dict[str, object] = {}
        for field in fields:
            arguments |= field.argument(inputs, f"{name}.")
        return {self.name: cls(**arguments)}


@dataclass(frozen=True, slots=True)
class _Hint:
    """A hint taken apart."""

    kinds: tuple[Any, ...]
    """The alternatives of a union, without None."""
    notes: tuple[object, ...]
    """What `Annotated` adds."""
    optional: bool = False
    is_list: bool = False


def derive_parameter(name: str, hint: object, default: object) -> Parameter:
    """One parameter; `default` is `inspect.Parameter.empty` where there is none.

    Raises `TypeError` where the hint is neither a socket nor a widget.
    """
    parts = _take_apart(hint)
    shown = next((note.name for note in parts.notes if isinstance(note, Name)), name)
    has_default = default is not _NO_DEFAULT
    if parts.is_list and isinstance(default, list):
        default = default[0]  # a widget's single value reaches the function as a list
    grows = next((note for note in parts.notes if isinstance(note, Grows)), None)
    if grows is not None:
        return Parameter(name, _grown(shown, parts, grows), {})
    options = _options(parts.kinds)
    if options:
        entry = _dynamic_combo(shown, parts, options, default)
    elif _is_socket(parts):
        joined = ",".join(SOCKET_TYPES.get(kind) or _widget_type(kind) for kind in parts.kinds)
        entry = InputSchema(shown, joined, required=not has_default)
    else:
        entry = _widget_entry(shown, parts, default if has_default else None)
    lazy = any(isinstance(note, Lazy) for note in parts.notes)
    return Parameter(name, replace(entry, lazy=lazy), options)


def takes_list(hint: object) -> bool:
    """Whether a parameter is hinted as a list, so that it takes all values at once."""
    return _take_apart(hint).is_list


def derive_outputs(returned: object) -> tuple[OutputSchema, ...]:
    """The output slots that a return hint names; None gives none, a tuple one for each member."""
    if returned in (None, type(None)):
        return ()
    kinds = get_args(returned) if get_origin(returned) is tuple else (returned,)
    return tuple(_output(kind) for kind in kinds)


def _output(hint: object) -> OutputSchema:
    parts = _take_apart(hint)
    joined = ",".join(SOCKET_TYPES.get(kind) or _widget_type(kind) for kind in parts.kinds)
    name = next((note.name for note in parts.notes if isinstance(note, Name)), joined)
    return OutputSchema(name, joined, is_list=parts.is_list)


def _take_apart(hint: object) -> _Hint:
    """Peel `Annotated`, `list` and `| None` off, in whatever order they lie."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Annotated:
        inner = _take_apart(arguments[0])
        return replace(inner, notes=(*inner.notes, *arguments[1:]))
    if origin is list:
        return replace(_take_apart(arguments[0]), is_list=True)
    if origin in (Union, types.UnionType):
        parts = [_take_apart(member) for member in arguments if member is not type(None)]
        return _Hint(
            kinds=tuple(kind for part in parts for kind in part.kinds),
            notes=tuple(note for part in parts for note in part.notes),
            optional=type(None) in arguments,
            is_list=any(part.is_list for part in parts),
        )
    return _Hint((hint,), ())


def _is_socket(parts: _Hint) -> bool:
    is_bare = any(isinstance(note, LinkOnly) for note in parts.notes)
    return is_bare or any(kind in SOCKET_TYPES for kind in parts.kinds)


def _grown(name: str, parts: _Hint, grows: Grows) -> InputSchema:
    """`Mapping[str, Image]` with a `Grows` note; the values' hint is that of every row."""
    row = _take_apart(get_args(parts.kinds[0])[1])
    joined = ",".join(SOCKET_TYPES.get(kind) or _widget_type(kind) for kind in row.kinds)
    return InputSchema(name, joined, rows=Rows(grows.row_names, grows.minimum))


def _options(kinds: Sequence[Any]) -> dict[str, tuple[type, tuple[Parameter, ...]]]:
    named = {option_name(kind): kind for kind in kinds}
    return {name: (kind, _fields(kind)) for name, kind in named.items() if name is not None}


def _fields(cls: type) -> tuple[Parameter, ...]:
    hints = inspect.get_annotations(cls, eval_str=True)
    return tuple(
        derive_parameter(
            field.name,
            hints[field.name],
            _NO_DEFAULT if field.default is dataclasses.MISSING else field.default,
        )
        for field in dataclasses.fields(cls)
    )


def _dynamic_combo(
    name: str,
    parts: _Hint,
    options: Mapping[str, tuple[type, tuple[Parameter, ...]]],
    default: object,
) -> InputSchema:
    widget = Widget(
        "COMBO",
        default=option_name(type(default)),
        choices=tuple(options),
        options=tuple(
            Option(key, tuple(field.entry for field in fields))
            for key, (_, fields) in options.items()
        ),
    )
    return InputSchema(name, "COMBO", required=not parts.optional, widget=widget)


def _widget_entry(name: str, parts: _Hint, default: Any) -> InputSchema:
    widget = _widget(parts, default)
    others = [_widget_type(kind) for kind in parts.kinds[1:]]
    return InputSchema(
        name,
        ",".join([widget.type, *others]),
        required=not parts.optional,
        widget=widget,
    )


def _widget(parts: _Hint, default: Any) -> Widget:
    notes = {type(note): note for note in parts.notes}
    model, upload, bounds = notes.get(ModelFile), notes.get(InputFile), notes.get(Range)
    custom, other = notes.get(Custom), notes.get(UsedInstead)
    kind = parts.kinds[0]
    choices = get_args(kind) if get_origin(kind) is Literal else ()
    is_combo = bool(choices or model or upload)
    return Widget(
        type=custom.type
        if isinstance(custom, Custom)
        else "COMBO"
        if is_combo
        else _widget_type(kind),
        default=default,
        minimum=bounds.minimum if isinstance(bounds, Range) else None,
        maximum=bounds.maximum if isinstance(bounds, Range) else None,
        step=bounds.step if isinstance(bounds, Range) else None,
        choices=choices,
        model_folder=model.folder if isinstance(model, ModelFile) else None,
        upload=upload.upload if isinstance(upload, InputFile) else None,
        control_after_generate=True if Seed in notes else None,
        multiline=Multiline in notes,
        dynamic_prompts=DynamicPrompts in notes,
        used_instead=other.name if isinstance(other, UsedInstead) else None,
    )


def _widget_type(kind: Any) -> WidgetType:
    if get_origin(kind) is Literal:
        return "COMBO"
    if kind not in _WIDGET_TYPES:
        msg = f"{kind}: neither a socket nor a widget type; see capdemo.node_api."
        raise TypeError(msg)
    return _WIDGET_TYPES[kind]
