"""Regular expressions in a process of their own, so that one that never ends can be stopped.

Python cannot interrupt a search, and some patterns take longer than the age of the universe on a
text of forty characters. This file is run by its path as well as imported.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Sequence

Found: TypeAlias = "list[str | None]"
"""A match and its groups, of which some may not take part."""

SECONDS = 10.0


class PatternError(Exception):
    """The pattern took too long, or is no regular expression."""


class BrokenPatternError(PatternError):
    """The pattern is no regular expression."""


def find_all(pattern: str, text: str, flags: int, *, seconds: float = SECONDS) -> list[Found]:
    """All matches, each with its groups behind it. Raises `PatternError`."""
    found = _elsewhere(["find", pattern, text, flags], seconds)
    assert isinstance(found, list)  # noqa: S101  (what `_answer` gives)
    return found


def replace(
    pattern: str,
    replacement: str,
    text: str,
    flags: int,
    *,
    count: int,
    seconds: float = SECONDS,
) -> str:
    """The text with `count` matches replaced, all where it is 0. Raises `PatternError`."""
    return str(_elsewhere(["replace", pattern, text, flags, replacement, count], seconds))


def _elsewhere(request: Sequence[object], seconds: float) -> object:
    """Isolated, and without the site packages, so that it starts in a few milliseconds."""
    try:
        done = subprocess.run(  # noqa: S603  (this very file, by this very Python)
            [sys.executable, "-I", "-S", __file__],
            input=json.dumps(request),
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=seconds,
            check=True,
        )
    except subprocess.TimeoutExpired as error:
        msg = f"took more than {seconds:g} seconds"
        raise PatternError(msg) from error
    except subprocess.CalledProcessError as error:
        msg = "needs more memory or nesting than there is"
        raise PatternError(msg) from error
    answer = json.loads(done.stdout)
    if "error" in answer:
        raise BrokenPatternError(answer["error"])
    return answer["result"]


def _answer(request: list[object]) -> dict[str, object]:
    kind, pattern, text, flags = str(request[0]), str(request[1]), str(request[2]), request[3]
    assert isinstance(flags, int)  # noqa: S101  (what the two functions above send)
    try:
        compiled = re.compile(pattern, flags)
        if kind == "find":
            return {"result": [[m[0], *m.groups()] for m in compiled.finditer(text)]}
        replacement, count = request[4:]
        return {"result": compiled.sub(str(replacement), text, count=int(str(count)))}
    except (re.error, IndexError) as error:
        return {"error": f"is no regular expression: {error}"}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(_answer(json.loads(sys.stdin.read()))))
