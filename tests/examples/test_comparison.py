"""Pairs of a method and a picture are examples of their own, unless they are one already."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from tests.guide_for_tests import add_example, invoke, pixels, save_noise, scale_workflow

from capdemo.outputs.lock import Compared, read_lock

if TYPE_CHECKING:
    from pathlib import Path

    from capdemo.outputs.lock import Lock

SUBJECT = """
[[subjects]]
name = "{name}"
file = "{name}.png"
truth = "truth/{name}.png"
title = "Picture {name}"
caption = "Noise."
alt = "Coloured noise."
"""
METHODS = """
[[methods]]
name = "lanczos"
label = "Lanczos"
workflow = "basic/Scale"

[[methods]]
name = "nearest"
label = "Nearest"
workflow = "basic/Scale"
set = ["2.upscale_method=nearest-exact"]
"""


@pytest.fixture
def compared(guide: Path) -> Path:
    """A guide in which two methods meet two pictures."""
    for seed, name in enumerate(("noise", "other")):
        save_noise(guide / "workflows" / "inputs" / f"{name}.png", seed=seed)
        save_noise(guide / "workflows" / "inputs" / "truth" / f"{name}.png", 32, 24, seed=seed)
    add_example(guide, "basic/Scale", scale_workflow())
    text = SUBJECT.format(name="noise") + SUBJECT.format(name="other") + METHODS
    (guide / "workflows" / "compare.toml").write_text(text)
    return guide


def lock_of(guide: Path) -> Lock:
    return read_lock(guide / "workflows" / "examples.lock.json")


def test_every_pair_is_an_example(compared: Path) -> None:
    answer = invoke("build", "--examples-only")
    assert answer.code == 0, answer.err
    examples = lock_of(compared).examples
    places = {name: entry.compared for name, entry in examples.items()}
    workflow = "basic/Scale.json"
    assert places == {
        "basic/Scale": Compared("Picture noise", "Lanczos", 0, 0, workflow),
        "compare/noise/nearest": Compared("Picture noise", "Nearest", 0, 1, workflow),
        "compare/other/lanczos": Compared("Picture other", "Lanczos", 1, 0, workflow),
        "compare/other/nearest": Compared("Picture other", "Nearest", 1, 1, workflow),
    }
    pair = examples["compare/other/nearest"]
    assert pair.title == "Picture other: Nearest"
    assert pair.record is not None
    assert [used.name for used in pair.record.key.inputs] == ["other.png"]
    before, after = pair.record.pictures
    assert (before.label, after.label) == ("Input", "Nearest")
    assert after.alt == "Coloured noise. Enlarged by Nearest."
    small = pixels(compared / "workflows" / "inputs" / "other.png")
    large = pixels(compared / "docs" / after.original)
    assert (large == small.repeat(2, axis=0).repeat(2, axis=1)).all()
    quality = pair.record.quality
    assert quality is not None
    assert quality.truth.name == "truth/other.png"
    assert 0 < quality.flip < 1
    assert invoke("build", "--examples-only").out == "Examples: all 4 are fresh.\n"


def test_a_method_changes_and_only_its_pairs_run(compared: Path) -> None:
    invoke("build", "--examples-only")
    table = compared / "workflows" / "compare.toml"
    table.write_text(table.read_text().replace("nearest-exact", "bilinear"))
    answer = invoke("status", "--json")
    states = {entry["id"]: entry["state"] for entry in answer.json["examples"]}
    assert states == {
        "basic/Scale": "fresh",
        "compare/noise/nearest": "stale",
        "compare/other/lanczos": "fresh",
        "compare/other/nearest": "stale",
    }


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ('"basic/Scale"', '"basic/Scael"', "Did you mean 'basic/Scale'?"),
        ("label", "lable", "The key 'lable' is not known"),
        ("[[methods]]", "[[methods]", "This is not TOML"),
        ("2.upscale_method", "2.method", "node 2 (ImageScaleBy) has no widget 'method'"),
    ],
)
def test_a_wrong_table_is_named(compared: Path, before: str, after: str, message: str) -> None:
    table = compared / "workflows" / "compare.toml"
    table.write_text(table.read_text().replace(before, after))
    answer = invoke("check")
    assert answer.code == 2
    assert message in answer.out + answer.err


def test_a_pair_that_is_gone_leaves_the_lock(compared: Path) -> None:
    invoke("build", "--examples-only")
    (compared / "workflows" / "compare.toml").unlink()
    assert invoke("build", "--examples-only").code == 0
    examples = lock_of(compared).examples
    assert list(examples) == ["basic/Scale"]
    assert examples["basic/Scale"].compared is None


def test_a_lock_of_before_comparisons_is_read(compared: Path) -> None:
    invoke("build", "--examples-only")
    path = compared / "workflows" / "examples.lock.json"
    data = json.loads(path.read_text())
    for entry in data["examples"].values():
        del entry["compared"]
        del entry["record"]["quality"]
    path.write_text(json.dumps(data))
    assert lock_of(compared).examples["basic/Scale"].compared is None
    assert invoke("build", "--examples-only").out == "Examples: all 4 are fresh.\n"
    for name, entry in lock_of(compared).examples.items():
        assert entry.record is not None
        assert entry.record.quality is not None, f"{name} is measured again, without a run"
