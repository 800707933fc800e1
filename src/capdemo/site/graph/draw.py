"""Panels as SVG elements; positions and words are given, nothing is measured or decided here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from capdemo.site.elements import element
from capdemo.site.graph.colours import colour_of
from capdemo.site.graph.parts import HEADER, INSET, ROW, TEXT_SIZE, TITLE_SIZE
from capdemo.site.graph.text import fitted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from xml.etree.ElementTree import Element

    from capdemo.site.graph.parts import Box, Frame, Panel, Socket, Wire

_RADIUS = 8
_SOCKET_RADIUS = 5
_BASELINE = 0.36
"""Of the font's size, from the middle of a row down to the line that letters stand on."""

_BEND = (30.0, 160.0)
"""How far a wire goes straight on before it turns: at least and at most."""


def panel_elements(panel: Panel) -> Iterator[Element]:
    """Frames at the back, wires over them, boxes in front."""
    boxes = {box.id: box for box in panel.boxes}
    for frame in panel.frames:
        yield _frame(frame)
    for wire in panel.wires:
        origin, target = boxes[wire.origin], boxes[wire.target]
        yield _wire(wire, origin, target)
    for box in panel.boxes:
        yield _box(box)


def number(value: float) -> str:
    """A coordinate with at most one digit behind the point."""
    return f"{round(value, 1):g}" if abs(value) < 1e5 else f"{value:.0f}"  # noqa: PLR2004  # %g keeps six digits


def text(words: str, x: float, middle: float, name: str, **more: str) -> Element:
    """A line of text around the height `middle`."""
    size = TITLE_SIZE if name == "t" else TEXT_SIZE
    place = {"x": number(x), "y": number(middle + _BASELINE * size)}
    return element("text", {"class": name, **place, **more}, words)


def _frame(frame: Frame) -> Element:
    area = _area(frame.x, frame.y, frame.width, frame.height)
    title = fitted(frame.title, TITLE_SIZE, max(frame.width - 2 * INSET, 40.0))
    return element(
        "g",
        {"class": "f"},
        element("rect", {**area, "rx": str(_RADIUS)}),
        text(title, frame.x + INSET, frame.y + ROW * 0.75, "t"),
    )


def _wire(wire: Wire, origin: Box, target: Box) -> Element:
    x1, y1 = origin.x + origin.width, origin.socket_height(wire.origin_slot)
    x2, y2 = target.x, target.socket_height(wire.target_slot)
    bend = min(max(abs(x2 - x1) / 2, _BEND[0]), _BEND[1])
    path = (
        f"M{number(x1)} {number(y1)}C{number(x1 + bend)} {number(y1)} "
        f"{number(x2 - bend)} {number(y2)} {number(x2)} {number(y2)}"
    )
    return element("path", {"class": "w", "stroke": colour_of(wire.type), "d": path})


def _box(box: Box) -> Element:
    kinds = " ".join(word for word in ("b", box.look, box.mode) if word)
    top = box.y - HEADER
    title = fitted(box.label, TITLE_SIZE, box.width - 2 * INSET)
    return element(
        "g",
        {"class": kinds},
        element("rect", {**_area(box.x, top, box.width, HEADER + box.height), "rx": str(_RADIUS)}),
        _header_line(box),
        text(title, box.x + INSET, top + HEADER / 2, "t"),
        _kind(box),
        *_sockets(box),
        *_rows(box),
    )


def _header_line(box: Box) -> Element | None:
    if not box.height:
        return None
    path = f"M{number(box.x)} {number(box.y)}h{number(box.width)}"
    return element("path", {"class": "l", "d": path})


def _kind(box: Box) -> Element | None:
    if not box.kind:
        return None
    if box.has_wide_title:
        words = fitted(box.kind, TEXT_SIZE, box.width - 2 * INSET)
        return text(words, box.x + INSET, box.y + box.first_row - ROW / 2, "k")
    right = box.x + box.width - INSET
    return text(box.kind, right, box.y - HEADER / 2, "k", **{"text-anchor": "end"})


def _sockets(box: Box) -> Iterator[Element]:
    right = box.x + box.width
    sides: tuple[tuple[Sequence[Socket], float, float, dict[str, str]], ...]
    sides = ((box.inputs, box.x, INSET, {}), (box.outputs, right, -INSET, {"text-anchor": "end"}))
    for sockets, x, inset, anchor in sides:
        for index, socket in enumerate(sockets):
            middle = box.socket_height(index)
            place = {"cx": number(x), "cy": number(middle), "r": str(_SOCKET_RADIUS)}
            yield element("circle", {**place, "fill": colour_of(socket.type)})
            if box.look != "pill":
                yield text(socket.label, x + inset, middle, "s", **anchor)
            elif index == 0:
                break


def _rows(box: Box) -> Iterator[Element]:
    first = max(len(box.inputs), len(box.outputs))
    left, right = box.x + INSET, box.x + box.width - INSET
    for index, (name, value) in enumerate(box.rows, first):
        middle = box.socket_height(index)
        yield text(name, left, middle, "k")
        if value:
            yield text(value, right, middle, "v", **{"text-anchor": "end"})
    for index, line in enumerate(box.lines, first + len(box.rows)):
        yield text(line, left, box.socket_height(index), "s")


def _area(x: float, y: float, width: float, height: float) -> dict[str, str]:
    return {
        "x": number(x),
        "y": number(y),
        "width": number(max(width, 0.0)),
        "height": number(max(height, 0.0)),
    }
