"""The values that an instance of a subgraph sets inside it, of either promotion scheme.

New: a promoted widget is an input of the subgraph that feeds a widget inside, and the instance's
`widgets_values` are positional over those inputs. Old: `properties.proxyWidgets` lists widgets
inside; where the instance carries values, the i-th is that of the i-th entry, as the editor
migrates them. Follows the front end's `SubgraphNode` and `proxyWidgetMigration`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from capdemo.workflow.editor_nodes import PRIMITIVE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from capdemo.workflow.document import DocumentNode
    from capdemo.workflow.graph import JsonValue
    from capdemo.workflow.level import Level

_OWN_INPUT = "-1"
"""The node id by which an entry names an input of the instance itself."""

_PREFIXED = re.compile(r"\s*([0-9]+)\s*:\s*(.+)", re.DOTALL)
"""Old names of widgets of nested instances: the ids of the nodes on the way, then the name."""


class Entry(NamedTuple):
    """A promoted widget, as `proxyWidgets` names it."""

    node: str
    widget: str
    deeper: str | None
    """Where `node` is an instance: the node inside that owns the widget, if the file says so."""


@dataclass(frozen=True, slots=True)
class Promoted:
    """What one instance sets inside itself."""

    inputs: dict[str, JsonValue] = field(default_factory=dict)
    """For whatever an input of the subgraph feeds, by the input's name."""
    widgets: dict[str, dict[str, JsonValue]] = field(default_factory=dict)
    """By the id of a node inside and the name of its widget."""
    handed: dict[str, list[tuple[Entry, JsonValue]]] = field(default_factory=dict)
    """For instances inside, by id; these win over what those instances say themselves."""


class Promotions:
    """Which values the instances of a document's subgraphs set, and where."""

    def __init__(self, levels: Mapping[str, Level], leaves_first: Iterable[str]) -> None:
        self._levels = levels
        self._backed: dict[str, set[str]] = {}
        """The inputs of each subgraph that feed a widget, be it through instances inside."""
        for subgraph in leaves_first:
            self._backed[subgraph] = {
                slot.name
                for index, slot in enumerate(levels[subgraph].inputs)
                if any(True for _ in self.fed_widgets(subgraph, index))
            }
        self._feeding = {key: _feeding(level) for key, level in levels.items()}
        self._names: dict[str, _Names] = {}

    def fed_widgets(self, subgraph: str, index: int) -> Iterator[tuple[DocumentNode, str]]:
        """The widgets that a subgraph's input feeds directly, as nodes inside and widget names.

        Where such a node is an instance too, the name is that of its input.
        """
        for node, slot in self._levels[subgraph].fed(index):
            entry = node.inputs[slot]
            if node.type in self._levels:
                if entry.widget is not None or entry.name in self._backed.get(node.type, ()):
                    yield node, entry.name
            elif entry.widget is not None:
                yield node, entry.widget

    def of(self, host: DocumentNode, handed: Iterable[tuple[Entry, JsonValue]] = ()) -> Promoted:
        """The values that an instance gives.

        `handed` comes from the instance around it, the `node` of each entry being this instance.
        """
        level = self._levels[host.type]
        promoted = Promoted()
        entries = _entries(host)
        if entries:
            for entry, value in _migrated(entries, host, level):
                self._place(promoted, entry, value, host.type)
        else:
            promoted.inputs.update(self._host_values(host))
        promoted.inputs.update(_quarantined(host))
        listed = _by_widget(entries)
        for entry, value in handed:
            name = self._input_named(host.type, entry)
            if name is not None:
                promoted.inputs[name] = value
            elif inner := listed.get(_without_prefixes(entry)[1:]):
                self._place(promoted, inner, value, host.type)
        return promoted

    def _host_values(self, host: DocumentNode) -> dict[str, JsonValue]:
        """By position; by the names that the file gives where these say the same or are alone."""
        saved, named = host.widgets_values, host.widgets_values_named
        if named is not None and (not saved or saved == tuple(named.values())):
            return _given(named)
        if not isinstance(saved, tuple):
            return _given(saved or {})
        backed = self._backed[host.type]
        names = (slot.name for slot in self._levels[host.type].inputs if slot.name in backed)
        return _given(dict(zip(names, saved, strict=False)))

    def _place(self, promoted: Promoted, entry: Entry, value: JsonValue, subgraph: str) -> None:
        """Put a value where an entry points: at an input, a widget, or an instance inside."""
        if entry.node == _OWN_INPUT:
            promoted.inputs[entry.widget] = value
            return
        node = self._levels[subgraph].nodes.get(entry.node)
        if node is None:
            return
        is_instance = node.type in self._levels
        name = self._input_named(node.type, entry) if is_instance else entry.widget
        own = None if name is None else self._feeding[subgraph].get((node.id, name))
        if own is not None:
            promoted.inputs[own] = value
        elif is_instance:
            promoted.handed.setdefault(node.id, []).append((entry, value))
        else:
            promoted.widgets.setdefault(node.id, {})[entry.widget] = value

    def _input_named(self, subgraph: str, entry: Entry) -> str | None:
        """The input of an instance's subgraph that an entry of the instance around it means."""
        if subgraph not in self._names:
            self._names[subgraph] = self._names_of(subgraph)
        names = self._names[subgraph]
        short = _without_prefixes(entry)
        found = [names.by_target.get(short[1:])]
        if entry.deeper is None:
            found.append(names.by_name.get(entry.widget))
        places = [place for place in found if place is not None]
        return self._levels[subgraph].inputs[min(places)].name if places else None

    def _names_of(self, subgraph: str) -> _Names:
        names = _Names({}, {})
        for index, slot in enumerate(self._levels[subgraph].inputs):
            names.by_name.setdefault(slot.name, index)
            for node, widget in self.fed_widgets(subgraph, index):
                names.by_target.setdefault((widget, None), index)
                names.by_target.setdefault((widget, node.id), index)
        return names


