"""Boxes and wires as the editor saves them, formats 0.4 and 1; resolves and names nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from capdemo.workflow.graph import JsonValue
    from capdemo.workflow.shape import Place

MODE_MUTED = 2
MODE_BYPASSED = 4

_LINK_KEYS = ("id", "origin_id", "origin_slot", "target_id", "target_slot", "type")


@dataclass(frozen=True, slots=True)
class InputSlot:
    """An input as it is drawn: a socket, or a widget that was turned into one."""

    name: str
    type: str
    """A socket type; `*` where anything fits, `COMBO` where an old file lists the choices."""
    link: str | None = None
    """The id of the link that ends here."""
    widget: str | None = None
    """The name of the widget that the slot stands for, if there is one."""


@dataclass(frozen=True, slots=True)
class OutputSlot:
    """An output as it is drawn."""

    name: str
    type: str
    links: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DocumentNode:
    """A box of the editor: a node, a note, a subgraph instance."""

    id: str
    type: str
    mode: int = 0
    """0 runs, 2 is muted, 4 is bypassed; 1 and 3 run too."""
    inputs: tuple[InputSlot, ...] = ()
    outputs: tuple[OutputSlot, ...] = ()
    widgets_values: tuple[JsonValue, ...] | Mapping[str, JsonValue] | None = None
    widgets_values_named: Mapping[str, JsonValue] | None = None
    title: str = ""
    """Empty where the node was not renamed."""
    properties: Mapping[str, JsonValue] = field(default_factory=dict)
    pos: tuple[float, float] = (0.0, 0.0)
    """Pixels of the canvas, from left and top, to the upper left corner of the body."""
    size: tuple[float, float] = (0.0, 0.0)
    """Pixels, wide and high; 0 where the file does not say."""
    is_collapsed: bool = False
    """Whether only its title bar is drawn."""

    @property
    def pack(self) -> str:
        """The pack that owns the node's type, with its version; empty where not recorded."""
        name = self.properties.get("cnr_id") or self.properties.get("aux_id")
        version = self.properties.get("ver")
        if not isinstance(name, str):
            return ""
        return f"{name} {version}" if isinstance(version, str) and version else name


@dataclass(frozen=True, slots=True)
class DocumentLink:
    """A wire from an output slot to an input slot, counted as the file lists them."""

    id: str
    origin_id: str
    origin_slot: int
    target_id: str
    target_slot: int
    type: str = "*"


@dataclass(frozen=True, slots=True)
class Group:
    """A coloured frame behind nodes, which means nothing to the graph."""

    title: str
    bounding: tuple[float, float, float, float]
    """Pixels of the canvas: left, top, width, height."""
    color: str = ""
    """A CSS colour; empty where the file does not say."""


def node_from_json(place: Place) -> DocumentNode:
    """Read a node; a wrong shape raises `InputError` naming the place in the file."""
    if not isinstance(place.value, dict):
        raise place.error("a node")
    mode = place["mode"]
    named = place["widgets_values_named"]
    return DocumentNode(
        id=place["id"].identifier(),
        type=_node_type(place["type"]),
        mode=0 if mode.value is None else mode.integer(),
        inputs=tuple(_input_slot(slot) for slot in place["inputs"].items()),
        outputs=tuple(_output_slot(slot) for slot in place["outputs"].items()),
        widgets_values=_widget_values(place["widgets_values"]),
        widgets_values_named=None if named.value is None else named.object(),
        title=place["title"].text(),
        properties=place["properties"].object(),
        pos=_pair(place["pos"]),
        size=_pair(place["size"]),
        is_collapsed=place["flags"].object().get("collapsed") is True,
    )


def _node_type(place: Place) -> str:
    if not place.text():
        raise place.error("a node type")
    return place.text()


def _input_slot(place: Place) -> InputSlot:
    if not isinstance(place.value, dict):
        raise place.error("an input slot")
    name = place["name"].text()
    widget = place["widget"]
    return InputSlot(
        name=name,
        type=socket_type(place["type"]),
        link=None if place["link"].value is None else place["link"].identifier(),
        widget=None if widget.value is None else _widget_name(widget) or name,
    )


def _widget_name(place: Place) -> str:
    place.object()
    return place["name"].text()


def _output_slot(place: Place) -> OutputSlot:
    if not isinstance(place.value, dict):
        raise place.error("an output slot")
    return OutputSlot(
        name=place["name"].text(),
        type=socket_type(place["type"]),
        links=tuple(link.identifier() for link in place["links"].items()),
    )


def socket_type(place: Place) -> str:
    """Read a slot's type; `*` where anything fits."""
    match place.value:
        case str(name):
            return name or "*"
        case list():  # before 2024 a combo's socket type was the list of its choices
            return "COMBO"
        case None | 0:
            return "*"
        case int(event):  # litegraph's own -1 and -2: event and action
            return str(event)
        case _:
            raise place.error("a socket type")


def _widget_values(place: Place) -> tuple[JsonValue, ...] | Mapping[str, JsonValue] | None:
    match place.value:
        case None:
            return None
        case list(values):
            return tuple(values)
        case dict(values):
            return values
        case _:
            raise place.error("a list or an object of widget values")


def link_from_json(place: Place) -> DocumentLink:
    """Read an array, or the object of format 1; a sixth member, the type, may be missing."""
    if isinstance(place.value, list):
        parts = dict(zip(_LINK_KEYS, place.items(), strict=False))
    elif isinstance(place.value, dict):
        parts = {key: place[key] for key in _LINK_KEYS}
    else:
        raise place.error("a link")
    if len(parts) < len(_LINK_KEYS) - 1:
        raise place.error("a link of six members")
    return DocumentLink(
        id=parts["id"].identifier(),
        origin_id=parts["origin_id"].identifier(),
        origin_slot=parts["origin_slot"].integer(),
        target_id=parts["target_id"].identifier(),
        target_slot=parts["target_slot"].integer(),
        type=socket_type(parts["type"]) if "type" in parts else "*",
    )


def group_from_json(place: Place) -> Group:
    """Read a frame; what is missing of its bounds is 0."""
    place.object()
    bounds = (*(item.number() for item in list(place["bounding"].items())[:4]), 0.0, 0.0, 0.0, 0.0)
    color = place["color"].value
    return Group(
        title=place["title"].text(),
        bounding=(bounds[0], bounds[1], bounds[2], bounds[3]),
        color=color if isinstance(color, str) else "",
    )


def _pair(place: Place) -> tuple[float, float]:
    """Two numbers, as a list or as `{"0": ..., "1": ...}`; zeros where they are missing."""
    if isinstance(place.value, list):
        values = [item.number() for item in list(place.items())[:2]]
    else:
        place.object()
        values = [place[0].number(), place[1].number()]
    first, second = (*values, 0.0, 0.0)[:2]
    return first, second
