"""`capdemo run`: executes one workflow and prints the files that it wrote."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from capdemo.cli.options import (
    Device,
    Json,
    MaxMemory,
    Models,
    PrecisionChoice,
    Set,
    Workflow,
    bytes_of,
)
from capdemo.cli.progress import progress_bar
from capdemo.errors import ExitCode, InputError
from capdemo.examples import RunOptions, run_workflow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from capdemo.examples import WorkflowRun


def run(
    workflow: Workflow,
    input: Annotated[  # noqa: A002  (the option's name is part of the contract)
        list[str] | None,
        typer.Option(metavar="NAME=FILE", help="Read FILE where the workflow reads NAME."),
    ] = None,
    set_: Set = None,
    output_dir: Annotated[Path, typer.Option(help="Where pictures are written.")] = Path("output"),
    device: Device = "auto",
    precision: PrecisionChoice = "exact",
    models: Models = None,
    max_memory: MaxMemory = None,
    json_: Json = False,
) -> None:
    """Execute a workflow and print the files that it wrote.

    Outputs that cannot run are left out and named; where there is no other, nothing is run.
    """
    replacements = _replacements(input or ())
    with progress_bar(workflow.name) as progress:
        options = RunOptions(
            device=device,
            precision=precision,
            models=models or (),
            max_bytes=bytes_of(max_memory),
            progress=progress,
            say=lambda sentence: typer.echo(sentence, err=True),
        )
        done = run_workflow(
            workflow,
            inputs=replacements,
            changes=set_ or (),
            output_dir=output_dir,
            options=options,
        )
    _print(done, as_json=json_)
    for said in (*done.problems, *done.result.notes, *done.result.blocked):
        typer.echo(str(said), err=True)
    if done.errors or done.result.blocked:
        raise typer.Exit(ExitCode.FAILED)


def _replacements(given: Sequence[str]) -> dict[str, Path]:
    found = {}
    for entry in given:
        name, equals, file = entry.partition("=")
        if not (name and equals and file):
            raise InputError(f"--input {entry}: this is not NAME=FILE.")
        found[name] = Path(file)
    return found


def _print(done: WorkflowRun, *, as_json: bool) -> None:
    result, machine = done.result, done.machine
    if as_json:
        outputs = [
            {
                "node": output.node,
                "path": str(output.file.path),
                "width": output.file.width,
                "height": output.file.height,
            }
            for output in result.outputs
        ]
        answer = {
            "outputs": outputs,
            "seconds": round(result.seconds, 3),
            "device": machine.device,
            "precision": machine.precision,
            "peak_bytes": result.peak_bytes,
            "problems": [asdict(problem) for problem in done.problems],
            "notes": list(result.notes),
        }
        print(json.dumps(answer, indent=2))
        return
    for output in result.outputs:
        print(output.file.path)
    typer.echo(f"{result.seconds:.1f} s on {machine.device}, {machine.precision}", err=True)
