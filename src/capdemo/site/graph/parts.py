"""What a drawing of a workflow consists of, in pixels of the editor's canvas."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from capdemo.site.graph.text import width_of

TITLE_SIZE = 18.0
TEXT_SIZE = 15.5
INSET = 14.0
"""From a box's side to its text."""

HEADER = 32
"""Height of a box's title bar, which lies above the box's position."""

ROW = 23
"""Height of a socket, a widget or a line of text."""

PADDING = 8
"""Between the body's border and its first row, and below the last."""

Look: TypeAlias = Literal["node", "note", "pill", "ends"]
"""`pill` is a title bar alone; `ends` are a subgraph's own inputs or outputs."""

Mode: TypeAlias = Literal["", "muted", "bypassed"]


@dataclass(frozen=True, slots=True)
class Socket:
    """One end of a wire."""

    label: str
    type: str


@dataclass(frozen=True, slots=True)
class Box:
    """A node, or something that looks like one."""

    id: str
    title: str
    kind: str = ""
    """The node's type, where the title is something else."""
    look: Look = "node"
    mode: Mode = ""
    x: float = 0.0
    y: float = 0.0
    """Upper left corner of the body, below the title bar."""
    width: float = 0.0
    inputs: tuple[Socket, ...] = ()
    outputs: tuple[Socket, ...] = ()
    rows: tuple[tuple[str, str], ...] = ()
    """Widgets, as name and value."""
    lines: tuple[str, ...] = ()
    """Running text, broken into lines."""

    @property
    def label(self) -> str:
        """What the title bar says."""
        return f"{self.title} ({self.mode})" if self.mode else self.title

    @property
    def has_wide_title(self) -> bool:
        """Whether the type does not fit beside the title and gets a row of its own."""
        words = width_of(self.label, TITLE_SIZE) + width_of(self.kind, TEXT_SIZE)
        return bool(self.kind) and words + 3 * INSET > self.width

    @property
    def first_row(self) -> float:
        """Top of the first socket row, from the body's top."""
        return PADDING + (ROW if self.has_wide_title else 0)

    @property
    def height(self) -> float:
        """Of the body; a box is as high as what it holds."""
        if self.look == "pill":
            return 0.0
        sockets = max(len(self.inputs), len(self.outputs))
        rows = sockets + len(self.rows) + len(self.lines)
        return self.first_row + rows * ROW + PADDING

    def socket_height(self, index: int) -> float:
        """The y of a socket's centre, from the drawing's top."""
        if self.look == "pill":
            return self.y - HEADER / 2
        return self.y + self.first_row + (index + 0.5) * ROW


@dataclass(frozen=True, slots=True)
class Wire:
    """From an output to an input; boxes by id, sockets by position among those drawn."""

    origin: str
    origin_slot: int
    target: str
    target_slot: int
    type: str


@dataclass(frozen=True, slots=True)
class Frame:
    """A titled area behind boxes."""

    title: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Panel:
    """One level of a workflow: the workflow itself, or the inside of a subgraph."""

    title: str
    """Empty for the workflow itself."""
    boxes: tuple[Box, ...]
    wires: tuple[Wire, ...]
    frames: tuple[Frame, ...] = ()

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """Left, top, right and bottom of all that is drawn."""
        areas = [(b.x, b.y - HEADER, b.x + b.width, b.y + b.height) for b in self.boxes]
        areas += [(f.x, f.y, f.x + f.width, f.y + f.height) for f in self.frames]
        if not areas:
            return (0.0, 0.0, 0.0, 0.0)
        lefts, tops, rights, bottoms = zip(*areas, strict=True)
        return min(lefts), min(tops), max(rights), max(bottoms)
