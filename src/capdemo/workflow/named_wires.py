"""Wires without a line: `SetNode` and `GetNode` of the pack KJNodes, which a name joins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from capdemo.workflow.editor_nodes import SETTER

if TYPE_CHECKING:
    from collections.abc import Iterable

    from capdemo.workflow.boxes import DocumentNode
    from capdemo.workflow.scopes import Scope


def wire_name(node: DocumentNode) -> str:
    """What a `SetNode` or `GetNode` calls its wire; empty where it has no name."""
    values = node.widgets_values
    name = values[0] if isinstance(values, tuple) and values else None
    return name if isinstance(name, str) else ""


def setters_by_name(nodes: Iterable[DocumentNode]) -> dict[str, list[DocumentNode]]:
    """The nodes of one graph that name a wire, in file order."""
    named: dict[str, list[DocumentNode]] = {}
    for node in nodes:
        if node.type == SETTER and (name := wire_name(node)):
            named.setdefault(name, []).append(node)
    return named


def find_setter(scope: Scope, getter: DocumentNode) -> tuple[Scope, DocumentNode] | None:
    """The other end of the wire, and where it is.

    In the getter's own graph the first of that name counts. Else it is the only one in the graphs
    around; a name that several of those use leads nowhere, as in the pack.
    """
    name = wire_name(getter)
    own = scope.level.setters.get(name)
    if own:
        return scope, own[0]
    found: tuple[Scope, DocumentNode] | None = None
    around = scope.outer
    while around is not None:
        setters = around.level.setters.get(name, ())
        if len(setters) + (found is not None) > 1:
            return None
        found = (around, setters[0]) if setters else found
        around = around.outer
    return found
