"""The inputs that a node really has, once its dynamic combos are chosen and its rows are counted.

After ComfyUI's COMFY_DYNAMICCOMBO_V3 and COMFY_AUTOGROW_V3: a sub-input is called
`combo.sub`, a row `input.row`, nested as deep as they go.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from capdemo.node_api.schema import InputSchema, NodeSchema


def flat_inputs(schema: NodeSchema, given: Mapping[str, object]) -> tuple[InputSchema, ...]:
    """Every input for these values, in file order; `given` is by full name, links included.

    A combo without a value has its default, else its first option; one with an unknown value
    has no sub-inputs.
    """
    return tuple(_flat(schema.inputs, given))


def chosen_inputs(entry: InputSchema, value: object) -> tuple[InputSchema, ...]:
    """The sub-inputs of a dynamic combo for its value, by full name, those that nest included."""
    options = entry.widget.options if entry.widget is not None else ()
    chosen = next((option for option in options if option.name == value), None)
    return tuple(_within(entry, sub) for sub in chosen.inputs) if chosen else ()


def row_inputs(entry: InputSchema, given: Collection[str]) -> tuple[InputSchema, ...]:
    """The rows that are given and those that must be, by full name."""
    if entry.rows is None:
        return ()
    named = [(index, f"{entry.name}.{name}") for index, name in enumerate(entry.rows.names)]
    minimum = entry.rows.minimum
    return tuple(
        replace(entry, name=name, rows=None, required=entry.required and index < minimum)
        for index, name in named
        if name in given or index < minimum
    )


def _flat(entries: Collection[InputSchema], given: Mapping[str, object]) -> Iterator[InputSchema]:
    for entry in entries:
        if entry.rows is not None:
            yield from row_inputs(entry, given)
            continue
        yield entry
        if entry.widget is not None and entry.widget.options:
            default = entry.widget.default or entry.widget.options[0].name
            chosen = given.get(entry.name, default)
            yield from _flat(chosen_inputs(entry, chosen), given)


def _within(parent: InputSchema, entry: InputSchema) -> InputSchema:
    return replace(
        entry,
        name=f"{parent.name}.{entry.name}",
        required=entry.required and parent.required,
    )
