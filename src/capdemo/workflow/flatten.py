"""From the editor's document to the graph that would run; runs and fetches nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

from capdemo.errors import Problem, did_you_mean
from capdemo.node_api.dynamic import flat_inputs
from capdemo.workflow.editor_nodes import BROADCASTS, EDITOR_ONLY
from capdemo.workflow.graph import Graph, GraphNode, Link
from capdemo.workflow.group_nodes import is_group_node, without_group_nodes
from capdemo.workflow.links import Constant, Cycle, Links
from capdemo.workflow.ownership import missing_type
from capdemo.workflow.scopes import expand
from capdemo.workflow.widgets import self_named_values, value_problems

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from capdemo.node_api import NodeSchema
    from capdemo.workflow.document import Document, DocumentNode, InputSlot
    from capdemo.workflow.graph import JsonValue
    from capdemo.workflow.scopes import Expansion, Scope

_GUESS_LIMIT = 20
"""Unknown types for which a known one is looked up, which takes time for each."""

_TAKEN = "Its id is that of a node inside a subgraph, where the subgraph is expanded."


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A document with all that is inside something expanded, and what could not be."""

    expansion: Expansion
    groups: Mapping[tuple[str, str], str]
    """What is wrong with the group nodes that stay, by subgraph and id."""

    def sent_nodes(self) -> Iterator[tuple[Scope, DocumentNode]]:
        for scope, node in self.expansion.active_nodes():
            if node.type not in EDITOR_ONLY:
                yield scope, node

    def unsupported(self, scope: Scope, node: DocumentNode) -> str:
        """Why a node cannot be sent, if so: sentences that say what it is and what is wrong."""
        reason = self.expansion.refused.get(scope.execution_id(node))
        if reason is not None:
            subgraph = self.expansion.levels[node.type].name
            return f"This is an instance of the subgraph {subgraph!r}, which {reason}."
        if node.type.startswith(BROADCASTS):
            return (
                "This is a broadcast of the pack 'cg-use-everywhere', whose links exist only "
                "in that pack's code."
            )
        if is_group_node(node):
            level = scope.host.type if scope.host is not None else ""
            return f"This group node cannot be expanded. {self.groups[level, node.id]}"
        return ""


def _prepare(document: Document, schemas: Mapping[str, NodeSchema]) -> _Prepared:
    document, groups = without_group_nodes(document, schemas)
    return _Prepared(expand(document), groups)


def to_graph(
    document: Document,
    schemas: Mapping[str, NodeSchema],
    *,
    file: str,
) -> tuple[Graph, list[Problem]]:
    """The nodes that ComfyUI's front end would send to its executor.

    In file order, those inside a subgraph in the place of its instance. Problems:
    `missing_node_type` and `out_of_scope_node_type`, where the node is in the graph with what the
    file names of its values; `ambiguous_widget_values`, where saved values do not fit the node's
    widgets; `unsupported_feature`, where a node is left out, so that the graph is not the
    workflow; `dependency_cycle` for a link that leads in a circle without passing a node that
    runs. `file` is what they name.
    """
    prepared = _prepare(document, schemas)
    links = Links(prepared.expansion, schemas)
    nodes: dict[str, GraphNode] = {}
    missing: list[tuple[str, DocumentNode]] = []
    problems: dict[Problem, None] = {}
    for scope, node in prepared.sent_nodes():
        name = scope.execution_id(node)
        reason = prepared.unsupported(scope, node) or (_TAKEN if name in nodes else "")
        if reason:
            problems[_unsupported_problem(file, name, reason)] = None
            continue
        if node.type not in schemas:
            missing.append((name, node))
        else:
            found = value_problems(node, schemas[node.type], file=file, name=name)
            problems |= dict.fromkeys(found)
        nodes[name], cycles = _graph_node(scope, node, links, schemas.get(node.type))
        problems |= dict.fromkeys(_cycle_problem(file, cycle) for cycle in cycles)
    graph = Graph({name: _without_dead_links(node, nodes) for name, node in nodes.items()})
    return graph, [*problems, *_missing_types(file, missing, schemas)]


