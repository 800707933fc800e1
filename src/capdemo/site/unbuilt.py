"""An example that no machine has run yet: what goes in, and what a run would need."""

from __future__ import annotations

import shlex
import struct
from typing import TYPE_CHECKING

from capdemo.site.elements import element
from capdemo.site.measures import dimensions_text, size_text
from capdemo.site.notices import notice_element
from capdemo.site.workflow_facts import workflow_facts

if TYPE_CHECKING:
    from pathlib import Path
    from xml.etree.ElementTree import Element

    from capdemo.site.place import Place
    from capdemo.site.references import PictureLine
    from capdemo.site.sources import Sources
    from capdemo.site.workflow_facts import WorkflowFacts

_PNG_HEAD = 24
_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def unbuilt_figure(line: PictureLine, sources: Sources, place: Place) -> Element:
    """The input picture, where there is one, with words in the place of the result."""
    workflow = f"{line.example}.json"
    notice = sources.notice(line.example)
    facts = workflow_facts(sources.root, workflow, None) if workflow in sources.workflows else None
    words = line.alt or f"The picture of {line.example.rpartition('/')[2]} would stand here."
    return element(
        "figure",
        {"class": "cd-figure cd-figure--absent"},
        *(_input(path, sources.root, place) for path in (facts.inputs if facts else ())),
        element(
            "figcaption",
            {},
            notice_element(notice) if notice else None,
            element("p", {}, words),
            *(_needs(workflow, facts) if facts else ()),
        ),
    )


def memory_text(facts: WorkflowFacts) -> str:
    """What is known of the memory that a run takes before anyone has measured one."""
    if facts.models_size:
        return f"at least the {size_text(facts.models_size)} of its models; not measured yet"
    return "not measured yet"


def run_command(workflow: str) -> str:
    """What runs a workflow of the guide in a shell."""
    return f"capdemo run {shlex.quote(f'workflows/{workflow}')}"


def _needs(workflow: str, facts: WorkflowFacts) -> list[Element]:
    command = element("code", {}, run_command(workflow))
    return [
        element("p", {}, "To make it: ", command),
        element("p", {}, f"Memory: {memory_text(facts)}."),
    ]


def _input(path: str, root: Path, place: Place) -> Element | None:
    """The input as it is; only of a PNG the size is known without decoding it."""
    size = _png_size(root / "workflows" / path)
    if size is None:
        return None
    name = path.rpartition("/")[2]
    width, height = size
    image = {
        "src": place.relative(f"workflows/{path}"),
        "alt": f"The input, {name}",
        "width": str(width),
        "height": str(height),
        "loading": "lazy",
        "decoding": "async",
    }
    label = element("b", {}, "Input"), " ", element("span", {}, dimensions_text(width, height))
    return element(
        "div",
        {"class": "cd-side"},
        element("div", {"class": "cd-frame"}, element("img", image)),
        element("p", {"class": "cd-label"}, *label),
    )


def _png_size(path: Path) -> tuple[int, int] | None:
    if not path.is_file():
        return None
    with path.open("rb") as file:
        head = file.read(_PNG_HEAD)
    if len(head) < _PNG_HEAD or not head.startswith(_PNG_SIGNATURE):
        return None
    width, height = struct.unpack(">II", head[16:])
    return width, height
