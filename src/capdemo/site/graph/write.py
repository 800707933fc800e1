"""The SVG file: drawing, words for those who cannot see it, and the workflow for ComfyUI."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from xml.etree.ElementTree import tostring

from capdemo.errors import errors_among
from capdemo.site.elements import element
from capdemo.site.graph.draw import number, panel_elements, text
from capdemo.site.graph.levels import document_panels
from capdemo.site.graph.place import placed
from capdemo.site.graph.prompts import graph_panel
from capdemo.site.graph.style import STYLE
from capdemo.site.graph.text import printable
from capdemo.workflow import graph_to_api, load_graph
from capdemo.workflow.json_text import parse_json

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from xml.etree.ElementTree import Element

    from capdemo.node_api import NodeSchema
    from capdemo.site.graph.parts import Box, Panel
    from capdemo.workflow import JsonValue, WorkflowFile

_MARGIN = 24.0
_PANEL_TITLE = 44.0
_LISTED = 60
"""Nodes that the description names."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """A workflow's picture."""

    svg: str
    width: int
    height: int
    """In pixels of the editor's canvas."""
    description: str
    """The graph in words."""


def graph_drawing(file: WorkflowFile, schemas: Mapping[str, NodeSchema]) -> Drawing:
    """Draw a workflow of either format; the same file gives the same bytes."""
    graph, problems = load_graph(file, schemas)
    if file.ui is not None:
        panels = _stacked([placed(panel) for panel in document_panels(file.ui, graph)])
    else:
        panels = [placed(graph_panel(graph, schemas))]
    texts = {key: parse_json(raw, where=str(file.path)) for key, raw in file.raw.items()}
    if "prompt" not in texts and not errors_among(problems):
        texts["prompt"] = graph_to_api(graph)
    description = _description(panels)
    head = (
        _text_of(element("title", {"id": "t"}, f"Workflow {printable(file.path.stem)}"))
        + _text_of(element("desc", {"id": "d"}, description))
        + f"<metadata>{_character_data(texts)}</metadata>"
    )
    left, top, right, bottom = _together(panels)
    width, height = right - left + 2 * _MARGIN, bottom - top + 2 * _MARGIN
    svg = _svg((left - _MARGIN, top - _MARGIN, width, height), head, panels)
    return Drawing(svg, round(width), round(height), description)


def _svg(view: tuple[float, float, float, float], head: str, panels: Sequence[Panel]) -> str:
    width, height = round(view[2]), round(view[3])
    drawn = (*_canvas(view), *(part for panel in panels for part in _panel(panel, view[0])))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{" ".join(map(number, view))}" '
        f'width="{width}" height="{height}" role="img" aria-labelledby="t d">'
        f"{head}<style>{STYLE}</style>{''.join(map(_text_of, drawn))}</svg>\n"
    )


def _text_of(part: Element) -> str:
    return tostring(part, encoding="unicode")


def _character_data(texts: Mapping[str, JsonValue]) -> str:
    """What ComfyUI reads when the file is dropped on it: one section, in ASCII."""
    carried = {key: texts[key] for key in ("workflow", "prompt") if key in texts}
    data = json.dumps(carried, separators=(",", ":")).replace("]]>", "]]\\u003e")
    return f"<![CDATA[{data}]]>"


def _stacked(panels: Sequence[Panel]) -> list[Panel]:
    """The panels one below the other, aligned at their left."""
    found: list[Panel] = []
    for panel in panels:
        if not found:
            found.append(panel)
            continue
        left, _, _, bottom = _together(found)
        own_left, own_top, _, _ = panel.bounds
        down = bottom + 2 * _MARGIN + _PANEL_TITLE - own_top
        found.append(_moved(panel, left - own_left, down))
    return found


def _moved(panel: Panel, right: float, down: float) -> Panel:
    return replace(
        panel,
        boxes=tuple(replace(box, x=box.x + right, y=box.y + down) for box in panel.boxes),
        frames=tuple(replace(f, x=f.x + right, y=f.y + down) for f in panel.frames),
    )


def _together(panels: Sequence[Panel]) -> tuple[float, float, float, float]:
    lefts, tops, rights, bottoms = zip(*(panel.bounds for panel in panels), strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)


def _canvas(view: tuple[float, float, float, float]) -> list[Element]:
    names = ("x", "y", "width", "height")
    area = {name: number(value) for name, value in zip(names, view, strict=True)}
    return [element("rect", {"class": "c", **area})]


def _panel(panel: Panel, left: float) -> list[Element]:
    drawn = list(panel_elements(panel))
    if not panel.title:
        return drawn
    middle = panel.bounds[1] - _PANEL_TITLE / 2
    title = text(f"Subgraph: {panel.title}", left + _MARGIN, middle, "t")
    return [title, *drawn]


def _description(panels: Sequence[Panel]) -> str:
    """Every node and where its outputs go, in file order."""
    sentences = [s for panel in panels for s in _sentences(panel)]
    more = len(sentences) - _LISTED
    return " ".join([*sentences[:_LISTED], *([f"And {more} more nodes."] if more > 0 else [])])


def _sentences(panel: Panel) -> list[str]:
    boxes = {box.id: box for box in panel.boxes if box.look != "note"}
    targets: dict[str, dict[str, None]] = {box_id: {} for box_id in boxes}
    for wire in panel.wires:
        if wire.origin in boxes and wire.target in boxes:
            targets[wire.origin][_called(boxes[wire.target])] = None
    within = f"In subgraph {panel.title}: " if panel.title else ""
    return [
        f"{within}{_called(box)}" + (f" leads to {', '.join(targets[i])}." if targets[i] else ".")
        for i, box in boxes.items()
    ]


def _called(box: Box) -> str:
    kind = f" ({box.kind})" if box.kind else ""
    return f"{box.title}{kind}"
