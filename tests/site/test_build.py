"""A site is built from lock and pages, strictly, and not again while nothing changed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.guide_for_tests import add_example, invoke, save_noise, scale_workflow

from capdemo.errors import InputError, RunError
from capdemo.site.build import build_site, is_current

if TYPE_CHECKING:
    from collections.abc import Callable

CONFIG = """
site_name: Test
theme: {name: material, font: false}
plugins: [search, capdemo]
markdown_extensions: [capdemo, attr_list]
exclude_docs: gyazo.toml
"""

PAGE = """---
title: Scale
slug: scale
summary: Larger pictures.
permalink: "/{{ lang }}/{{ slug }}/"
lang: en
---

## Scale

![Noise](/examples/scale){example=compare}

[](/workflows/Scale.json)

See [the other page](/en/other/#part).
"""


@pytest.fixture
def site(guide: Path) -> Path:
    """A guide with two pages and one example that ran."""
    (guide / "mkdocs.yml").write_text(CONFIG)
    (guide / "docs" / "en").mkdir()
    (guide / "docs" / "index.md").write_text("# Home\n\n[Scale](/en/scale/)\n")
    (guide / "docs" / "en" / "scale.md").write_text(PAGE)
    (guide / "docs" / "en" / "other.md").write_text("# Other\n\n## Part\n")
    add_example(guide, "Scale", scale_workflow())
    assert invoke("build", "--examples-only").code == 0
    return guide


def page_of(site: Path) -> str:
    return (site / "site" / "en" / "scale" / "index.html").read_text()


def test_pages_workflows_and_pictures_are_there(site: Path) -> None:
    build_site(site, strict=True)
    page = page_of(site)
    assert '<h1 id="scale">Scale</h1>' in page
    assert '<meta name="description" content="Larger pictures.">' in page
    assert 'href="../other/#part"' in page
    assert 'href="../../workflows/Scale.json"' in page
    workflow = site / "workflows" / "Scale.json"
    assert (site / "site" / "workflows" / "Scale.json").read_bytes() == workflow.read_bytes()
    assert (site / "site" / "workflows" / "inputs" / "noise.png").is_file()
    assert not (site / "site" / "workflows" / "Scale.toml").exists()
    objects = {path.name for path in (site / "docs" / "examples" / "objects").iterdir()}
    assert {p.name for p in (site / "site" / "examples" / "objects").iterdir()} == objects
    for name in ("../../examples/objects/", ".avif 32w"):
        assert name in page


def test_a_second_build_does_nothing(site: Path) -> None:
    assert invoke("build").code == 0
    before = {p: p.stat().st_mtime_ns for p in (site / "site").rglob("*")}
    answer = invoke("build")
    assert answer.out == "Examples: all 1 are fresh.\nSite: up to date.\n"
    assert {p: p.stat().st_mtime_ns for p in (site / "site").rglob("*")} == before


def change_page(site: Path) -> None:
    path = site / "docs" / "en" / "other.md"
    path.write_text(path.read_text() + "\nMore.\n")


def change_workflow(site: Path) -> None:
    path = site / "workflows" / "Scale.json"
    path.write_text(path.read_text() + "\n")


def change_config(site: Path) -> None:
    path = site / "mkdocs.yml"
    path.write_text(path.read_text() + "\nsite_author: me\n")


def lose_a_page(site: Path) -> None:
    (site / "site" / "en" / "scale" / "index.html").unlink()


def cut_a_page(site: Path) -> None:
    (site / "site" / "en" / "scale" / "index.html").write_text("")


def interrupt(site: Path) -> None:
    (site / "site" / ".capdemo.json").unlink()


@pytest.mark.parametrize(
    "change",
    [change_page, change_workflow, change_config, lose_a_page, cut_a_page, interrupt],
)
def test_any_change_builds_it_again(site: Path, change: Callable[[Path], None]) -> None:
    build_site(site, strict=True)
    assert is_current(site)
    change(site)
    assert not is_current(site)


def test_a_broken_link_is_an_error(site: Path) -> None:
    page = site / "docs" / "en" / "scale.md"
    page.write_text(page.read_text() + "\n[Gone](/en/gone/)\n")
    with pytest.raises(RunError, match="was not built"):
        build_site(site, strict=True)
    assert not is_current(site)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("slug: scale", "slug: scael", "The slug is 'scael'"),
        ("/{{ lang }}/{{ slug }}/", "/{{ lang }}/x/{{ slug }}/", "The permalink is"),
        ("/examples/scale", "/examples/scael", "Did you mean 'scale'?"),
    ],
)
def test_a_wrong_page_is_named(site: Path, old: str, new: str, message: str) -> None:
    page = site / "docs" / "en" / "scale.md"
    page.write_text(page.read_text().replace(old, new))
    with pytest.raises(InputError, match=r"docs/en/scale.md") as caught:
        build_site(site, strict=True)
    assert message in str(caught.value)


def test_mkdocs_names_a_wrong_page_without_a_traceback(site: Path) -> None:
    page = site / "docs" / "en" / "scale.md"
    page.write_text(page.read_text().replace("/examples/scale", "/examples/scael"))
    answer = mkdocs(site, "build")
    assert answer.returncode == 1
    assert "docs/en/scale.md: No example is called 'scael'" in answer.stderr
    assert "Traceback" not in answer.stderr


def mkdocs(site: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "mkdocs", *arguments],
        cwd=site,
        env=os.environ | {"NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_mkdocs_build_runs_what_is_stale_first(site: Path) -> None:
    save_noise(site / "workflows" / "inputs" / "noise.png", width=20, seed=9)
    answer = mkdocs(site, "build", "--strict")
    assert answer.returncode == 0, answer.stderr
    assert "Scale: built in" in answer.stderr
    assert "40 \N{MULTIPLICATION SIGN} 24" in page_of(site)


def test_execute_never_shows_what_is_stale_as_stale(site: Path) -> None:
    config = (site / "mkdocs.yml").read_text()
    never = config.replace("search, capdemo", "search, {capdemo: {execute: never}}")
    (site / "mkdocs.yml").write_text(never)
    save_noise(site / "workflows" / "inputs" / "noise.png", width=20, seed=9)
    lock = (site / "workflows" / "examples.lock.json").read_bytes()
    assert mkdocs(site, "build", "--strict").returncode == 0
    assert "Stale" in page_of(site)
    assert (site / "workflows" / "examples.lock.json").read_bytes() == lock


def test_the_same_guide_gives_the_same_site_under_any_hash_seed(site: Path) -> None:
    def built(seed: str) -> dict[str, bytes]:
        (site / "site" / ".capdemo.json").unlink(missing_ok=True)
        code = "import sys; from capdemo.cli import main; sys.argv[1:] = ['build']; main()"
        environment = os.environ | {"PYTHONHASHSEED": seed, "SOURCE_DATE_EPOCH": "0"}
        subprocess.run([sys.executable, "-c", code], cwd=site, env=environment, check=True)
        pages = (site / "site").rglob("*.html")
        return {str(path): path.read_bytes() for path in pages}

    assert built("1") == built("2")


def test_a_build_with_nothing_to_do_imports_neither_torch_nor_mkdocs(site: Path) -> None:
    assert invoke("build").code == 0
    code = (
        "import sys; from capdemo.cli import main; sys.argv[1:] = {arguments}\n"
        "try: main()\n"
        "except SystemExit as stop: assert not stop.code, stop.code\n"
        "heavy = {{'torch', 'mkdocs', 'spandrel', 'PIL', 'numpy', 'huggingface_hub'}}\n"
        "print('imported:', sorted(heavy & set(sys.modules)))"
    )
    for command in ("build", "status", "check", "nodes"):
        script = code.format(arguments=[command])
        answer = subprocess.run(
            [sys.executable, "-c", script],
            cwd=site,
            capture_output=True,
            text=True,
            check=False,
        )
        assert answer.stdout.endswith("imported: []\n"), (command, answer.stdout, answer.stderr)


def test_the_repositorys_own_site_is_described_for_mkdocs() -> None:
    config = (Path(__file__).parents[2] / "mkdocs.yml").read_text()
    assert "execute: auto" in config
    assert "font: false" in config
