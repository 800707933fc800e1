"""Runs a checked graph: what its outputs need and nothing else, each value freed when it can be.

A node with lazy inputs runs once those that it asks for are there; what it does not ask for
never runs. Nothing here is recursive, so a chain may be as long as memory allows.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from capdemo.engine.mapping import call_node, calls, find_blocker
from capdemo.engine.sharing import NOTHING_SHARED
from capdemo.engine.values import Values
from capdemo.errors import CancelledError, CapdemoError, RunError, library_error
from capdemo.workflow.graph import Link

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from capdemo.engine.sharing import Shared
    from capdemo.engine.values import Slots
    from capdemo.node_api import Node, NodeRegistry, RunContext
    from capdemo.workflow.graph import Graph, GraphNode


class Watcher(Protocol):
    """Is told how far a run has come; raising `CancelledError` from `started` stops it."""

    def started(self, node_id: str, class_type: str) -> None:
        """Called before a node runs."""
        ...

    def finished(self, node_id: str, class_type: str, seconds: float) -> None:
        """Called after a node has run."""
        ...

    def blocked(self, node_id: str, class_type: str, message: str) -> None:
        """Called where a blocker with a message kept a node from running."""
        ...


@dataclass(frozen=True, slots=True)
class Work:
    """A checked graph and what is wanted of it."""

    graph: Graph
    outputs: Sequence[str]
    file: str
    """What messages call the workflow."""
    keys: Mapping[str, str] = field(default_factory=dict)
    """What each node computes, for sharing; nodes without a key are never shared."""


def execute(
    work: Work,
    registry: NodeRegistry,
    context_for: Callable[[str], RunContext],
    watcher: Watcher,
    shared: Shared = NOTHING_SHARED,
) -> None:
    """Run the outputs; `context_for` gives a node's context by its id.

    Raises a `CapdemoError` naming the file and the node that failed, with the cause chained.
    """
    run = _Run(work, registry, context_for, watcher, shared)
    for output in work.outputs:
        run.settle(output)


@dataclass(slots=True)
class _Run:
    work: Work
    registry: NodeRegistry
    context_for: Callable[[str], RunContext]
    watcher: Watcher
    shared: Shared
    values: Values = field(init=False)

    def __post_init__(self) -> None:
        self.values = Values(self.work.graph, self.work.outputs)

    def settle(self, target: str) -> None:
        """Run a node, and before it what it needs, deepest first."""
        waiting = [target]
        while waiting:
            node_id = waiting[-1]
            if self.values.is_settled(node_id):
                waiting.pop()
                continue
            found = self.shared.take(self.work.keys.get(node_id))
            if found is not None:
                self.values.settle(node_id, found)
                continue
            missing = self._missing(node_id)
            if missing:
                waiting.extend(reversed(missing))
            else:
                self.values.settle(node_id, self._run(node_id))

    def _missing(self, node_id: str) -> list[str]:
        """The sources that a node waits for; its lazy inputs count once it has asked for them."""
        node = self.work.graph.nodes[node_id]
        definition = self.registry[node.class_type]
        lazy = {entry.name for entry in definition.schema.inputs if entry.lazy}
        pending = {
            name: value.node
            for name, value in node.inputs.items()
            if isinstance(value, Link) and not self.values.has(value.node)
        }
        strict = [source for name, source in pending.items() if name not in lazy]
        if strict or not pending:
            return list(dict.fromkeys(strict))
        wanted = self._wanted(node, definition, pending)
        missing = [source for name, source in pending.items() if name in wanted]
        if not missing:
            self.values.drop(node_id, list(pending))
        return list(dict.fromkeys(missing))

    def _wanted(self, node: GraphNode, definition: Node, pending: Mapping[str, str]) -> set[str]:
        if definition.needed is None:
            return set(pending)
        there = {name: value for name, value in node.inputs.items() if name not in pending}
        lists = {name: self.values.of(value) for name, value in there.items()}
        return {
            name
            for arguments in calls(definition.schema, lists)
            if find_blocker(arguments) is None
            for name in definition.needed(**definition.arguments(arguments))
        }

    def _run(self, node_id: str) -> Slots:
        node = self.work.graph.nodes[node_id]
        definition = self.registry[node.class_type]
        self.watcher.started(node_id, node.class_type)
        began = time.perf_counter()
        inputs = {
            name: self.values.of(value)
            for name, value in node.inputs.items()
            if not isinstance(value, Link) or self.values.has(value.node)
        }
        try:
            slots = call_node(
                definition,
                inputs,
                self.context_for(node_id),
                lambda message: self.watcher.blocked(node_id, node.class_type, message),
            )
        except Exception as error:
            raise _located(
                error, f"{self.work.file}: node {node_id} ({node.class_type})"
            ) from error
        self.watcher.finished(node_id, node.class_type, time.perf_counter() - began)
        self.shared.give(self.work.keys.get(node_id), slots)
        return slots


def _located(error: Exception, where: str) -> CapdemoError:
    if isinstance(error, CancelledError):
        return error
    if isinstance(error, CapdemoError):
        place = f"{where}: {error.where}" if error.where else where
        return type(error)(error.what, where=place, hint=error.hint)
    if isinstance(error, ImportError) and (lacking := library_error(error)):
        return RunError(lacking.what, where=where, hint=lacking.hint)
    what = str(error).strip().splitlines()[0] if str(error).strip() else "no message"
    return RunError(f"The node failed: {type(error).__name__}: {what}.", where=where)
