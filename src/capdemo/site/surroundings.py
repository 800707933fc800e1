"""The files around the pages: Markdown twins, `llms.txt`, the feed, headers for static hosts."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, indent, tostring

from capdemo.site.elements import element
from capdemo.site.notebooks import Notebook, read_notebooks
from capdemo.site.page_sources import PageSource, read_pages, stands_of
from capdemo.site.twins import markdown_twin, notebook_twin

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from capdemo.site.head import Site
    from capdemo.site.sources import Sources

HEADERS = """\
# For hosts that read this file (Netlify, Cloudflare Pages). ComfyUI fetches what is dropped on it
# from another origin; names that hold a digest never change.
/*
  Access-Control-Allow-Origin: *
  X-Content-Type-Options: nosniff
  Cache-Control: public, max-age=600
/examples/*
  Cache-Control: public, max-age=31536000, immutable
/assets/stylesheets/*
  Cache-Control: public, max-age=31536000, immutable
/assets/javascripts/*
  Cache-Control: public, max-age=31536000, immutable
"""

_DECIDED = re.compile(r"^Decided on (?P<day>\d{1,2} \w+ \d{4})", re.MULTILINE)
_ATOM = "http://www.w3.org/2005/Atom"


def surroundings(sources: Sources, site: Site, description: str) -> Iterator[tuple[str, str]]:
    """The address under the site's root and the text of each file; the same for the same guide."""
    pages = read_pages(sources.root / "docs")
    notebooks = read_notebooks(sources.root)
    for page in pages:
        yield f"{page.path}/index.md".lstrip("/"), markdown_twin(page, sources)
    for notebook in notebooks:
        yield f"{notebook.address}/index.md", notebook_twin(notebook)
    yield "llms.txt", llms_txt(pages, notebooks, site, description)
    yield "feed.xml", feed(pages, sources, site)
    yield "_headers", HEADERS


def llms_txt(
    pages: Sequence[PageSource], notebooks: Sequence[Notebook], site: Site, description: str
) -> str:
    """What the guide is, then each page's title, Markdown address and summary."""
    lines = [f"# {site.name}", "", f"> {description}", ""]
    listed = [(page.path, page.title, page.summary) for page in pages if page.summary]
    listed += [(notebook.address, notebook.title, notebook.summary) for notebook in notebooks]
    for heading, language in (("Pages", "en/"), ("日本語", "ja/")):
        chosen = [entry for entry in listed if f"{entry[0]}/".startswith(language)]
        if chosen:
            lines += [f"## {heading}", ""]
            lines += [
                f"- [{title}]({site.url}{path}/index.md): {words}" for path, title, words in chosen
            ]
            lines.append("")
    return "\n".join(lines)


def feed(pages: Sequence[PageSource], sources: Sources, site: Site) -> str:
    """An Atom feed of what has a date: decisions, and examples that say when they ran."""
    entries = sorted([*_decisions(pages), *_runs(pages, sources)], reverse=True)
    newest = entries[0][0] if entries else "1970-01-01"
    made = [
        element("title", {}, site.name),
        element("id", {}, site.url or "urn:capdemo:guide"),
        element("updated", {}, f"{newest}T00:00:00Z"),
        element("link", {"rel": "self", "href": f"{site.url}feed.xml"}),
        element("author", {}, element("name", {}, "The capdemo authors")),
        *(_entry(entry, site) for entry in entries),
    ]
    root = element("feed", {"xmlns": _ATOM}, *made)
    indent(root)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{tostring(root, encoding="unicode")}\n'


def _decisions(pages: Sequence[PageSource]) -> Iterator[tuple[str, str, str, str]]:
    for page in pages:
        if "/decisions/" in page.source and (match := _DECIDED.search(page.text)):
            day = datetime.strptime(match["day"], "%d %B %Y").replace(tzinfo=UTC).date()
            yield day.isoformat(), f"{page.path}/", page.title, page.summary


def _runs(pages: Sequence[PageSource], sources: Sources) -> Iterator[tuple[str, str, str, str]]:
    stands = stands_of(page for page in pages if page.source.startswith("en/"))
    for example_id, example in sources.lock.examples.items():
        stand = stands.get(f"{example_id}.json")
        if example.record and example.record.cost.day and stand:
            address = f"{stand.page.path}/#{stand.anchor}"
            yield example.record.cost.day, address, example.title, example.caption


def _entry(entry: tuple[str, str, str, str], site: Site) -> Element:
    day, address, title, words = entry
    return element(
        "entry",
        {},
        element("title", {}, title),
        element("id", {}, (site.url or "urn:capdemo:guide:") + address),
        element("updated", {}, f"{day}T00:00:00Z"),
        element("link", {"href": site.url + address}),
        element("summary", {}, words),
    )
