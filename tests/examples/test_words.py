"""`capdemo check` reads the words of examples for those who cannot see the pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.guide_for_tests import add_example, invoke, scale_workflow

if TYPE_CHECKING:
    from pathlib import Path

GOOD = "Larger coloured noise."


@pytest.mark.parametrize(
    ("alt", "words"),
    [
        ("", "output.alt: The alternative text is empty."),
        ("  ", "output.alt: The alternative text is empty."),
        ("Scale", "only repeats a name"),
        ("scaled_00001_.png", "is the name of a file"),
        ("A picture of noise.", "begins by saying that it is a picture"),
        ("Image of noise.", "begins by saying that it is a picture"),
        ("Coloured noise.", "It is that of the input"),
    ],
)
def test_a_text_that_says_nothing_is_a_problem(guide: Path, alt: str, words: str) -> None:
    path = add_example(guide, "Scale", scale_workflow()).with_suffix(".toml")
    assert invoke("build", "--examples-only").code == 0
    assert invoke("check").code == 0
    path.write_text(path.read_text().replace(GOOD, alt))
    assert invoke("build", "--examples-only").code == 0, "it needs no run"
    answer = invoke("check", "--json")
    assert answer.code == 2
    (problem,) = answer.json["problems"]
    assert (problem["file"], problem["input"]) == (str(path), "output.alt")
    assert problem["kind"] == "poor_alt"
    assert words in problem["message"]


def test_an_empty_caption_or_label_is_a_problem(guide: Path) -> None:
    path = add_example(guide, "Scale", scale_workflow()).with_suffix(".toml")
    assert invoke("build", "--examples-only").code == 0
    text = path.read_text().replace('"Input"', '""')
    path.write_text(text.replace("A small picture, made larger.", ""))
    problems = invoke("check", "--json").json["problems"]
    assert [p["input"] for p in problems if p["kind"] == "missing_text"] == [
        "caption",
        "input.label",
    ]
