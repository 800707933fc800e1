"""What a page says of itself to machines: OpenGraph, Twitter's card, JSON-LD."""

from __future__ import annotations

import json
import posixpath
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from capdemo.errors import CapdemoError
from capdemo.outputs.share_cards import HEIGHT, WIDTH, share_card
from capdemo.site.elements import element, to_html
from capdemo.site.references import EXAMPLES_PREFIX, find_example

if TYPE_CHECKING:
    from collections.abc import Iterator
    from xml.etree.ElementTree import Element

    from capdemo.outputs.lock import Example, Picture, Record
    from capdemo.site.page_sources import PageSource
    from capdemo.site.sources import Sources

_EXAMPLE = re.compile(r"!\[[^\]]*\]\(/examples/(?P<path>[^)\s]+)\)\{example=\w+[^}]*\}")

_SOURCE_TYPES = "http://cv.iptc.org/newscodes/digitalsourcetype/"
"""IPTC's vocabulary: whether a picture was taken, computed, or made with a trained model."""


@dataclass(frozen=True, slots=True)
class Site:
    """What every page's head needs to know."""

    name: str
    url: str
    """Where the site is published, with `/` at its end; empty where that is not known."""

    def address(self, page: str, target: str) -> str:
        """Of a file or page under the root: absolute where the site's is known, else relative."""
        if self.url:
            return self.url + target
        end = "/" if target.endswith("/") else ""
        return posixpath.relpath(target or ".", page.rstrip("/") or ".") + end


def head_html(page: PageSource, sources: Sources, site: Site) -> str:
    """Elements for the end of `<head>`; `page.source` is the page's Markdown file."""
    url = f"{page.path}/"
    card = _card(page, sources)
    image = site.address(url, card[0]) if card else None
    tags: list[tuple[str, str, str | None]] = [
        ("property", "og:type", "article"),
        ("property", "og:site_name", site.name),
        ("property", "og:title", page.title),
        ("property", "og:description", page.summary or None),
        ("property", "og:url", site.url + url if site.url else None),
        ("property", "og:locale", _LOCALES.get(page.path[:2])),
        ("property", "og:image", image),
        ("property", "og:image:width", str(WIDTH) if image else None),
        ("property", "og:image:height", str(HEIGHT) if image else None),
        ("property", "og:image:alt", card[1] if card else None),
        ("name", "twitter:card", "summary_large_image" if image else "summary"),
    ]
    metas = [element("meta", {kind: name, "content": text}) for kind, name, text in tags if text]
    return "\n".join(map(to_html, [*metas, *_alternates(page, site)])) + _json_ld(
        page, sources, site
    )


_LOCALES = {"en": "en_GB", "ja": "ja_JP"}


def _alternates(page: PageSource, site: Site) -> list[Element]:
    """The page's twin in Markdown, and the feed."""
    url = f"{page.path}/"
    kinds = (("text/markdown", f"{url}index.md"), ("application/atom+xml", "feed.xml"))
    return [
        element("link", {"rel": "alternate", "type": kind, "href": site.address(url, target)})
        for kind, target in kinds
    ]


def _card(page: PageSource, sources: Sources) -> tuple[str, str] | None:
    """The share card of the page's hero and what it shows; None where it is not drawn here."""
    hero = page.meta.get("hero")
    path = hero.get("image") if isinstance(hero, dict) else None
    example = _example(str(path).removeprefix(EXAMPLES_PREFIX), sources) if path else None
    card = share_card(example) if example else None
    if example is None or card is None or not (sources.root / "docs" / card).is_file():
        return None
    return card, f"{example.title}: {example.caption}"


def _example(path: str, sources: Sources) -> Example | None:
    try:
        return sources.example(find_example(path, sources.examples))
    except CapdemoError:
        return None  # a hero of another guide; picture lines are checked where they are drawn


def _json_ld(page: PageSource, sources: Sources, site: Site) -> str:
    data: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "TechArticle",
        "headline": page.title,
        "description": page.summary,
        "inLanguage": page.path[:2],
        "isPartOf": {"@type": "WebSite", "name": site.name},
        "image": [_image(r, p, page, site) for r, p in _results(page, sources)],
    }
    if site.url:
        data["url"] = f"{site.url}{page.path}/"
    text = json.dumps({key: value for key, value in data.items() if value}, ensure_ascii=False)
    # A closing tag in a title must not end the script.
    text = text.replace("</", "<\\/")
    return f'\n<script type="application/ld+json">{text}</script>'


def _results(page: PageSource, sources: Sources) -> Iterator[tuple[Record, Picture]]:
    for path in dict.fromkeys(match["path"] for match in _EXAMPLE.finditer(page.text)):
        example = _example(path, sources)
        if example is None or example.record is None:
            continue
        for picture in example.record.pictures:
            if picture.role == "output":
                yield example.record, picture


def _image(record: Record, picture: Picture, page: PageSource, site: Site) -> dict[str, Any]:
    largest = max(picture.variants, key=lambda variant: (variant.format == "webp", variant.width))
    kind = (
        "compositeWithTrainedAlgorithmicMedia" if record.key.models else "algorithmicallyEnhanced"
    )
    return {
        "@type": "ImageObject",
        "contentUrl": site.address(f"{page.path}/", largest.file),
        "caption": picture.alt,
        "width": largest.width,
        "height": largest.height,
        "digitalSourceType": _SOURCE_TYPES + kind,
    }
