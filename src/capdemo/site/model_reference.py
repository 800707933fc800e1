"""The reference of models, made from the catalogue; a digest that nobody computed is not shown."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from capdemo.models.catalogue import (
    BundledSource,
    HuggingFaceSource,
    PackageSource,
    UrlSource,
    default_catalogue,
)
from capdemo.site.elements import element, facts_list, to_html
from capdemo.site.measures import size_text
from capdemo.site.usage import usage_of, used_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from xml.etree.ElementTree import Element

    from capdemo.models.catalogue import Model, Source
    from capdemo.site.place import Place
    from capdemo.site.sources import Sources
    from capdemo.site.usage import Usage

_COLUMNS = ("Model", "Scale", "Licence", "Size", "Used in")


def model_anchor(model_id: str) -> str:
    """The fragment of a model's entry."""
    return f"model-{model_id}"


def model_reference(sources: Sources, place: Place, stash: Callable[[str], str]) -> Iterator[str]:
    """A table and the entries of each of ComfyUI's model folders."""
    usage = usage_of(sources, place.source.partition("/")[0])
    models = sorted(default_catalogue(), key=lambda model: (model.folder, model.name.casefold()))
    for folder, group in groupby(models, key=lambda model: model.folder):
        members = list(group)
        yield from ("", f"### models/{folder}", "")
        yield from (stash(to_html(_table(members, usage))), "")
        for model in members:
            yield from ("", f"#### {model.name} {{#{model_anchor(model.id)}}}", "")
            yield from (stash(to_html(_entry(model, usage, place))), "")


def _table(models: list[Model], usage: Usage) -> Element:
    head = element("tr", {}, *(element("th", {}, text) for text in _COLUMNS))
    rows = [
        element(
            "tr",
            {},
            element("td", {}, element("a", {"href": f"#{model_anchor(model.id)}"}, model.name)),
            element("td", {}, _scale(model)),
            element("td", {}, model.licence, *_label(model)),
            element("td", {}, size_text(model.size) if model.size else "not known"),
            element("td", {}, _count(len(usage.models.get(model.id, ())))),
        )
        for model in models
    ]
    return element("table", {}, element("thead", {}, head), element("tbody", {}, *rows))


def _count(workflows: int) -> str:
    return {0: "no workflow", 1: "1 workflow"}.get(workflows, f"{workflows} workflows")


def _scale(model: Model) -> str:
    return f"{model.scale}\N{MULTIPLICATION SIGN}" if model.scale > 1 else "\N{EN DASH}"


def _label(model: Model) -> list[Element | str]:
    return [] if model.commercial else [" ", _badge("Non-commercial")]


def _badge(text: str) -> Element:
    return element("span", {"class": "cd-badge"}, text)


def _entry(model: Model, usage: Usage, place: Place) -> Element:
    links = used_in(usage.models.get(model.id, ()), usage, place)
    facts: list[tuple[str, Element | str]] = [
        ("File", element("code", {}, f"models/{model.folder}/{model.files[0]}")),
        *((("Also called", _codes(model.files[1:])),) if model.files[1:] else ()),
        ("Architecture", model.architecture),
        *((("Scale", _scale(model)),) if model.scale > 1 else ()),
        ("Licence", element("span", {}, _link(model.licence, model.licence_url), *_label(model))),
        ("By", _link(model.author, model.homepage)),
        *((("Paper", _link(model.paper, model.paper)),) if model.paper else ()),
        *(("Source", _source(source)) for source in model.sources),
        ("Used in", element("span", {}, *links) if links else "no workflow of this guide"),
    ]
    note = element("p", {}, model.note) if model.note else None
    return element("div", {"class": "cd-entry"}, note, facts_list("cd-model", facts))


def _codes(names: tuple[str, ...]) -> Element:
    parts: list[Element | str] = []
    for number, name in enumerate(names):
        parts += [", "] if number else []
        parts.append(element("code", {}, name))
    return element("span", {}, *parts)


def _source(source: Source) -> Element:
    size = f", {size_text(source.size)}" if source.size else ""
    digest = (
        element("code", {"class": "cd-digest", "data-search-exclude": ""}, source.sha256)
        if source.sha256
        else element("span", {}, "sha256 not verified yet")
    )
    return element("span", {}, _where(source), size, element("br"), digest)


def _where(source: Source) -> Element:
    """Where a file comes from, as a link where there is an address."""
    if isinstance(source, UrlSource):
        return _link(source.file_name, source.url)
    if isinstance(source, HuggingFaceSource):
        address = f"{source.repository}/blob/{source.revision or 'main'}/{source.file}"
        return _link(f"{source.repository}: {source.file}", f"https://huggingface.co/{address}")
    if isinstance(source, BundledSource):
        kind = "Python" if isinstance(source, PackageSource) else "npm"
        text = f"{source.file_name} of the {kind} package {source.package} {source.version}"
        return element("span", {}, text)
    return element("span", {}, f"{source.file_name}, to be got by hand")


def _link(text: str, url: str) -> Element:
    if not url.startswith(("https://", "http://")):
        return element("span", {}, text)
    return element("a", {"href": url}, text)
