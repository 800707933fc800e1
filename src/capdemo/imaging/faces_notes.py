"""What is said of the faces in a picture or in a film: a sentence for each kind of finding."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

NAMED = 3
"""Failing faces, or runs of pictures, that are named; every frame of a film may have some."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What became of the faces in one picture."""

    found: int
    too_small: int
    """Of those that were found."""
    failures: tuple[str, ...] = ()
    """A sentence for each face that a network could not redraw."""

    @property
    def done(self) -> int:
        """How many were restored, or cut out."""
        return self.found - self.too_small - len(self.failures)


def notes_on_restoring(pictures: Sequence[Seen]) -> Iterator[str]:
    """What a user should know of a batch whose faces were restored."""
    empty = [number for number, seen in enumerate(pictures, 1) if not seen.found]
    if empty:
        yield _none(empty, len(pictures), "the picture is unchanged", "each is unchanged")
    yield from _too_small(pictures, "left as they were")
    yield from _failures(pictures)


def notes_on_cropping(pictures: Sequence[Seen]) -> Iterator[str]:
    """What a user should know of a batch whose faces were cut out."""
    yield from _too_small(pictures, "left out")
    empty = [number for number, seen in enumerate(pictures, 1) if not seen.done]
    if empty:
        black = "a black picture stands for"
        yield _none(empty, len(pictures), f"{black} it", f"{black} each")


def named_failures(pictures: Sequence[Seen]) -> str:
    """The first failures, and how many more there are."""
    failures = [failure for seen in pictures for failure in seen.failures]
    more = len(failures) - NAMED
    return " ".join([*failures[:NAMED], *([f"And {more} more."] if more > 0 else [])])


def _none(empty: Sequence[int], count: int, one: str, several: str) -> str:
    return f"No face was found{_within(empty, count)}; {one if count == 1 else several}."


def _too_small(pictures: Sequence[Seen], otherwise: str) -> Iterator[str]:
    tiny = [number for number, seen in enumerate(pictures, 1) if seen.too_small]
    if tiny:
        count = sum(seen.too_small for seen in pictures)
        faces = sum(seen.found for seen in pictures)
        place = _within(tiny, len(pictures))
        yield f"Too small to be restored: {count} of {faces} faces{place}, {otherwise}."


def _failures(pictures: Sequence[Seen]) -> Iterator[str]:
    count = len(pictures)
    failures = [
        failure if count == 1 else f"Picture {number} of {count}: {failure}"
        for number, seen in enumerate(pictures, 1)
        for failure in seen.failures
    ]
    yield from failures[:NAMED]
    if len(failures) > NAMED:
        yield f"Left as they were, too: {len(failures) - NAMED} more faces."


def _within(numbers: Sequence[int], count: int) -> str:
    """` in 5 of 9 pictures (1 to 4, 7)`; nothing where there is only one."""
    if count == 1:
        return ""
    runs = [f"{first} to {last}" if last > first else f"{first}" for first, last in _runs(numbers)]
    rest = [] if len(runs) <= NAMED else ["..."]
    return f" in {len(numbers)} of {count} pictures ({', '.join(runs[:NAMED] + rest)})"


def _runs(numbers: Sequence[int]) -> list[tuple[int, int]]:
    """The first and the last of each run of consecutive numbers, which are sorted."""
    runs: list[tuple[int, int]] = []
    for number in numbers:
        first = runs.pop()[0] if runs and runs[-1][1] == number - 1 else number
        runs.append((first, number))
    return runs
