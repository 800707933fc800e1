"""Everything that can go wrong, said as what, where and what to do; no layer below this one."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, ClassVar, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class ExitCode(IntEnum):
    """What a `capdemo` process tells its caller; part of the command line's contract."""

    DONE = 0
    FAILED = 1
    WRONG_INPUT = 2
    NOT_FRESH = 3


class CapdemoError(Exception):
    """Base of all errors that a user is meant to read; anything else that escapes is a bug.

    Its text is one paragraph: `where: what hint`.
    """

    exit_code: ClassVar[ExitCode] = ExitCode.FAILED

    def __init__(self, what: str, *, where: str = "", hint: str = "") -> None:
        super().__init__(what)
        self.what = what
        """A whole sentence, ending with a full stop."""
        self.where = where
        """A file, and inside it a node or a line; empty where the whole process is meant."""
        self.hint = hint
        """What the reader can do next; empty where nothing is known to help."""

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        return " ".join(part for part in (place + self.what, self.hint) if part)


class RunError(CapdemoError):
    """Something failed while it was running: a node, a download, a disk."""


class InputError(CapdemoError):
    """What was given is wrong; nothing was run and nothing was written."""

    exit_code: ClassVar[ExitCode] = ExitCode.WRONG_INPUT


class CancelledError(CapdemoError):
    """The user asked to stop; what was finished stays, what was begun is gone."""


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing that is wrong with a file, in the shape that `capdemo check --json` prints."""

    file: str
    node: str | None
    """The node's id in the file, or None where the whole file is meant."""
    input: str | None
    kind: str
    """ComfyUI's error type where it has one (`value_not_in_list`), else a word of ours."""
    message: str
    hint: str = ""
    severity: Literal["error", "note"] = "error"
    """A note keeps nothing from running; it says what a reader of the workflow should know."""

    def __str__(self) -> str:
        place = self.file if self.node is None else f"{self.file}: node {self.node}"
        text = str(InputError(self.message, where=place, hint=self.hint))
        return f"Note: {text}" if self.severity == "note" else text


def errors_among(problems: Iterable[Problem]) -> list[Problem]:
    """The problems that are more than notes."""
    return [problem for problem in problems if problem.severity == "error"]


class ProblemsError(InputError):
    """Every problem of a file at once."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = tuple(problems)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A sentence naming the nearest known word, or nothing where none is near."""
    by_folded = {name.casefold(): name for name in known}
    near = difflib.get_close_matches(word.casefold(), by_folded, n=1, cutoff=0.6)
    return f"Did you mean {by_folded[near[0]]!r}?" if near else ""


def library_error(error: ImportError) -> RunError | None:
    """What a user should know of a library that is absent or does not load.

    None where a module of this package could not be imported, which is a bug.
    """
    library = (error.name or "").partition(".")[0]
    if library == __name__.partition(".")[0]:
        return None
    called = f"The library {library!r}" if library else "A library"
    if isinstance(error, ModuleNotFoundError):
        return RunError(f"{called} is not installed.", hint=_DOCTOR)
    why = str(error).partition("\n")[0].rstrip(".")
    return RunError(f"{called} cannot be loaded: {why}.", hint=_DOCTOR)


_DOCTOR = "What is missing, and what to type: capdemo doctor"
