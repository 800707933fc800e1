"""Whether a built site still is what its sources give; imports no site generator."""

from __future__ import annotations

import hashlib
import json
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from capdemo.outputs.files import write_atomic

if TYPE_CHECKING:
    from collections.abc import Iterator

STAMP_NAME = ".capdemo-site.json"
"""In the built site: the key it was built for, and its files with their sizes."""

_GENERATORS = ("mkdocs", "mkdocs-material", "markdown", "pymdown-extensions")
_PACKAGE = Path(__file__).parents[1]


def site_key(root: Path) -> str:
    """sha256 of all that decides what the site of a guide holds.

    Pages, workflows, inputs, lock, configuration, this package and the generator's versions.
    """
    digest = hashlib.sha256()
    for line in _facts(root):
        digest.update(f"{line}\n".encode())
    return digest.hexdigest()


def is_current(root: Path) -> bool:
    """Whether `site/` was built from what is here now, and no file of it is missing."""
    site = root / "site"
    try:
        stamp = json.loads((site / STAMP_NAME).read_text(encoding="utf-8"))
        files = dict(stamp["files"])
        key = stamp["key"]
    except (OSError, ValueError, KeyError, TypeError):
        return False
    return bool(key == site_key(root) and all(_has_size(site / name, files[name]) for name in files))


def write_stamp(root: Path, key: str) -> None:
    """Note in `site/` what it was built from."""
    site = root / "site"
    files = {
        path.relative_to(site).as_posix(): path.stat().st_size
        for path in sorted(site.rglob("*"))
        if path.is_file() and path.name != STAMP_NAME
    }
    text = json.dumps({"key": key, "files": files}, indent=0, sort_keys=True)
    write_atomic(site / STAMP_NAME, text.encode())


def _facts(root: Path) -> Iterator[str]:
    for name in _GENERATORS:
        yield f"{name} {_version(name)}"
    yield _content(root / "mkdocs.yml")
    objects = root / "docs" / "examples" / "objects"
    for folder in (root / "docs", root / "workflows", _PACKAGE):
        for path in sorted(folder.rglob("*")):
            if path.is_file() and path.parent.name != "__pycache__":
                # An object is named by its content.
                shown = path.stat().st_size if path.parent == objects else _content(path)
                yield f"{path.relative_to(folder).as_posix()} {shown}"


def _content(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "absent"


def _has_size(path: Path, size: int) -> bool:
    try:
        return path.stat().st_size == size
    except OSError:
        return False
