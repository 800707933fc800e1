"""The model files that a node loads: those that its widgets name, and its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from capdemo.node_api.dynamic import flat_inputs

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from capdemo.node_api.schema import NodeSchema, OwnModel


def model_files(schema: NodeSchema, given: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """All model files for these inputs, as (ComfyUI folder, name), the named ones first."""
    yield from named_models(schema, given)
    for own in own_models(schema, given):
        yield own.model_folder, own.name


def named_models(schema: NodeSchema, given: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """The files that widgets name, as (ComfyUI folder, name).

    A name that comes by a link is not known before the run, and left out.
    """
    for entry in flat_inputs(schema, given):
        value = given.get(entry.name)
        if entry.widget and entry.widget.model_folder and isinstance(value, str):
            yield entry.widget.model_folder, value


def own_models(schema: NodeSchema, given: Mapping[str, object]) -> Iterator[OwnModel]:
    """The files that the node loads by itself for these inputs."""
    for own in schema.own_models:
        if own.chosen_by is None or given.get(own.chosen_by[0]) == own.chosen_by[1]:
            yield own
