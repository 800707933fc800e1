"""Runs a plan: one node after the other, each value freed as soon as the plan says."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Protocol

from capdemo.errors import CancelledError, CapdemoError, RunError
from capdemo.workflow.graph import Link

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from capdemo.engine.plan import Plan
    from capdemo.node_api import NodeRegistry, RunContext
    from capdemo.workflow.graph import Graph


class Watcher(Protocol):
    """Is told how far a run has come; raising `CancelledError` from `started` stops it."""

    def started(self, node_id: str, class_type: str) -> None:
        """Called before a node runs."""
        ...

    def finished(self, node_id: str, class_type: str, seconds: float) -> None:
        """Called after a node has run."""
        ...


def execute(
    graph: Graph,
    plan: Plan,
    registry: NodeRegistry,
    context_for: Callable[[str], RunContext],
    watcher: Watcher,
    *,
    file: str,
) -> None:
    """Run every step; `context_for` gives a node's context by its id.

    Raises a `CapdemoError` naming the file and the node that failed, with the cause chained.
    """
    values: dict[str, tuple[object, ...]] = {}
    for step in plan.steps:
        node = graph.nodes[step.node]
        watcher.started(step.node, node.class_type)
        began = time.perf_counter()
        inputs = {name: _value(value, values) for name, value in node.inputs.items()}
        try:
            values[step.node] = registry[node.class_type].run(inputs, context_for(step.node))
        except Exception as error:
            raise _located(error, f"{file}: node {step.node} ({node.class_type})") from error
        watcher.finished(step.node, node.class_type, time.perf_counter() - began)
        del inputs
        for released in step.release:
            del values[released]


def _value(value: object, values: Mapping[str, tuple[object, ...]]) -> object:
    return values[value.node][value.slot] if isinstance(value, Link) else value


def _located(error: Exception, where: str) -> CapdemoError:
    if isinstance(error, CancelledError):
        return error
    if isinstance(error, CapdemoError):
        place = f"{where}: {error.where}" if error.where else where
        return type(error)(error.what, where=place, hint=error.hint)
    what = str(error).strip().splitlines()[0] if str(error).strip() else "no message"
    return RunError(f"The node failed: {type(error).__name__}: {what}.", where=where)
