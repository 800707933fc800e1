"""Colours of sockets by type, in the hues that ComfyUI's users know.

All of them have a contrast of at least 3 to 1 against the light and the dark canvas.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_KNOWN: Mapping[str, str] = {
    "MODEL": "#8b73cf",
    "CLIP": "#a17a00",
    "CLIP_VISION": "#3f8f8f",
    "CONDITIONING": "#c96f12",
    "CONTROL_NET": "#16936f",
    "IMAGE": "#2f86d6",
    "LATENT": "#c95cc2",
    "MASK": "#3f9652",
    "UPSCALE_MODEL": "#16936f",
    "VAE": "#dc5059",
    "VIDEO": "#c2557a",
    "AUDIO": "#7a8a2e",
    "INT": "#6f7b86",
    "FLOAT": "#6f7b86",
    "BOOLEAN": "#6f7b86",
    "STRING": "#6f7b86",
    "COMBO": "#6f7b86",
    "*": "#6f7b86",
}
_OTHERS = ("#3f8f8f", "#8b73cf", "#a17a00", "#c2557a", "#2f86d6", "#7a8a2e", "#c96f12")


def colour_of(type_: str) -> str:
    """The colour of a socket type; an unknown type always gets the same one."""
    first = type_.partition(",")[0].strip().upper()
    return _KNOWN.get(first) or _OTHERS[zlib.crc32(first.encode()) % len(_OTHERS)]
