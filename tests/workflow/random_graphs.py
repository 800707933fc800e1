"""Random prompts, and how the editor might have drawn them: with wires, frames and subgraphs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias, cast

from hypothesis import strategies as st
from tests.workflow.builders import SCHEMAS, document

from capdemo.workflow import Graph, Link

if TYPE_CHECKING:
    import random

    from capdemo.workflow import Document, JsonValue

Node: TypeAlias = "dict[str, JsonValue]"
Prompt: TypeAlias = "dict[str, JsonValue]"


@st.composite
def prompts(draw: st.DrawFn) -> Prompt:
    """Prompts of known nodes, each reading only from earlier ones."""
    ids = draw(st.lists(st.integers(1, 99), min_size=1, max_size=8, unique=True))
    api: Prompt = {}
    for node_id in ids:
        kind = draw(st.sampled_from(sorted(SCHEMAS)))
        inputs: dict[str, JsonValue] = {}
        for entry in SCHEMAS[kind].inputs:
            is_linked = bool(api) and (entry.widget is None or draw(st.booleans()))
            if is_linked:
                origin = draw(st.sampled_from(sorted(api)))
                inputs[entry.name] = [origin, draw(st.integers(0, 2))]
            elif entry.widget is not None:
                inputs[entry.name] = draw(_value_of(entry.widget.type))
        api[str(node_id)] = {"inputs": inputs, "class_type": kind}
    return api


def _value_of(kind: str) -> st.SearchStrategy[JsonValue]:
    strategies: dict[str, st.SearchStrategy[JsonValue]] = {
        "INT": st.integers(0, 2**63),
        "FLOAT": st.floats(0, 9),
        "COMBO": st.sampled_from(["euler", "fixed", "a\\b.pth", "Ω/😀.png"]),
        "STRING": st.text(),
    }
    return strategies[kind]


@dataclass
class Drawing:
    """A graph as the editor saves it, in pieces."""

    nodes: list[Node]
    links: list[list[JsonValue]]
    subgraphs: list[JsonValue]

    def document(self) -> Document:
        return document([*self.nodes], [*self.links], definitions={"subgraphs": [*self.subgraphs]})

    def free_id(self) -> int:
        """A number that no node and no link has."""
        return 1 + max(int(str(item)) for item in (*self._ids(), 1000))

    def _ids(self) -> list[JsonValue]:
        return [node["id"] for node in self.nodes] + [link[0] for link in self.links]


def drawn(api: Prompt, chaos: random.Random) -> Drawing:
    """A prompt as the editor would save it: places, ids and slots in any order."""
    drawing = Drawing([], [], [])
    for node_id, entry in api.items():
        kind, inputs = _parts(entry)
        values: list[JsonValue] = []
        for spec in SCHEMAS[kind].widgets:
            is_linked = isinstance(inputs[spec.name], list)
            values.append("stale" if is_linked else inputs[spec.name])
            values += [chaos.choice(["fixed", "randomize"])] if spec.name == "seed" else []
        widgets = {spec.name for spec in SCHEMAS[kind].widgets}
        slots: list[JsonValue] = []
        linked = [(name, value) for name, value in inputs.items() if isinstance(value, list)]
        for name, value in chaos.sample(linked, len(linked)):
            link_id, slot = len(drawing.links) + 1, len(slots)
            mark: Node = {"widget": {"name": name}} if name in widgets else {}
            slots.append({"name": name, "type": "*", "link": link_id, **mark})
            drawing.links.append([link_id, int(str(value[0])), value[1], int(node_id), slot, "*"])
        node: Node = {
            "id": int(node_id),
            "type": kind,
            "inputs": slots,
            "widgets_values": values,
            "pos": [chaos.uniform(-9, 9), chaos.uniform(-9, 9)],
        }
        drawing.nodes.append(node)
    drawing.links = chaos.sample(drawing.links, len(drawing.links))
    return drawing


def _parts(entry: JsonValue) -> tuple[str, dict[str, JsonValue]]:
    assert isinstance(entry, dict)
    inputs = entry["inputs"]
    assert isinstance(inputs, dict)
    return str(entry["class_type"]), inputs


def detoured(drawing: Drawing, chaos: random.Random) -> None:
    """Lead some links through reroutes, bypassed nodes, or a wire without a line."""
    for link in [*drawing.links]:
        if chaos.random() < 0.5:
            continue
        free, detour = drawing.free_id(), chaos.choice(["Reroute", "Bypassed", "named"])
        slot: JsonValue = {"name": "", "type": "*", "link": free}
        entering: list[JsonValue] = [free, link[1], link[2], free, 0, "*"]
        node: Node = {"id": free, "type": detour, "mode": 4, "inputs": [slot]}
        link[1], link[2] = free, 0
        if detour == "Reroute":
            node["mode"] = chaos.choice([0, 4])
        if detour == "named":
            name: list[JsonValue] = [f"wire {free}"]
            node |= {"type": "SetNode", "mode": 0, "widgets_values": name}
            getter: Node = {"id": free + 1, "type": "GetNode", "widgets_values": name}
            drawing.nodes.insert(chaos.randrange(len(drawing.nodes) + 1), getter)
            link[1] = free + 1
        drawing.links.append(entering)
        drawing.nodes.insert(chaos.randrange(len(drawing.nodes) + 1), node)


def wrapped(drawing: Drawing, chaos: random.Random) -> None:
    """Put some of the nodes into a subgraph, and some of their values on its instance."""
    chosen = [node for node in drawing.nodes if chaos.random() < 0.5]
    ids = {node["id"] for node in chosen}
    host_id = drawing.free_id()
    wrapping = _Wrapping(host_id, [], [], [])
    inner: list[JsonValue] = []
    outer: list[list[JsonValue]] = []
    for link in drawing.links:
        if link[3] in ids:
            inner.append(wrapping.inside(link, ids, _slot_at(drawing, link), outer))
        elif link[1] in ids:
            outer.append(wrapping.leaving(link, inner))
        else:
            outer.append(link)
    for node in chosen:
        wrapping.promote(node, inner, chaos)
    drawing.nodes = [node for node in drawing.nodes if node["id"] not in ids]
    drawing.nodes.insert(chaos.randrange(len(drawing.nodes) + 1), wrapping.host(chaos))
    drawing.links = outer
    definition: JsonValue = {
        "id": f"sub {host_id}",
        "name": "Wrapped",
        "inputs": [{"name": slot["name"], "type": "*"} for slot in wrapping.slots],
        "outputs": [{"name": str(index), "type": "*"} for index in range(len(wrapping.outputs))],
        "nodes": [*chosen],
        "links": inner,
    }
    drawing.subgraphs.append(definition)


def _slot_at(drawing: Drawing, link: list[JsonValue]) -> Node:
    """The input slot that a link ends at."""
    (node,) = (node for node in drawing.nodes if node["id"] == link[3])
    slots = node["inputs"]
    assert isinstance(slots, list)
    return cast("Node", slots[cast("int", link[4])])


@dataclass
class _Wrapping:
    """What an instance of a new subgraph gets as nodes move into it."""

    host_id: int
    slots: list[Node]
    values: list[JsonValue]
    """By position, for the slots that stand for widgets."""
    outputs: list[tuple[JsonValue, JsonValue]]

    def inside(
        self,
        link: list[JsonValue],
        ids: set[JsonValue],
        slot: Node,
        outer: list[list[JsonValue]],
    ) -> JsonValue:
        """The link inside, for one that ends at a node that moves."""
        origin = link[1:3]
        if link[1] not in ids:
            place = self._input(link[0], is_widget="widget" in slot, value="stale")
            outer.append([link[0], *origin, self.host_id, place, "*"])
            origin = [-10, place]
        return _as_object([link[0], *origin, *link[3:]])

    def leaving(self, link: list[JsonValue], inner: list[JsonValue]) -> list[JsonValue]:
        """The link outside, for one that starts at a node that moves."""
        place = len(self.outputs)
        self.outputs.append((link[1], link[2]))
        inner.append(_as_object([link[0], *link[1:3], -20, place, "*"]))
        return [link[0], self.host_id, place, *link[3:]]

    def promote(self, node: Node, inner: list[JsonValue], chaos: random.Random) -> None:
        """Let the instance own some of a node's values, which the node itself then has wrong."""
        values, slots = node["widgets_values"], node["inputs"]
        kind = str(node["type"])
        if kind not in SCHEMAS:
            return
        assert isinstance(values, list)
        assert isinstance(slots, list)
        linked = {cast("Node", slot)["name"] for slot in slots}
        place = 0
        for spec in SCHEMAS[kind].widgets:
            if spec.name not in linked and chaos.random() < 0.5:
                free = 100_000 + len(inner)
                own = self._input(None, is_widget=True, value=values[place])
                inner.append(_as_object([free, -10, own, node["id"], len(slots), "*"]))
                slots.append(
                    {"name": spec.name, "type": "*", "link": free, "widget": {"name": spec.name}}
                )
                values[place] = "stale"
            place += 2 if spec.name == "seed" else 1

    def _input(self, link: JsonValue, *, is_widget: bool, value: JsonValue) -> int:
        slot: Node = {"name": f"in {len(self.slots)}", "type": "*", "link": link}
        if is_widget:
            slot["widget"] = {"name": slot["name"]}
            self.values.append(value)
        self.slots.append(slot)
        return len(self.slots) - 1

    def host(self, chaos: random.Random) -> Node:
        """The instance; as on saving, slots of widgets without a link may be left out."""
        slots: list[JsonValue] = [
            slot for slot in self.slots if slot["link"] is not None or chaos.random() < 0.5
        ]
        return {
            "id": self.host_id,
            "type": f"sub {self.host_id}",
            "inputs": slots,
            "widgets_values": self.values,
        }


def _as_object(link: list[JsonValue]) -> JsonValue:
    keys = ("id", "origin_id", "origin_slot", "target_id", "target_slot", "type")
    return dict(zip(keys, link, strict=True))


def without_paths(graph: Graph) -> Graph:
    """The graph with the last part of every id, which these graphs use once."""

    def short(name: str) -> str:
        return name.rpartition(":")[2]

    return Graph(
        {
            short(name): replace(
                node,
                inputs={
                    key: Link(short(value.node), value.slot) if isinstance(value, Link) else value
                    for key, value in node.inputs.items()
                },
            )
            for name, node in graph.nodes.items()
        }
    )
