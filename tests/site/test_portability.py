"""The repository's pages give the same figures and cards in three site generators."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from typing import TYPE_CHECKING

from tests.site.conftest import BUILT_FROM, ROOT

if TYPE_CHECKING:
    from pathlib import Path

LOST = "data-search-exclude"
"""MkDocs' search is told by it to pass a card over; Zensical takes it off, having understood it."""

EMPTY = frozenset({"area", "br", "hr", "img", "input", "link", "meta", "source", "track", "wbr"})
SHAPES = frozenset({"circle", "path", "rect", "use", "line", "polyline", "ellipse", "polygon"})

FIGURE, CARD = "cd-figure", "cd-card"

PLUGIN = "  - capdemo:\n      execute: auto\n"
"""Zensical ignores plugins, so none of the three has it here."""


class _Parts(HTMLParser):
    """Collects everything inside elements of an article whose class is one of ours."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self._open: list[bool] = []
        self._article = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._article += tag == "article"
        named = dict(attrs)
        ours = self._inside() or bool(
            self._article and (named.get("class") or "").startswith("cd-"),
        )
        if ours:
            kept = sorted((name, value) for name, value in attrs if name != LOST)
            self.parts.append(f"<{tag} {kept}>")
        if tag not in EMPTY | SHAPES:
            self._open.append(ours)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in EMPTY | SHAPES:
            self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        self._article -= tag == "article"
        if tag not in EMPTY | SHAPES and self._open and self._open.pop():
            self.parts.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        if self._inside() and data.strip():
            self.parts.append(" ".join(data.split()))

    def _inside(self) -> bool:
        return bool(self._open) and self._open[-1]


def parts_of(page: Path) -> list[str]:
    parser = _Parts()
    parser.feed(page.read_text(encoding="utf-8"))
    return parser.parts


def articles(site: Path) -> dict[str, list[str]]:
    """What is ours on every page that has something of ours, by the page's place in the site."""
    pages = {
        page.relative_to(site).as_posix(): parts_of(page)
        for page in sorted((site / "en").rglob("index.html"))
    }
    return {name: parts for name, parts in pages.items() if parts}


def built_by(generator: str, root: Path) -> Path:
    """The repository's guide as a generator renders it by the Markdown extension alone."""
    for name in BUILT_FROM:
        source, target = ROOT / name, root / name
        target.parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if source.is_dir() else shutil.copy)(source, target)
    configuration = root / "mkdocs.yml"
    with_plugin = configuration.read_text(encoding="utf-8")
    assert PLUGIN in with_plugin
    configuration.write_text(with_plugin.replace(PLUGIN, ""), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", generator, "build", "-f", "mkdocs.yml"],
        cwd=root,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return root / "site"


def test_three_generators_make_the_same_of_our_parts(tmp_path: Path) -> None:
    usual, fork, successor = (
        articles(built_by(generator, tmp_path / generator))
        for generator in ("mkdocs", "properdocs", "zensical")
    )
    main_page = usual["en/ai-capabilities/upscale-restoration/index.html"]
    for kind in FIGURE, CARD:
        assert sum(kind in part for part in main_page) > 3, kind
    assert fork == usual
    assert successor.keys() == usual.keys()
    for page, parts in usual.items():
        assert successor[page] == parts, page
