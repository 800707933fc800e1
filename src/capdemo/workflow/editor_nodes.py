"""Node types that exist in the editor only; the executor never sees them."""

from __future__ import annotations

PRIMITIVE = "PrimitiveNode"
"""Writes its value into the widgets that it is wired to."""

REROUTES = frozenset({"Reroute", "Reroute (rgthree)"})

SETTER = "SetNode"
GETTER = "GetNode"
"""The ends of a wire without a line, of the pack KJNodes; a name joins them."""

NOTES = frozenset({"Note", "MarkdownNote"})

_CONTROLS = (
    "Bookmark",
    "Fast Actions Button",
    "Fast Bypasser",
    "Fast Groups Bypasser",
    "Fast Groups Muter",
    "Fast Muter",
    "Label",
    "Mute / Bypass Relay",
    "Mute / Bypass Repeater",
    "Node Collector",
    "Random Unmuter",
)
"""Those of the pack rgthree, which change modes while the workflow is edited."""

EDITOR_ONLY = (
    NOTES
    | REROUTES
    | {PRIMITIVE, SETTER, GETTER}
    | frozenset(f"{name} (rgthree)" for name in _CONTROLS)
)

BROADCASTS = ("Anything Everywhere", "Prompts Everywhere", "Seed Everywhere")
"""How the types of the pack cg-use-everywhere begin, which adds links when it queues."""
