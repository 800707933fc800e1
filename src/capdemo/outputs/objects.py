"""A folder of files named by the sha256 of their bytes: equal content is one file, for ever."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from capdemo.outputs.files import write_atomic

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path


def store_object(folder: Path, content: bytes, suffix: str) -> Path:
    """Keep these bytes under their own name, `<sha256>.<suffix>`, and return the path."""
    path = folder / f"{hashlib.sha256(content).hexdigest()}.{suffix}"
    if not path.is_file():
        write_atomic(path, content)
    return path


def prune_objects(folder: Path, keep: Collection[str]) -> list[Path]:
    """Delete the objects whose file names are not in `keep`, and return what was deleted."""
    if not folder.is_dir():
        return []
    gone = [path for path in sorted(folder.iterdir()) if path.is_file() and path.name not in keep]
    for path in gone:
        path.unlink()
    return gone
