"""File name prefixes as the editor queues them: dates and other nodes' values filled in.

To be applied when a graph is run, after its key is taken: the date is no part of a picture. An API
file has its prefixes filled in; it must not be passed through here. `%width%`, `%year%` and their
like are the saving node's to replace.
"""

from __future__ import annotations

import re
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from capdemo.workflow.graph import Graph, Link
from capdemo.workflow.scopes import expand

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from capdemo.workflow.document import Document
    from capdemo.workflow.graph import GraphNode, JsonValue

PREFIX = "filename_prefix"

_PATTERN = re.compile("%([^%]+)%")
_DATE_PARTS = re.compile("yyyy|yyy|yy|dd?|MM?|hh?|mm?|ss?")
_UNSAFE = re.compile(r'[/?<>\\:*|"\x00-\x1f\x7f]')
_SEARCH_NAME = "Node name for S&R"
_NODE_AND_WIDGET = 2
_DIGITS_OF_JAVASCRIPT = 1e21
"""From here on JavaScript writes numbers with an exponent."""


def fill_prefixes(
    graph: Graph,
    *,
    date: datetime,
    names: Mapping[str, str] = MappingProxyType({}),
) -> Graph:
    """The graph with `%date:FORMAT%` and `%Node.widget%` filled in in every `filename_prefix`.

    `names` are what `search_names` says; a node that is not in it is called by its type.
    """
    nodes = {}
    for node_id, node in graph.nodes.items():
        text = node.inputs.get(PREFIX)
        if isinstance(text, str) and "%" in text:
            filled = fill_text(text, graph, date=date, names=names)
            nodes[node_id] = replace(node, inputs={**node.inputs, PREFIX: filled})
        else:
            nodes[node_id] = node
    return Graph(nodes)


def search_names(document: Document) -> dict[str, str]:
    """The nodes' names for search and replace by execution id, where the file records them."""
    nodes = expand(document).active_nodes()
    names = {scope.execution_id(node): node.properties.get(_SEARCH_NAME) for scope, node in nodes}
    return {node_id: name for node_id, name in names.items() if isinstance(name, str)}


def fill_text(
    text: str,
    graph: Graph,
    *,
    date: datetime,
    names: Mapping[str, str] = MappingProxyType({}),
) -> str:
    """One text with its patterns filled in; a pattern that names nothing stays as it is.

    A node is found by its name for search and replace, else by its title, the first of several.
    The value of a widget that is linked is not in the graph, so its pattern stays too.
    """

    def filled(found: re.Match[str]) -> str:
        words = found[1].split(".")
        if len(words) == _NODE_AND_WIDGET:
            node = _find(words[0], graph, names)
            value = node.inputs.get(words[1]) if node else None
            is_there = node is not None and words[1] in node.inputs and not isinstance(value, Link)
            return _UNSAFE.sub("_", _as_javascript(value)) if is_there else found[0]
        if words[0].startswith("date:"):
            return format_date(words[0].removeprefix("date:"), date)
        return found[0]

    return _PATTERN.sub(filled, text)


def format_date(pattern: str, date: datetime) -> str:
    """A date by yyyy, yy, MM, M, dd, d, hh, h (of 24), mm, m, ss, s; other text stays."""
    numbers = {
        "d": date.day,
        "M": date.month,
        "h": date.hour,
        "m": date.minute,
        "s": date.second,
    }

    def formatted(found: re.Match[str]) -> str:
        part = found[0]
        if part[0] in numbers:
            return str(numbers[part[0]]).zfill(len(part))
        year = str(date.year)
        return {"yy": year[2:], "yyyy": year}.get(part, part)

    return _DATE_PARTS.sub(formatted, pattern)


def _find(name: str, graph: Graph, names: Mapping[str, str]) -> GraphNode | None:
    nodes = graph.nodes.items()
    named = (node for node_id, node in nodes if names.get(node_id, node.class_type) == name)
    titled = (node for _, node in nodes if node.title == name)
    return next(named, None) or next(titled, None)


def _as_javascript(value: Link | JsonValue) -> str:
    """A value as the editor turns it into text."""
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case float() if value.is_integer() and abs(value) < _DIGITS_OF_JAVASCRIPT:
            return str(int(value))
        case list():
            return ",".join(map(_as_javascript, value))
        case dict():
            return "[object Object]"
        case _:
            return str(value)
