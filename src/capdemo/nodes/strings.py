"""Nodes that make one text out of others; see `patterns` for regular expressions."""

from typing import Annotated, Literal

from capdemo.node_api import Multiline, Name, NodeFamily

FAMILY = NodeFamily()


@FAMILY.node("StringConcatenate", category="utils/string")
def concatenate(
    *,
    string_a: Annotated[str, Multiline()],
    string_b: Annotated[str, Multiline()],
    delimiter: str = "",
) -> str:
    """Join two texts, with a delimiter between them."""
    return f"{string_a}{delimiter}{string_b}"


@FAMILY.node("StringSubstring", category="utils/string")
def cut_text(*, string: Annotated[str, Multiline()], start: int, end: int) -> str:
    """Cut a part out of a text: the characters from `start` up to `end`, which is left out.

    Characters are counted from 0, and from the end of the text where a number is negative.
    """
    return string[start:end]


@FAMILY.node("StringLength", category="utils/string")
def measure_text(*, string: Annotated[str, Multiline()]) -> Annotated[int, Name("length")]:
    """Count the characters of a text."""
    return len(string)


@FAMILY.node("CaseConverter", category="utils/string")
def convert_case(
    *,
    string: Annotated[str, Multiline()],
    mode: Literal["UPPERCASE", "lowercase", "Capitalize", "Title Case"],
) -> str:
    """Write a text in capitals, in small letters, or with capitals at the start."""
    match mode:
        case "UPPERCASE":
            return string.upper()
        case "lowercase":
            return string.lower()
        case "Capitalize":
            return string.capitalize()
        case "Title Case":
            return string.title()


@FAMILY.node("StringTrim", category="utils/string")
def trim_text(
    *, string: Annotated[str, Multiline()], mode: Literal["Both", "Left", "Right"]
) -> str:
    """Remove blanks and line ends from both ends of a text, or from one."""
    if mode == "Both":
        return string.strip()
    return string.lstrip() if mode == "Left" else string.rstrip()


@FAMILY.node("StringReplace", category="utils/string")
def replace_text(
    *,
    string: Annotated[str, Multiline()],
    find: Annotated[str, Multiline()],
    replace: Annotated[str, Multiline()],
) -> str:
    """Replace a word or phrase wherever it stands in a text."""
    return string.replace(find, replace)


@FAMILY.node("StringContains", category="utils/string")
def contains_text(
    *,
    string: Annotated[str, Multiline()],
    substring: Annotated[str, Multiline()],
    case_sensitive: bool = True,
) -> Annotated[bool, Name("contains")]:
    """Tell whether a text holds another one."""
    if case_sensitive:
        return substring in string
    return substring.lower() in string.lower()


@FAMILY.node("StringCompare", category="utils/string")
def compare_texts(
    *,
    string_a: Annotated[str, Multiline()],
    string_b: Annotated[str, Multiline()],
    mode: Literal["Starts With", "Ends With", "Equal"],
    case_sensitive: bool = True,
) -> bool:
    """Tell whether a text equals another one, or starts or ends with it."""
    first, second = (string_a, string_b)
    if not case_sensitive:
        first, second = first.lower(), second.lower()
    match mode:
        case "Equal":
            return first == second
        case "Starts With":
            return first.startswith(second)
        case "Ends With":
            return first.endswith(second)
