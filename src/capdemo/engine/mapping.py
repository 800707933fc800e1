"""Calls a node once for every value that its inputs hold, as ComfyUI's executor does.

The shorter lists repeat their last value; a node that takes lists is called once with all of
them; an output slot that gives lists is spread.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from capdemo.errors import RunError
from capdemo.node_api import Blocker

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from capdemo.engine.values import Slots
    from capdemo.node_api import Node, NodeSchema, RunContext


def call_node(
    node: Node,
    inputs: Mapping[str, tuple[object, ...]],
    context: RunContext,
    blocked: Callable[[str], None],
) -> Slots:
    """What a node gives for lists of inputs; `blocked` is told the message of every blocker.

    A call that gets a blocker does not take place and gives silent blockers. Raises `RunError`
    where an input's list is empty.
    """
    given: list[tuple[object, ...]] = []
    for arguments in calls(node.schema, inputs):
        blocker = find_blocker(arguments)
        if blocker is None:
            given.append(node.run(arguments, context))
            continue
        if blocker.message:
            blocked(blocker.message)
        given.append((Blocker(),) * len(node.schema.outputs))
    return _joined(node.schema, given)


def calls(
    schema: NodeSchema,
    inputs: Mapping[str, tuple[object, ...]],
) -> list[dict[str, object]]:
    """The inputs of each call."""
    if schema.input_is_list:
        return [{name: list(values) for name, values in inputs.items()}]
    for name, values in inputs.items():
        if not values:
            raise RunError(f"The list that the input {name!r} takes is empty.")
    count = max((len(values) for values in inputs.values()), default=1)
    return [
        {name: values[min(index, len(values) - 1)] for name, values in inputs.items()}
        for index in range(count)
    ]


def find_blocker(arguments: Mapping[str, object]) -> Blocker | None:
    """The first blocker among the inputs of a call, lists of values included."""
    for value in arguments.values():
        members = value if isinstance(value, list) else [value]
        for member in members:
            if isinstance(member, Blocker):
                return member
    return None


def _joined(schema: NodeSchema, given: Sequence[tuple[object, ...]]) -> Slots:
    slots: list[tuple[object, ...]] = []
    for index, output in enumerate(schema.outputs):
        values = [result[index] for result in given]
        if output.is_list:
            values = [item for value in values for item in _spread(value)]
        slots.append(tuple(values))
    return tuple(slots)


def _spread(value: object) -> Sequence[object]:
    return value if isinstance(value, (list, tuple)) else [value]