def unnamed_values(
    document: Document,
    schemas: Mapping[str, NodeSchema],
    *,
    file: str,
) -> list[Problem]:
    """The nodes of which `to_graph` loses values, since neither schema nor file names them.

    Their kind is `unnamed_widget_values`.
    """
    prepared = _prepare(document, schemas)
    unnamed = [
        (scope.execution_id(node), node)
        for scope, node in prepared.sent_nodes()
        if node.type not in schemas
        and not prepared.unsupported(scope, node)
        and self_named_values(node) is None
    ]
    return [
        replace(problem, kind="unnamed_widget_values")
        for problem in _missing_types(file, unnamed, schemas)
    ]


def _graph_node(
    scope: Scope,
    node: DocumentNode,
    links: Links,
    schema: NodeSchema | None,
) -> tuple[GraphNode, list[Cycle]]:
    inputs: dict[str, Link | JsonValue] = {**links.own_values(scope, node)}
    declared = _declared(schema, inputs)
    cycles: list[Cycle] = []
    for index, slot in enumerate(node.inputs):
        source = links.source(scope, node, index)
        name = _input_name(slot, declared)
        if isinstance(source, Cycle):
            cycles.append(source)
        elif isinstance(source, Constant):
            inputs[name] = source.value
        elif source is not None:
            inputs[name] = source
    return GraphNode(node.type, _in_order(inputs, schema), node.title), cycles


def _without_dead_links(node: GraphNode, nodes: Mapping[str, GraphNode]) -> GraphNode:
    """The node without links to what is not sent."""
    alive = {
        name: value
        for name, value in node.inputs.items()
        if not isinstance(value, Link) or value.node in nodes
    }
    return node if len(alive) == len(node.inputs) else replace(node, inputs=alive)


def _declared(schema: NodeSchema | None, inputs: Mapping[str, Link | JsonValue]) -> dict[str, None]:
    """The names of the inputs that a node has for these values, in schema order."""
    return dict.fromkeys(entry.name for entry in flat_inputs(schema, inputs)) if schema else {}


def _input_name(slot: InputSlot, declared: Mapping[str, None]) -> str:
    """The slot's name, or its widget's where only that one is an input of the node."""
    if slot.widget is None or slot.name in declared:
        return slot.name
    return slot.widget if slot.widget in declared else slot.name


def _in_order(
    inputs: Mapping[str, Link | JsonValue],
    schema: NodeSchema | None,
) -> dict[str, Link | JsonValue]:
    """Schema order first, so that the graph does not depend on the order of drawn slots."""
    ordered = {name: inputs[name] for name in _declared(schema, inputs) if name in inputs}
    return ordered | {name: value for name, value in inputs.items() if name not in ordered}


def _cycle_problem(file: str, cycle: Cycle) -> Problem:
    return Problem(
        file=file,
        node=cycle.node,
        input=None,
        kind="dependency_cycle",
        message="The wire through this node runs in a circle.",
        hint="Remove one of the links.",
    )


def _unsupported_problem(file: str, name: str, reason: str) -> Problem:
    return Problem(
        file=file,
        node=name,
        input=None,
        kind="unsupported_feature",
        message=reason,
        hint="Export the workflow with ComfyUI's 'Export (API)' and use that file.",
    )


def _missing_types(
    file: str,
    missing: Sequence[tuple[str, DocumentNode]],
    schemas: Mapping[str, NodeSchema],
) -> list[Problem]:
    types = dict.fromkeys(node.type for _, node in missing)
    near = {kind: did_you_mean(kind, schemas) for kind in islice(types, _GUESS_LIMIT)}
    return [
        missing_type(node, file=file, name=name, near=near.get(node.type, ""))
        for name, node in missing
    ]
