"""JSON as workflow files have it: lenient about NaN, strict about size and depth."""

from __future__ import annotations

import json
import math
import re
from typing import TYPE_CHECKING, cast

from capdemo.errors import InputError

if TYPE_CHECKING:
    from capdemo.workflow.graph import JsonValue

TEXT_LIMIT = 16 * 1024 * 1024
"""Bytes of JSON; parsed, the worst text of this size takes about 400 MB. Real files reach 1 MB."""

DEPTH_LIMIT = 100
"""Lists and objects inside one another; real files reach about 15."""

_SURROGATES = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"  # a pair: one character
    r"|(?P<lone>\\u[dD][89a-fA-F][0-9a-fA-F]{2})"
    r"|\\.",  # any other escape, so that an escaped backslash does not start one
    re.DOTALL,
)


def parse_json(text: str, *, where: str) -> JsonValue:
    """The value of a JSON text; NaN, infinities and half characters do not survive.

    As in the browser, a number that is not finite becomes null. Raises `InputError` naming line
    and column, or the bound that was passed.
    """
    if len(text) > TEXT_LIMIT:
        raise too_big(where)
    try:
        value = json.loads(
            _without_lone_surrogates(text),
            parse_constant=lambda _: None,
            parse_float=_finite,
        )
    except json.JSONDecodeError as error:
        what = error.msg.removesuffix(" at")  # two of Python's messages end so
        raise InputError(
            f"This is not JSON: {what} at line {error.lineno}, column {error.colno}.",
            where=where,
            hint="Was the file cut short? Save or download it again.",
        ) from error
    except RecursionError as error:
        raise _too_deep(where) from error
    except ValueError as error:  # an integer of more digits than Python converts
        raise InputError("The JSON holds a number of thousands of digits.", where=where) from error
    if _is_deeper(value, DEPTH_LIMIT):
        raise _too_deep(where)
    return cast("JsonValue", value)


def too_big(where: str) -> InputError:
    """The error for a text of more than `TEXT_LIMIT` bytes."""
    return InputError(
        f"The workflow is longer than {TEXT_LIMIT // 2**20} MiB.",
        where=where,
        hint="Remove pictures that are stored inside the workflow.",
    )


def _too_deep(where: str) -> InputError:
    return InputError(
        f"The JSON nests more than {DEPTH_LIMIT} lists and objects inside one another.",
        where=where,
        hint="No editor writes such a file; save the workflow again in ComfyUI.",
    )


def _finite(text: str) -> float | None:
    number = float(text)
    return number if math.isfinite(number) else None


def _without_lone_surrogates(text: str) -> str:
    """Half characters, which JSON can spell and no encoding can write, become U+FFFD."""
    if "\\ud" not in text and "\\uD" not in text:
        return text
    return _SURROGATES.sub(lambda found: r"\ufffd" if found["lone"] else found[0], text)


def _is_deeper(value: object, limit: int) -> bool:
    level = [value]
    for _ in range(limit):
        level = [child for container in level for child in _containers_in(container)]
        if not level:
            return False
    return True


def _containers_in(value: object) -> list[object]:
    if isinstance(value, dict):
        children = list(value.values())
    elif isinstance(value, list):
        children = value
    else:
        return []
    return [child for child in children if isinstance(child, (dict, list))]
