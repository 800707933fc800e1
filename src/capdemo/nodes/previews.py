"""Nodes that show a value; a headless run passes the text on and writes no file."""

import json

from capdemo.node_api import Anything, NodeFamily

FAMILY = NodeFamily()


@FAMILY.node("PreviewAny", category="utils", is_output=True)
def preview_anything(*, source: Anything | None) -> str:
    """Turn whatever comes in into text: texts and numbers as they are, all else as JSON."""
    if source is None or isinstance(source, str | int | float):
        return str(source)
    try:
        return json.dumps(source, indent=4)
    except (TypeError, ValueError):  # ValueError: a list that holds itself.
        return str(source)
