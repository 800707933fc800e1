"""What a running node may ask of the world around it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping
    from pathlib import Path

Precision: TypeAlias = Literal["exact", "fast"]
Loaded = TypeVar("Loaded")


class ModelStore(Protocol):
    """Where model files are found, and where loaded networks stay while they are needed."""

    def file(self, folder: str, name: str) -> Path:
        """The file that a workflow calls `name` in ComfyUI's model folder `folder`.

        Raises `InputError` where there is none, saying what is known under similar names.
        """
        ...

    def loaded(self, key: Hashable, load: Callable[[], Loaded]) -> Loaded:
        """What `load` returned for this key, now or earlier, if a value still holds it."""
        ...


@dataclass(frozen=True, slots=True)
class Folders:
    """ComfyUI's three folders for pictures."""

    input: Path
    output: Path
    temp: Path


@dataclass(frozen=True, slots=True)
class SavedFile:
    """A file that an output node wrote."""

    path: Path
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class RunContext:
    """Passed to a node whose function has a parameter of this type."""

    device: str
    """A torch device string: `cpu`, `cuda:0`."""
    precision: Precision
    models: ModelStore
    folders: Folders
    metadata: Mapping[str, str]
    """What saved files carry: `prompt` and `workflow`, each a JSON text."""
    progress: Callable[[int, int], None]
    """Called with (done, total) steps of the running node; raises `CancelledError` to stop it."""
    save: Callable[[SavedFile], None]
    """Called once for every file that a node has finished writing for the user."""
    note: Callable[[str], None] = lambda _sentence: None
    """Called with a sentence that the user should read: what was left as it was, and why."""
