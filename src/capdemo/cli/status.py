"""`capdemo status`: which examples are fresh, and why the others are not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import typer
from rich.console import Console
from rich.table import Column, Table

from capdemo.cli.options import Json, Models
from capdemo.errors import ExitCode
from capdemo.examples.project import find_project
from capdemo.examples.spec import read_specs
from capdemo.examples.status import status_of
from capdemo.models.store import LocalModelStore
from capdemo.outputs.lock import read_lock

if TYPE_CHECKING:
    from capdemo.examples.status import Status


def status(models: Models = None, json_: Json = False) -> None:
    """Say of every example whether it is fresh, stale, missing, failed or unverified, and why."""
    project = find_project(Path.cwd())
    store = LocalModelStore.from_environment(models or ())
    lock = read_lock(project.lock)
    found = [status_of(spec, project, lock, store) for spec in read_specs(project)]
    if json_:
        examples = [
            {"id": s.spec.id, "state": str(s.state), "reasons": [*s.reasons, *s.absent_models]}
            for s in found
        ]
        print(json.dumps({"examples": examples}, indent=2))
    else:
        Console().print(_table(found))
    if any(entry.needs_run for entry in found):
        raise typer.Exit(ExitCode.NOT_FRESH)


def _table(found: list[Status]) -> Table:
    table = Table(Column("Example", overflow="fold"), "State", "Why", box=None, pad_edge=False)
    for entry in found:
        reasons = "\n".join((*entry.reasons, *entry.absent_models))
        table.add_row(entry.spec.id, str(entry.state), reasons)
    return table
