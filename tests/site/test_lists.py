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


@st.composite
def pages(draw: st.DrawFn) -> str:
    """Lists with wide gaps, more paragraphs, lazy lines, code and quotations between the items."""
    lines = ["Words:"] if draw(st.booleans()) else []
    columns: list[int] = []
    for number in range(draw(st.integers(1, 7))):
        depth = draw(st.integers(0, len(columns)))
        del columns[depth:]
        inside = columns[-1] if columns else 0
        lead = draw(st.integers(0, 1))
        mark = draw(st.sampled_from(["-", "1."]))
        gap = draw(st.integers(1, 3))
        lines.append(f"{' ' * (inside + lead)}{mark}{' ' * gap}item {number}")
        columns.append(inside + lead + len(mark) + gap)
        margin = " " * columns[-1]
        lines += draw(
            st.sampled_from(
                [
                    [],
                    [],
                    ["lazy words"],
                    [f"{margin}more words"],
                    [f"{margin}    - still these words"],
                    ["", f"{margin}a second paragraph"],
                    ["", f"{margin}a second paragraph", ""],
                    [""],
                ]
            )
        )
        if draw(st.integers(0, 5)) == 0:
            columns.clear()
            lines += draw(st.sampled_from([["", "A paragraph."], ["> A quotation", ""]]))
    return "\n".join(lines)


@given(pages())
def test_what_stands_between_items_changes_nothing(text: str) -> None:
    assert [item[:2] for item in rendered(text)] == [item[:2] for item in expected(text)]


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
        "- a\n> quoted\n> - b",
        "- a\n\n  more of a\n- b",
        "1. a\n\n   more of a\n   - b\n1. c",
        "- a\n1. b",
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
