"""`capdemo convert`: from the editor's format to the API format; runs nothing."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from capdemo.errors import ExitCode, ProblemsError, errors_among
from capdemo.nodes import NODES
from capdemo.outputs.files import write_atomic
from capdemo.workflow import (
    fill_prefixes,
    graph_to_api,
    load_graph,
    read_workflow,
    search_names,
    unnamed_values,
)

if TYPE_CHECKING:
    from capdemo.workflow import Graph, WorkflowFile


_CONVERTS = frozenset(
    {"missing_node_type", "out_of_scope_node_type", "ambiguous_widget_values"},
)
"""Problems with which the graph is still the workflow's."""


def convert(
    workflow: Annotated[
        Path,
        typer.Argument(help="A workflow in either format, or a picture that carries one."),
    ],
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Write here instead of to the terminal."),
    ] = None,
) -> None:
    """Convert a workflow to the API format, as ComfyUI's 'Export (API)' would.

    Dates and other nodes' values are filled in in file name prefixes, as the editor does.
    Of a node that is not known here only the values that the file names are written; where that
    leaves some out, this is said and the command ends with code 3.
    """
    file = read_workflow(workflow)
    graph, problems = load_graph(file, NODES.schemas)
    errors = errors_among(problems)
    if blocking := [problem for problem in errors if problem.kind not in _CONVERTS]:
        raise ProblemsError(blocking)
    # ASCII, so that a redirected terminal of any encoding writes the same bytes as `-o`.
    text = json.dumps(graph_to_api(_with_file_names(graph, file)), indent=2) + "\n"
    if output is None:
        typer.echo(text, nl=False)
    else:
        write_atomic(output, text.encode("ascii"))
    for problem in problems:
        typer.echo(str(problem), err=True)
    if _leaves_out(file) or any(problem.kind == "ambiguous_widget_values" for problem in errors):
        raise typer.Exit(ExitCode.NOT_FRESH)


def _with_file_names(graph: Graph, file: WorkflowFile) -> Graph:
    """The graph with the prefixes that only the editor's format leaves to be filled in."""
    if file.ui is None or file.api is not None:
        return graph
    return fill_prefixes(graph, date=datetime.now().astimezone(), names=search_names(file.ui))


def _leaves_out(file: WorkflowFile) -> bool:
    """Whether a node's values are lost, since neither a schema nor the file names them."""
    if file.ui is None or file.api is not None:
        return False
    return bool(unnamed_values(file.ui, NODES.schemas, file=str(file.path)))
