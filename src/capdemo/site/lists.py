"""Lists as CommonMark nests them, written as Python-Markdown wants them; changes nothing else.

Python-Markdown nests by four columns and needs an empty line between a paragraph and a list.
CommonMark (0.31, section 5.2) nests by the column of the item's text and lets a list interrupt a
paragraph. An item that begins with another item (`- - a`) is left as it is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_ITEM = re.compile(r"^(?P<lead> {0,3})(?P<mark>[-+*]|\d{1,9}[.)])(?P<gap> +|$)(?P<text>.*)$")
_RULE = re.compile(r"^ {0,3}([-*_])(?: *\1){2,} *$")
_FENCE = re.compile(r"^(?P<lead> {0,3})(?P<fence>`{3,}(?=[^`]*$)|~{3,})")
_HEADING = re.compile(r"^ {0,3}#{1,6}(?: |$)")
_SETEXT = re.compile(r"^ {0,3}(?:=+|-+) *$")
_HTML = re.compile(r"^ {0,3}<(?:[A-Za-z][\w-]*(?=[\s/>]|$)|/[A-Za-z]|!|\?)")
_QUOTE = re.compile(r"^ {0,3}> ?(?P<text>.*)$")
_LOOKS_LIKE_ITEM = re.compile(r"^(?:[-+*]|\d+(?=\.))(?=\.? )")

_STEP = 4
"""Columns by which Python-Markdown nests."""
_CODE = 4
"""Columns from which on CommonMark reads code, or the rest of a paragraph."""


def normalise_lists(lines: list[str]) -> list[str]:
    """The same page with its lists in Python-Markdown's form; fenced code is only moved along."""
    return _Page().read(lines)


@dataclass(slots=True)
class _Item:
    """A list item that is still open."""

    column: int
    """Where its text begins, counted from the text of the item around it."""
    ordered: bool


