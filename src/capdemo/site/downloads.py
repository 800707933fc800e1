"""What is made of every workflow for its readers: its drawing, and its text for `file://`."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING

from capdemo.nodes import NODES
from capdemo.outputs.lock import LOCK_NAME
from capdemo.site.graph import Drawing, graph_drawing
from capdemo.workflow import read_workflow

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def made_files(root: Path) -> Iterator[tuple[str, str]]:
    """The address under the site's root and the text of each file, sorted.

    A browser refuses to fetch a file for a page that it opened from the disk itself, but loads a
    script for it; so the workflow's text is there as a script, too.
    """
    for path in sorted((root / "workflows").rglob("*.json")):
        if path.name == LOCK_NAME:
            continue
        address = path.relative_to(root).as_posix()
        yield drawing_address(address), drawing_of(path).svg
        text = json.dumps(path.read_text(encoding="utf-8-sig"))
        yield f"{address}.js", f"self.capdemoFile={text};\n"


def drawing_address(workflow: str) -> str:
    """Where the drawing of a workflow file lies: beside it."""
    return f"{workflow.removesuffix('.json')}.svg"


def drawing_of(path: Path) -> Drawing:
    """The drawing of a workflow; made once for all pages that show it."""
    return _drawing(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=256)
def _drawing(path: Path, _modified: int) -> Drawing:
    return graph_drawing(read_workflow(path), NODES.schemas)
