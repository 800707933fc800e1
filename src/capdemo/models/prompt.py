r"""Prompts as ComfyUI reads them for CLIP: weights in brackets, embeddings by name, rows of 77.

`(x)` weighs x by 1.1, nested ones multiply, `(x:1.3)` sets the weight, `\\(` is a bracket. There
is no `[x]` and no `BREAK`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from capdemo.errors import InputError
from capdemo.models.clip_network import POSITIONS
from capdemo.models.clip_tokenizer import END_TOKEN, START_TOKEN, tokenize

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import torch

    FindEmbedding: TypeAlias = Callable[[str], "torch.Tensor | None"]
    """From a name to the vectors (NC) of a textual inversion; None where there is no such file."""

TokenOrVector: TypeAlias = "int | torch.Tensor"
"""A number of the vocabulary, or a vector in its place."""

_PER_BRACKET = 1.1
_WHOLE_WORD = 8
"""Tokens; a longer piece of text may be cut at the end of a row, a shorter one begins the next."""
_EMBEDDING = "embedding:"
_OPEN, _CLOSE = "\0\2", "\0\1"
"""Stand for escaped brackets while the others are read."""


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """What a text encoder is given at once: 77 tokens, and how much each counts."""

    tokens: tuple[TokenOrVector, ...]
    weights: tuple[float, ...]

    @property
    def end(self) -> int:
        """The place of the first mark of the end, where the pooled text is taken."""
        return next(
            place
            for place, token in enumerate(self.tokens)
            if isinstance(token, int) and token == END_TOKEN
        )


def make_rows(text: str, padding: int, find_embedding: FindEmbedding) -> list[Row]:
    """The rows of a prompt; `padding` is the token that fills the last one."""
    pieces = [
        piece
        for part, weight in split_weights(text)
        for piece in _pieces(part, weight, find_embedding)
    ]
    return [
        Row(tuple(token for token, _ in row), tuple(weight for _, weight in row))
        for row in _fill(pieces, padding)
    ]


def empty_row(padding: int) -> Row:
    """The row of no text, from which weighted tokens are moved away."""
    tokens = (START_TOKEN, END_TOKEN, *([padding] * (POSITIONS - 2)))
    return Row(tokens, (1.0,) * POSITIONS)


def split_weights(text: str) -> list[tuple[str, float]]:
    """The parts of a prompt that share a weight, in order, without their brackets."""
    masked = text.replace("\\)", _CLOSE).replace("\\(", _OPEN)
    return [
        (part.replace(_CLOSE, ")").replace(_OPEN, "("), weight)
        for part, weight in _weigh(masked, 1.0)
    ]


def _weigh(text: str, weight: float) -> Iterator[tuple[str, float]]:
    for part in _groups(text):
        if part.startswith("(") and part.endswith(")") and len(part) > 1:
            yield from _weigh(*_own_weight(part[1:-1], weight * _PER_BRACKET))
        else:
            yield part, weight


def _own_weight(inner: str, weight: float) -> tuple[str, float]:
    before, colon, after = inner.rpartition(":")
    if colon and before:
        try:
            return before, float(after)
        except ValueError:
            pass
    return inner, weight


def _groups(text: str) -> Iterator[str]:
    """Cut at the outermost brackets; one that is never closed stays text."""
    begin = depth = 0
    for place, letter in enumerate(text):
        if letter == "(":
            if depth == 0 and place > begin:
                yield text[begin:place]
                begin = place
            depth += 1
        elif letter == ")":
            depth -= 1
            if depth == 0:
                yield text[begin : place + 1]
                begin = place + 1
    if begin < len(text):
        yield text[begin:]


def _pieces(
    part: str, weight: float, find_embedding: FindEmbedding
) -> Iterator[list[tuple[TokenOrVector, float]]]:
    first, *others = re.split(rf"[ \n]{_EMBEDDING}", part)
    for word in [first, *(_EMBEDDING + other for other in others)]:
        rest = word
        if word.startswith(_EMBEDDING):
            vectors, rest = _embedding(word.removeprefix(_EMBEDDING).strip("\n"), find_embedding)
            yield [(vector, weight) for vector in vectors]
        if rest:
            yield [(token, weight) for token in tokenize(rest)]


def _embedding(text: str, find_embedding: FindEmbedding) -> tuple[Sequence[torch.Tensor], str]:
    """The vectors of the embedding that a text begins with, and what follows its name."""
    name, *others = text.split() or [""]
    rest = " ".join(others)
    vectors = find_embedding(name)
    if vectors is None and name.strip(",") != name:
        bare = name.strip(",")
        vectors, rest = find_embedding(bare), f"{name[len(bare) :]} {rest}"
    if vectors is None:
        raise InputError(
            f"No embedding is called {name.strip(',')!r}.",
            where="the prompt",
            hint="Put its file into the folder embeddings of your models, or take it out.",
        )
    return list(vectors), rest


def _fill(
    pieces: Sequence[list[tuple[TokenOrVector, float]]], padding: int
) -> list[list[tuple[TokenOrVector, float]]]:
    start: tuple[TokenOrVector, float] = (START_TOKEN, 1.0)
    end: tuple[TokenOrVector, float] = (END_TOKEN, 1.0)
    rows = [[start]]
    for piece in pieces:
        left = piece
        while left:
            row = rows[-1]
            room = POSITIONS - 1 - len(row)
            if len(left) <= room:
                row += left
                break
            if len(piece) >= _WHOLE_WORD:
                row += left[:room]
                left = left[room:]
            row.append(end)
            row += [(padding, 1.0)] * (POSITIONS - len(row))
            rows.append([start])
    rows[-1].append(end)
    rows[-1] += [(padding, 1.0)] * (POSITIONS - len(rows[-1]))
    return rows
