"""`capdemo run`: executes one workflow and prints the files that it wrote."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from capdemo import models as networks
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
from capdemo.errors import ExitCode, InputError, ProblemsError, errors_among
from capdemo.examples.keys import input_names
from capdemo.examples.memory import say_memory
from capdemo.examples.prepare import check
from capdemo.examples.run import Machine, replaced_inputs, run_prepared, temporary_folders
from capdemo.examples.sharing import share_within
from capdemo.models.store import LocalModelStore
from capdemo.workflow import input_folder, read_workflow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from capdemo.errors import Problem
    from capdemo.examples.run import RunResult


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
    store = LocalModelStore.from_environment(models or ())
    inputs = input_folder(workflow)
    file = read_workflow(workflow)
    draft, _ = check(file, store, inputs, set_ or ())
    replacements = _replacements(input or ())
    with replaced_inputs(input_names(draft.graph), inputs, replacements) as folder:
        prepared, problems = check(file, store, folder, set_ or ())
        errors = errors_among(problems)
        if errors and not prepared.outputs:
            raise ProblemsError(errors)
        machine = Machine(store, networks.device.choose_device(device), precision)
        if needed := say_memory(prepared.graph, store, machine.device):
            typer.echo(needed, err=True)
        limit = bytes_of(max_memory)
        prepared, shared = share_within(prepared, store, folder, machine, limit)
        with (
            temporary_folders(folder, output_dir) as folders,
            progress_bar(workflow.name) as progress,
        ):
            result = run_prepared(prepared, machine, folders, progress, shared)
    _print(result, machine, problems, as_json=json_)
    for said in (*problems, *result.notes, *result.blocked):
        typer.echo(str(said), err=True)
    if errors or result.blocked:
        raise typer.Exit(ExitCode.FAILED)


def _replacements(given: Sequence[str]) -> dict[str, Path]:
    found = {}
    for entry in given:
        name, equals, file = entry.partition("=")
        if not (name and equals and file):
            raise InputError(f"--input {entry}: this is not NAME=FILE.")
        found[name] = Path(file)
    return found


def _print(
    result: RunResult,
    machine: Machine,
    problems: Sequence[Problem],
    *,
    as_json: bool,
) -> None:
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
            "problems": [asdict(problem) for problem in problems],
            "notes": list(result.notes),
        }
        print(json.dumps(answer, indent=2))
        return
    for output in result.outputs:
        print(output.file.path)
    typer.echo(f"{result.seconds:.1f} s on {machine.device}, {machine.precision}", err=True)