@dataclass(slots=True)
class _Page:
    """The containers that are open at a line."""

    items: list[_Item] = field(default_factory=list)
    fence: str = ""
    """The fence that closes the code, empty outside code."""
    raw_html: bool = False
    paragraph: bool = False
    """Whether the next line can continue a paragraph."""
    first_block: bool = False
    """Whether that paragraph is the one on the item's own line."""
    out: list[str] = field(default_factory=list)
    quoted: list[str] = field(default_factory=list)

    def read(self, lines: list[str]) -> list[str]:
        for line in lines:
            self._line(line)
        self._end_quote()
        return self.out

    def _line(self, line: str) -> None:
        if self._quote(line):
            return
        self._end_quote()
        if not line.strip():
            self._empty_line(line)
            return
        depth, rest = self._inside(line)
        if self.fence or self.raw_html:
            self._verbatim(depth, rest)
        elif self._continues(depth, rest):
            self._continuation(rest)
        else:
            self._block(depth, rest)

    def _quote(self, line: str) -> bool:
        """Take a line of a quotation that stands in no list."""
        quote = _QUOTE.match(line)
        in_code = bool(self.fence) or self.raw_html
        if quote is None or self._inside(line)[0] or (in_code and not self.items):
            return False
        if self.items:
            self._close(0)
            self._separate()
        self.quoted.append(quote["text"])
        return True

    def _end_quote(self) -> None:
        """A quotation is a page of its own."""
        if self.quoted:
            inner = normalise_lists(self.quoted)
            self.out += [f"> {line}".rstrip() for line in inner]
            self.quoted = []
            self.paragraph = bool(inner[-1].strip())
            self.first_block = False

    def _empty_line(self, line: str) -> None:
        self.out.append(line)
        self.paragraph = self.raw_html = False

    def _inside(self, line: str) -> tuple[int, str]:
        """How many open items hold this line, and the line as the innermost of them sees it."""
        rest = line
        for depth, item in enumerate(self.items):
            if len(rest) - len(rest.lstrip(" ")) < item.column:
                return depth, rest
            rest = rest[item.column :]
        return len(self.items), rest

    def _verbatim(self, depth: int, rest: str) -> None:
        if depth < len(self.items):
            self._close(depth)
            self._line(" " * sum(item.column for item in self.items) + rest)
            return
        self._emit(rest)
        if self.fence and re.fullmatch(rf" {{0,3}}{self.fence[0]}{{{len(self.fence)},}} *", rest):
            self.fence = ""

    def _continues(self, depth: int, rest: str) -> bool:
        """Whether a line is one more line of the paragraph before it."""
        if not self.paragraph:
            return False
        if _indent(rest) >= _CODE:
            return True
        if depth == len(self.items) and _SETEXT.match(rest):
            return True
        if any(kind.match(rest) for kind in (_RULE, _FENCE, _HEADING, _HTML, _QUOTE)):
            return False
        item = _ITEM.match(rest)
        if item is None:
            return True
        in_the_same_item = depth == len(self.items)
        return in_the_same_item and (not item["text"] or item["mark"].rstrip(".)") not in _STARTERS)

    def _continuation(self, rest: str) -> None:
        if not self.items:
            self.out.append(rest)
            return
        text = rest.strip() if not rest.endswith("  ") else rest.lstrip()
        self._emit(_LOOKS_LIKE_ITEM.sub(_escaped, text))

    def _block(self, depth: int, rest: str) -> None:
        item = None if _RULE.match(rest) or _indent(rest) >= _CODE else _ITEM.match(rest)
        if item:
            self._item(depth, item)
            return
        if depth < len(self.items):
            self._close(depth)
            self._separate()
        self._emit(rest)
        self._begin(rest)
        self.first_block = False

    def _item(self, depth: int, item: re.Match[str]) -> None:
        ordered = item["mark"][0].isdigit()
        changes_kind = depth < len(self.items) and self.items[depth].ordered != ordered
        if changes_kind or not (self.items and self.first_block) or self._began_inside(depth):
            self._separate()
        self._close(depth)
        gap = len(item["gap"]) if 1 <= len(item["gap"]) <= _CODE and item["text"] else 1
        mark = f"{item['mark'][:-1]}." if ordered else "-"
        text = item["gap"][gap:] + item["text"]
        self._emit(f"{mark} {text}")
        self.items.append(_Item(len(item["lead"]) + len(item["mark"]) + gap, ordered))
        self._begin(text)
        self.first_block = True

    def _began_inside(self, depth: int) -> bool:
        """Whether the lines since the last empty one began deeper; such a block ends there."""
        begin = next((i for i in range(len(self.out), 0, -1) if not self.out[i - 1].strip()), 0)
        return begin < len(self.out) and _indent(self.out[begin]) > _STEP * depth

    def _begin(self, text: str) -> None:
        """Note what kind of block a line begins."""
        fence = _FENCE.match(text)
        self.fence = fence["fence"] if fence else ""
        self.raw_html = bool(_HTML.match(text)) and not self.fence
        closed = _RULE.match(text) or _HEADING.match(text) or _indent(text) >= _CODE
        self.paragraph = bool(text.strip()) and not (self.fence or self.raw_html or closed)

    def _close(self, depth: int) -> None:
        del self.items[depth:]
        self.fence, self.raw_html, self.paragraph = "", False, False

    def _separate(self) -> None:
        if self.out and self.out[-1].strip():
            self.out.append("")

    def _emit(self, text: str) -> None:
        self.out.append(" " * (_STEP * len(self.items)) + text)


_STARTERS = frozenset({"-", "+", "*", "1"})
"""Marks of an item that may interrupt a paragraph."""


def _indent(text: str) -> int:
    return len(text) - len(text.lstrip(" "))


def _escaped(match: re.Match[str]) -> str:
    return f"{match[0]}\\" if match[0].isdigit() else f"\\{match[0]}"
