"""What a reader of a workflow should know although nothing is wrong with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from capdemo.errors import Problem
from capdemo.workflow.graph import Link

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from capdemo.node_api import NodeSchema
    from capdemo.workflow.graph import Graph


def remarks(graph: Graph, schemas: Mapping[str, NodeSchema], *, file: str) -> Iterator[Problem]:
    """Notes about a validated graph.

    `value_without_effect`: a widget that its node does not use holds a value that somebody chose,
    neither its default nor the value that is used in its place.
    """
    for node_id, node in graph.nodes.items():
        for entry in schemas[node.class_type].widgets:
            other = entry.widget.used_instead if entry.widget is not None else None
            if entry.widget is None or other is None or entry.name not in node.inputs:
                continue
            value = node.inputs[entry.name]
            if value in (entry.widget.default, node.inputs.get(other)):
                continue
            shown = "is linked" if isinstance(value, Link) else f"is {value}"
            yield Problem(
                file=file,
                node=f"{node_id} ({node.class_type})",
                input=entry.name,
                kind="value_without_effect",
                message=f"{entry.name} {shown}, which has no effect; nor has it in ComfyUI.",
                hint=f"The value of {other} is used in its place.",
                severity="note",
            )
