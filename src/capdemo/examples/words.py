"""What is wrong with the words of an example: those who cannot see its pictures have no others."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from capdemo.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from capdemo.examples.spec import Spec

_FILE_NAME = re.compile(r"\S+\.[A-Za-z0-9]{2,5}")
_KIND_OF_PICTURE = re.compile(r"(an?|the)?\s*(image|picture|photo|screenshot) of\b", re.IGNORECASE)


def word_problems(spec: Spec) -> Iterator[Problem]:
    """Texts that are missing, and alternative texts that say nothing."""
    file = str(spec.workflow.with_suffix(".toml"))
    words = spec.words
    for key, text in (("title", words.title), ("caption", words.caption)):
        if not text.strip():
            yield _problem(file, key, "missing_text", "The text is empty.")
    for key, shown in (("input", words.input), ("output", words.output)):
        if not shown.label.strip():
            yield _problem(file, f"{key}.label", "missing_text", "The text is empty.")
        if message := _wrong_with(shown.alt, {words.title, shown.label}):
            yield _problem(file, f"{key}.alt", "poor_alt", message)
    if words.input.alt.strip() and words.input.alt == words.output.alt:
        message = "It is that of the input, so nobody learns what the workflow does."
        yield _problem(file, "output.alt", "poor_alt", message)


def _wrong_with(alt: str, names: set[str]) -> str:
    """Why a text does not stand for its picture; empty where it may."""
    text = alt.strip()
    if not text:
        return "The alternative text is empty."
    if text in names:
        return "The alternative text only repeats a name."
    if _FILE_NAME.fullmatch(text):
        return "The alternative text is the name of a file."
    if _KIND_OF_PICTURE.match(text):
        return "The alternative text begins by saying that it is a picture."
    return ""


def _problem(file: str, key: str, kind: str, message: str) -> Problem:
    hint = "Say what the picture shows." if kind == "poor_alt" else ""
    return Problem(file, None, key, kind, f"{key}: {message}", hint)
