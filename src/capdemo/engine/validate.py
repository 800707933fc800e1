"""Finds every problem of a graph at once, and makes the copy of it that runs.

Error kinds are those of ComfyUI's prompt validation. The graph that is given never changes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol, TypeAlias

from capdemo.engine.plan import ancestors, descendants, find_cycles
from capdemo.errors import CapdemoError, Problem, did_you_mean
from capdemo.node_api.dynamic import flat_inputs
from capdemo.node_api.model_files import own_models
from capdemo.workflow.graph import Graph, GraphNode, JsonValue, Link

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from capdemo.node_api.schema import InputSchema, NodeSchema, OwnModel, Widget

_COERCED = frozenset({"INT", "FLOAT", "BOOLEAN", "STRING", "COMBO", "*"})
"""The values of other widgets are the editor's own business and are passed on as they are."""

Schemas: TypeAlias = "Mapping[str, NodeSchema]"


class FileCheck(Protocol):
    """Says whether a file is there that a widget names, or that a node needs by itself."""

    def __call__(self, kind: Widget | OwnModel, name: str, /) -> None:
        """Raise a `CapdemoError` where the file is missing."""
        ...


@dataclass(frozen=True, slots=True)
class Validated:
    """What can run, and what is wrong."""

    graph: Graph
    """The ancestors of the output nodes, only declared inputs, constants of the declared types."""
    outputs: tuple[str, ...]
    """The ids of the output nodes that can run: nothing is wrong with what they need."""
    problems: tuple[Problem, ...]


def validate(
    graph: Graph,
    schemas: Schemas,
    check_file: FileCheck,
    *,
    file: str,
    broken: Collection[str] = (),
) -> Validated:
    """Check a graph against the schemas; `file` is what problems call it.

    `broken` are nodes with which something is wrong already. An output that needs none of the
    nodes with a problem can run, whatever is wrong elsewhere.
    """
    outputs = [
        node_id
        for node_id, node in graph.nodes.items()
        if (schema := schemas.get(node.class_type)) and schema.is_output
    ]
    wanted = ancestors(graph, outputs or graph.nodes)
    found = dict(_unknown_nodes(graph, schemas, file))
    problems = [*found.values(), *([] if outputs else [_no_outputs(file)])]
    wrong = {*broken, *found}
    for cycle in find_cycles(graph, wanted):
        problems.append(_cycle(cycle, file))
        wrong.update(cycle)
    kept: dict[str, GraphNode] = {}
    for node_id in graph.nodes:
        schema = schemas.get(graph.nodes[node_id].class_type)
        if node_id in wanted and schema is not None:
            checker = _NodeCheck(graph, schemas, node_id, schema, check_file, file)
            kept[node_id] = replace(graph.nodes[node_id], inputs=checker.run())
            problems.extend(checker.problems)
            wrong.update({node_id} if checker.problems else ())
    bad = descendants(graph, wrong)
    good = tuple(output for output in outputs if output not in bad)
    return Validated(Graph(kept), good, tuple(problems))


