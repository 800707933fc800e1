"""What a link delivers: a node's output, a value, or nothing, through all that only edits.

Follows the rules of the front end's `ExecutableNodeDTO`, in a loop instead of recursion.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from capdemo.workflow.bypass import chosen_socket, host_slots, instance_sockets, node_sockets
from capdemo.workflow.document import INPUT_NODE, MODE_BYPASSED, MODE_MUTED
from capdemo.workflow.editor_nodes import GETTER, PRIMITIVE, REROUTES, SETTER
from capdemo.workflow.graph import Link
from capdemo.workflow.named_wires import find_setter
from capdemo.workflow.widgets import named_values, self_named_values

if TYPE_CHECKING:
    from collections.abc import Mapping

    from capdemo.node_api import NodeSchema
    from capdemo.workflow.bypass import Socket
    from capdemo.workflow.document import DocumentNode
    from capdemo.workflow.graph import JsonValue
    from capdemo.workflow.level import Level
    from capdemo.workflow.scopes import Expansion, Scope


@dataclass(frozen=True, slots=True)
class Constant:
    """The value of a primitive, or of an instance's widget, which is written into a widget."""

    value: JsonValue


@dataclass(frozen=True, slots=True)
class Cycle:
    """A link that leads back to a node that it passed."""

    node: str
    """The node's execution id."""


Source: TypeAlias = Link | Constant | Cycle | None
"""None: nothing arrives, and a widget keeps its own value."""


class _Input(NamedTuple):
    """On the way upstream, in front of an input slot, counted as the file lists the slots."""

    scope: Scope
    node: DocumentNode
    slot: int
    wanted: str = ""
    """The type that is asked for; empty: that of the slot."""
    direct: bool = True
    """Whether a primitive still reaches the widget, which it does through reroutes and inwards."""


class _Output(NamedTuple):
    """On the way upstream, at an output slot."""

    scope: Scope
    node: DocumentNode
    slot: int
    wanted: str
    carried: str
    """The type that the link itself says it carries."""
    direct: bool


