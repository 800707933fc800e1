"""The page of comparisons is made from the lock alone, and says all of it without a script."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from tests.guide_for_tests import add_example, invoke, save_noise, scale_workflow
from tests.site.test_extension import render

from capdemo.errors import InputError
from capdemo.outputs.lock import Lock, read_lock
from capdemo.site.comparison import comparison_rows

if TYPE_CHECKING:
    from pathlib import Path

TABLE = """
[[subjects]]
name = "{0}"
file = "{0}.png"
truth = "truth/{0}.png"
title = "{1}"
caption = "Noise."
alt = "Coloured noise."
"""
METHODS = """
[[methods]]
name = "nearest"
label = "Nearest"
workflow = "basic/Scale"
set = ["2.upscale_method=nearest-exact"]

[[methods]]
name = "lanczos"
label = "Lanczos"
workflow = "basic/Scale"
"""


@pytest.fixture
def compared(guide: Path) -> Path:
    """A guide in which two methods met two pictures."""
    for seed, name in enumerate(("noise", "other")):
        save_noise(guide / "workflows" / "inputs" / f"{name}.png", seed=seed)
        save_noise(guide / "workflows" / "inputs" / "truth" / f"{name}.png", 32, 24, seed=seed)
    add_example(guide, "basic/Scale", scale_workflow())
    text = TABLE.format("other", "Zebra") + TABLE.format("noise", "A picture") + METHODS
    (guide / "workflows" / "compare.toml").write_text(text)
    assert invoke("build", "--examples-only").code == 0
    return guide


def lock_of(guide: Path) -> Lock:
    return read_lock(guide / "workflows" / "examples.lock.json")


def test_rows_come_picture_by_picture_in_the_order_of_the_comparison(compared: Path) -> None:
    rows = comparison_rows(lock_of(compared))
    assert [(row.subject, row.method, row.example) for row in rows] == [
        ("Zebra", "Nearest", "compare/other/nearest"),
        ("Zebra", "Lanczos", "compare/other/lanczos"),
        ("A picture", "Nearest", "compare/noise/nearest"),
        ("A picture", "Lanczos", "basic/Scale"),
    ]
    assert {row.workflow for row in rows} == {"basic/Scale.json"}
    assert {row.models for row in rows} == {()}


def test_a_picture_that_never_ran_is_left_out(compared: Path) -> None:
    examples = dict(lock_of(compared).examples)
    examples["compare/other/nearest"] = replace(examples["compare/other/nearest"], record=None)
    assert len(comparison_rows(Lock(examples))) == 3


def test_a_subject_shows_a_slider_and_every_picture(compared: Path) -> None:
    page = render(compared, "[](/compare/a-picture)")
    (slider,) = page.all("input")
    assert slider["aria-label"] == "Compare Input with Scale: A picture"
    methods = [one["data-cd-method"] for one in page.all("div", "cd-any__one")]
    assert methods == ["Input", "Nearest", "Lanczos"]
    assert len(page.all("img")) == 2 + 3
    assert [image.get("loading", "now") for image in page.all("img")] == ["now"] * 2 + ["lazy"] * 3
    assert [link["href"] for link in page.all("a", "cd-any__truth")] == [
        "workflows/inputs/truth/noise.png"
    ]
    assert page.all("script")[0]["src"] == "assets/compare.js"
    assert "open" in page.all("details")[0]


def test_the_table_marks_the_best_of_each_picture(compared: Path) -> None:
    page = render(compared, "[](/compare)")
    assert [head["data-cd-kind"] for head in page.all("th") if "data-cd-kind" in head] == [
        *["text"] * 3,
        *["high"] * 2,
        *["low"] * 3,
    ]
    assert len(page.all("tr")) == 1 + 4
    assert len(page.all("strong")) >= 2 * 3
    rows = comparison_rows(lock_of(compared))
    for row in rows:
        assert row.record.quality is not None
        assert f"{row.record.quality.psnr_db:.2f}" in page.text
        assert f"{row.record.quality.flip:.3f}" in page.text
    links = [link["href"] for link in page.all("a")]
    assert links == ["workflows/basic/Scale.json"] * 4


@pytest.mark.parametrize(
    ("line", "message"),
    [("[](/compare/a-pictur)", "No picture that is compared is called 'a-pictur'")],
)
def test_an_unknown_picture_is_named(compared: Path, line: str, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        render(compared, line)
    assert "Did you mean 'a-picture'?" in str(caught.value)


def test_nothing_to_compare_is_said(guide: Path) -> None:
    with pytest.raises(InputError, match="There is nothing to compare"):
        render(guide, "[](/compare)")


def test_a_link_with_words_is_left_alone(compared: Path) -> None:
    assert render(compared, "[Compare](/compare)").all("table") == []
