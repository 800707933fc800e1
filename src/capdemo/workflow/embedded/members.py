"""A JSON object that holds both formats at once, as VideoHelperSuite writes it into comments."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from capdemo.errors import InputError
from capdemo.workflow.embedded.bounds import KEYS
from capdemo.workflow.json_text import parse_json

if TYPE_CHECKING:
    from collections.abc import Iterator

COMMENT = "comment"
"""The tag's name in MP4, in lower case; Matroska has it in capitals."""


def member_texts(text: str, where: str) -> Iterator[tuple[str, str]]:
    """The members `workflow` and `prompt`, each as a JSON text; none of any other comment.

    Older files hold them as texts inside the JSON, newer ones as objects.
    """
    if not text.lstrip().startswith("{"):
        return
    try:
        value = parse_json(text, where=where)
    except InputError:  # somebody else's comment
        return
    for key in KEYS:
        if isinstance(value, dict) and value.get(key) is not None:
            member = value[key]
            yield key, member if isinstance(member, str) else json.dumps(member)
