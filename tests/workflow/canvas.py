"""A graph drawn step by step, as the editor saves it; with subgraphs, for the tests of wiring."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from tests.workflow.builders import SCHEMAS as FEW
from tests.workflow.builders import schema, socket, widget

from capdemo.node_api import Widget
from capdemo.workflow import Graph, to_graph
from capdemo.workflow.document import Document, document_from_json

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from capdemo.errors import Problem
    from capdemo.workflow import JsonValue

Source: TypeAlias = "tuple[int, int] | None"
"""A node and one of its outputs; or an input of the subgraph, with -10 for the node."""

SCHEMAS = FEW | {
    entry.class_type: entry
    for entry in (
        schema("Checkpoint", outputs=("MODEL", "CLIP", "VAE")),
        schema(
            "Lora",
            socket("model", "MODEL"),
            socket("clip", "CLIP"),
            widget("strength", Widget("FLOAT", default=1.0)),
            outputs=("MODEL", "CLIP"),
        ),
        schema("Encode", socket("clip", "CLIP"), socket("model", "MODEL"), outputs=("COND",)),
        schema("Invert", socket("image"), outputs=("IMAGE",)),
        schema("Blend", socket("mask", "MASK"), socket("one"), socket("two"), outputs=("IMAGE",)),
        schema(
            "Add",
            widget("a", Widget("INT", default=1)),
            widget("b", Widget("INT", default=2)),
            outputs=("INT",),
        ),
        schema("Scale", socket("image"), widget("factor", Widget("FLOAT", default=2.0))),
    )
}


@dataclass
class Canvas:
    """The top level, or with an id a subgraph."""

    id: str = ""
    inputs: Sequence[tuple[str, str]] = ()
    """Names and types."""
    outputs: Sequence[tuple[str, str]] = ()
    nodes: list[JsonValue] = field(default_factory=list)
    links: list[list[JsonValue]] = field(default_factory=list)

    def add(
        self,
        kind: str,
        node_id: int | None = None,
        *,
        links: Mapping[str, tuple[str, Source]] | None = None,
        widgets: Mapping[str, tuple[str, Source]] | None = None,
        gives: Sequence[str] = (),
        **rest: JsonValue,
    ) -> int:
        """Draw a node: its inputs by name, each a type and where its link comes from."""
        number = len(self.nodes) + 1 if node_id is None else node_id
        slots: list[JsonValue] = []
        for name, (type_, source) in [*(links or {}).items(), *(widgets or {}).items()]:
            slot: dict[str, JsonValue] = {"name": name, "type": type_, "link": None}
            if name in (widgets or {}):
                slot["widget"] = {"name": name}
            if source is not None:
                slot["link"] = self._link(source, number, len(slots), type_)
            slots.append(slot)
        outputs: list[JsonValue] = [{"name": name, "type": name} for name in gives]
        node: JsonValue = {
            "id": number, "type": kind, "inputs": slots, "outputs": outputs, **rest
        }  # fmt: skip
        self.nodes.append(node)
        return number

    def leave(self, index: int, source: tuple[int, int]) -> None:
        """Fill an output of the subgraph."""
        self._link(source, -20, index, self.outputs[index][1])

    def _link(self, source: tuple[int, int], target: int, slot: int, type_: str) -> int:
        number = len(self.links) + 1
        self.links.append([number, source[0], source[1], target, slot, type_])
        return number

    def as_subgraph(self) -> JsonValue:
        keys = ("id", "origin_id", "origin_slot", "target_id", "target_slot", "type")
        return {
            "id": self.id,
            "name": self.id,
            "inputs": self._slots(self.inputs, end=1),
            "outputs": self._slots(self.outputs, end=3),
            "nodes": self.nodes,
            "links": [dict(zip(keys, link, strict=True)) for link in self.links],
        }

    def _slots(self, slots: Sequence[tuple[str, str]], *, end: int) -> list[JsonValue]:
        own = {1: -10, 3: -20}[end]
        return [
            {
                "id": name,
                "name": name,
                "type": type_,
                "linkIds": [k[0] for k in self.links if k[end] == own and k[end + 1] == index],
            }
            for index, (name, type_) in enumerate(slots)
        ]

    def document(self, *subgraphs: Canvas, **rest: JsonValue) -> Document:
        value: JsonValue = {
            "nodes": self.nodes,
            "links": [*self.links],
            "definitions": {"subgraphs": [entry.as_subgraph() for entry in subgraphs]},
            **rest,
        }
        return document_from_json(value, file="w.json")

    def graph(self, *subgraphs: Canvas, **rest: JsonValue) -> Graph:
        """The graph, which must be made without problems."""
        graph, problems = to_graph(self.document(*subgraphs, **rest), SCHEMAS, file="w.json")
        assert problems == []
        return graph

    def problems(self, *subgraphs: Canvas, **rest: JsonValue) -> list[Problem]:
        return to_graph(self.document(*subgraphs, **rest), SCHEMAS, file="w.json")[1]


def load(canvas: Canvas, *, mode: int = 0) -> int:
    """A picture, then its mask."""
    values: list[JsonValue] = ["a.png", "image"]
    return canvas.add("LoadImage", widgets_values=values, gives=("IMAGE", "MASK"), mode=mode)


def save(canvas: Canvas, source: Source) -> int:
    values: list[JsonValue] = ["x"]
    return canvas.add("SaveImage", links={"images": ("IMAGE", source)}, widgets_values=values)


def invert(canvas: Canvas, source: Source, *, mode: int = 0) -> int:
    links = {"image": ("IMAGE", source)}
    return canvas.add("Invert", links=links, gives=("IMAGE",), mode=mode)