class _NodeCheck:
    """The checks of one node, collecting problems as it goes."""

    def __init__(
        self,
        graph: Graph,
        schemas: Schemas,
        node_id: str,
        schema: NodeSchema,
        check_file: FileCheck,
        file: str,
    ) -> None:
        self.problems: list[Problem] = []
        self._graph = graph
        self._schemas = schemas
        self._node_id = node_id
        self._schema = schema
        self._check_file = check_file
        self._file = file

    def run(self) -> dict[str, Link | JsonValue]:
        given = self._graph.nodes[self._node_id].inputs
        kept: dict[str, Link | JsonValue] = {}
        for entry in flat_inputs(self._schema, given):
            if entry.name in given:
                value = given[entry.name]
                kept[entry.name] = (
                    self._link(entry, value)
                    if isinstance(value, Link)
                    else self._constant(entry, value)
                )
            elif entry.required:
                self._report(entry.name, "required_input_missing", self._missing(entry))
        for own in own_models(self._schema, kept):
            if own.needed:
                self._file_is_there(own, own.name, own.chosen_by and own.chosen_by[0])
        return kept

    def _missing(self, entry: InputSchema) -> str:
        return f"The input {entry.name!r} ({entry.type}) has no value and no link."

    def _link(self, entry: InputSchema, link: Link) -> Link:
        source = self._graph.nodes.get(link.node)
        if source is None:
            message = f"The input {entry.name!r} comes from node {link.node}, which is not there."
            self._report(entry.name, "bad_linked_input", message)
            return link
        if entry.widget is not None and entry.widget.options:
            message = f"{entry.name} decides which inputs there are, so it cannot come by a link."
            self._report(entry.name, "invalid_dynamic_input", message)
            return link
        schema = self._schemas.get(source.class_type)
        if schema is None:
            return link
        if not 0 <= link.slot < len(schema.outputs):
            message = (
                f"The input {entry.name!r} comes from output {link.slot} of node {link.node} "
                f"({source.class_type}), which has {len(schema.outputs)}."
            )
            self._report(entry.name, "bad_linked_input", message)
        elif not fits(received=schema.outputs[link.slot].type, wanted=entry.type):
            message = (
                f"The input {entry.name!r} wants {entry.type}, and node {link.node} "
                f"({source.class_type}) gives {schema.outputs[link.slot].type}."
            )
            self._report(entry.name, "return_type_mismatch", message)
        return link

    def _constant(self, entry: InputSchema, value: JsonValue) -> JsonValue:
        widget = entry.widget
        if widget is None and not _COERCED.isdisjoint(entry.type.split(",")):
            return value  # ComfyUI lets a constant pass at a socket that takes numbers or texts
        if widget is None:
            message = f"The input {entry.name!r} wants a link of type {entry.type}, not a value."
            self._report(entry.name, "bad_linked_input", message)
            return value
        try:
            converted = coerce(widget, value)
        except (TypeError, ValueError, OverflowError):
            message = f"{entry.name} is {_short(value)}, which is no {widget.type}."
            self._report(entry.name, "invalid_input_type", message)
            return value
        self._bounds(entry, widget, converted)
        return converted

    def _bounds(self, entry: InputSchema, widget: Widget, value: JsonValue) -> None:
        if isinstance(value, int | float) and not isinstance(value, bool):
            if widget.minimum is not None and value < widget.minimum:
                message = f"{entry.name} is {value}; the least allowed is {widget.minimum:g}."
                self._report(entry.name, "value_smaller_than_min", message)
            if widget.maximum is not None and value > widget.maximum:
                message = f"{entry.name} is {value}; the most allowed is {widget.maximum:g}."
                self._report(entry.name, "value_bigger_than_max", message)
        elif widget.choices and value not in widget.choices:
            hint = did_you_mean(str(value), [str(choice) for choice in widget.choices])
            allowed = ", ".join(str(choice) for choice in widget.choices)
            message = f"{entry.name} is {_short(value)}; allowed are: {allowed}."
            self._report(entry.name, "value_not_in_list", message, hint)
        elif (widget.model_folder or widget.upload) and isinstance(value, str):
            self._file_is_there(widget, value, entry.name)

    def _file_is_there(self, kind: Widget | OwnModel, name: str, told_by: str | None) -> None:
        try:
            self._check_file(kind, name)
        except CapdemoError as error:
            problem = "value_not_in_list" if kind.model_folder else "custom_validation_failed"
            self._report(told_by, problem, error.what, error.hint)

    def _report(self, name: str | None, kind: str, message: str, hint: str = "") -> None:
        node = f"{self._node_id} ({self._schema.class_type})"
        self.problems.append(Problem(self._file, node, name, kind, message, hint))


def coerce(widget: Widget, value: JsonValue) -> JsonValue:
    """The value as the widget's type, converted as ComfyUI converts it.

    Raises `TypeError`, `ValueError` or `OverflowError` where it cannot be.
    """
    if widget.type not in _COERCED:
        return value
    if isinstance(value, list | dict) or value is None:
        raise TypeError(value)
    if widget.type == "INT":
        return int(value)
    if widget.type == "FLOAT":
        return _finite(float(value))
    if widget.type == "BOOLEAN":
        return bool(value)
    return str(value) if widget.type == "STRING" else value


def _finite(value: float) -> float:
    """The number; Python reads NaN and Infinity from JSON, which no bound holds back."""
    if not math.isfinite(value):
        raise ValueError(value)
    return value


def fits(*, received: str, wanted: str) -> bool:
    """Whether an output of one type may feed an input of another; commas join alternatives."""
    return "*" in (received, wanted) or not set(received.split(",")).isdisjoint(wanted.split(","))


def _unknown_nodes(graph: Graph, schemas: Schemas, file: str) -> Iterator[tuple[str, Problem]]:
    for node_id, node in graph.nodes.items():
        if node.class_type not in schemas:
            hint = did_you_mean(node.class_type, schemas) or "See: capdemo nodes"
            message = f"No node is called {node.class_type!r} here."
            yield node_id, Problem(file, node_id, None, "missing_node_type", message, hint)


def _no_outputs(file: str) -> Problem:
    message = "The workflow has no output node that is known here, so there is nothing to run."
    return Problem(file, None, None, "prompt_no_outputs", message, "Add a SaveImage node.")


def _cycle(cycle: tuple[str, ...], file: str) -> Problem:
    path = " -> ".join(cycle)
    message = f"The links run in a circle: {path}."
    return Problem(file, cycle[0], None, "dependency_cycle", message, "Remove one of these links.")


def _short(value: JsonValue) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."  # noqa: PLR2004  (one line of a terminal)
