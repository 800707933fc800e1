"""Lists nest as CommonMark nests them; an independent parser of CommonMark is the oracle."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown import Markdown
from markdown_it import MarkdownIt

from capdemo.site.lists import normalise_lists

Items = list[tuple[int, str, str]]
"""(depth, kind of list, the item's own words)"""


def expected(text: str) -> Items:
    found: Items = []
    kinds: list[str] = []
    for token in MarkdownIt().parse(text):
        if token.type in {"bullet_list_open", "ordered_list_open"}:
            kinds.append(token.tag)
        elif token.type in {"bullet_list_close", "ordered_list_close"}:
            kinds.pop()
        elif token.type == "list_item_open":
            found.append((len(kinds), kinds[-1], ""))
        elif token.type == "inline" and kinds and not found[-1][2]:
            found[-1] = (*found[-1][:2], token.content)
    return found


def rendered(text: str) -> Items:
    html = Markdown(extensions=["sane_lists"]).convert("\n".join(normalise_lists(text.split("\n"))))
    found: Items = []

    def walk(parent: ET.Element, depth: int) -> None:
        for child in parent:
            if child.tag in {"ul", "ol"}:
                for item in child:
                    first = item.find("p")
                    words = (item.text or "").strip() or (first.text if first is not None else "")
                    found.append((depth + 1, child.tag, (words or "").strip()))
                    walk(item, depth + 1)
            else:
                walk(child, depth)

    walk(ET.fromstring(f"<div>{html}</div>"), 0)  # noqa: S314  # our own HTML
    return found


@st.composite
def lists(draw: st.DrawFn) -> str:
    """Nested lists of one marker a level, tight or loose, after a paragraph or at the start."""
    lines = ["A paragraph."] if draw(st.booleans()) else []
    columns = [0]
    marks = [draw(st.sampled_from(["-", "*", "1."]))]
    for number in range(draw(st.integers(1, 8))):
        depth = draw(st.integers(0, len(columns) - 1))
        if number and draw(st.booleans()) and len(columns) < 4:
            depth = len(columns)
            marks.append(draw(st.sampled_from(["-", "*", "1."])))
            columns.append(columns[-1] + len(marks[-2]) + 1)
        del columns[depth + 1 :], marks[depth + 1 :]
        lines.append(f"{' ' * columns[depth]}{marks[depth]} item {number}")
    return "\n".join(lines)


@given(lists())
def test_nested_lists_are_those_of_commonmark(text: str) -> None:
    assert rendered(text) == expected(text)


@pytest.mark.parametrize(
    "text",
    [
        "- a\n  - b\n    - c\n- d",
        "Words:\n- a\n- b",
        "1. a\n   - b\n2. c",
        "- a\n\n  more of a\n\n- b",
        "> - a\n>   - b",
    ],
)
def test_forms_of_the_source_style(text: str) -> None:
    assert rendered(text) == expected(text)


def test_code_is_left_alone() -> None:
    code = ["```", "- not", "  - a list", "```", "", "    - nor this"]
    assert normalise_lists(code) == code


def test_a_page_without_lists_is_left_alone() -> None:
    page = ["## Title", "", "Words - with a dash.", "", "---", "", "* * *"]
    assert normalise_lists(page) == page
