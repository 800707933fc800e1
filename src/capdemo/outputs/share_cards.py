"""What the picture is called that other sites show for a link to an example; draws nothing."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from capdemo.outputs.lock import Example

SHARE_CARDS = "examples/cards"
"""Their folder under `docs/`; it is made by the build and not committed."""

WIDTH, HEIGHT = 1200, 630
"""Pixels; what the networks that show such pictures ask for."""

_DRAWING = 1
"""Raised when the same example is to be drawn in another way."""


def share_card(example: Example) -> str | None:
    """The path under `docs/`, named by all that is drawn; None where nothing ever ran."""
    if example.record is None:
        return None
    pictures = "\n".join(f"{p.sha256} {p.role} {p.label}" for p in example.record.pictures)
    content = f"{_DRAWING}\n{example.title}\n{pictures}".encode()
    return f"{SHARE_CARDS}/{hashlib.sha256(content).hexdigest()[:32]}.jpg"
