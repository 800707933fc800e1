"""Nodes that show a value; a headless run prints the text and writes no file."""

import json

from capdemo.node_api import Anything, NodeFamily, RunContext

FAMILY = NodeFamily()


@FAMILY.node("PreviewAny", category="utils", is_output=True)
def preview_anything(*, source: Anything | None, context: RunContext) -> str:
    """Show whatever comes in as text: texts and numbers as they are, all else as JSON."""
    text = _as_text(source)
    context.note(text)
    return text


def _as_text(source: object) -> str:
    if source is None or isinstance(source, str | int | float):
        return str(source)
    try:
        return json.dumps(source, indent=4)
    except (TypeError, ValueError):  # ValueError: a list that holds itself.
        return str(source)
