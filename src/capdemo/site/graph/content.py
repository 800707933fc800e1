"""What stands inside a box: its width, the values of its widgets, the text of a note."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from capdemo.site.graph.parts import HEADER, INSET, PADDING, ROW, TEXT_SIZE, TITLE_SIZE
from capdemo.site.graph.text import fitted, printable, width_of, wrapped
from capdemo.workflow import Link

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from capdemo.site.graph.parts import Socket
    from capdemo.workflow import DocumentNode, JsonValue

NOTES = frozenset({"Note", "MarkdownNote"})
MOST_ROWS = 16
"""Widgets of one node that are listed."""

_NARROWEST = 150.0
_WIDEST = 1200.0
_LONGEST_TITLE = 420.0
_MARKDOWN = re.compile(r"[*`#]|\[(?P<text>[^\]]*)\]\([^)]*\)")


def box_width(
    title: str,
    said: float,
    inputs: Sequence[Socket],
    outputs: Sequence[Socket],
) -> float:
    """The width in pixels: what the file says, but enough for the title and the sockets."""
    needed = pill_width(title)
    sides = [
        max((width_of(socket.label, TEXT_SIZE) for socket in sockets), default=0.0)
        for sockets in (inputs, outputs)
    ]
    return min(max(said, needed, sum(sides) + 4 * INSET, _NARROWEST), _WIDEST)


def pill_width(title: str) -> float:
    """The width in pixels of a title bar that holds its title, if that is not too long."""
    return min(max(width_of(title, TITLE_SIZE) + 2 * INSET, 60.0), _LONGEST_TITLE)


def value_rows(
    values: Mapping[str, Link | JsonValue], width: float, said_height: float
) -> tuple[tuple[tuple[str, str], ...], tuple[str, ...]]:
    """Widgets as (name, value) that fit into the width, and a long text in lines of its own."""
    rows: list[tuple[str, str]] = []
    lines: tuple[str, ...] = ()
    room = width - 2 * INSET
    limit = max(3, int((said_height - HEADER) / ROW) - 2)
    for name, value in values.items():
        if isinstance(value, Link | dict | list) or value is None:
            continue
        text = _text(value)
        if isinstance(value, str) and not lines and width_of(text, TEXT_SIZE) > room * 1.5:
            lines = wrapped(value, TEXT_SIZE, room, min(limit, 8))
        elif text:
            rows.append(_row(printable(name), text, room))
    if len(rows) > MOST_ROWS:
        rows = [*rows[: MOST_ROWS - 1], (f"and {len(rows) - MOST_ROWS + 1} more", "")]
    return tuple(rows), lines


def note_lines(node: DocumentNode, width: float) -> tuple[str, ...]:
    """A note's text without its marks, as many lines as the note is high."""
    values = node.widgets_values if isinstance(node.widgets_values, tuple) else ()
    text = next((value for value in values if isinstance(value, str)), "")
    plain = _MARKDOWN.sub(lambda found: found["text"] or "", text)
    paragraphs = [printable(line) for line in plain.splitlines() if line.strip()]
    limit = max(2, int((node.size[1] - 2 * PADDING) / ROW))
    return wrapped("\n".join(paragraphs), TEXT_SIZE, width - 2 * INSET, limit)


def _row(name: str, text: str, room: float) -> tuple[str, str]:
    """A value gets two thirds of the room, or more where its name is short."""
    left = max(room / 3, room - width_of(text, TEXT_SIZE) - INSET)
    name = fitted(name, TEXT_SIZE, left)
    return name, fitted(text, TEXT_SIZE, room - width_of(name, TEXT_SIZE) - INSET)


def _text(value: JsonValue) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.6g}"
    return printable(str(value).replace("\\", "/")) if isinstance(value, str) else str(value)
