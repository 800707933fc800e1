"""From the editor's document to the graph that would run; runs and fetches nothing."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

from capdemo.errors import Problem, did_you_mean
from capdemo.workflow.document import MODE_BYPASSED, MODE_MUTED
from capdemo.workflow.graph import Graph, GraphNode
from capdemo.workflow.links import PRIMITIVE, REROUTES, Blocked, Constant, Links
from capdemo.workflow.widgets import named_values, self_named_values

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from capdemo.node_api import NodeSchema
    from capdemo.workflow.document import Document, DocumentNode, InputSlot
    from capdemo.workflow.graph import JsonValue, Link

_NOTES = frozenset({"Note", "MarkdownNote"})
_PACKS_CONTROLS = frozenset(
    f"{name} (rgthree)"
    for name in ("Label", "Bookmark", "Fast Groups Bypasser", "Fast Groups Muter")
)
_GUESS_LIMIT = 20
"""Unknown types for which a known one is looked up, which takes time for each."""

_WAY_OUT = "Replace the node or mute it; `capdemo nodes` lists what is known."

EDITOR_ONLY = _NOTES | _PACKS_CONTROLS | REROUTES | {PRIMITIVE}
"""Types that no executor ever sees."""


def to_graph(
    document: Document,
    schemas: Mapping[str, NodeSchema],
    *,
    file: str,
) -> tuple[Graph, list[Problem]]:
    """The nodes that ComfyUI's front end would send to its executor, in file order.

    Problems: `missing_node_type`, where the node is in the graph with what the file names of its
    values; `unsupported_feature`, where a node is left out or a link dropped, so that the graph
    is not the workflow; `dependency_cycle` for reroutes in a circle. `file` is what they name.
    """
    links = Links(document)
    nodes: dict[str, GraphNode] = {}
    missing: list[DocumentNode] = []
    problems: dict[Problem, None] = {}
    for node in document.nodes:
        if node.mode in (MODE_MUTED, MODE_BYPASSED) or node.type in EDITOR_ONLY:
            continue
        if feature := links.unsupported(node):
            problems[_unsupported(file, node, feature)] = None
            continue
        schema = schemas.get(node.type)
        if schema is None:
            missing.append(node)
        values = named_values(node, schema) if schema else self_named_values(node) or {}
        inputs, blocked = _linked_inputs(node, links, schema)
        problems |= dict.fromkeys(_blocked(file, block, links) for block in blocked)
        nodes[node.id] = GraphNode(node.type, _in_order(values | inputs, schema), node.title)
    return Graph(nodes), [*problems, *_missing_types(file, missing, schemas)]


def unnamed_values(
    document: Document,
    schemas: Mapping[str, NodeSchema],
    *,
    file: str,
) -> list[Problem]:
    """The nodes of which `to_graph` loses values, since neither schema nor file names them.

    Their kind is `unnamed_widget_values`.
    """
    links = Links(document)
    unnamed = [
        node
        for node in document.nodes
        if node.mode not in (MODE_MUTED, MODE_BYPASSED)
        and node.type not in EDITOR_ONLY
        and node.type not in schemas
        and not links.unsupported(node)
        and self_named_values(node) is None
    ]
    return [
        replace(
            problem,
            kind="unnamed_widget_values",
            message=f"{problem.message} The file does not name the node's widget values either.",
        )
        for problem in _missing_types(file, unnamed, schemas)
    ]


def _linked_inputs(
    node: DocumentNode,
    links: Links,
    schema: NodeSchema | None,
) -> tuple[dict[str, Link | JsonValue], list[Blocked]]:
    inputs: dict[str, Link | JsonValue] = {}
    blocked: list[Blocked] = []
    for index, slot in enumerate(node.inputs):
        source = links.source(node, index)
        if isinstance(source, Blocked):
            blocked.append(source)
        elif isinstance(source, Constant):
            inputs[_input_name(slot, schema)] = source.value
        elif source is not None:
            inputs[_input_name(slot, schema)] = source
    return inputs, blocked


def _input_name(slot: InputSlot, schema: NodeSchema | None) -> str:
    """The slot's name, or its widget's where only that one is an input of the node."""
    if schema is None or slot.widget is None or schema.input(slot.name) is not None:
        return slot.name
    return slot.widget if schema.input(slot.widget) is not None else slot.name


def _in_order(
    inputs: Mapping[str, Link | JsonValue],
    schema: NodeSchema | None,
) -> dict[str, Link | JsonValue]:
    """Schema order first, so that the graph does not depend on the order of drawn slots."""
    declared = [entry.name for entry in schema.inputs] if schema else []
    ordered = {name: inputs[name] for name in declared if name in inputs}
    return ordered | {name: value for name, value in inputs.items() if name not in ordered}


def _blocked(file: str, block: Blocked, links: Links) -> Problem:
    if not block.is_cycle:
        return _unsupported(file, block.node, links.unsupported(block.node))
    return Problem(
        file=file,
        node=block.node.id,
        input=None,
        kind="dependency_cycle",
        message="The wire through this reroute runs in a circle.",
        hint="Remove one of the links.",
    )


def _unsupported(file: str, node: DocumentNode, feature: str) -> Problem:
    return Problem(
        file=file,
        node=node.id,
        input=None,
        kind="unsupported_feature",
        message=f"This node is {feature}, which capdemo cannot resolve.",
        hint="Export the workflow with ComfyUI's 'Export (API)' and use that file.",
    )


def _missing_types(
    file: str,
    missing: Sequence[DocumentNode],
    schemas: Mapping[str, NodeSchema],
) -> list[Problem]:
    types = dict.fromkeys(node.type for node in missing)
    near = {name: did_you_mean(name, schemas) for name in islice(types, _GUESS_LIMIT)}
    return [
        Problem(
            file=file,
            node=node.id,
            input=None,
            kind="missing_node_type",
            message=f"No node type {node.type!r} is known{_owner(node)}.",
            hint=f"{near.get(node.type, '')} {_WAY_OUT}".strip(),
        )
        for node in missing
    ]


def _owner(node: DocumentNode) -> str:
    return f"; it belongs to the pack {node.pack!r}" if node.pack else ""
