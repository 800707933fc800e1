"""The `<metadata>` element of SVG files, which holds JSON as character data."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from capdemo.workflow.embedded.bounds import KEYS, cut_short, decode
from capdemo.workflow.json_text import TEXT_LIMIT, parse_json, too_big

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

_OPEN = "<![CDATA["
_CLOSE = "]]>"
_SPACE = re.compile(r"\s*")


def texts(file: BinaryIO, where: str) -> Iterator[tuple[str, str]]:
    """The members of the object `{"workflow": ..., "prompt": ...}`, each as a JSON text.

    Searched as text: an XML parser would also obey the file's entity declarations.
    """
    content = file.read(TEXT_LIMIT + 1)
    if len(content) > TEXT_LIMIT:
        raise too_big(where)
    data = _character_data(decode(content), where)
    value = parse_json(data, where=where) if data else None
    for key in KEYS:
        if isinstance(value, dict) and value.get(key) is not None:
            yield key, json.dumps(value[key])


def _character_data(text: str, where: str) -> str:
    """The sections of the first metadata element, which a `]]>` in the JSON may have split."""
    start = text.find("<metadata")
    position = text.find(">", start) + 1
    if start < 0 or position == 0:
        return ""
    sections: list[str] = []
    while text.startswith(_OPEN, position := _skip_space(text, position)):
        end = text.find(_CLOSE, position)
        if end < 0:
            raise cut_short(where)
        sections.append(text[position + len(_OPEN) : end])
        position = end + len(_CLOSE)
    return "".join(sections)


def _skip_space(text: str, position: int) -> int:
    found = _SPACE.match(text, position)
    return found.end() if found else position
