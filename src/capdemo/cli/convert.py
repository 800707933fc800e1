"""`capdemo convert`: from the editor's format to the API format; runs nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from capdemo.errors import Problem, ProblemsError
from capdemo.nodes import NODES
from capdemo.outputs.files import write_atomic
from capdemo.workflow import graph_to_api, load_graph, read_workflow, unnamed_values

if TYPE_CHECKING:
    from capdemo.workflow import WorkflowFile


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
    """Convert a workflow to the API format, as ComfyUI's 'Export (API)' would."""
    file = read_workflow(workflow)
    graph, problems = load_graph(file, NODES.schemas)
    # An unknown node converts all the same, as long as the file names its values.
    blocking = [problem for problem in problems if problem.kind != "missing_node_type"]
    blocking += _unnamed(file)
    if blocking:
        raise ProblemsError(blocking)
    # ASCII, so that a redirected terminal of any encoding writes the same bytes as `-o`.
    text = json.dumps(graph_to_api(graph), indent=2) + "\n"
    if output is None:
        typer.echo(text, nl=False)
    else:
        write_atomic(output, text.encode("ascii"))


def _unnamed(file: WorkflowFile) -> list[Problem]:
    if file.ui is None or file.api is not None:
        return []
    return unnamed_values(file.ui, NODES.schemas, file=str(file.path))
