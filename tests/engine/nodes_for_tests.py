"""A few nodes on plain numbers, and a world for them that needs no tensor."""

# mypy: disable-error-code="return-value,no-any-return,arg-type"

from collections.abc import Callable, Hashable
from pathlib import Path
from typing import Annotated, Literal, TypeVar

from capdemo.errors import CancelledError
from capdemo.node_api import (
    Folders,
    Image,
    Mask,
    ModelFile,
    NodeFamily,
    NodeRegistry,
    Range,
    RunContext,
)

Loaded = TypeVar("Loaded")

FAMILY = NodeFamily()


@FAMILY.node("Number", category="test")
def number(*, value: Annotated[int, Range(0, 100)] = 1) -> Image:
    """A number on an image socket."""
    return value


@FAMILY.node("Add", category="test")
def add(*, left: Image, right: Image, scale: float = 1.0) -> Image:
    """The sum."""
    return (left + right) * scale


@FAMILY.node("Split", category="test")
def split(*, image: Image) -> tuple[Image, Mask]:
    """A number and its negative."""
    return image, -image


@FAMILY.node("Choose", category="test")
def choose(*, mode: Literal["low", "high"], exact: bool = False, text: str = "") -> Image:
    """A choice."""
    return {"low": 0, "high": 9}[mode]


@FAMILY.node("Load", category="test")
def load(*, name: Annotated[str, ModelFile("upscale_models")]) -> Image:
    """A file name's length."""
    return len(name)


@FAMILY.node("Fail", category="test")
def fail(*, image: Image) -> Image:
    """Always fails."""
    raise ZeroDivisionError("one over zero")


@FAMILY.node("Keep", category="test", is_output=True)
def keep(*, image: Image, context: RunContext) -> None:
    """Reports its input as progress."""
    context.progress(image, image)


NODES = NodeRegistry([FAMILY])


class NoModels:
    """A store that nothing asks."""

    def file(self, folder: str, name: str) -> Path:
        return Path(folder) / name

    def loaded(self, key: Hashable, load: Callable[[], Loaded]) -> Loaded:
        return load()


class Log:
    """Keeps what a run told, and may stop it."""

    def __init__(self, stop_at: str = "") -> None:
        self.started_nodes: list[str] = []
        self.blocked_nodes: list[str] = []
        self.stop_at = stop_at

    def started(self, node_id: str, class_type: str) -> None:
        if node_id == self.stop_at:
            raise CancelledError("Stopped.")
        self.started_nodes.append(f"{node_id} {class_type}")

    def finished(self, node_id: str, class_type: str, seconds: float) -> None:
        assert seconds >= 0

    def blocked(self, node_id: str, class_type: str, message: str) -> None:
        self.blocked_nodes.append(f"{node_id} {class_type}: {message}")


def context(told: list[int]) -> RunContext:
    """A context whose progress is kept in `told`."""
    return RunContext(
        device="cpu",
        precision="exact",
        models=NoModels(),
        folders=Folders(Path("in"), Path("out"), Path("temp")),
        metadata={},
        progress=lambda done, total: told.append(done),
        save=lambda file: None,
    )
