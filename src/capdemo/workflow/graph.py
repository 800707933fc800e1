"""The executable graph, ComfyUI's prompt: every widget named, every link resolved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

JsonValue: TypeAlias = "str | int | float | bool | list[JsonValue] | dict[str, JsonValue] | None"


@dataclass(frozen=True, slots=True)
class Link:
    """An input that takes output slot `slot` of node `node`."""

    node: str
    slot: int


@dataclass(frozen=True, slots=True)
class GraphNode:
    """A node that would run."""

    class_type: str
    inputs: Mapping[str, Link | JsonValue]
    title: str = ""


@dataclass(frozen=True, slots=True)
class Graph:
    """Nodes by id; ids are strings, `66:54` for node 54 inside subgraph instance 66."""

    nodes: Mapping[str, GraphNode]
