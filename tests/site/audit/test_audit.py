"""The audit of a built site finds each fault that is planted, and nothing in a sound site."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from capdemo.site.audit.__main__ import main
from capdemo.site.audit.budgets import budget_problems, weighed
from capdemo.site.audit.links import link_problems
from capdemo.site.audit.pages import Page, read_pages

if TYPE_CHECKING:
    from pathlib import Path

PAGE = """<!doctype html><html><head>
<link rel="stylesheet" href="../assets/own.css"><link rel="canonical" href="https://a.b/">
<script src="../assets/own.js"></script></head><body>
<article><h1 id="top">T</h1><a href="../other/#part">Other</a> <a href="#top">Up</a>
<a href="https://a.b/c">Elsewhere</a> <a href="../files/a%20b.json" download>File</a>
<figure class="cd-figure cd-figure--slider">
<picture><source type="image/avif" srcset="../p/s.avif 640w, ../p/l.avif 1280w">
<img src="../p/l.webp" width="8" height="8" alt=""></picture>
<picture><source type="image/avif" srcset="../p/i.avif 240w">
<img src="../p/i.webp" width="2" height="2" alt="" loading="lazy"></picture></figure>
<img src="data:image/png;base64,AAAA" alt="">
<video poster="../p/l.webp"><source src="../p/f.mp4"></video></article></body></html>
"""


def noise(size: int) -> bytes:
    return random.Random(size).randbytes(size)  # noqa: S311  # nothing that packs


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A site of two pages without a fault."""
    for name, content in {
        "page/index.html": PAGE.encode(),
        "other/index.html": b'<h2 id="part">Part</h2><a href="..">Up</a>',
        "index.html": b'<a href="page/">P</a>',
        "files/a b.json": b"{}",
        "assets/own.css": b"a{}",
        "assets/own.js": b"1",
        "p/s.avif": noise(900),
        "p/l.avif": noise(3000),
        "p/l.webp": noise(5000),
        "p/i.avif": noise(200),
        "p/i.webp": noise(300),
        "p/f.mp4": noise(9000),
    }.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return tmp_path


def kinds(site: Path) -> list[str]:
    pages = read_pages(site)
    problems = [*budget_problems(pages, site), *link_problems(pages, site)]
    return [problem.kind for problem in problems]


def edit(site: Path, old: str, new: str) -> None:
    path = site / "page" / "index.html"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_a_sound_site_has_no_problem(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert kinds(site) == []
    assert main([str(site)]) == 0
    assert capsys.readouterr().err == "3 pages, 0 problems.\n"


def test_a_folder_without_pages_is_wrong_input(tmp_path: Path) -> None:
    assert main([str(tmp_path)]) == 2


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        ("../other/#part", "../otter/", "dead_link"),
        ("../other/#part", "../other/#parts", "dead_anchor"),
        ("#top", "#bottom", "dead_anchor"),
        ("a%20b.json", "b.json", "dead_link"),
        ("../p/s.avif 640w", "../p/gone.avif 640w", "dead_link"),
        ("../p/f.mp4", "../p/gone.mp4", "dead_link"),
        ('src="../assets/own.js"', 'src="https://cdn.a.b/x.js"', "other_origin"),
        ('href="../assets/own.css"', 'href="//a.b/x.css"', "other_origin"),
        ('src="../p/i.webp"', 'src="https://a.b/i.webp"', "other_origin"),
        (' width="8" height="8"', "", "no_size"),
        (' width="8" height="8"', ' width="8"', "no_size"),
    ],
)
def test_each_fault_is_found(site: Path, old: str, new: str, kind: str) -> None:
    edit(site, old, new)
    assert kinds(site) == [kind]
    assert main([str(site)]) == 2


@pytest.mark.parametrize("style", ["@import '//a.b/c.css'", "b{background:url(https://a.b/c.png)}"])
def test_a_style_sheet_that_asks_elsewhere_is_found(site: Path, style: str) -> None:
    (site / "assets" / "own.css").write_text(style)
    assert kinds(site) == ["other_origin"]


@pytest.mark.parametrize(
    ("name", "size", "count"),
    [
        ("assets/own.js", 8200, 1),
        ("assets/own.js", 8100, 0),
        ("assets/own.css", 6200, 1),
        ("assets/own.css", 6100, 0),
        ("assets/own.js", 90_000, 2),  # the shell, too
        ("p/l.avif", 120_001, 1),
        ("p/l.webp", 120_001, 1),
        ("p/l.webp", 120_000, 0),
        ("p/f.mp4", 300 * 1024 + 1, 1),
        ("assets/javascripts/workers/search.1.js", 250 * 1024, 3),  # the first view of each page
    ],
)
def test_what_is_too_heavy_is_found(site: Path, name: str, size: int, count: int) -> None:
    path = site / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(noise(size))
    assert kinds(site) == ["too_heavy"] * count


def test_a_first_view_counts_what_is_loaded_at_once(site: Path) -> None:
    page = next(page for page in read_pages(site) if page.path == "page/index.html")
    weights = weighed(page, site)
    assert 3000 < weights.first_view < 4500, "the wide AVIF; neither the lazy picture nor the film"
    assert weights.comparisons == 0
    page.comparisons *= 4
    assert weighed(page, site).comparisons > weights.first_view + 3 * 3200
    assert 100 < weights.shell < 600


@pytest.mark.parametrize(
    ("address", "target"),
    [
        ("", "a/b/index.html"),
        ("#x", "a/b/index.html"),
        ("../c/", "a/c/index.html"),
        ("../..", "index.html"),
        (".", "a/b/index.html"),
        ("../../x.json", "x.json"),
        ("/x/y.png", "x/y.png"),
    ],
)
def test_relative_addresses_lead_to_files(address: str, target: str) -> None:
    assert Page("a/b/index.html").target(address) == target
