"""The lines of a page whose place is taken by what code, catalogue and lock know."""

from __future__ import annotations

from typing import TYPE_CHECKING

from capdemo.site.model_reference import model_reference
from capdemo.site.node_reference import node_reference
from capdemo.site.page_list import page_list
from capdemo.site.status_board import status_board

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from capdemo.site.place import Place
    from capdemo.site.sources import Sources

GENERATED: Mapping[str, Callable[[Sources, Place, Callable[[str], str]], Iterator[str]]] = {
    "[](/nodes)": node_reference,
    "[](/models)": model_reference,
    "[](/status)": status_board,
    "[](/pages)": page_list,
}
"""From a line to what gives the Markdown in its place; the last argument keeps HTML out of
Markdown's reach and gives what stands for it."""


def with_generated(
    lines: Sequence[str], sources: Sources, place: Place, stash: Callable[[str], str]
) -> list[str]:
    """The page's lines, with the generated parts where their lines stand."""
    result: list[str] = []
    for line in lines:
        made = GENERATED.get(line.rstrip())
        result += made(sources, place, stash) if made else [line]
    return result
