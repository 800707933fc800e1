"""Text nodes: ComfyUI 0.3.64's own classes gave these values for these inputs.

Newer than that are JsonExtractString, StringFormat, and that RegexExtract gives an empty text for
a group which took no part, instead of nothing.
"""

from __future__ import annotations

import re
import string
import time
from typing import TYPE_CHECKING

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from capdemo.errors import RunError
from capdemo.nodes import pattern_search
from capdemo.nodes.structured_text import format_text

if TYPE_CHECKING:
    from tests.nodes.bench_for_tests import Bench

CASES: list[tuple[str, dict[str, object], object]] = [
    ("PrimitiveInt", {"value": -3}, -3),
    ("PrimitiveFloat", {"value": 0.5}, 0.5),
    ("PrimitiveString", {"value": "a"}, "a"),
    ("PrimitiveStringMultiline", {"value": "a\nb"}, "a\nb"),
    ("PrimitiveBoolean", {"value": True}, True),
    ("StringConcatenate", {"string_a": "a", "string_b": "b", "delimiter": ", "}, "a, b"),
    ("StringConcatenate", {"string_a": "", "string_b": "b", "delimiter": "-"}, "-b"),
    ("StringSubstring", {"string": "abcdef", "start": 1, "end": 3}, "bc"),
    ("StringSubstring", {"string": "abcdef", "start": -3, "end": -1}, "de"),
    ("StringLength", {"string": "äöü"}, 3),
    ("CaseConverter", {"string": "the End", "mode": "UPPERCASE"}, "THE END"),
    ("CaseConverter", {"string": "the End", "mode": "lowercase"}, "the end"),
    ("CaseConverter", {"string": "the End", "mode": "Capitalize"}, "The end"),
    ("CaseConverter", {"string": "the End", "mode": "Title Case"}, "The End"),
    ("StringTrim", {"string": "\n a \n", "mode": "Both"}, "a"),
    ("StringTrim", {"string": "\n a \n", "mode": "Left"}, "a \n"),
    ("StringTrim", {"string": "\n a \n", "mode": "Right"}, "\n a"),
    ("StringReplace", {"string": "a.b.c", "find": ".", "replace": "-"}, "a-b-c"),
    ("StringContains", {"string": "Abc", "substring": "BC", "case_sensitive": True}, False),
    ("StringContains", {"string": "Abc", "substring": "BC", "case_sensitive": False}, True),
    (
        "StringCompare",
        {"string_a": "Abc", "string_b": "aB", "mode": "Starts With", "case_sensitive": False},
        True,
    ),
    ("StringCompare", {"string_a": "Abc", "string_b": "bc", "mode": "Ends With"}, True),
    ("StringCompare", {"string_a": "Abc", "string_b": "abc", "mode": "Equal"}, False),
    ("RegexMatch", {"string": "Cat", "regex_pattern": "^c"}, True),
    ("RegexMatch", {"string": "Cat", "regex_pattern": "^c", "case_insensitive": False}, False),
    ("RegexMatch", {"string": "a\nb", "regex_pattern": "^b", "multiline": True}, True),
    ("RegexMatch", {"string": "a\nb", "regex_pattern": "a.b", "dotall": True}, True),
    ("RegexMatch", {"string": "a", "regex_pattern": "("}, False),
    (
        "RegexReplace",
        {"string": "a1b22", "regex_pattern": r"([a-z])(\d)", "replace": r"\2\1"},
        "1a2b2",
    ),
    (
        "RegexReplace",
        {"string": "aaa", "regex_pattern": "A", "replace": "b", "count": 2},
        "bba",
    ),
    (
        "RegexReplace",
        {"string": "```json\n{}", "regex_pattern": r"^```(?:json)?\s*\n?", "replace": ""},
        "{}",
    ),
    ("JsonExtractString", {"json_string": 'x {"a": {"b": 1}} y', "key": "a"}, "{'b': 1}"),
    ("JsonExtractString", {"json_string": '{ {"a": null}', "key": "a"}, ""),
    ("JsonExtractString", {"json_string": "none", "key": "a"}, ""),
]

EXTRACTED = {
    ("First Match", r"([a-z])(\d)?", 1): "a",
    ("All Matches", r"[a-z]\d", 1): "b1\nc2",
    ("All Matches", r"([a-z])(\d)", 1): "b\nc",
    ("First Group", r"([a-z])(\d)", 2): "1",
    ("First Group", r"([a-z])(\d)", 3): "",
    ("First Group", r"([a-z])(\d)?", 2): "",
    ("First Group", r"b\d", 0): "b1",
    ("All Groups", r"([a-z])(\d)", 2): "1\n2",
    ("All Groups", r"[a-z]\d", 0): "",
    ("All Groups", r"([a-z])\d", 0): "b1\nc2",
    ("First Match", "(", 1): "",
    ("All Matches", "z", 1): "",
}
"""By mode, pattern and group, of the text `a-b1-c2`."""


