"""Which files besides the pages belong into a site: workflows, and the pictures they read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from capdemo.outputs.lock import LOCK_NAME

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

INPUT_SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".webp"})


def staged_files(root: Path) -> Mapping[str, Path]:
    """From a path in the site, `workflows/...`, to the file that belongs there."""
    return {
        path.relative_to(root).as_posix(): path
        for path in sorted((root / "workflows").rglob("*"))
        if _belongs(path)
    }


def _belongs(path: Path) -> bool:
    if path.suffix == ".json":
        return path.name != LOCK_NAME
    # The folder itself, not those in it: the ground truth beside the inputs is no input.
    return path.parent.name == "inputs" and path.suffix.lower() in INPUT_SUFFIXES
