"""The TOML beside a workflow that makes it an example: what to show of it, and in which words."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from capdemo.errors import InputError, did_you_mean
from capdemo.examples.comparison import comparison_specs
from capdemo.models.tables import read_record

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from capdemo.examples.project import Project
    from capdemo.outputs.lock import Compared


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture of the example, by the node that reads or writes it."""

    node: str
    alt: str
    """What the picture shows, for someone who cannot see it."""
    label: str
    """A few words under the picture."""
    small: bool = False
    """Keep the narrowest copy alone, because the picture is one of many on its page."""


@dataclass(frozen=True, slots=True)
class Words:
    """The content of the TOML file."""

    title: str
    caption: str
    input: Shown
    output: Shown
    truth: str = ""
    """The original of the input, under the folder of inputs; the output is measured against it."""


@dataclass(frozen=True, slots=True)
class Spec:
    """An example: a workflow that the guide executes."""

    id: str
    """The workflow's path under `workflows/`, with `/` and without `.json`."""
    workflow: Path
    words: Words
    changes: tuple[str, ...] = ()
    """`NODE.WIDGET=VALUE`, what is set before the workflow runs."""
    compared: Compared | None = None
    """Its place on the page of comparisons."""


def read_specs(project: Project, wanted: Sequence[str] = ()) -> list[Spec]:
    """The examples of a guide by id, or those that are wanted.

    Raises `InputError` where a TOML file is wrong, has no workflow, or a wanted id is unknown.
    """
    paths = sorted(path for path in project.workflows.rglob("*.toml") if path != project.compare)
    specs = {spec.id: spec for spec in (_read_spec(project, path) for path in paths)}
    specs |= comparison_specs(project, specs)
    for example_id in wanted:
        if example_id not in specs:
            raise InputError(
                f"No example is called {example_id!r}.",
                hint=did_you_mean(example_id, specs) or "See: capdemo status",
            )
    return [specs[example_id] for example_id in (wanted or specs)]


def _read_spec(project: Project, path: Path) -> Spec:
    where = path.relative_to(project.root).as_posix()
    workflow = path.with_suffix(".json")
    if not workflow.is_file():
        raise InputError("There is no workflow beside this example.", where=where)
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"This is not TOML: {error}.", where=where) from error
    example_id = workflow.relative_to(project.workflows).with_suffix("").as_posix()
    return Spec(example_id, workflow, read_record(Words, table, where))