@pytest.mark.parametrize(("class_type", "inputs", "expected"), CASES)
def test_a_text_node_is_comfyuis(
    bench: Bench, class_type: str, inputs: dict[str, object], expected: object
) -> None:
    assert bench.run(class_type, **inputs) == (expected,)


@pytest.mark.parametrize(("mode", "pattern", "group"), EXTRACTED)
def test_parts_are_taken_by_pattern(bench: Bench, mode: str, pattern: str, group: int) -> None:
    found = bench.run(
        "RegexExtract", string="a-b1-c2", regex_pattern=pattern, mode=mode, group_index=group
    )
    assert found == (EXTRACTED[mode, pattern, group],)


def test_a_broken_replacement_is_an_error_that_says_so(bench: Bench) -> None:
    with pytest.raises(RunError, match=r"'a' is no regular expression: invalid group reference"):
        bench.run("RegexReplace", string="a", regex_pattern="a", replace=r"\1")


def test_a_pattern_that_never_ends_is_given_up() -> None:
    started = time.monotonic()
    with pytest.raises(pattern_search.PatternError, match=r"took more than 0\.5 seconds"):
        pattern_search.find_all("(a+)+$", "a" * 40 + "b", 0, seconds=0.5)
    assert time.monotonic() - started < 60  # it would take hours; a busy machine takes seconds


def test_a_pattern_that_is_given_up_is_an_error_of_the_node(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def give_up(*_arguments: object) -> None:
        raise pattern_search.PatternError("took more than 10 seconds")

    monkeypatch.setattr(pattern_search, "find_all", give_up)
    with pytest.raises(RunError, match=r"The pattern '\(a\+\)\+\$' took more than 10 seconds\."):
        bench.run("RegexMatch", string="a", regex_pattern="(a+)+$")


@settings(max_examples=25)  # each of them starts a process
@given(text=st.text(max_size=20))
def test_texts_of_any_letters_reach_the_other_process_unchanged(text: str) -> None:
    assert "".join(str(m[0]) for m in pattern_search.find_all(".", text, int(re.DOTALL))) == text


@pytest.mark.parametrize(
    ("template", "values", "expected"),
    [
        ("{a}:{b}", {"a": 16, "b": 9}, "16:9"),
        ("cx: {a:.3f}", {"a": 0.12345}, "cx: 0.123"),
        ('{{"x": "{a!r}"}}', {"a": "é"}, '{"x": "\'é\'"}'),
        ("{a:>{b}}", {"a": "x", "b": 3}, "  x"),
        ("{a!s:5}|", {"a": True}, "True |"),
        ("no places", {}, "no places"),
    ],
)
def test_a_text_is_filled(
    bench: Bench, template: str, values: dict[str, object], expected: str
) -> None:
    rows = {f"values.{name}": value for name, value in values.items()}
    assert bench.run("StringFormat", f_string=template, **rows) == (expected,)
    assert template.format(**values) == expected


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("{a.__class__}", "names 'a.__class__'"),
        ("{a[0]}", r"names 'a\[0\]'"),
        ("{b}", "names 'b', and the inputs are: a"),
        ("{}", "names ''"),
        ("{a", "is broken: expected '}'"),
        ("{a:1000000000}", "asks for more than 1000 characters"),
        ("{a:{a}}", "asks for more than 1000 characters"),
        ("{a:x<y}", "cannot be written as 'x<y'"),
    ],
)
def test_a_format_asks_for_nothing_but_text(template: str, message: str) -> None:
    with pytest.raises(RunError, match=message):
        format_text(values={"a": 10**6}, f_string=template)  # type: ignore[dict-item]


@given(
    template=st.text("ab{}:.!5f[]_ ", max_size=12), value=st.one_of(st.integers(), st.text("xy"))
)
def test_any_format_gives_pythons_text_or_an_error(template: str, value: object) -> None:
    try:
        found = format_text(values={"a": value}, f_string=template)  # type: ignore[dict-item]
    except RunError:
        return
    assert found == template.format(a=value)


def test_the_rows_of_a_format_are_the_alphabet(bench: Bench) -> None:
    values = {f"values.{letter}": letter for letter in string.ascii_lowercase}
    template = "".join(f"{{{letter}}}" for letter in string.ascii_lowercase)
    assert bench.run("StringFormat", f_string=template, **values) == (string.ascii_lowercase,)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a\nb", "a\nb"),
        (0.5, "0.5"),
        (True, "True"),
        (None, "None"),
        ([1, {"a": None}], '[\n    1,\n    {\n        "a": null\n    }\n]'),
    ],
)
def test_anything_is_shown_as_text(bench: Bench, source: object, expected: str) -> None:
    assert bench.run("PreviewAny", source=source) == (expected,)


def test_a_tensor_is_shown_as_python_shows_it(bench: Bench) -> None:
    (shown,) = bench.run("PreviewAny", source=torch.zeros(2))
    assert shown == "tensor([0., 0.])"
