"""Where a guide keeps its things; knows paths, reads nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from capdemo.errors import InputError
from capdemo.outputs.lock import LOCK_NAME

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

COMPARE_NAME = "compare.toml"


@dataclass(frozen=True, slots=True)
class Project:
    """A guide: pages under `docs/`, workflows and their inputs under `workflows/`."""

    root: Path

    @property
    def docs(self) -> Path:
        """The pages, and what they show."""
        return self.root / "docs"

    @property
    def workflows(self) -> Path:
        """The workflow files, and the example specs beside them."""
        return self.root / "workflows"

    @property
    def compare(self) -> Path:
        """Which workflows are compared on which pictures; it need not be there."""
        return self.workflows / COMPARE_NAME

    @property
    def lock(self) -> Path:
        """What was run."""
        return self.workflows / LOCK_NAME

    @property
    def objects(self) -> Path:
        """The examples' pictures, named by content."""
        return self.docs / "examples" / "objects"

    def workflow_files(self) -> Iterator[Path]:
        """Every workflow, sorted; the lock is none."""
        return (path for path in sorted(self.workflows.rglob("*.json")) if path != self.lock)


def find_project(start: Path) -> Project:
    """The guide that a folder lies in. Raises `InputError` where it lies in none."""
    for folder in (start.resolve(), *start.resolve().parents):
        if (folder / "mkdocs.yml").is_file() and (folder / "workflows").is_dir():
            return Project(folder)
    raise InputError(
        "This folder is in no guide: neither it nor one above has mkdocs.yml and workflows/.",
        where=str(start),
        hint="Change to the guide's folder.",
    )
