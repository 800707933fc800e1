"""Results that several nodes or workflows need, computed once; keeps no more than it may.

Two nodes share a result where their keys are equal: same class, revision, constants, files, and
so on for all that leads to them.
"""

from __future__ import annotations

import dataclasses
from collections import Counter, OrderedDict
from typing import TYPE_CHECKING

from capdemo.engine.plan import sources

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from capdemo.engine.values import Slots
    from capdemo.workflow.graph import Graph


class Shared:
    """Results by key, each kept until it was taken as often as it will be."""

    def __init__(self, uses: Mapping[str, int], max_bytes: int | None = None) -> None:
        """`uses`: how often each key will be taken, as `count_uses` finds it.

        Above `max_bytes` in all, what was not used for the longest time is dropped; it is then
        computed again where it is needed.
        """
        self._uses = Counter(uses)
        self._max_bytes = max_bytes
        self._kept: OrderedDict[str, Slots] = OrderedDict()
        self._bytes: dict[str, int] = {}

    @property
    def size(self) -> int:
        """Bytes kept now."""
        return sum(self._bytes.values())

    def take(self, key: str | None) -> Slots | None:
        """The result of a key, if it is kept; the last one to take it takes it away."""
        if key is None or key not in self._kept:
            return None
        slots = self._kept[key]
        self._kept.move_to_end(key)
        self._uses[key] -= 1
        if self._uses[key] <= 0:
            self._drop(key)
        return slots

    def give(self, key: str | None, slots: Slots) -> None:
        """Keep a result that something else will take."""
        if key is None or self._uses[key] <= 0:
            return
        self._kept[key] = slots
        self._kept.move_to_end(key)
        self._bytes[key] = size_of(slots)
        while self._max_bytes is not None and self._kept and self.size > self._max_bytes:
            self._drop(next(iter(self._kept)))

    def _drop(self, key: str) -> None:
        del self._kept[key]
        del self._bytes[key]


NOTHING_SHARED = Shared({})
"""For a run by itself; it keeps nothing."""


def count_uses(
    workflows: Iterable[tuple[Graph, Sequence[str], Mapping[str, str]]],
) -> dict[str, int]:
    """How often each result is taken when workflows (graph, outputs, keys) run in this order.

    Only what is taken directly counts: where two workflows share a chain, its end.
    """
    uses: Counter[str] = Counter()
    computed: set[str] = set()
    for graph, outputs, keys in workflows:
        waiting = list(outputs)
        seen: set[str] = set()
        while waiting:
            node = waiting.pop()
            if node in seen or node not in graph.nodes:
                continue
            seen.add(node)
            key = keys.get(node)
            if key is not None and key in computed:
                uses[key] += 1
                continue
            if key is not None:
                computed.add(key)
            waiting.extend(sources(graph.nodes[node]))
    return dict(uses)


def size_of(value: object) -> int:
    """Bytes of the tensors in a value; of a loaded network, what it says itself."""
    size = getattr(value, "nbytes", None)
    if isinstance(size, int):
        return size
    if isinstance(value, (list, tuple)):
        return sum(size_of(item) for item in value)
    if isinstance(value, dict):
        return sum(size_of(item) for item in value.values())
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = dataclasses.fields(value)
        return sum(size_of(getattr(value, entry.name)) for entry in fields)
    return 0
