"""The graph of a workflow file, whichever format it is in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from capdemo.workflow.dynamic_prompts import resolve_prompts
from capdemo.workflow.flatten import to_graph
from capdemo.workflow.graph import Graph

if TYPE_CHECKING:
    from collections.abc import Mapping

    from capdemo.errors import Problem
    from capdemo.node_api import NodeSchema
    from capdemo.workflow.read import WorkflowFile


def load_graph(
    file: WorkflowFile,
    schemas: Mapping[str, NodeSchema],
) -> tuple[Graph, list[Problem]]:
    """The executable graph, and what `to_graph` and `resolve_prompts` have to say about it.

    A picture that carries both formats was made by its prompt, in which every value is named and
    every link resolved; so the prompt is taken.
    """
    if file.api is not None:
        return file.api, []
    if file.ui is not None:
        graph, problems = to_graph(file.ui, schemas, file=str(file.path))
        graph, notes = resolve_prompts(graph, schemas, file=str(file.path))
        return graph, [*problems, *notes]
    return Graph({}), []
