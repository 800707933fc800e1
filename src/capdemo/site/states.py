"""What a page says of an example that is not fresh; a fresh one needs no word."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from capdemo.outputs.lock import Example


@dataclass(frozen=True, slots=True)
class Notice:
    """A word for a badge and the sentences behind it."""

    badge: str
    text: str


def notice_of(
    example: Example | None, state: str = "", reasons: tuple[str, ...] = ()
) -> Notice | None:
    """What must be said of an example; None where nothing is wrong with it.

    `state` and `reasons` are those of `capdemo status`; without them the lock alone decides.
    """
    because = _sentences(reasons)
    if example is None or example.record is None:
        failure = example.failure if example else ""
        text = because or _sentences((failure,)) or "No machine with its models has run it so far."
        return Notice("Not rebuilt yet", text)
    if example.failure or state == "failed":
        text = because or _sentences((example.failure,))
        return Notice("Failed", f"{text} What is shown comes from an earlier run.")
    if state in _SAID:
        badge, meaning = _SAID[state]
        return Notice(badge, f"{meaning} {because}".strip())
    return None


_SAID: Mapping[str, tuple[str, str]] = {
    "stale": ("Stale", "What is shown was made before the latest change."),
    "missing": ("Not rebuilt here", "The pictures are those of the recorded run."),
    "drifted": ("Drifted", "A new run gave different pixels."),
}


def _sentences(reasons: tuple[str, ...]) -> str:
    return " ".join(_sentence(reason) for reason in reasons if reason)


def _sentence(reason: str) -> str:
    start = reason[:1].upper() + reason[1:]
    return start if start.endswith((".", "!", "?")) else f"{start}."
