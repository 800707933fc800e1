"""Runs single nodes and keeps what they report."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from capdemo.errors import InputError
from capdemo.nodes import NODES

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable
    from pathlib import Path

    from capdemo.node_api import Folders, RunContext, SavedFile

Loaded = TypeVar("Loaded")


@dataclass
class OneModel:
    """A store that knows one file and loads it once."""

    path: Path
    kept: dict[Hashable, object] = field(default_factory=dict)

    def file(self, folder: str, name: str) -> Path:
        """The file, if that is its name."""
        if (folder, name) != ("upscale_models", self.path.name):
            raise InputError(f"There is no model {name!r}.")
        return self.path

    def loaded(self, key: Hashable, load: Callable[[], Loaded]) -> Loaded:
        """What was loaded first."""
        if key not in self.kept:
            self.kept[key] = load()
        return self.kept[key]  # type: ignore[return-value]


@dataclass
class Bench:
    """Three folders, and what was reported."""

    folders: Folders
    models: OneModel
    context: RunContext
    saved: list[SavedFile]
    progress: list[tuple[int, int]]

    def run(self, class_type: str, **inputs: object) -> tuple[object, ...]:
        """Run a node."""
        return NODES[class_type].run(inputs, self.context)
