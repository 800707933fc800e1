"""What a workflow needs: its models with licence and digest, its inputs to download."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from capdemo.models.catalogue import HuggingFaceSource, UrlSource
from capdemo.site.elements import element, facts_list
from capdemo.site.measures import size_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from xml.etree.ElementTree import Element

    from capdemo.models.catalogue import BundledSource, Model
    from capdemo.site.place import Place
    from capdemo.site.workflow_facts import ModelFacts, WorkflowFacts


def needs(facts: WorkflowFacts, place: Place) -> Element | None:
    """The list of models and inputs; None where there are none."""
    models = [_model(model, named=model.name in facts.named) for model in facts.models]
    inputs = [_input(path, place) for path in facts.inputs]
    if not models and not inputs:
        return None
    return element("ul", {"class": "cd-needs"}, *models, *inputs)


def _model(model: ModelFacts, *, named: bool) -> Element:
    known = model.known
    name = (
        element("b", {}, _link(known.name, known.homepage))
        if known
        else element("b", {}, model.name)
    )
    facts: list[tuple[str, Element | str]] = [
        ("File", element("code", {}, f"models/{model.folder}/{model.name}")),
        ("Size", size_text(model.size) if model.size else "not known"),
    ]
    if known and known.device_memory:
        facts.append(("GPU memory", f"{known.device_memory} GB"))
    if known:
        facts.append(("Licence", _link(known.licence, known.licence_url)))
    facts.append(("sha256", _digest(model.sha256)))
    if known and (links := _links(known)):
        facts.append(("From", _joined(links)))
    if known and known.paper:
        facts.append(("Paper", _link(known.paper.partition("://")[2], known.paper)))
    if model.package:
        facts += _ran_from(model.package)
    head = element(
        "p",
        {},
        element("span", {"class": "cd-kind"}, "Model"),
        " ",
        name,
        *_labels(model, named=named),
    )
    return element("li", {}, head, facts_list("cd-model", facts))


def _links(model: Model) -> list[Element]:
    """Where a reader can download the file."""
    links = []
    for source in model.sources:
        if isinstance(source, UrlSource):
            links.append(_link(source.file_name, source.url))
        elif isinstance(source, HuggingFaceSource):
            commit = source.revision or "main"
            address = f"https://huggingface.co/{source.repository}/resolve/{commit}/{source.file}"
            links.append(_link(f"{source.repository}/{source.file_name}", quote(address, ":/")))
    return links


def _joined(links: list[Element]) -> Element:
    parts: list[Element | str] = []
    for link in links:
        parts += [", ", link] if parts else [link]
    return element("span", {}, *parts)


def _ran_from(source: BundledSource) -> list[tuple[str, Element | str]]:
    """The package whose converted weights ran here in place of the file."""
    weights = f"{source.file_name}, {size_text(source.size)}, of {source.package} {source.version}"
    return [("Ran here with", weights), ("Its sha256", element("code", {}, source.sha256))]


def _labels(model: ModelFacts, *, named: bool) -> Iterator[Element | str]:
    if not named:
        yield from (" ", _badge("Loaded by a node itself"))
    if model.known is None:
        yield from (" ", _badge("Not in the catalogue"))
    elif not model.known.commercial:
        yield from (" ", _badge("Non-commercial"))


def _badge(text: str) -> Element:
    return element("span", {"class": "cd-badge"}, text)


def _digest(sha256: str | None) -> Element | str:
    return element("code", {}, sha256) if sha256 else "not verified yet"


def _link(text: str, url: str) -> Element:
    if not url.startswith(("https://", "http://")):
        return element("span", {}, text)
    return element("a", {"href": url}, text)


def _input(path: str, place: Place) -> Element:
    name = path.rpartition("/")[2]
    link = element("a", {"href": place.relative(f"workflows/{path}"), "download": name}, name)
    return element(
        "li", {}, element("p", {}, element("span", {"class": "cd-kind"}, "Input"), " ", link)
    )
