"""`capdemo build`: runs the examples that need it, then builds the site."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from capdemo import models as networks
from capdemo.cli.options import MaxMemory, Models, bytes_of
from capdemo.cli.progress import progress_bar
from capdemo.errors import ExitCode, InputError
from capdemo.examples.build import Build, build_examples, refresh_words
from capdemo.examples.measure import refresh_quality
from capdemo.examples.project import find_project
from capdemo.examples.run import Machine
from capdemo.examples.share_cards import draw_share_cards
from capdemo.examples.sharing import share
from capdemo.examples.spec import read_specs
from capdemo.examples.status import status_of
from capdemo.models.store import LocalModelStore
from capdemo.outputs.lock import read_lock
from capdemo.site.build import build_site, is_current

if TYPE_CHECKING:
    from collections.abc import Sequence

    from capdemo.examples.build import Built
    from capdemo.examples.project import Project
    from capdemo.examples.status import Status
    from capdemo.outputs.lock import Lock


def build(
    examples: Annotated[
        list[str] | None,
        typer.Argument(metavar="[EXAMPLE]...", help="Ids of examples; without: all of them."),
    ] = None,
    examples_only: Annotated[bool, typer.Option(help="Do not build the site.")] = False,
    site_only: Annotated[bool, typer.Option(help="Run no example.")] = False,
    dry_run: Annotated[bool, typer.Option(help="Say what would run, and stop.")] = False,
    explain: Annotated[bool, typer.Option(help="Say why each example runs or does not.")] = False,
    force: Annotated[bool, typer.Option(help="Run examples that are fresh, too.")] = False,
    engine: Annotated[Literal["local", "ray"], typer.Option(help="Where examples run.")] = "local",
    models: Models = None,
    max_memory: MaxMemory = None,
) -> None:
    """Run the examples whose pictures are out of date, then build the site into site/."""
    if engine != "local":
        raise InputError(f"The engine {engine!r} is not in this version.", hint="Use: local")
    project = find_project(Path.cwd())
    store = LocalModelStore.from_environment(models or ())
    results: list[Built] = []
    if not site_only:
        results = _build_examples(
            project, store, examples or [], dry_run, explain, force, bytes_of(max_memory)
        )
    if not examples_only and not dry_run:
        _build_site(project, execute_notebooks=not site_only)
    if any(result.outcome == "failed" for result in results):
        raise typer.Exit(ExitCode.FAILED)
    if any(result.outcome == "not rebuilt here" for result in results):
        raise typer.Exit(ExitCode.NOT_FRESH)


def _build_examples(
    project: Project,
    store: LocalModelStore,
    wanted: list[str],
    dry_run: bool,
    explain: bool,
    force: bool,
    max_bytes: int | None,
) -> list[Built]:
    lock = read_lock(project.lock)
    statuses = [status_of(spec, project, lock, store) for spec in read_specs(project, wanted)]
    due = [status for status in statuses if force or status.needs_run]
    if explain or dry_run:
        for status in statuses:
            print(_explained(status, runs=status in due, lock=lock))
    if dry_run:
        return []
    results = _run_due(due, project, store, max_bytes) if due else []
    specs = read_specs(project)
    refresh_words(project, specs)
    refresh_quality(project, specs)
    draw_share_cards(project)
    if not due:
        print(f"Examples: all {len(statuses)} are fresh.")
    return results


def _run_due(
    due: Sequence[Status],
    project: Project,
    store: LocalModelStore,
    max_bytes: int | None,
) -> list[Built]:
    # Choosing a device imports torch, so it waits until something has to run.
    machine = Machine(store, networks.device.choose_device("auto"), "exact")
    shared = share(
        ((status.spec.workflow, status.spec.changes) for status in due), store, machine, max_bytes
    )
    build = Build(project, store, machine, shared)
    return [_said(result) for result in build_examples(due, build, progress_bar)]


def _said(result: Built) -> Built:
    ran = result.outcome in {"built", "verified"}
    seconds = f" in {result.seconds:.1f} s" if ran else ""
    print(f"{result.spec.id}: {result.outcome}{seconds}")
    if result.message:
        typer.echo(result.message, err=True)
    return result


def _explained(status: Status, *, runs: bool, lock: Lock) -> str:
    entry = lock.examples.get(status.spec.id)
    seconds = f", {entry.record.cost.seconds:.0f} s last time" if entry and entry.record else ""
    reasons = "; ".join((*status.reasons, *status.absent_models))
    action = f"runs{seconds}" if runs and not status.absent_models else "does not run"
    return f"{status.spec.id}: {status.state}, {action}" + (f" ({reasons})" if reasons else "")


def _build_site(project: Project, *, execute_notebooks: bool) -> None:
    draw_share_cards(project)
    if is_current(project.root, execute_notebooks=execute_notebooks):
        print("Site: up to date.")
        return
    build_site(project.root, strict=True, execute_notebooks=execute_notebooks)
    print(f"Site: built into {project.root / 'site'}")
