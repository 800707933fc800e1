"""Nodes that search a text by a regular expression, which is given up after ten seconds."""

import re
from typing import Annotated, Literal

from capdemo.errors import RunError
from capdemo.node_api import Multiline, Name, NodeFamily, Range
from capdemo.nodes import pattern_search
from capdemo.nodes.pattern_search import BrokenPatternError, Found, PatternError

FAMILY = NodeFamily()


@FAMILY.node("RegexMatch", category="utils/string")
def matches_pattern(
    *,
    string: Annotated[str, Multiline()],
    regex_pattern: Annotated[str, Multiline()],
    case_insensitive: bool = True,
    multiline: bool = False,
    dotall: bool = False,
) -> Annotated[bool, Name("matches")]:
    """Tell whether a regular expression matches anywhere in a text.

    With `multiline`, ^ and $ match at every line; with `dotall`, a dot matches line ends too.
    """
    flags = _flags(case_insensitive, multiline, dotall)
    return bool(_found(regex_pattern, string, flags))


@FAMILY.node("RegexExtract", category="utils/string")
def extract_pattern(
    *,
    string: Annotated[str, Multiline()],
    regex_pattern: Annotated[str, Multiline()],
    mode: Literal["First Match", "All Matches", "First Group", "All Groups"],
    case_insensitive: bool = True,
    multiline: bool = False,
    dotall: bool = False,
    group_index: Annotated[int, Range(0, 100)] = 1,
) -> str:
    """Take the part of a text that a regular expression, or a group in it, matches.

    Several parts are joined by line ends. A pattern that does not match, or is broken, gives an
    empty text.
    """
    found = _found(regex_pattern, string, _flags(case_insensitive, multiline, dotall))
    if not found:
        return ""
    match mode:
        case "First Match":
            return found[0][0] or ""
        case "All Matches":
            return "\n".join(_whole_or_first_group(match) for match in found)
        case "First Group":
            return _group(found[0], group_index) or ""
        case "All Groups":
            groups = (_group(match, group_index) for match in found if len(match) > 1)
            return "\n".join(group for group in groups if group is not None)


@FAMILY.node("RegexReplace", category="utils/string")
def replace_pattern(
    *,
    string: Annotated[str, Multiline()],
    regex_pattern: Annotated[str, Multiline()],
    replace: Annotated[str, Multiline()],
    case_insensitive: bool | None = True,
    multiline: bool | None = False,
    dotall: bool | None = False,
    count: Annotated[int | None, Range(0, 100)] = 0,
) -> str:
    r"""Replace what a regular expression matches; `\1` in the replacement is the first group.

    `count` is the most replacements to make, 0 for all.
    """
    flags = _flags(bool(case_insensitive), bool(multiline), bool(dotall))
    try:
        return pattern_search.replace(regex_pattern, replace, string, flags, count=count or 0)
    except PatternError as error:
        raise _refused(regex_pattern, error) from error


def _flags(case_insensitive: bool, multiline: bool, dotall: bool) -> int:  # noqa: FBT001  (three widgets)
    flags = re.IGNORECASE if case_insensitive else re.NOFLAG
    if multiline:
        flags |= re.MULTILINE
    return int(flags | re.DOTALL if dotall else flags)


def _found(pattern: str, text: str, flags: int) -> list[Found]:
    """All matches; as in ComfyUI, a pattern that is no regular expression has none."""
    try:
        return pattern_search.find_all(pattern, text, flags)
    except BrokenPatternError:
        return []
    except PatternError as error:
        raise _refused(pattern, error) from error


def _refused(pattern: str, error: PatternError) -> RunError:
    return RunError(
        f"The pattern {pattern!r} {error}.",
        hint="Nested repetitions such as (a+)+ take endlessly; brackets must come in pairs.",
    )


def _whole_or_first_group(match: Found) -> str:
    """As Python's `findall` has it for one group; ComfyUI takes the first of several."""
    return (match[1] if len(match) > 1 else match[0]) or ""


def _group(match: Found, index: int) -> str | None:
    return match[index] if index < len(match) else None
