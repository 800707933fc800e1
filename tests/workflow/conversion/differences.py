"""What two conversions of one workflow disagree about, input by input."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from capdemo.node_api.dynamic import flat_inputs

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from capdemo.node_api import InputSchema, NodeSchema
    from capdemo.workflow import JsonValue

    JsonObject = Mapping[str, JsonValue]


class Missing:
    """In place of a value: the conversion has none."""

    def __repr__(self) -> str:
        return "(none)"


MISSING = Missing()


@dataclass(frozen=True, slots=True)
class Difference:
    """One input, or where `input` is None one node, that the conversions do not agree about."""

    file: str
    node: str
    """The id that both conversions use, `66:54` inside a subgraph."""
    class_type: str
    input: str | None
    ours: JsonValue | Missing
    theirs: JsonValue | Missing
    schema: NodeSchema | None
    """None where neither side knows the node type."""
    entry: InputSchema | None
    """The input as a known node has it for our values."""
    saved: JsonObject
    """The node as the file holds it."""
    level: JsonObject
    """The workflow or subgraph definition that holds it."""

    @property
    def origin_id(self) -> str | None:
        """The node, as the level numbers it, where the link into this input begins."""
        slots = _objects(self.saved.get("inputs"))
        ids = [slot.get("link") for slot in slots if slot.get("name") == self.input]
        for link in _items(self.level.get("links")):
            if isinstance(link, list) and link[0] in ids:
                return str(link[1])
            if isinstance(link, dict) and link["id"] in ids:
                return str(link["origin_id"])
        return None

    @property
    def origin(self) -> JsonObject | None:
        """That node as the file holds it; None for the subgraph's own inputs."""
        return _by_id(self.level).get(self.origin_id or "")


def differences(
    file: str,
    workflow: JsonObject,
    conversions: tuple[JsonObject, JsonObject],
    schemas: Mapping[str, NodeSchema],
) -> Iterator[Difference]:
    """All differences between our conversion and theirs, in our order."""
    ours, theirs = conversions
    for node_id in dict.fromkeys([*ours, *theirs]):
        here, there = ours.get(node_id, MISSING), theirs.get(node_id, MISSING)
        either = there if here is MISSING else here
        assert isinstance(either, dict)
        class_type = str(either["class_type"])
        schema = schemas.get(class_type)
        level, saved = _find(workflow, node_id)
        if not isinstance(here, dict) or not isinstance(there, dict):
            yield Difference(
                file, node_id, class_type, None, here, there, schema, None, saved, level
            )
            continue
        left, right = _object(here["inputs"]), _object(there["inputs"])
        entries = {entry.name: entry for entry in flat_inputs(schema, left)} if schema else {}
        for name in dict.fromkeys([*left, *right]):
            sides = (left.get(name, MISSING), right.get(name, MISSING))
            if sides[0] != sides[1]:
                entry = entries.get(name)
                yield Difference(
                    file, node_id, class_type, name, *sides, schema, entry, saved, level
                )


def _find(workflow: JsonObject, node_id: str) -> tuple[JsonObject, JsonObject]:
    """The level that holds a node, and the node, by its id with those of the instances before."""
    subgraphs = _objects(_object(workflow.get("definitions")).get("subgraphs"))
    by_type = {str(subgraph["id"]): subgraph for subgraph in subgraphs}
    first, *inner = node_id.split(":")
    level, saved = workflow, _by_id(workflow)[first]
    for step in inner:
        level = by_type[str(saved["type"])]
        saved = _by_id(level)[step]
    return level, saved


def _by_id(level: JsonObject) -> dict[str, JsonObject]:
    return {str(node["id"]): node for node in _objects(level.get("nodes"))}


def _object(value: JsonValue) -> JsonObject:
    return value if isinstance(value, dict) else {}


def _items(value: JsonValue) -> list[JsonValue]:
    return value if isinstance(value, list) else []


def _objects(value: JsonValue) -> list[JsonObject]:
    return [item for item in _items(value) if isinstance(item, dict)]
