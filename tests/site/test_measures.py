"""Numbers in a reader's words."""

from __future__ import annotations

import pytest

from capdemo.site.measures import duration_text, size_text


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "under 0.1 s"),
        (0.04, "under 0.1 s"),
        (0.1, "0.1 s"),
        (0.96, "1 s"),
        (9.94, "9.9 s"),
        (37.6, "38 s"),
        (125, "2 min 5 s"),
        (4200, "1 h 10 min"),
    ],
)
def test_a_time_has_no_more_digits_than_it_needs(seconds: float, words: str) -> None:
    assert duration_text(seconds) == words


@pytest.mark.parametrize(
    ("size", "words"),
    [(812, "812 B"), (3686, "3.6 KiB"), (64 << 20, "64 MiB"), (3 << 30, "3 GiB")],
)
def test_a_size_has_the_unit_that_fits(size: int, words: str) -> None:
    assert size_text(size) == words
