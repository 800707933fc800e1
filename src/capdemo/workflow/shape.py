"""What a JSON value has to be at its place, else an error that names the place."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from capdemo.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from capdemo.workflow.graph import JsonValue

ID_LIMIT = 2048
"""Characters; a node inside subgraphs has an id such as `12:7:105`, one part for each level."""

_INTEGER = re.compile(r"-?[0-9]{1,18}")


@dataclass(frozen=True, slots=True)
class Place:
    """A value and where it is in its file."""

    value: JsonValue
    file: str
    path: str = ""

    def __getitem__(self, key: str | int) -> Place:
        """The member of an object; null where it is absent."""
        members = self.value if isinstance(self.value, dict) else {}
        path = f"{self.path}.{key}" if self.path else str(key)
        return Place(members.get(str(key)), self.file, path)

    def error(self, expected: str) -> InputError:
        """The error of a value that is something else than expected."""
        return InputError(
            f"Here stands {_kind(self.value)}, expected {expected}.",
            where=f"{self.file}: {self.path}" if self.path else self.file,
            hint="Save the workflow again in ComfyUI.",
        )

    def object(self) -> dict[str, JsonValue]:
        """The members; none where the value is null."""
        if self.value is None:
            return {}
        if not isinstance(self.value, dict):
            raise self.error("an object")
        return self.value

    def items(self) -> Iterator[Place]:
        """The places inside a list; none where the value is null."""
        if self.value is None:
            return
        if not isinstance(self.value, list):
            raise self.error("a list")
        for index, item in enumerate(self.value):
            yield Place(item, self.file, f"{self.path}[{index}]")

    def text(self) -> str:
        """A text; empty where the value is null."""
        if self.value is None:
            return ""
        if not isinstance(self.value, str):
            raise self.error("a text")
        return self.value

    def integer(self) -> int:
        """A whole number, also one written as `2.0` or `"2"`."""
        if isinstance(self.value, int) and not isinstance(self.value, bool):
            return self.value
        if isinstance(self.value, float) and self.value.is_integer():
            return int(self.value)
        if isinstance(self.value, str) and _INTEGER.fullmatch(self.value):
            return int(self.value)
        raise self.error("a whole number")

    def identifier(self) -> str:
        """An id, a number or a text, as a text."""
        name = self.value if isinstance(self.value, str) else str(self.integer())
        if not name or len(name) > ID_LIMIT or not name.isprintable():
            raise self.error(f"an id of 1 to {ID_LIMIT} printable characters")
        return name

    def number(self) -> float:
        """A number; 0 where the value is null, which NaN has become."""
        if self.value is None:
            return 0.0
        if isinstance(self.value, bool) or not isinstance(self.value, (int, float)):
            raise self.error("a number")
        try:
            number = float(self.value)
        except OverflowError:
            number = math.inf
        return number if math.isfinite(number) else 0.0


def _kind(value: JsonValue) -> str:
    match value:
        case None:
            return "nothing"
        case bool():
            return "a truth value"
        case int() | float():
            return "a number"
        case str():
            return "a text"
        case list():
            return "a list"
        case _:
            return "an object"
