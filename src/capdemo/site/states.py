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
    is_quiet: bool = False
    """Whether what is shown is right all the same, so that no reader has to be warned."""


def notice_of(
    example: Example | None, state: str = "", reasons: tuple[str, ...] = ()
) -> Notice | None:
    """What must be said of an example; None where nothing is wrong with it.

    `state` and `reasons` are those of `capdemo status`; without them the lock alone decides.
    """
    because = _sentences(reasons)
    if example is None or example.record is None:
        failure = example.failure if example else ""
        if failure or state == "failed":
            return Notice("Failed", because or _sentences((failure,)))
        return Notice("Not rebuilt yet", "No machine that has its models has run it so far.")
    if example.failure or state == "failed":
        text = because or _sentences((example.failure,))
        return Notice("Failed", f"{text} What is shown comes from an earlier run.")
    if state in _SAID:
        badge, meaning = _SAID[state]
        is_quiet = bool(reasons) and all(reason.startswith("original:") for reason in reasons)
        return Notice(badge, f"{meaning} {because}".strip(), is_quiet)
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
