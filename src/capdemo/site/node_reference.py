"""The reference of nodes, made from their schemas; it says nothing that a schema does not say."""

from __future__ import annotations

import re
from itertools import groupby
from typing import TYPE_CHECKING

from capdemo.nodes import NODES
from capdemo.site.elements import element, to_html
from capdemo.site.usage import usage_of, used_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from xml.etree.ElementTree import Element

    from capdemo.node_api import InputSchema, NodeSchema, Widget
    from capdemo.site.place import Place
    from capdemo.site.sources import Sources

_CORE = "comfy-core"
_CODE = re.compile(r"`([^`]+)`")


def node_anchor(class_type: str) -> str:
    """The fragment of a node's entry: `SimpleMath+` gives `node-SimpleMath-`."""
    return "node-" + re.sub(r"[^A-Za-z0-9_.]", "-", class_type)


def node_reference(sources: Sources, place: Place, stash: Callable[[str], str]) -> Iterator[str]:
    """Every node's entry, ComfyUI's own by category and then pack by pack."""
    usage = usage_of(sources, place.source.partition("/")[0])
    schemas = sorted((NODES[name].schema for name in NODES), key=_order)
    for group, members in groupby(schemas, key=_group):
        yield from ("", f"### {group}", "")
        for schema in members:
            workflows = usage.nodes.get(schema.class_type, ())
            links = used_in(workflows, usage, place)
            yield from (stash(to_html(_entry(schema, links))), "")


def _order(schema: NodeSchema) -> tuple[bool, str, str]:
    """ComfyUI's own nodes by category, then the packs'."""
    return schema.pack != _CORE, _group(schema), schema.class_type.casefold()


def _group(schema: NodeSchema) -> str:
    if schema.pack != _CORE:
        return schema.pack
    name = schema.category.partition("/")[0].strip("_").replace("_", " ")
    return name[:1].upper() + name[1:] or "Other"


def _entry(schema: NodeSchema, links: list[Element | str]) -> Element:
    first, _, more = schema.description.partition("\n\n")
    summary = element(
        "summary",
        {},
        element("code", {"id": node_anchor(schema.class_type)}, schema.class_type),
        " ",
        *_text(first),
        None if schema.executable else " ",
        None if schema.executable else _badge("Runs in ComfyUI only"),
    )
    return element(
        "details",
        {"class": "cd-node"},
        summary,
        *(element("p", {}, *_text(part)) for part in more.split("\n\n") if part),
        _inputs(schema.inputs),
        _outputs(schema),
        _own_models(schema),
        _source(schema),
        element("p", {}, element("b", {}, "Used in: "), *links) if links else None,
    )


def _badge(text: str) -> Element:
    return element("span", {"class": "cd-badge"}, text)


def _text(words: str) -> list[Element | str]:
    """A docstring's text with its code in `code` elements."""
    parts = _CODE.split(" ".join(words.split()))
    return [element("code", {}, p) if i % 2 else p for i, p in enumerate(parts) if p]


def _inputs(inputs: Sequence[InputSchema]) -> Element | None:
    if not inputs:
        return None
    head = element("tr", {}, *(element("th", {}, text) for text in ("Input", "Type", "Values")))
    rows = [row for entry in inputs for row in _rows(entry, "")]
    body = element("tbody", {}, *rows)
    return element("table", {"data-search-exclude": ""}, element("thead", {}, head), body)


def _rows(entry: InputSchema, prefix: str) -> Iterator[Element]:
    name = prefix + entry.name
    shown = f"{name}.{entry.rows.names[0]}, …" if entry.rows else name
    optional = None if entry.required else " (optional)"
    yield element(
        "tr",
        {},
        element("td", {}, element("code", {}, shown), optional),
        element("td", {}, entry.type.replace(",", " or ")),
        element("td", {}, _values(entry.widget) if entry.widget else "by a link"),
    )
    for choice in entry.widget.options if entry.widget else ():
        for sub in choice.inputs:
            for row in _rows(sub, f"{name}."):
                row[2].text = f"with {choice.name}: {row[2].text or ''}"
                yield row


def _values(widget: Widget) -> str:
    if widget.model_folder:
        return f"a file of models/{widget.model_folder}"
    if widget.upload:
        return f"a file ({widget.upload}) of the input folder"
    if widget.choices:
        listed = ", ".join(str(choice) for choice in widget.choices)
        return f"{listed}; {widget.default} unless set" if widget.default is not None else listed
    bounds = [
        f"{word} {bound:g}"
        for word, bound in (("from", widget.minimum), ("to", widget.maximum))
        if bound is not None
    ]
    default = [f"{widget.default} unless set"] if widget.default not in (None, "") else []
    return "; ".join([" ".join(bounds), *default] if bounds else default)


def _outputs(schema: NodeSchema) -> Element | None:
    if not schema.outputs:
        return None
    shown = [
        f"{output.name} ({output.type})" if output.name != output.type else output.name
        for output in schema.outputs
    ]
    lists = [
        f"{name}, a list" if output.is_list else name
        for name, output in zip(shown, schema.outputs, strict=True)
    ]
    label = element("b", {}, "Outputs: ")
    return element("p", {"data-search-exclude": ""}, label, "; ".join(lists))


def _own_models(schema: NodeSchema) -> Element | None:
    """The files that the node loads by itself, and when."""
    if not schema.own_models:
        return None
    parts: list[Element | str] = []
    for own in schema.own_models:
        parts += [
            "; " if parts else "",
            element("code", {}, f"models/{own.model_folder}/{own.name}"),
        ]
        if own.chosen_by:
            parts.append(f" with {own.chosen_by[1]}")
        if not own.needed:
            parts.append(", where it is there")
    label = element("b", {}, "Loads by itself: ")
    return element("p", {"data-search-exclude": ""}, label, *parts)


def _source(schema: NodeSchema) -> Element:
    where = f"{schema.category}. Pack {schema.pack}, whose own code is under {schema.licence}."
    runs = f" Revision {schema.revision} here." if schema.executable else ""
    return element("p", {"class": "cd-node__source", "data-search-exclude": ""}, where + runs)
