"""The board of all examples, made from the lock and from what `capdemo status` found."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from capdemo.site.comparison import ADDRESS
from capdemo.site.elements import element, to_html
from capdemo.site.measures import duration_text
from capdemo.site.usage import usage_of, workflow_link

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from xml.etree.ElementTree import Element

    from capdemo.outputs.lock import Example, Record
    from capdemo.site.place import Place
    from capdemo.site.sources import Sources

_COLUMNS = ("Example", "State", "Last run", "Time", "Ran on")
_FRESH = "Fresh"


def status_board(sources: Sources, place: Place, stash: Callable[[str], str]) -> Iterator[str]:
    """How many examples stand how, a row for each, then the workflows that are no example yet."""
    language = place.source.partition("/")[0]
    usage = usage_of(sources, language)

    def name(example_id: str) -> Element:
        example = sources.example(example_id)
        if example is not None and example.compared is not None:
            words = f"{example.compared.subject}, {example.compared.method}"
            return element("a", {"href": place.page(f"{language}{ADDRESS}")}, words)
        return workflow_link(f"{example_id}.json", usage, place)

    ids = sorted(sources.lock.examples)
    yield from ("", _summary([_state(sources, example_id) for example_id in ids]), "")
    rows = [_row(name(i), sources.lock.examples[i], *_state(sources, i)) for i in ids]
    yield from (stash(to_html(_table(_COLUMNS, rows))), "")
    others = sorted(sources.workflows - {f"{example_id}.json" for example_id in ids})
    if others:
        yield from ("### Workflows that this guide has not run", "")
        listed = [element("li", {}, name(path.removesuffix(".json"))) for path in others]
        yield from (stash(to_html(element("ul", {}, *listed))), "")


def _state(sources: Sources, example_id: str) -> tuple[str, str]:
    """The word for an example's state, and why it is not fresh."""
    notice = sources.notice(example_id)
    state, reasons = sources.states.get(example_id, ("fresh", ()))
    if notice is not None:
        # That originals are not committed is so for all examples; the page says it once.
        is_plain = bool(reasons) and all(reason.startswith("original:") for reason in reasons)
        return notice.badge, "" if is_plain else notice.text
    return (_FRESH, "") if state == "fresh" else (state.capitalize(), " ".join(reasons))


def _summary(states: Sequence[tuple[str, str]]) -> str:
    counts = Counter(word for word, _ in states)
    parts = [f"{count} {word.lower()}" for word, count in sorted(counts.items())]
    return f"{len(states)} examples: {', '.join(parts)}." if parts else "No example has run yet."


def _row(name: Element, example: Example, word: str, why: str) -> Element:
    badge = "cd-state cd-state--fresh" if word == _FRESH else "cd-state cd-badge"
    state = element("span", {"class": badge}, word)
    record = example.record
    return element(
        "tr",
        {},
        element("td", {}, name),
        element("td", {}, state, element("span", {"class": "cd-why"}, f" {why}") if why else None),
        *(element("td", {"class": "cd-run"}, text) for text in _ran(record)),
    )


def _ran(record: Record | None) -> tuple[str, str, str]:
    if record is None:
        return ("never", "\N{EN DASH}", "\N{EN DASH}")
    cost = record.cost
    day = cost.day or "not recorded"
    return (day, duration_text(cost.seconds), f"{cost.device_name}, {cost.precision}")


def _table(columns: Sequence[str], rows: Sequence[Element]) -> Element:
    head = element("tr", {}, *(element("th", {}, text) for text in columns))
    return element(
        "table",
        {},
        element("thead", {}, head),
        element("tbody", {}, *rows),
    )
