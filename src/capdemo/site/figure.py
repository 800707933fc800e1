"""An example as a figure: one picture, or two under a slider; the lock alone says what exists."""

from __future__ import annotations

from typing import TYPE_CHECKING

from capdemo.errors import InputError
from capdemo.site.elements import element
from capdemo.site.measures import scale_text, size_text
from capdemo.site.notices import notice_element
from capdemo.site.pictures import side, variants_of
from capdemo.site.references import MIDDLE, WHOLE
from capdemo.site.unbuilt import unbuilt_figure
from capdemo.site.workflow_facts import workflow_facts

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from capdemo.outputs.lock import Picture, Record, Role
    from capdemo.site.place import Place
    from capdemo.site.references import PictureLine
    from capdemo.site.sources import Sources

SAME_SHAPE = 0.02
"""Relative difference of aspect ratio up to which two pictures can lie on each other."""


def figure(line: PictureLine, sources: Sources, place: Place, *, first: bool) -> Element:
    """The figure that a picture line asks for.

    The first figure of a page is loaded at once, the others when they come into view. An example
    that never ran becomes a note. Raises `InputError` where it has no picture of that kind.
    """
    example = sources.example(line.example)
    if example is None or example.record is None:
        return unbuilt_figure(line, sources, place)
    pictures = _pictures(line, example.record)
    loading = {"fetchpriority": "high"} if first else {"loading": "lazy"}
    is_player = line.view == "player"
    sides = [
        side(picture, place, loading, _alt(line, picture), controls=is_player)
        for picture in pictures
    ]
    slides = len(pictures) > 1 and _same_shape(*pictures)
    is_film = bool(variants_of(pictures[-1], "mp4"))
    largest = max(pictures, key=lambda picture: picture.width)
    classes = "cd-figure cd-figure--slider" if slides else "cd-figure"
    style = f"--cd-ratio:{largest.width / largest.height:.4f};--cd-full:{largest.width}"
    if slides and line.divider != MIDDLE:
        style += f";--cd-split:{line.divider}%"
    return element(
        "figure",
        {"class": classes, "style": style},
        _comparison(pictures, sides, line, slides=slides),
        _tools(is_pair=slides, is_film=is_film) if not is_player else None,
        _caption(line, sources, pictures, place),
    )


def _pictures(line: PictureLine, record: Record) -> list[Picture]:
    wanted: tuple[Role, ...] = {
        "compare": ("input", "output"),
        "loop": ("input", "output"),
        "input": ("input",),
    }.get(line.view, ("output",))  # type: ignore[assignment]  # mypy widens the tuples
    found = []
    for role in wanted:
        having = [picture for picture in record.pictures if picture.role == role]
        if not having:
            raise InputError(
                f"The example {line.example!r} has no {role} picture.",
                hint="Show it in another way: {example=output} or {example=input}.",
            )
        found.append(having[0])
    if line.view in {"loop", "player"} and not variants_of(found[-1], "mp4"):
        raise InputError(
            f"The example {line.example!r} has pictures, and a {line.view} needs a video.",
            hint="Write {example=compare}, or {gyazo=image}.",
        )
    return found


def _same_shape(first: Picture, second: Picture) -> bool:
    ratios = first.width / first.height, second.width / second.height
    return abs(ratios[0] - ratios[1]) <= SAME_SHAPE * max(ratios)


def _alt(line: PictureLine, picture: Picture) -> str:
    return line.alt if line.alt and line.view not in {"compare", "loop"} else picture.alt


def _comparison(
    pictures: list[Picture], sides: list[Element], line: PictureLine, *, slides: bool
) -> Element:
    if not slides:
        return element("div", {"class": "cd-sides"}, *sides)
    before, after = pictures
    name = f"Compare {before.label} with {after.label}"
    slider = element(
        "input",
        {
            "class": "cd-range",
            "type": "range",
            "min": "0",
            "max": str(WHOLE),
            "value": str(line.divider),
            "autocomplete": "off",
            "aria-label": f"{name}: {line.alt}" if line.alt else name,
            "data-cd-before": before.label,
            "data-cd-after": after.label,
        },
    )
    handle = element("span", {"class": "cd-handle", "aria-hidden": "true"})
    return element("div", {"class": "cd-sides"}, *sides, slider, handle)


def _tools(*, is_pair: bool, is_film: bool) -> Element:
    """Buttons that only a script can serve; a page without one does not show them."""
    buttons = [
        _tool("play", "Play") if is_film else None,
        _tool("both", "Side by side", **{"aria-pressed": "false"}) if is_pair else None,
        _tool("full", "1:1", title="Every pixel; drag, or move with the arrow keys"),
        _tool("open", "Enlarge"),
    ]
    return element("div", {"class": "cd-tools", "role": "group", "aria-label": "View"}, *buttons)


def _tool(does: str, words: str, **more: str) -> Element:
    return element(
        "button", {"class": "cd-tool", "type": "button", "data-cd-do": does, **more}, words
    )


def _caption(line: PictureLine, sources: Sources, pictures: list[Picture], place: Place) -> Element:
    example = sources.lock.examples[line.example]
    originals = [
        element(
            "a",
            {"href": place.relative(picture.original)},
            f"{picture.label}, {picture.original.rpartition('.')[2].upper()}, "
            f"{size_text(picture.size)}",
        )
        for picture in pictures
        if (sources.root / "docs" / picture.original).is_file()
    ]
    parts: list[Element | str | None] = [example.caption]
    for number, link in enumerate(originals):
        parts += [" Originals: " if number == 0 else " \N{MIDDLE DOT} ", link]
    notice = sources.notice(line.example)
    note = notice_element(notice) if notice and not notice.is_quiet else None
    method = _method(line, sources, example.record)
    return element("figcaption", {}, note, method, element("p", {}, *parts))


def _method(line: PictureLine, sources: Sources, record: Record | None) -> Element:
    """What was used: the method, how much it enlarged, and the models."""
    parts: list[Element | str] = [element("b", {}, sources.lock.examples[line.example].title)]
    roles = {picture.role: picture for picture in record.pictures} if record else {}
    if len(roles) > 1 and _same_shape(roles["input"], roles["output"]):
        parts += [_DOT, scale_text(roles["input"].width, roles["output"].width)]
    workflow = f"{line.example}.json"
    if workflow in sources.workflows:
        for model in workflow_facts(sources.root, workflow, record).models:
            parts += [_DOT, element("code", {}, model.name)]
    return element("p", {"class": "cd-method"}, *parts)


_DOT = " \N{MIDDLE DOT} "
