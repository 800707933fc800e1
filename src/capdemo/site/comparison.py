"""The same pictures through every method: a figure for any two of them, and a table of measures.

All of it is read from the lock. Without a script every picture is there, one after the other, and
the table stands in the order of the comparison; a script puts two pictures under the slider and
sorts the table.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from capdemo.errors import InputError, did_you_mean
from capdemo.site.elements import EXCLUDED, element
from capdemo.site.figure import figure
from capdemo.site.measures import duration_text, size_text
from capdemo.site.references import PictureLine, slug_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from xml.etree.ElementTree import Element

    from capdemo.outputs.lock import Lock, Record
    from capdemo.site.place import Place
    from capdemo.site.sources import Sources

ADDRESS = "/compare"
"""Where an empty link leads that becomes the table; with a picture's name after it, its figure."""

_SCRIPT, _STYLE = "assets/compare.js", "assets/compare.css"
_NOT_MEASURED = "\N{EN DASH}"


@dataclass(frozen=True, slots=True)
class Row:
    """What one method made of one picture, and at what cost."""

    example: str
    """The id under which the pictures are."""
    subject: str
    method: str
    workflow: str
    """Under `workflows/`."""
    models: tuple[str, ...]
    """File names."""
    record: Record


def comparison_rows(lock: Lock) -> tuple[Row, ...]:
    """All pairs that have run, picture by picture, in the order of the comparison."""
    compared = [
        (entry.compared, name, entry.record)
        for name, entry in lock.examples.items()
        if entry.compared is not None and entry.record is not None
    ]
    compared.sort(key=lambda found: (found[0].row, found[0].column))
    return tuple(
        Row(
            example=name,
            subject=place.subject,
            method=place.method,
            workflow=place.workflow,
            models=tuple(PurePosixPath(used.name).name for used in record.key.models),
            record=record,
        )
        for place, name, record in compared
    )


def comparison(address: str, sources: Sources, place: Place, *, first: bool) -> Element:
    """What stands in the place of an empty link to `/compare` or `/compare/<picture>`.

    The first figure of a page is loaded at once, the others when they come into view.
    Raises `InputError` where there is no such picture, or nothing to compare.
    """
    rows = comparison_rows(sources.lock)
    if not rows:
        raise InputError(
            "There is nothing to compare: no pair of workflows/compare.toml has run.",
            hint="Type: capdemo build",
        )
    wanted = address.removeprefix(ADDRESS).strip("/")
    if not wanted:
        return _table(rows, place)
    subjects = {slug_of(subject): list(of) for subject, of in groupby(rows, lambda r: r.subject)}
    if wanted not in subjects:
        raise InputError(
            f"No picture that is compared is called {wanted!r}.",
            hint=did_you_mean(wanted, subjects),
        )
    return _subject(subjects[wanted], sources, place, first=first)


def _subject(rows: Sequence[Row], sources: Sources, place: Place, *, first: bool) -> Element:
    """A slider over the input and the last method, and all pictures below it."""
    line = PictureLine(rows[-1].example, "compare", rows[0].subject)
    pictures = [_listed(row.method, row.example, "output", sources, place) for row in rows]
    source = _listed("Input", rows[0].example, "input", sources, place)
    summary = element("summary", {}, f"All {len(rows) + 1} pictures, one after the other")
    listed = element("div", {"class": "cd-any__list"}, source, *pictures)
    every = element("details", {"class": "cd-any__all cd-fold", "open": ""}, summary, listed)
    parts = [
        element("link", {"rel": "stylesheet", "href": place.relative(_STYLE)}),
        figure(line, sources, place, first=first),
        _truth(rows, place),
        every,
        element("script", {"defer": "", "src": place.relative(_SCRIPT)}),
    ]
    return element(EXCLUDED, {"class": "cd-any", "data-search-exclude": ""}, *parts)


def _truth(rows: Sequence[Row], place: Place) -> Element | None:
    measured = [row.record.quality for row in rows if row.record.quality is not None]
    if not measured:
        return None
    name = measured[0].truth.name
    address = place.relative(f"workflows/inputs/{name}")
    link = element("a", {"class": "cd-any__truth", "href": address}, name.rpartition("/")[2])
    return element("p", {}, "The original that the input was made from: ", link)


def _listed(name: str, example: str, role: str, sources: Sources, place: Place) -> Element:
    line = PictureLine(example, "input" if role == "input" else "output", "")
    shown = figure(line, sources, place, first=False)
    return element("div", {"class": "cd-any__one", "data-cd-method": name}, shown)


def _table(rows: Sequence[Row], place: Place) -> Element:
    heads = [element("th", {"scope": "col", "data-cd-kind": kind}, text) for text, kind in _HEADS]
    body = [_line(row, rows, place) for row in rows]
    caption = "Distance from the original, and cost, of every method on every picture."
    table = element(
        "table",
        {"class": "cd-measures"},
        element("caption", {}, caption),
        element("thead", {}, element("tr", {}, *heads)),
        element("tbody", {}, *body),
    )
    return element(
        "div",
        {"class": "cd-measured-table", "tabindex": "0", "role": "region", "aria-label": caption},
        element("link", {"rel": "stylesheet", "href": place.relative(_STYLE)}),
        table,
        element("script", {"defer": "", "src": place.relative(_SCRIPT)}),
    )


_HEADS = (
    ("Picture", "text"),
    ("Method", "text"),
    ("Model", "text"),
    ("PSNR, dB", "high"),
    ("SSIM", "high"),
    ("FLIP", "low"),
    ("Time", "low"),
    ("Peak memory", "low"),
)
"""Columns, and what is best in each: the highest or the lowest number, or nothing."""


def _line(row: Row, rows: Sequence[Row], place: Place) -> Element:
    """A row of the table; the best measures among those of the same picture are marked."""
    rivals = [_measures(other.record) for other in rows if other.subject == row.subject]
    method = element("a", {"href": place.relative(f"workflows/{row.workflow}")}, row.method)
    model = ", ".join(row.models) or "none"
    cost = row.record.cost
    cells: Iterator[Element] = (
        _number(value, [rival[column] for rival in rivals], digits, highest=highest)
        for column, (value, digits, highest) in enumerate(
            zip(_measures(row.record), (2, 3, 3), (True, True, False), strict=True)
        )
    )
    return element(
        "tr",
        {},
        element("th", {"scope": "row"}, row.subject),
        element("td", {}, method),
        element("td", {}, element("code", {}, model)),
        *cells,
        element("td", {"data-cd-value": f"{cost.seconds:.2f}"}, _time(cost.seconds)),
        element("td", {"data-cd-value": str(cost.peak_bytes)}, size_text(cost.peak_bytes)),
    )


def _time(seconds: float) -> str:
    return f"{seconds:.2f} s" if seconds < 1 else duration_text(seconds)


def _measures(record: Record) -> tuple[float | None, float | None, float | None]:
    found = record.quality
    return (found.psnr_db, found.ssim, found.flip) if found else (None, None, None)


def _number(
    value: float | None, rivals: Sequence[float | None], digits: int, *, highest: bool
) -> Element:
    if value is None:
        return element("td", {}, _NOT_MEASURED)
    known = [rival for rival in rivals if rival is not None]
    best = max(known) if highest else min(known)
    text = f"{value:.{digits}f}"
    shown = element("strong", {}, text) if value == best else text
    return element("td", {"data-cd-value": str(value)}, shown)
