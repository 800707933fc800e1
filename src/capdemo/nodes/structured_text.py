"""Nodes that fill a text with values, and read and write JSON; no value is asked for attributes."""

import json
import re
import string as letters
from collections.abc import Iterator, Mapping
from typing import Annotated

from capdemo.errors import RunError
from capdemo.node_api import Anything, Grows, Multiline, NodeFamily

FAMILY = NodeFamily()

WIDEST_FIELD = 1000
"""Characters or decimals that a format may ask for; Python itself would take a thousand million."""


@FAMILY.node("StringFormat", category="text")
def format_text(
    *,
    values: Annotated[
        Mapping[str, Anything], Grows(names=tuple(letters.ascii_lowercase), minimum=0)
    ],
    f_string: Annotated[str, Multiline()] = "{a}",
) -> str:
    """Fill the places `{a}` to `{z}` of a text with values, formatted as in `{a:.2f}`.

    Two braces stand for one. The format after the colon is Python's; parts of a value, as in
    `{a[0]}` or `{a.name}`, are refused.
    """
    return "".join(_filled(f_string, values, nested=False))


@FAMILY.node("JsonExtractString", category="text")
def extract_from_json(*, json_string: Annotated[str, Multiline()], key: str) -> str:
    """Take the value of a key out of the first JSON object in a text, whatever stands around it.

    The result is empty where there is no such object or key.
    """
    decoder = json.JSONDecoder()
    for brace in re.finditer(r"\{", json_string):
        try:
            found, _ = decoder.raw_decode(json_string, brace.start())
        except (json.JSONDecodeError, RecursionError):
            continue
        value = found.get(key)
        return "" if value is None else str(value)
    return ""


def _filled(template: str, values: Mapping[str, Anything], *, nested: bool) -> Iterator[str]:
    try:
        parts = list(letters.Formatter().parse(template))
    except ValueError as error:
        raise RunError(
            f"The format {template!r} is broken: {error}.",
            hint="Write {{ and }} for braces that are meant as such.",
        ) from error
    for text, name, form, conversion in parts:
        yield text
        if name is not None:
            yield _field(name, form or "", conversion, values, nested=nested)


def _field(
    name: str,
    form: str,
    conversion: str | None,
    values: Mapping[str, Anything],
    *,
    nested: bool,
) -> str:
    if name not in values:
        raise RunError(
            f"The format names {name!r}, and the inputs are: {', '.join(values) or 'none'}.",
            hint="A place is one of the letters a to z; write {{ and }} for other braces.",
        )
    value: object = values[name]
    if conversion is not None:
        value = repr(value) if conversion in ("r", "a") else str(value)
    if "{" in form and not nested:
        form = "".join(_filled(form, values, nested=True))
    if any(int(digits) > WIDEST_FIELD for digits in re.findall(r"\d+", form)):
        raise RunError(f"The format {form!r} asks for more than {WIDEST_FIELD} characters.")
    try:
        return format(value, form)
    except (ValueError, TypeError) as error:
        raise RunError(f"The value of {name!r} cannot be written as {form!r}: {error}.") from error