class _Names(NamedTuple):
    """What an entry may call the inputs of a subgraph; their places."""

    by_name: dict[str, int]
    by_target: dict[tuple[str, str | None], int]
    """By the name of a widget that is fed and its node, or any node."""


def _given(values: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """Without nulls, which JSON has for values that were not set."""
    return {name: value for name, value in values.items() if value is not None}


def _quarantined(host: DocumentNode) -> dict[str, JsonValue]:
    """Values that the editor could not migrate and kept, which win; of several, the first."""
    kept = host.properties.get("proxyWidgetErrorQuarantine")
    values: dict[str, JsonValue] = {}
    for item in kept if isinstance(kept, list) else []:
        entry = _entry(item.get("originalEntry")) if isinstance(item, dict) else None
        value = item.get("hostValue") if isinstance(item, dict) else None
        if entry is not None and entry.node == _OWN_INPUT and value is not None:
            values.setdefault(entry.widget, value)
    return values


def _entries(host: DocumentNode) -> list[Entry | None]:
    listed = host.properties.get("proxyWidgets")
    return [_entry(item) for item in listed] if isinstance(listed, list) else []


def _entry(item: JsonValue) -> Entry | None:
    match item:
        case [str() | int() as node, str() as widget, *rest]:
            deeper = rest[0] if rest else None
            return Entry(str(node), widget, None if deeper is None else str(deeper))
        case _:
            return None


def _migrated(
    entries: Sequence[Entry | None], host: DocumentNode, level: Level
) -> Iterator[tuple[Entry, JsonValue]]:
    """The entries that the instance carries a value for.

    A primitive that is listed under several names is left as it is, as in the editor.
    """
    saved = host.widgets_values
    names: defaultdict[str, set[str]] = defaultdict(set)
    for entry in entries:
        if entry is not None:
            names[entry.node].add(entry.widget)
    for entry, value in zip(entries, saved if isinstance(saved, tuple) else (), strict=False):
        if entry is None or value is None:
            continue
        node = level.nodes.get(entry.node)
        if node is None or node.type != PRIMITIVE or len(names[entry.node]) == 1:
            yield entry, value


def _feeding(level: Level) -> dict[tuple[str, str], str]:
    """The input that feeds a slot inside, by the node and the names of slot and widget."""
    names: dict[tuple[str, str], str] = {}
    for index, slot in enumerate(level.inputs):
        for node, place in level.fed(index):
            entry = node.inputs[place]
            names.setdefault((node.id, entry.name), slot.name)
            names.setdefault((node.id, entry.widget or entry.name), slot.name)
    return names


def _without_prefixes(entry: Entry) -> Entry:
    """The entry with the ids before its widget's name taken off; the last is the owner's."""
    widget, deeper = entry.widget, entry.deeper
    while found := _PREFIXED.fullmatch(widget):
        deeper, widget = found.groups()
    return Entry(entry.node, widget, deeper)


def _by_widget(entries: Sequence[Entry | None]) -> dict[tuple[str, str | None], Entry]:
    """The entries by the widget and its node, or any node; of several, the first."""
    listed: dict[tuple[str, str | None], Entry] = {}
    for entry in entries:
        if entry is not None:
            listed.setdefault((entry.widget, None), entry)
            listed.setdefault((entry.widget, entry.node), entry)
    return listed
