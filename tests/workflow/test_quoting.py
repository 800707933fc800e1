"""A file's own words in messages."""

from __future__ import annotations

import pytest

from capdemo.workflow.quoting import quoted


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("a word", "'a word'"),
        ("0123456789", "'0123456789'"),
        ("0123456789x", "'012345678..."),
        ("a\nb", "'a\\nb'"),
        ("\0\0\0\0", "'\\x00\\x00\\..."),
        (256, "256"),
        (None, "None"),
        ([1] * 100, "[1, 1, 1, ..."),
    ],
)
def test_a_value_is_shown_on_one_short_line(value: object, shown: str) -> None:
    assert quoted(value, 10) == shown


def test_the_usual_length() -> None:
    assert len(quoted("x" * 100_000)) == 83
