"""An example as a figure: one picture, or two under a slider; the lock alone says what exists."""

from __future__ import annotations

from typing import TYPE_CHECKING

from capdemo.errors import InputError
from capdemo.site.elements import element
from capdemo.site.measures import dimensions_text, size_text

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from capdemo.outputs.lock import Picture, Record, Role, Variant
    from capdemo.site.place import Place
    from capdemo.site.references import PictureLine
    from capdemo.site.sources import Sources

DISPLAY_SIZES = "(min-width: 1220px) 930px, 100vw"
"""How wide a figure is drawn; the theme's column is 930 pixels from that window width on."""

SAME_SHAPE = 0.02
"""Relative difference of aspect ratio up to which two pictures can lie on each other."""


def figure(line: PictureLine, sources: Sources, place: Place, *, first: bool) -> Element:
    """The figure that a picture line asks for.

    The first figure of a page is loaded at once, the others when they come into view. An example
    that never ran becomes a note. Raises `InputError` where it has no picture of that kind.
    """
    example = sources.example(line.example)
    if example is None or example.record is None:
        return _absent(line, sources)
    pictures = _pictures(line, example.record)
    loading = {"fetchpriority": "high"} if first else {"loading": "lazy"}
    sides = [_side(picture, place, loading, _alt(line, picture)) for picture in pictures]
    slides = len(pictures) > 1 and _same_shape(*pictures)
    body = _comparison(pictures, sides, line, slides=slides)
    classes = "cd-figure cd-figure--slider" if slides else "cd-figure"
    caption = _caption(line, sources, pictures, place)
    ratio = pictures[-1].width / pictures[-1].height
    return element("figure", {"class": classes, "style": f"--cd-ratio:{ratio:.4f}"}, body, caption)


def _pictures(line: PictureLine, record: Record) -> list[Picture]:
    wanted: tuple[Role, ...] = ("input", "output") if line.view == "compare" else (line.view,)
    found = []
    for role in wanted:
        having = [picture for picture in record.pictures if picture.role == role]
        if not having:
            raise InputError(
                f"The example {line.example!r} has no {role} picture.",
                hint="Show it in another way: {example=output} or {example=input}.",
            )
        found.append(having[0])
    return found


def _same_shape(first: Picture, second: Picture) -> bool:
    ratios = first.width / first.height, second.width / second.height
    return abs(ratios[0] - ratios[1]) <= SAME_SHAPE * max(ratios)


def _alt(line: PictureLine, picture: Picture) -> str:
    return line.alt if line.alt and line.view != "compare" else picture.alt


def _side(picture: Picture, place: Place, loading: dict[str, str], alt: str) -> Element:
    label = element(
        "p",
        {"class": "cd-label"},
        element("b", {}, picture.label),
        " ",
        element("span", {}, dimensions_text(picture.width, picture.height)),
    )
    return element(
        "div",
        {"class": f"cd-side cd-side--{picture.role}"},
        _picture(picture, place, loading, alt),
        label,
    )


def _picture(picture: Picture, place: Place, loading: dict[str, str], alt: str) -> Element:
    webp = _variants(picture, "webp")
    fallback = webp[-1].file if webp else picture.original
    image = {
        "src": place.relative(fallback),
        "alt": alt,
        "width": str(picture.width),
        "height": str(picture.height),
        "decoding": "async",
        **loading,
    }
    sources = [
        element(
            "source",
            {"type": f"image/{kind}", "srcset": _srcset(variants, place), "sizes": DISPLAY_SIZES},
        )
        for kind, variants in (("avif", _variants(picture, "avif")), ("webp", webp))
        if variants
    ]
    return element("picture", {}, *sources, element("img", image))


def _variants(picture: Picture, kind: str) -> list[Variant]:
    return sorted(
        (variant for variant in picture.variants if variant.format == kind),
        key=lambda variant: variant.width,
    )


def _srcset(variants: list[Variant], place: Place) -> str:
    return ", ".join(f"{place.relative(variant.file)} {variant.width}w" for variant in variants)


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
            "max": "100",
            "value": "50",
            "autocomplete": "off",
            "aria-label": f"{name}: {line.alt}" if line.alt else name,
            "data-cd-before": before.label,
            "data-cd-after": after.label,
        },
    )
    handle = element("span", {"class": "cd-handle", "aria-hidden": "true"})
    return element("div", {"class": "cd-sides"}, *sides, slider, handle)


def _caption(
    line: PictureLine, sources: Sources, pictures: list[Picture], place: Place
) -> Element | None:
    example = sources.lock.examples[line.example]
    originals = [
        element(
            "a",
            {"href": place.relative(picture.original), "type": "image/png"},
            f"{picture.label}, PNG, {size_text(picture.size)}",
        )
        for picture in pictures
        if (sources.root / "docs" / picture.original).is_file()
    ]
    parts: list[Element | str | None] = [example.caption]
    for number, link in enumerate(originals):
        parts += [" Originals: " if number == 0 else " \N{MIDDLE DOT} ", link]
    notice = sources.notice(line.example)
    note = notice_element(notice.badge, notice.text) if notice else None
    return element("figcaption", {}, note, element("p", {}, *parts))


def notice_element(badge: str, text: str) -> Element:
    """A paragraph that says what is wrong with an example."""
    return element(
        "p", {"class": "cd-notice"}, element("b", {"class": "cd-badge"}, badge), " ", text
    )


def _absent(line: PictureLine, sources: Sources) -> Element:
    notice = sources.notice(line.example)
    words = f"The picture of {line.example.rpartition('/')[2]} would stand here."
    note = notice_element(notice.badge, notice.text) if notice else None
    return element(
        "figure",
        {"class": "cd-figure cd-figure--absent"},
        note,
        element("p", {}, line.alt or words),
    )
