"""What a node's author says about an input beyond its type, inside `Annotated`."""

from __future__ import annotations

from dataclasses import dataclass


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
