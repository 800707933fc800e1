"""Places for boxes that have none: columns by rank, from what is read to what is written."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from capdemo.site.graph.parts import HEADER, Panel

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from capdemo.site.graph.parts import Box, Wire

COLUMN_GAP = 70.0
BOX_GAP = 36.0


CLEARANCE = 12.0
"""Between boxes one below the other; drawn larger than in the editor, they may touch."""

_SETTLED = 500
"""Boxes of one panel that are kept apart, which takes time for each pair."""


def placed(panel: Panel) -> Panel:
    """The panel with boxes apart, in columns where they have no places of their own."""
    return in_columns(panel) if _lacks_places(panel.boxes) else _apart(panel)


def _apart(panel: Panel) -> Panel:
    """Boxes that would cover others pushed down, in the order of their heights."""
    if len(panel.boxes) > _SETTLED:
        return panel
    done: dict[str, Box] = {}
    for box in sorted(panel.boxes, key=lambda box: (box.y, box.x)):
        for above in sorted(done.values(), key=lambda other: other.y + other.height):
            beside = box.x >= above.x + above.width or above.x >= box.x + box.width
            lowest = above.y + above.height + CLEARANCE + HEADER
            if not beside and above.y - HEADER < box.y + box.height and box.y < lowest:
                box = replace(box, y=lowest)  # noqa: PLW2901  # pushed on by each in turn
        done[box.id] = box
    return replace(panel, boxes=tuple(done[box.id] for box in panel.boxes))


def in_columns(panel: Panel) -> Panel:
    """Every box to the right of all that it takes something from; beside its sources in height."""
    ranks = _ranks(panel)
    before = defaultdict(list)
    for wire in panel.wires:
        before[wire.target].append(wire.origin)
    places: dict[str, tuple[float, float]] = {}
    left = 0.0
    for rank in sorted(set(ranks.values())):
        column = [box for box in panel.boxes if ranks[box.id] == rank]
        column.sort(key=lambda box: _mean_height(before[box.id], places))
        top = 0.0
        for box in column:
            places[box.id] = (left, top + HEADER)
            top += HEADER + box.height + BOX_GAP
        left += max(box.width for box in column) + COLUMN_GAP
    boxes = tuple(replace(b, x=places[b.id][0], y=places[b.id][1]) for b in panel.boxes)
    return Panel(panel.title, boxes, panel.wires)


def _lacks_places(boxes: Sequence[Box]) -> bool:
    """Whether most boxes lie at one point."""
    if len(boxes) <= 1:
        return False
    ((_, most),) = Counter((box.x, box.y) for box in boxes).most_common(1)
    return most > len(boxes) / 2


def _ranks(panel: Panel) -> dict[str, int]:
    """The longest way to each box; those in a circle follow the rest."""
    waiting = Counter(wire.target for wire in panel.wires)
    after: dict[str, list[Wire]] = defaultdict(list)
    for wire in panel.wires:
        after[wire.origin].append(wire)
    ranks = {box.id: 0 for box in panel.boxes}
    ready = [box.id for box in panel.boxes if not waiting[box.id]]
    done = set(ready)
    while ready:
        box_id = ready.pop(0)
        for wire in after[box_id]:
            ranks[wire.target] = max(ranks[wire.target], ranks[box_id] + 1)
            waiting[wire.target] -= 1
            if not waiting[wire.target] and wire.target not in done:
                done.add(wire.target)
                ready.append(wire.target)
    last = max(ranks.values(), default=0)
    return {i: rank if i in done else last + 1 for i, rank in ranks.items()}


def _mean_height(sources: Sequence[str], places: Mapping[str, tuple[float, float]]) -> float:
    heights = [places[source][1] for source in sources if source in places]
    return sum(heights) / len(heights) if heights else 0.0
