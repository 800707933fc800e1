"""From a function's signature to a node's schema, so that no node describes itself twice."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar, cast, get_type_hints

from capdemo.errors import RunError
from capdemo.node_api.context import RunContext
from capdemo.node_api.derive import Parameter, derive_outputs, derive_parameter, takes_list
from capdemo.node_api.schema import NodeSchema, OutputSchema

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from capdemo.node_api.schema import InputSchema, OwnModel

NodeFunction = TypeVar("NodeFunction", bound="Callable[..., Any]")


@dataclass(frozen=True, slots=True)
class Node:
    """A node's schema and the function that does its work."""

    schema: NodeSchema
    function: Callable[..., Any] | None = None
    """None for a node that is only declared, so that its workflows can be read."""
    parameters: tuple[Parameter, ...] = ()
    """All but the context."""
    context_parameter: str | None = None
    """The parameter that takes the `RunContext`, if there is one."""
    needed: Callable[..., Sequence[str]] | None = None
    """Which of its lazy inputs the node wants, told the arguments that there are."""

    def run(self, inputs: Mapping[str, object], context: RunContext) -> tuple[object, ...]:
        """Call the function with inputs named as in the schema; one value per output slot."""
        if self.function is None:
            raise RunError("This node is declared, so that workflows can be read, and has no code.")
        arguments = self.arguments(inputs)
        if self.context_parameter is not None:
            arguments[self.context_parameter] = context
        result = self.function(**arguments)
        slots = len(self.schema.outputs)
        if slots == 0:
            return ()
        return cast("tuple[object, ...]", result) if slots > 1 else (result,)

    def arguments(self, inputs: Mapping[str, object]) -> dict[str, object]:
        """The function's arguments, without the context."""
        arguments: dict[str, object] = {}
        for parameter in self.parameters:
            arguments |= parameter.argument(inputs)
        return arguments


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
        own_models: Sequence[OwnModel] = (),
        needed: Callable[..., Sequence[str]] | None = None,
    ) -> Callable[[NodeFunction], NodeFunction]:
        """Declare a keyword-only function as the node that workflow files call `class_type`.

        The widget order is the parameter order, types and bounds come from the hints, the
        description from the docstring, the output slots from the return hint. Hints of
        `list[...]`, on every parameter or on none, make a node that takes whole lists. `needed`
        is called with the arguments that are there and names the lazy ones that are wanted.
        `own_models` are files that the function asks for without a widget that names them.
        """

        def declare(function: NodeFunction) -> NodeFunction:
            hints = get_type_hints(function, include_extras=True)
            returned = hints.pop("return", None)
            context = next((name for name, hint in hints.items() if hint is RunContext), None)
            lists = {takes_list(hint) for name, hint in hints.items() if name != context}
            if len(lists) > 1:
                msg = f"{class_type}: hint all parameters as lists, or none."
                raise TypeError(msg)
            parameters = tuple(
                _parameter(parameter, hints[parameter.name])
                for parameter in inspect.signature(function).parameters.values()
                if parameter.name != context
            )
            schema = NodeSchema(
                class_type=class_type,
                inputs=tuple(parameter.entry for parameter in parameters),
                outputs=derive_outputs(returned),
                category=category,
                description=inspect.getdoc(function) or "",
                pack=self.pack,
                licence=self.licence,
                revision=revision,
                is_output=is_output,
                input_is_list=lists == {True},
                own_models=tuple(own_models),
            )
            self._nodes.append(Node(schema, function, parameters, context, needed))
            return function

        return declare

    def declare(  # noqa: PLR0913  (the parts of a schema)
        self,
        class_type: str,
        *,
        category: str,
        description: str,
        inputs: Sequence[InputSchema] = (),
        outputs: Sequence[str | OutputSchema] = (),
        is_output: bool = False,
        input_is_list: bool = False,
    ) -> None:
        """Declare a node that does not run here, so that its workflows convert and validate."""
        schema = NodeSchema(
            class_type=class_type,
            inputs=tuple(inputs),
            outputs=tuple(OutputSchema(o, o) if isinstance(o, str) else o for o in outputs),
            category=category,
            description=description,
            pack=self.pack,
            licence=self.licence,
            is_output=is_output,
            input_is_list=input_is_list,
            executable=False,
        )
        self._nodes.append(Node(schema))


def _parameter(parameter: inspect.Parameter, hint: object) -> Parameter:
    if parameter.kind is not inspect.Parameter.KEYWORD_ONLY:
        msg = f"{parameter.name}: a node takes keyword-only parameters; put `*` first."
        raise TypeError(msg)
    return derive_parameter(parameter.name, hint, parameter.default)
