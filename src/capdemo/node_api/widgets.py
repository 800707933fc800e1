"""What a node's author says about an input beyond its type, inside `Annotated`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    from capdemo.node_api.schema import WidgetType

OptionClass = TypeVar("OptionClass")

_OPTION = "__capdemo_option__"


@dataclass(frozen=True, slots=True)
class Range:
    """The bounds of a number, both inclusive, and the step that the editor moves by."""

    minimum: float
    maximum: float
    step: float | None = None


@dataclass(frozen=True, slots=True)
class Multiline:
    """A text that is edited in several lines."""


@dataclass(frozen=True, slots=True)
class Seed:
    """A number that is followed by a control value (`fixed`, `randomize`, ...) in saved files."""


@dataclass(frozen=True, slots=True)
class ModelFile:
    """The name of a file in one of ComfyUI's model folders."""

    folder: str


@dataclass(frozen=True, slots=True)
class InputFile:
    """The name of a file in the input folder, chosen there or uploaded."""

    upload: str = "image"


@dataclass(frozen=True, slots=True)
class Name:
    """The input's name where it is not a Python identifier, such as `resize_type.width`."""

    name: str


@dataclass(frozen=True, slots=True)
class LinkOnly:
    """A number or text that has no widget, only a socket (ComfyUI's `forceInput`)."""


@dataclass(frozen=True, slots=True)
class Lazy:
    """An input whose link is followed only once the node's `needed` function names it."""


@dataclass(frozen=True, slots=True)
class DynamicPrompts:
    """A text in which the editor replaces `{a|b}` and drops comments before it queues."""


@dataclass(frozen=True, slots=True)
class Custom:
    """A widget of the editor's own, whose value is passed on as it is."""

    type: WidgetType


@dataclass(frozen=True, slots=True)
class UsedInstead:
    """A value without effect, since ComfyUI's node uses that of another input in its place."""

    name: str
    """The other input."""


@dataclass(frozen=True, slots=True)
class Grows:
    """A mapping of links that grows by rows: `image0`, `image1`, or names of one's own."""

    prefix: str = ""
    maximum: int = 50
    names: tuple[str, ...] = ()
    """Used in place of the prefix and a count from 0."""
    minimum: int = 1

    @property
    def row_names(self) -> tuple[str, ...]:
        """The names of all rows, in order."""
        return self.names or tuple(f"{self.prefix}{index}" for index in range(self.maximum))


def option(name: str) -> Callable[[type[OptionClass]], type[OptionClass]]:
    """Declare a dataclass as the option `name` of a dynamic combo; its fields are the inputs."""

    def declare(cls: type[OptionClass]) -> type[OptionClass]:
        setattr(cls, _OPTION, name)
        return cls

    return declare


def option_name(kind: object) -> str | None:
    """What workflow files call the option that a class stands for; None for anything else."""
    name = vars(kind).get(_OPTION) if isinstance(kind, type) else None
    return name if isinstance(name, str) else None
