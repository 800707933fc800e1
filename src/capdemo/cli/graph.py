"""`capdemo graph`: a workflow as a labelled SVG picture that can be dropped on ComfyUI."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from capdemo.cli.options import Workflow
from capdemo.errors import InputError
from capdemo.nodes import NODES
from capdemo.outputs.files import write_atomic
from capdemo.site.graph import graph_drawing
from capdemo.workflow import read_workflow


def graph(
    workflow: Workflow,
    output: Annotated[
        Path,
        typer.Option("--output", "-o", help="The SVG file to write."),
    ],
) -> None:
    """Draw a workflow; the picture itself carries it, so that ComfyUI opens it as a workflow.

    Boxes stand where the editor has them, or in columns where the file does not say.
    """
    if output.suffix.lower() != ".svg":
        raise InputError("A graph is drawn as SVG only.", where=str(output), hint="Name it .svg.")
    drawing = graph_drawing(read_workflow(workflow), NODES.schemas)
    write_atomic(output, drawing.svg.encode())
    print(f"{output}: {drawing.width} x {drawing.height}")
