"""Which workflows use a model or a node, and on which page each workflow stands."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from capdemo.site.elements import element
from capdemo.site.page_sources import read_pages, stands_of
from capdemo.site.workflow_facts import workflow_facts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from xml.etree.ElementTree import Element

    from capdemo.site.page_sources import Stand
    from capdemo.site.place import Place
    from capdemo.site.sources import Sources


@dataclass(frozen=True, slots=True)
class Usage:
    """The guide's workflows by what they use; each a path under `workflows/`, sorted."""

    models: Mapping[str, Sequence[str]]
    """By the catalogue's id."""
    nodes: Mapping[str, Sequence[str]]
    """By `class_type`."""
    stands: Mapping[str, Stand]
    """Where a workflow's card is on the pages of the language that asks."""


def usage_of(sources: Sources, language: str) -> Usage:
    """Read every workflow and page of a guide."""
    models: dict[str, list[str]] = defaultdict(list)
    nodes: dict[str, list[str]] = defaultdict(list)
    for workflow in sorted(sources.workflows):
        facts = workflow_facts(sources.root, workflow, None)
        for model_id in {model.known.id for model in facts.models if model.known}:
            models[model_id].append(workflow)
        for class_type in facts.nodes:
            nodes[class_type].append(workflow)
    return Usage(models, nodes, stands_of(read_pages(sources.root / "docs", language)))


def used_in(workflows: Sequence[str], usage: Usage, place: Place) -> list[Element | str]:
    """The workflows as links to their cards, with commas between."""
    parts: list[Element | str] = []
    for number, workflow in enumerate(workflows):
        parts += [", "] if number else []
        parts.append(workflow_link(workflow, usage, place))
    return parts


def workflow_link(workflow: str, usage: Usage, place: Place) -> Element:
    """A workflow's name, leading to its card or, where no page shows it, to its file."""
    name = workflow.rpartition("/")[2].removesuffix(".json")
    stand = usage.stands.get(workflow)
    if stand is None:
        return element("a", {"href": place.relative(f"workflows/{workflow}")}, name)
    anchor = f"#{stand.anchor}" if stand.anchor else ""
    title = {"title": f"On the page {stand.page.title}"}
    return element("a", {"href": place.page(stand.page.path) + anchor, **title}, name)
