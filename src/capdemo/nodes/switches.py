"""Nodes that choose between inputs or values; what is not chosen need not be computed."""

from typing import Annotated

from capdemo.node_api import Anything, Custom, Lazy, Name, NodeFamily

FAMILY = NodeFamily()


def _chosen(*, switch: bool, **_others: object) -> tuple[str, ...]:
    return ("on_true",) if switch else ("on_false",)


@FAMILY.node("ComfySwitchNode", category="utilities/logic", needed=_chosen)
def switch_inputs(
    *,
    switch: bool,
    on_false: Annotated[Anything | None, Lazy()] = None,
    on_true: Annotated[Anything | None, Lazy()] = None,
) -> Annotated[Anything | None, Name("output")]:
    """Pass one of two inputs on; only the chosen one is computed.

    Where nothing is connected to the chosen input, the node gives nothing, as if its own output
    were not connected.
    """
    return on_true if switch else on_false


@FAMILY.node("CustomCombo", category="utilities")
def choose_own_option(
    *, choice: Annotated[str, Custom("COMBO")], index: int | None = 0
) -> tuple[Annotated[str, Name("STRING")], Annotated[int, Name("INDEX")]]:
    """Pass on an option that was chosen from a list of one's own, and its place in that list.

    The list itself is kept by the editor and follows the two values in saved files.
    """
    return choice, index or 0
