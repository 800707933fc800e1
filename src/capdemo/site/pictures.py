"""One picture or film of an example, in the copies that suit a page; both may move in a frame."""

from __future__ import annotations

from typing import TYPE_CHECKING

from capdemo.site.elements import element
from capdemo.site.measures import dimensions_text

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from capdemo.outputs.lock import Picture, Variant
    from capdemo.site.place import Place

DISPLAY_SIZES = "(min-width: 1220px) 930px, 100vw"
"""How wide a figure is drawn; the theme's column is 930 pixels from that window width on."""


def side(
    picture: Picture, place: Place, loading: dict[str, str], alt: str, *, controls: bool = False
) -> Element:
    """A picture or film with its label; `loading` says when pictures are fetched."""
    label = element(
        "p",
        {"class": "cd-label"},
        element("b", {}, picture.label),
        " ",
        element("span", {}, dimensions_text(picture.width, picture.height)),
    )
    film = film_element(picture, place, alt, controls=controls)
    # The first frame lies below a film: unlike a poster, it is loaded when it comes into view.
    still = picture_element(picture, place, loading, "" if film is not None else alt)
    frame = element("div", {"class": "cd-frame"}, still, film)
    return element("div", {"class": f"cd-side cd-side--{picture.role}"}, frame, label)


def picture_element(picture: Picture, place: Place, loading: dict[str, str], alt: str) -> Element:
    """A `<picture>` with a size of its own, so that nothing moves when it arrives."""
    webp = variants_of(picture, "webp")
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
        for kind, variants in (("avif", variants_of(picture, "avif")), ("webp", webp))
        if variants
    ]
    return element("picture", {}, *sources, element("img", image))


def film_element(picture: Picture, place: Place, alt: str, *, controls: bool) -> Element | None:
    """A `<video>`, transparent until it plays; None for a picture.

    It has the browser's controls: always where `controls` says so, else until a script takes over.
    """
    films = variants_of(picture, "mp4")
    if not films:
        return None
    attributes = {
        "class": "cd-film" if controls else "cd-film cd-film--loop",
        "width": str(picture.width),
        "height": str(picture.height),
        "preload": "none",
        "controls": "",
        "playsinline": "",
        "aria-label": alt,
    }
    if not controls:
        attributes |= {"muted": "", "loop": ""}
    source = element("source", {"src": place.relative(films[0].file), "type": "video/mp4"})
    link = element("a", {"href": place.relative(films[0].file)}, alt)
    return element("video", attributes, source, link)


def variants_of(picture: Picture, kind: str) -> list[Variant]:
    """The copies of a picture in one format, narrowest first."""
    return sorted(
        (variant for variant in picture.variants if variant.format == kind),
        key=lambda variant: variant.width,
    )


def _srcset(variants: list[Variant], place: Place) -> str:
    return ", ".join(f"{place.relative(variant.file)} {variant.width}w" for variant in variants)
