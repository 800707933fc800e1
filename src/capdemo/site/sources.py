"""All that pages are made from besides their own text: lock, workflow names, keys, states."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

from capdemo.errors import InputError
from capdemo.outputs.lock import LOCK_NAME, Example, Lock, read_lock
from capdemo.site.states import Notice, notice_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

KEYS_NAME = "gyazo.toml"

States: TypeAlias = "Mapping[str, tuple[str, tuple[str, ...]]]"
"""From an example's id to its state and reasons, as `capdemo status` gives them."""


@dataclass(frozen=True, slots=True)
class Sources:
    """A guide as its pages see it."""

    root: Path
    lock: Lock = field(default_factory=Lock)
    workflows: frozenset[str] = frozenset()
    """Paths of the workflow files under `workflows/`, with `/`."""
    keys: Mapping[str, str] = field(default_factory=dict)
    """From the last part of a foreign picture address to the path of an example."""
    states: States = field(default_factory=dict)

    @property
    def examples(self) -> frozenset[str]:
        """The ids that a page may name: every workflow's, run or not."""
        return frozenset(self.lock.examples) | {
            path.removesuffix(".json") for path in self.workflows
        }

    def example(self, example_id: str) -> Example | None:
        """What the lock says of an example; None where nothing was ever run."""
        return self.lock.examples.get(example_id)

    def notice(self, example_id: str) -> Notice | None:
        """What must be said of an example."""
        state, reasons = self.states.get(example_id, ("", ()))
        return notice_of(self.example(example_id), state, reasons)


def read_sources(root: Path, states: States | None = None) -> Sources:
    """Read the guide in a folder.

    Raises `InputError` where the lock or the file of keys is damaged.
    """
    workflows = root / "workflows"
    names = frozenset(path.relative_to(workflows).as_posix() for path in workflows.rglob("*.json"))
    lock = workflows / LOCK_NAME
    return Sources(
        root=root,
        lock=_cached_lock(lock, _age(lock)),
        workflows=names - {LOCK_NAME},
        keys=_read_keys(root / "docs" / KEYS_NAME),
        states=states or {},
    )


@lru_cache(maxsize=1)
def _cached_lock(path: Path, _age: tuple[int, int]) -> Lock:
    """The lock, parsed once for all pages of a build; `mkdocs serve` sees a new one."""
    return read_lock(path)


def _age(path: Path) -> tuple[int, int]:
    if not path.exists():
        return (0, 0)
    facts = path.stat()
    return (facts.st_mtime_ns, facts.st_size)


def _read_keys(path: Path) -> Mapping[str, str]:
    if not path.exists():
        return {}
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"This is not TOML: {error}.", where=str(path)) from error
    wrong = [key for key, value in table.items() if not isinstance(value, str)]
    if wrong:
        raise InputError(
            f"The key {wrong[0]!r} leads to no text.",
            where=str(path),
            hint=f'Write: {wrong[0]} = "<path of an example>"',
        )
    return table
