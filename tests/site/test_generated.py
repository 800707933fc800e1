"""What pages are given by catalogue, lock and workflows: models, the board, lists, "used in"."""

from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING

import pytest
from tests.guide_for_tests import add_example, add_workflow, invoke, model_workflow, scale_workflow
from tests.site.test_extension import render

from capdemo.errors import InputError
from capdemo.models.catalogue import default_catalogue
from capdemo.outputs.lock import Lock, read_lock, write_lock
from capdemo.site.model_reference import model_anchor
from capdemo.site.page_list import page_list
from capdemo.site.page_sources import PageSource, Stand, read_pages, stands_of
from capdemo.site.place import Place
from capdemo.site.sources import read_sources
from capdemo.site.status_board import status_board
from capdemo.site.usage import usage_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.site.test_extension import Elements

WEIGHTS = "RealESRGAN_x4plus.pth"

PAGE = """---
title: The page
summary: A summary.
---

## The page

### With a model

[](/workflows/part/Large.json)

### With a model

- [](/workflows/part/Scale.json)
"""


def flat(page: Elements) -> str:
    return re.sub(r"\s+", " ", page.text)


@pytest.fixture
def shown(guide: Path) -> Path:
    """A guide whose page shows two workflows, one of which uses a model."""
    add_workflow(guide, "part/Large", model_workflow(WEIGHTS))
    add_workflow(guide, "part/Scale", scale_workflow())
    folder = guide / "docs" / "en" / "part"
    folder.mkdir(parents=True)
    (folder / "page.md").write_text(PAGE)
    return guide


def test_every_model_has_an_entry_with_licence_digest_and_source(guide: Path) -> None:
    page = render(guide, "[](/models)")
    text = flat(page)
    ids = {attributes.get("id") for _, attributes in page.found}
    for model in default_catalogue():
        assert model_anchor(model.id) in ids
        assert text.count(model.licence) >= 2, "in the table and in the entry"
        for source in model.sources:
            assert (source.sha256 or "sha256 not verified yet") in text
    restricted = sum(not model.commercial for model in default_catalogue())
    assert restricted >= 2
    assert len(page.all("span", "cd-badge")) == 2 * restricted


def test_a_scale_is_said_of_models_that_enlarge_only(guide: Path) -> None:
    text = flat(render(guide, "[](/models)"))
    enlarging = [model for model in default_catalogue() if model.scale > 1]
    assert len(enlarging) > 5
    assert len(re.findall(r"Scale\d+\N{MULTIPLICATION SIGN}Licence", text)) == len(enlarging)
    assert "Scale\N{EN DASH}" not in text


def test_a_model_leads_to_the_section_that_shows_its_workflow(shown: Path) -> None:
    page = render(shown, "[](/models)")
    links = [link for link in page.all("a") if link["href"].startswith("en/")]
    assert links == [{"href": "en/part/page/#with-a-model", "title": "On the page The page"}]


def test_usage_knows_models_nodes_and_where_cards_stand(shown: Path) -> None:
    usage = usage_of(read_sources(shown), "en")
    assert usage.models == {"RealESRGAN_x4plus": ["part/Large.json"]}
    assert usage.nodes["LoadImage"] == ["part/Large.json", "part/Scale.json"]
    assert usage.nodes["ImageScaleBy"] == ["part/Scale.json"]
    anchors = {workflow: stand.anchor for workflow, stand in usage.stands.items()}
    assert anchors == {"part/Large.json": "with-a-model", "part/Scale.json": "with-a-model_1"}


def test_a_node_that_is_used_says_where(shown: Path) -> None:
    text = flat(render(shown, "[](/nodes)"))
    entry = text[text.index("ImageScaleBy Resize an image by a factor.") :]
    assert entry[: entry.index("Used in: Scale")].count("Revision") == 1


def test_a_card_in_a_block_of_code_stands_nowhere() -> None:
    card = "[](/workflows/A.json)"
    page = PageSource(
        "en/a.md", text=f"## One\n\n```\n{card}\n```\n\n## Two {{#second}}\n\n{card}\n"
    )
    assert stands_of([page]) == {"A.json": Stand(page, "second")}


def test_front_matter_that_is_no_yaml_is_named(guide: Path) -> None:
    (guide / "docs" / "en").mkdir()
    (guide / "docs" / "en" / "x.md").write_text("---\ntitle: a: b\n---\n")
    with pytest.raises(InputError, match=r"docs/en/x\.md.*not YAML"):
        read_pages(guide / "docs")


def test_a_list_of_pages_has_titles_and_summaries(shown: Path) -> None:
    folder = shown / "docs" / "en" / "part"
    (folder / "other.md").write_text("---\ntitle: Another\nsummary: More.\n---\n")
    (folder / "deeper").mkdir()
    (folder / "deeper" / "no.md").write_text("# No\n")
    (folder / "index.md").write_text("# List\n")
    lines = page_list(read_sources(shown), Place("en/part/index.md"), str)
    assert [line for line in lines if line] == [
        "- [Another](/en/part/other/): More.",
        "- [The page](/en/part/page/): A summary.",
    ]


def test_the_board_counts_states_and_says_why(guide: Path) -> None:
    add_example(guide, "part/Scale", scale_workflow())
    add_example(guide, "part/Twice", scale_workflow(factor=1.5))
    assert invoke("build", "--examples-only").code == 0
    add_workflow(guide, "part/Later", scale_workflow())
    sources = read_sources(guide, {"part/Twice": ("stale", ("graph: a widget changed",))})
    lines = list(status_board(sources, Place(), str))
    assert "2 examples: 1 fresh, 1 stale." in lines
    rows = next(line for line in lines if "<table" in line).split("<tr>")[2:]
    assert "part/Scale.json" in rows[0]
    assert ">Fresh<" in rows[0]
    assert re.search(r'<td class="cd-run">\d{4}-\d\d-\d\d</td>', rows[0]), "the day of the run"
    assert "Graph: a widget changed." in rows[1]
    assert "Later" in lines[lines.index("### Workflows that this guide has not run") + 2]


def test_a_record_without_a_day_says_so(guide: Path) -> None:
    add_example(guide, "part/Scale", scale_workflow())
    assert invoke("build", "--examples-only").code == 0
    path = guide / "workflows" / "examples.lock.json"
    example = read_lock(path).examples["part/Scale"]
    assert example.record is not None
    cost = dataclasses.replace(example.record.cost, day="")
    record = dataclasses.replace(example.record, cost=cost)
    write_lock(path, Lock({"part/Scale": dataclasses.replace(example, record=record)}))
    assert "not recorded" in "".join(status_board(read_sources(guide), Place(), str))
