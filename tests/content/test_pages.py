"""The pages: complete front matter, and nothing named that is not there."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from capdemo.outputs.lock import read_lock
from capdemo.site.comparison import ADDRESS, comparison_rows
from capdemo.site.generated import GENERATED
from capdemo.site.references import find_example, slug_of

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
WORKFLOWS = ROOT / "workflows"
LANGUAGES = ("en", "ja")
PAGES = sorted(page for language in LANGUAGES for page in (DOCS / language).rglob("*.md"))
READ_ON_THE_HOST = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")]

THEME_KEYS = {"hide", "search"}
"""Keys of Material for MkDocs, which the source style does not have."""

KEYS = ["layout", "lang", "section", "slug", "navId", "title", "summary", "permalink", "hero"]
EXAMPLES = sorted(
    path.relative_to(WORKFLOWS).with_suffix("").as_posix()
    for path in WORKFLOWS.rglob("*.toml")
    if path.name != "compare.toml"
)
COMPARED = {
    slug_of(row.subject) for row in comparison_rows(read_lock(WORKFLOWS / "examples.lock.json"))
}

PICTURE = re.compile(r"!\[(?P<alt>[^\]]*)\]\((?P<source>[^)]*)\)(?P<attributes>\{[^}]*\})?")
LINK = re.compile(r"(?<!!)\[(?P<text>[^\]]*)\]\((?P<target>[^)]*)\)")
CODE = re.compile(r"^ *```.*?^ *```", re.MULTILINE | re.DOTALL)
FIGURE = re.compile(r"\d\s?(?:seconds?|minutes?|s|ms|[KMG]i?B|dB|MPix)\b")


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def front_matter(page: Path) -> Any:
    return yaml.safe_load(page.read_text(encoding="utf-8").split("---\n")[1])


def body(page: Path) -> str:
    """The page below its front matter, without blocks of code."""
    return CODE.sub("", page.read_text(encoding="utf-8").split("---\n", 2)[2])


def anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", body(page), re.MULTILINE)
    given = set(re.findall(r"^#+ .*\{#([^}]+)\}$", body(page), re.MULTILINE))
    return given | {
        re.sub(r"[\s-]+", "-", re.sub(r"[^\w\s-]", "", heading.lower()).strip())
        for heading in headings
    }


def address(page: Path) -> str:
    path = page.relative_to(DOCS).with_suffix("").as_posix().removesuffix("index").rstrip("/")
    return f"/{path}/"


BY_ADDRESS = {address(page): page for page in PAGES}

each_page = pytest.mark.parametrize("page", PAGES, ids=name_of)


@each_page
def test_front_matter_is_complete_and_gives_the_address(page: Path) -> None:
    meta = front_matter(page)
    assert [key for key in meta if key not in THEME_KEYS] == KEYS
    assert meta["lang"] == page.relative_to(DOCS).parts[0]
    permalink = meta["permalink"]
    for key in ("lang", "section", "slug"):
        permalink = permalink.replace(f"{{{{ {key} }}}}", meta[key])
    assert permalink == address(page)
    assert meta["summary"].endswith((".", "。"))


@each_page
def test_the_hero_is_an_example(page: Path) -> None:
    image = front_matter(page)["hero"]["image"]
    assert find_example(image.removeprefix("/examples/"), EXAMPLES) in EXAMPLES


@each_page
def test_the_page_starts_with_a_second_level_heading(page: Path) -> None:
    assert body(page).lstrip().startswith("## ")
    assert not re.search(r"^# ", body(page), re.MULTILINE)


@each_page
def test_every_picture_is_an_example_with_a_text_for_those_who_cannot_see_it(page: Path) -> None:
    for picture in PICTURE.finditer(body(page)):
        source = picture["source"]
        assert picture["alt"].strip()
        shown = r"\{example=(output|loop|compare( divider=\d+)?)\}"
        assert re.fullmatch(shown, picture["attributes"])
        assert find_example(source.removeprefix("/examples/"), EXAMPLES) in EXAMPLES


@each_page
def test_every_link_leads_somewhere(page: Path) -> None:
    for link in LINK.finditer(body(page)):
        target, _, anchor = link["target"].partition("#")
        if link[0] in GENERATED or target == ADDRESS:
            continue
        if target.startswith(f"{ADDRESS}/"):
            assert target.removeprefix(f"{ADDRESS}/") in COMPARED
            continue
        if target.startswith("/workflows/"):
            assert link["text"] == ""
            assert (ROOT / target.removeprefix("/")).is_file()
        elif not target.startswith("https://"):
            goal = BY_ADDRESS[target] if target else page
            assert not anchor or anchor in anchors(goal)


@each_page
def test_no_prose_states_a_measurement(page: Path) -> None:
    # What no example measures is stated where it says how to measure it again, and in decisions.
    if page.name != "performance.md" and page.parent.name != "decisions":
        assert FIGURE.findall(body(page)) == []


def test_every_workflow_has_a_card_on_a_page() -> None:
    linked = {
        link["target"].removeprefix("/")
        for page in PAGES
        for link in LINK.finditer(body(page))
        if link["target"].startswith("/workflows/")
    }
    written = {
        path.relative_to(ROOT).as_posix()
        for path in WORKFLOWS.rglob("*.json")
        if path.name != "examples.lock.json"
    }
    assert linked == written


def test_every_example_is_shown_on_a_page() -> None:
    shown = {
        find_example(picture["source"].removeprefix("/examples/"), EXAMPLES)
        for page in PAGES
        for picture in PICTURE.finditer(body(page))
    }
    assert shown == set(EXAMPLES)


@pytest.mark.parametrize("page", READ_ON_THE_HOST, ids=name_of)
def test_links_of_the_texts_for_the_host_lead_to_files(page: Path) -> None:
    text = CODE.sub("", page.read_text(encoding="utf-8"))
    for link in LINK.finditer(text):
        if not link["target"].startswith("https://"):
            assert (page.parent / link["target"]).exists()


def test_the_readme_runs_a_workflow_that_exists() -> None:
    commands = re.findall(r"capdemo run (\S+\.json)", READ_ON_THE_HOST[0].read_text("utf-8"))
    assert commands
    assert all((ROOT / command).is_file() for command in set(commands) - {"W.json"})


def test_the_node_shown_to_authors_is_the_one_that_runs() -> None:
    text = (DOCS / "en/develop/architecture.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    _, decorator, function = block.partition("@FAMILY.node")
    source = (ROOT / "src/capdemo/nodes/resizing.py").read_text(encoding="utf-8")
    assert decorator + function.rstrip() in source
