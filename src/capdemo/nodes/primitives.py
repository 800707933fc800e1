"""Nodes that hold one value, so that several others can share it."""

from typing import Annotated

from capdemo.node_api import Multiline, Name, NodeFamily, Range, Seed

FAMILY = NodeFamily()

LARGEST_INTEGER = 2**63 - 1


@FAMILY.node("PrimitiveInt", category="utils/primitive")
def hold_integer(*, value: Annotated[int, Range(-LARGEST_INTEGER, LARGEST_INTEGER), Seed()]) -> int:
    """Hold a whole number for the nodes that share it."""
    return value


@FAMILY.node("PrimitiveFloat", category="utils/primitive")
def hold_number(*, value: Annotated[float, Range(-LARGEST_INTEGER, LARGEST_INTEGER)]) -> float:
    """Hold a number for the nodes that share it."""
    return value


@FAMILY.node("PrimitiveString", category="utils/primitive")
def hold_text(*, value: str) -> str:
    """Hold one line of text for the nodes that share it."""
    return value


@FAMILY.node("PrimitiveStringMultiline", category="utils/primitive")
def hold_lines(*, value: Annotated[str, Multiline()]) -> str:
    """Hold a text of several lines for the nodes that share it."""
    return value


@FAMILY.node("PrimitiveBoolean", category="utils/primitive")
def hold_switch(*, value: bool) -> bool:
    """Hold a switch, on or off, for the nodes that share it."""
    return value


@FAMILY.node("SeedNode", category="utilities")
def hold_seed(
    *, seed: Annotated[int, Range(0, LARGEST_INTEGER), Seed()] = 0
) -> Annotated[int, Name("seed")]:
    """Hold a seed for the nodes that share it."""
    return seed
