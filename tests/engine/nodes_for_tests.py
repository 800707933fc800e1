"""A few nodes on plain numbers, so that the engine is tested without a tensor."""

# mypy: disable-error-code="return-value,no-any-return,arg-type"

from typing import Annotated, Literal

from capdemo.node_api import (
    Image,
    Mask,
    ModelFile,
    NodeFamily,
    NodeRegistry,
    Range,
    RunContext,
)

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