class Links:
    """The wires of an expanded document."""

    def __init__(self, expansion: Expansion, schemas: Mapping[str, NodeSchema]) -> None:
        self._expansion = expansion
        self._schemas = schemas
        self._known: dict[tuple[object, ...], Source] = {}
        """What was found from each place, so that a long chain is walked once."""
        self._host_slots: dict[Scope, list[int | None]] = {}
        self._promoted_values: dict[tuple[Scope, int], Constant | None] = {}
        self._sockets: dict[tuple[Level, str], list[Socket]] = {}

    def source(self, scope: Scope, node: DocumentNode, slot: int) -> Source:
        """What arrives at input slot `slot` of a node, counted as the file lists its slots."""
        place: _Input | _Output | Source = _Input(scope, node, slot)
        passed: dict[tuple[object, ...], None] = {}
        visited: set[tuple[object, ...]] = set()
        while isinstance(place, (_Input, _Output)):
            key = (type(place), place.scope, place.node.id, *place[2:])
            if key in self._known:
                place = self._known[key]
                break
            if key[:4] in visited:
                place = Cycle(place.scope.execution_id(place.node))
                break
            visited.add(key[:4])
            passed[key] = None
            place = self._before(place) if isinstance(place, _Input) else self._behind(place)
        self._known |= dict.fromkeys(passed, place)
        return place

    def _before(self, at: _Input) -> _Input | _Output | Source:
        """What stands at the other end of the link into a slot."""
        scope = at.scope
        link = scope.level.link_into(at.node, at.slot)
        if link is None or link.origin_slot < 0:
            return None
        if link.origin_id == INPUT_NODE and scope.outer is not None:
            return self._outside(scope, link.origin_slot, direct=at.direct)
        origin = scope.level.nodes.get(link.origin_id)
        if origin is None:
            return None
        wanted = at.wanted or at.node.inputs[at.slot].type
        return _Output(scope, origin, link.origin_slot, wanted, link.type, at.direct)

    def _outside(self, scope: Scope, index: int, *, direct: bool) -> _Input | Source:
        """What arrives at an input of a subgraph: the instance's link, else its value."""
        host, outer = scope.host, scope.outer
        if host is None or outer is None or index >= len(scope.level.inputs):
            return None
        slot = self._slots_of(scope)[index]
        if slot is None or outer.level.link_into(host, slot) is None:
            if (scope, index) not in self._promoted_values:
                self._promoted_values[scope, index] = self._promoted(scope, index)
            return self._promoted_values[scope, index]
        return _Input(outer, host, slot, direct=direct)

    def _behind(self, at: _Output) -> _Input | _Output | Source:
        """What an output stands for: itself, or what the editor puts in its place."""
        if at.node.type == PRIMITIVE:  # pushes its value even while it is muted
            return self._primitive(at.scope, at.node) if at.direct else None
        if at.node.mode == MODE_MUTED:
            return None
        if at.node.mode == MODE_BYPASSED:
            return self._through(at)
        if at.node.id in at.scope.inner:
            return self._inside(at)
        return self._along_wires(at)

    def _along_wires(self, at: _Output) -> _Input | Source:
        """Past the nodes that only hold a wire."""
        scope, node = at.scope, at.node
        if node.type in REROUTES or node.type == SETTER:
            direct = at.direct and node.type != SETTER
            return _Input(scope, node, at.slot, at.wanted, direct)
        if node.type == GETTER:
            found = find_setter(scope, node)
            return _Input(*found, at.slot, at.wanted, direct=False) if found else None
        return Link(scope.execution_id(node), at.slot)

    def _through(self, at: _Output) -> _Input | None:
        """The input that takes the place of a bypassed node."""
        sockets = self._sockets_of(at.scope, at.node)
        level = self._expansion.levels.get(at.node.type)
        outputs = at.node.outputs if level is None else level.outputs
        output = outputs[at.slot].type if at.slot < len(outputs) else at.carried
        chosen = chosen_socket(sockets, at.slot, output, at.wanted)
        if chosen is None or chosen.place is None:
            return None
        direct = at.direct and at.node.type in REROUTES
        return _Input(at.scope, at.node, chosen.place, direct=direct)

    def _sockets_of(self, scope: Scope, node: DocumentNode) -> list[Socket]:
        key = (scope.level, node.id)
        if key not in self._sockets:
            level = self._expansion.levels.get(node.type)
            self._sockets[key] = (
                node_sockets(node, self._schemas.get(node.type))
                if level is None
                else instance_sockets(node, level)
            )
        return self._sockets[key]

    def _inside(self, at: _Output) -> _Input | _Output | Source:
        """What fills an output of an instance, inside its subgraph."""
        inner = at.scope.inner[at.node.id]
        link = inner.level.link_out(at.slot)
        if link is None or link.origin_slot < 0:
            return None
        if link.origin_id == INPUT_NODE:
            return self._outside(inner, link.origin_slot, direct=False)
        origin = inner.level.nodes.get(link.origin_id)
        if origin is None:
            return None
        return _Output(inner, origin, link.origin_slot, at.wanted, link.type, direct=False)

    def _promoted(self, scope: Scope, index: int) -> Constant | None:
        """The value of an instance's own widget.

        The first widget that the input feeds owns the default, for all that it feeds.
        """
        inner: Scope | None = scope
        while inner is not None and inner.host is not None:
            slot = inner.level.inputs[index]
            if slot.name in inner.promoted.inputs:
                return Constant(inner.promoted.inputs[slot.name])
            promotions = self._expansion.promotions
            fed = next(promotions.fed_widgets(inner.host.type, index), None)
            if fed is None:
                return None
            node, name = fed
            level = self._expansion.levels.get(node.type)
            if level is None:
                values = self.own_values(inner, node)
                return Constant(values[name]) if name in values else None
            names = [entry.name for entry in level.inputs]
            index = names.index(name) if name in names else len(names)
            inner = inner.inner.get(node.id) if index < len(names) else None
        return None

    def own_values(self, scope: Scope, node: DocumentNode) -> dict[str, JsonValue]:
        """A node's widget values by name, as far as schema or file name them, without links."""
        schema = self._schemas.get(node.type)
        values = named_values(node, schema) if schema else self_named_values(node) or {}
        return {**values, **scope.promoted.widgets.get(node.id, {})}

    def _primitive(self, scope: Scope, node: DocumentNode) -> Constant | None:
        given = [*scope.promoted.widgets.get(node.id, {}).values()]
        saved = node.widgets_values
        values = given or (saved if isinstance(saved, tuple) else ())
        return Constant(values[0]) if values else None

    def _slots_of(self, scope: Scope) -> list[int | None]:
        if scope not in self._host_slots and scope.host is not None:
            self._host_slots[scope] = host_slots(scope.host, scope.level)
        return self._host_slots[scope]
