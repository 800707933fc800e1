"""Which input of a bypassed node takes its place, by type, as the editor chooses it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from capdemo.node_api import InputSchema, NodeSchema
    from capdemo.workflow.document import DocumentNode
    from capdemo.workflow.level import Level

_ANY = frozenset({"", "*", "0"})


class Socket(NamedTuple):
    """An input as the editor has it while the workflow is open."""

    type: str
    place: int | None
    """Where the file lists the slot; None where it leaves it out."""


def chosen_socket(sockets: Sequence[Socket], slot: int, output: str, wanted: str) -> Socket | None:
    """The input that stands in for output `slot` of type `output`, or None where none fits.

    `wanted` is the type of the input that asks. In this order: anything is wanted, then the same
    slot, else the first; the same slot if it fits; the first of exactly the wanted type; the
    first that fits both.
    """
    if not sockets:
        return None
    same = sockets[slot] if slot < len(sockets) else None
    if wanted in ("", "*"):
        return same or sockets[0]

    def fits(socket: Socket) -> bool:
        return is_compatible(socket.type, output) and is_compatible(socket.type, wanted)

    if same is not None and fits(same):
        return same
    exact = next((socket for socket in sockets if socket.type == wanted), None)
    return exact or next((socket for socket in sockets if fits(socket)), None)


def is_compatible(one: str, other: str) -> bool:
    """Whether the editor lets an output of one type be wired to an input of the other."""
    mine, theirs = (set(kinds.lower().split(",")) for kinds in (one, other))
    return bool(mine & theirs) or not _ANY.isdisjoint(mine | theirs)


def node_sockets(node: DocumentNode, schema: NodeSchema | None) -> list[Socket]:
    """The inputs of a node: sockets, then widgets, in schema order, then what is not in there.

    The file leaves out the slots of widgets without a link. Without a schema, or with one whose
    inputs depend on values, the file's slots have to do.
    """
    listed = [Socket(slot.type, index) for index, slot in enumerate(node.inputs)]
    if schema is None or any(_is_dynamic(entry) for entry in schema.inputs):
        return listed
    by_name = {slot.name: index for index, slot in reversed([*enumerate(node.inputs)])}
    ordered = sorted(schema.inputs, key=lambda entry: entry.widget is not None)
    known = [
        listed[by_name[entry.name]] if entry.name in by_name else Socket(entry.type, None)
        for entry in ordered
    ]
    names = {entry.name for entry in schema.inputs}
    return known + [listed[i] for i, slot in enumerate(node.inputs) if slot.name not in names]


def instance_sockets(host: DocumentNode, level: Level) -> list[Socket]:
    """The inputs of a subgraph's instance, in the order of the definition."""
    places = host_slots(host, level)
    return [Socket(slot.type, place) for slot, place in zip(level.inputs, places, strict=True)]


def host_slots(host: DocumentNode, level: Level) -> list[int | None]:
    """Where an instance lists each input of its subgraph, known by name; None: left out."""
    places: dict[str, list[int]] = {}
    for index, slot in enumerate(host.inputs):
        places.setdefault(slot.name, []).append(index)
    waiting: Mapping[str, list[int]] = {name: found[::-1] for name, found in places.items()}
    return [waiting[slot.name].pop() if waiting.get(slot.name) else None for slot in level.inputs]


def _is_dynamic(entry: InputSchema) -> bool:
    return entry.rows is not None or (entry.widget is not None and bool(entry.widget.options))
