"""The same Markdown gives the same article in MkDocs, in ProperDocs and in Zensical."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from typing import TYPE_CHECKING
from urllib.parse import urljoin

import pytest
from tests.site.site_for_tests import make_site

from capdemo.errors import InputError
from capdemo.site.staging import stage

if TYPE_CHECKING:
    from pathlib import Path

GENERATED = """---
lang: en
title: Reference
---

## Reference

[](/models)

[](/nodes)

[](/status)

[](/pages)
"""

THEIRS = {"headerlink", "md-content__button md-icon"}
"""Classes of links that a theme puts beside headings and titles."""


class Article(HTMLParser):
    """An article's elements, attributes and words, without blocks of code and a theme's links."""

    def __init__(self, html: str, address: str) -> None:
        super().__init__()
        self._address = address
        self.parts: list[object] = []
        self._skipped: list[str] = []
        match = re.search(r"<article[^>]*>(.*?)</article>", html, re.DOTALL)
        assert match is not None
        self.feed(match[1])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        attributes.pop("data-search-exclude", None)  # Zensical takes it out once it has heeded it
        if "href" in attributes:
            attributes["href"] = urljoin(self._address, attributes["href"] or "")
        name = attributes.get("class") or ""
        theirs = tag == "a" and (name in THEIRS or attributes.get("id") == "__skip")
        if theirs or tag == "pre" or name in {"highlight", "md-tags"} or self._skipped:
            if tag not in {"img", "source", "input", "br", "meta"}:
                self._skipped.append(tag)
        else:
            self.parts.append((tag, sorted(attributes.items())))

    def handle_endtag(self, tag: str) -> None:
        if self._skipped:
            self._skipped.remove(tag)
        else:
            self.parts.append(f"/{tag}")

    def handle_data(self, data: str) -> None:
        if data.strip() and not self._skipped:
            self.parts.append(" ".join(data.split()))


def build(folder: Path, *command: str) -> None:
    answer = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=folder,
        env=os.environ | {"NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stdout + answer.stderr


def articles(site: Path) -> dict[str, list[object]]:
    return {
        path.relative_to(site).as_posix(): Article(
            path.read_text(encoding="utf-8"), f"/{path.relative_to(site)}"
        ).parts
        for path in site.glob("*/**/index.html")
        if "workflows" not in path.parts
    }


@pytest.mark.slow
def test_three_generators_give_the_same_articles(
    guide: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SITE_URL", raising=False)
    root = make_site(guide)
    (root / "docs" / "en" / "part" / "reference.md").write_text(GENERATED)
    config = (root / "mkdocs.yml").read_text(encoding="utf-8")
    config = config.replace(
        "plugins: [search, capdemo]", "plugins: [search, {capdemo: {execute: never}}]"
    )
    (root / "mkdocs.yml").write_text(config, encoding="utf-8")
    build(root, "mkdocs", "build", "--strict")
    ours = articles(root / "site")
    assert len(ours) == 5
    assert sum("cd-figure" in str(parts) for parts in ours.values()) == 3
    build(root, "properdocs", "build", "-f", "mkdocs.yml", "-d", str(tmp_path / "properdocs"))
    assert articles(tmp_path / "properdocs") == ours
    stage(root, tmp_path / "staged")
    build(tmp_path / "staged", "zensical", "build")
    theirs = articles(tmp_path / "staged" / "site")
    assert theirs.keys() == ours.keys()
    for name, parts in ours.items():
        assert theirs[name] == parts, name
    download = tmp_path / "staged" / "site" / "workflows" / "part" / "Scale.json"
    assert download.read_bytes() == (root / "workflows" / "part" / "Scale.json").read_bytes()
    drawing = download.with_suffix(".svg")
    assert drawing.read_bytes() == (root / "site" / "workflows" / "part" / "Scale.svg").read_bytes()


def test_staging_overwrites_nothing(guide: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="something here already"):
        stage(guide, tmp_path)
