"""The workflow inside a picture: the text that saved files carry; no torch in here."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

EXIF_TAGS: Mapping[str, int] = {"prompt": 0x0110, "workflow": 0x010F}
"""The tags that ComfyUI uses in formats without text chunks: Model and Make."""

_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")


def ascii_json(text: str) -> str:
    r"""The same JSON value in ASCII, everything else untouched.

    A character beyond ASCII can only stand inside a JSON string, where `\u` may replace it.
    """
    return _BEYOND_ASCII.sub(lambda match: json.dumps(match[0])[1:-1], text)


def exif_texts(metadata: Mapping[str, str]) -> dict[int, str]:
    """From EXIF tag to `key:json`, the form that ComfyUI's front end reads back."""
    return {
        tag: f"{key}:{ascii_json(metadata[key])}"
        for key, tag in EXIF_TAGS.items()
        if key in metadata
    }


def ascii_texts(metadata: Mapping[str, str]) -> dict[str, str]:
    """All texts in ASCII, which is what ComfyUI's front end expects in videos."""
    return {key: ascii_json(text) for key, text in metadata.items()}
