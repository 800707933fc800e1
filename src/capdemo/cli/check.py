"""`capdemo check`: every problem at once, without torch."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from capdemo.cli.options import Json, Models
from capdemo.errors import ExitCode, InputError, errors_among
from capdemo.examples.checks import check_project, check_workflow
from capdemo.examples.project import find_project
from capdemo.models.store import LocalModelStore

if TYPE_CHECKING:
    from capdemo.errors import Problem


def check(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[PATH]...", help="Workflows or folders; without: the guide here."),
    ] = None,
    models: Models = None,
    json_: Json = False,
) -> None:
    """Report every problem in workflows, examples, catalogue and lock; runs nothing."""
    store = LocalModelStore.from_environment(models or ())
    problems = (
        [problem for path in paths for problem in _check_path(path, store)]
        if paths
        else check_project(find_project(Path.cwd()), store)
    )
    errors = errors_among(problems)
    if json_:
        print(json.dumps({"problems": [asdict(problem) for problem in problems]}, indent=2))
    else:
        for problem in problems:
            print(problem)
        count = f"{len(errors)} problem{'s' if len(errors) > 1 else ''}"
        typer.echo(count if errors else "No problems.", err=True)
    if errors:
        raise typer.Exit(ExitCode.WRONG_INPUT)


def _check_path(path: Path, store: LocalModelStore) -> list[Problem]:
    if not path.exists():
        raise InputError("There is no such file or folder.", where=str(path))
    if path.is_file():
        return check_workflow(path, store)
    files = [file for file in sorted(path.rglob("*.json")) if not file.name.endswith(".lock.json")]
    if not files:
        raise InputError("There is no workflow (.json) in this folder.", where=str(path))
    return [problem for file in files for problem in check_workflow(file, store)]
