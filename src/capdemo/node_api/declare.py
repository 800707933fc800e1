"""From a function's signature to a node's schema, so that no node describes itself twice."""

from __future__ import annotations

import inspect
import types
from dataclasses import dataclass
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    Literal,
    TypeVar,
    Union,
    cast,
    get_args,
    get_origin,
    get_type_hints,
)

from capdemo.node_api.context import RunContext
from capdemo.node_api.schema import InputSchema, NodeSchema, OutputSchema, Widget, WidgetType
from capdemo.node_api.sockets import SOCKET_TYPES
from capdemo.node_api.widgets import InputFile, ModelFile, Multiline, Name, Range, Seed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

NodeFunction = TypeVar("NodeFunction", bound="Callable[..., Any]")

_WIDGET_TYPES: Mapping[type, WidgetType] = {
    bool: "BOOLEAN",
    int: "INT",
    float: "FLOAT",
    str: "STRING",
}


@dataclass(frozen=True, slots=True)
class Node:
    """A node's schema and the function that does its work."""

    schema: NodeSchema
    function: Callable[..., Any]
    parameters: Mapping[str, str]
    """From an input's name in workflow files to the function's parameter."""
    context_parameter: str | None
    """The parameter that takes the `RunContext`, if there is one."""

    def run(self, inputs: Mapping[str, object], context: RunContext) -> tuple[object, ...]:
        """Call the function with inputs named as in the schema; one value per output slot."""
        arguments = {self.parameters[name]: value for name, value in inputs.items()}
        if self.context_parameter is not None:
            arguments[self.context_parameter] = context
        result = self.function(**arguments)
        slots = len(self.schema.outputs)
        if slots == 0:
            return ()
        return cast("tuple[object, ...]", result) if slots > 1 else (result,)


class NodeFamily:
    """The nodes of one module, all from one pack; `node` leaves the functions as they are."""

    def __init__(self, *, pack: str = "comfy-core", licence: str = "GPL-3.0") -> None:
        self.pack = pack
        self.licence = licence
        self._nodes: list[Node] = []

    def __iter__(self) -> Iterator[Node]:
        return iter(self._nodes)

    def node(
        self,
        class_type: str,
        *,
        category: str,
        revision: int = 1,
        is_output: bool = False,
    ) -> Callable[[NodeFunction], NodeFunction]:
        """Declare a keyword-only function as the node that workflow files call `class_type`.

        The widget order is the parameter order, types and bounds come from the hints, the
        description from the docstring, the output slots from the return hint.
        """

        def declare(function: NodeFunction) -> NodeFunction:
            hints = get_type_hints(function, include_extras=True)
            returned = hints.pop("return", None)
            context = [name for name, hint in hints.items() if hint is RunContext]
            entries = {
                parameter.name: _input(parameter, hints[parameter.name])
                for parameter in inspect.signature(function).parameters.values()
                if parameter.name not in context
            }
            schema = NodeSchema(
                class_type=class_type,
                inputs=tuple(entries.values()),
                outputs=_outputs(returned),
                category=category,
                description=inspect.getdoc(function) or "",
                pack=self.pack,
                licence=self.licence,
                revision=revision,
                is_output=is_output,
            )
            parameters = {entry.name: name for name, entry in entries.items()}
            self._nodes.append(Node(schema, function, parameters, next(iter(context), None)))
            return function

        return declare


def _input(parameter: inspect.Parameter, hint: object) -> InputSchema:
    if parameter.kind is not inspect.Parameter.KEYWORD_ONLY:
        msg = f"{parameter.name}: a node takes keyword-only parameters; put `*` first."
        raise TypeError(msg)
    kind, notes = _unwrap(hint)
    optional, kind = _without_none(kind)
    if optional:
        inner, more = _unwrap(kind)
        kind, notes = inner, (*notes, *more)
    name = next((note.name for note in notes if isinstance(note, Name)), parameter.name)
    required = parameter.default is inspect.Parameter.empty
    if kind in SOCKET_TYPES:
        return InputSchema(name, SOCKET_TYPES[kind], required=required)
    widget = _widget(kind, notes, None if required else parameter.default)
    return InputSchema(name, widget.type, required=not optional, widget=widget)


def _unwrap(hint: object) -> tuple[Any, tuple[object, ...]]:
    if get_origin(hint) is Annotated:
        kind, *notes = get_args(hint)
        return kind, tuple(notes)
    return hint, ()


def _without_none(kind: Any) -> tuple[bool, Any]:
    if get_origin(kind) not in (Union, types.UnionType):
        return False, kind
    members = [member for member in get_args(kind) if member is not type(None)]
    if len(members) != 1:
        msg = f"{kind}: an input has one type, or one type and None."
        raise TypeError(msg)
    return True, members[0]


def _widget(kind: Any, notes: Sequence[object], default: Any) -> Widget:
    model = next((note for note in notes if isinstance(note, ModelFile)), None)
    upload = next((note for note in notes if isinstance(note, InputFile)), None)
    bounds = next((note for note in notes if isinstance(note, Range)), None)
    choices = get_args(kind) if get_origin(kind) is Literal else ()
    if not choices and kind not in _WIDGET_TYPES:
        msg = f"{kind}: neither a socket nor a widget type; see capdemo.node_api."
        raise TypeError(msg)
    is_combo = bool(choices or model or upload)
    return Widget(
        type="COMBO" if is_combo else _WIDGET_TYPES[kind],
        default=default,
        minimum=bounds.minimum if bounds else None,
        maximum=bounds.maximum if bounds else None,
        step=bounds.step if bounds else None,
        choices=choices,
        model_folder=model.folder if model else None,
        upload=upload.upload if upload else None,
        control_after_generate=True if any(isinstance(n, Seed) for n in notes) else None,
        multiline=any(isinstance(note, Multiline) for note in notes),
    )


def _outputs(returned: object) -> tuple[OutputSchema, ...]:
    if returned in (None, type(None)):
        return ()
    kinds = get_args(returned) if get_origin(returned) is tuple else (returned,)
    names = [SOCKET_TYPES.get(kind) or _WIDGET_TYPES[cast("type", kind)] for kind in kinds]
    return tuple(OutputSchema(name, name) for name in names)
