"""Lays a guide out for generators that run no MkDocs plugin, such as Zensical.

`python -m capdemo.site.staging FOLDER` makes a copy in which the downloads lie among the pages;
there, `zensical build` gives the same articles as `capdemo build` does here.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from capdemo.errors import InputError
from capdemo.outputs.files import write_atomic
from capdemo.outputs.lock import LOCK_NAME
from capdemo.site.downloads import made_files

COPIED = ("docs", "workflows", "mkdocs.yml", "src/capdemo/site/theme")
"""What a generator reads; the rest of a guide's repository is not needed."""


def stage(root: Path, target: Path) -> None:
    """Copy a guide into a new folder, its workflows also to where readers download them.

    Raises `InputError` where the folder is there already.
    """
    if target.exists():
        raise InputError("There is something here already.", where=str(target))
    for name in COPIED:
        source, copy = root / name, target / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, copy)
        elif source.is_file():
            shutil.copy(source, copy)
    ignored = shutil.ignore_patterns(LOCK_NAME, "*.toml", "*.py", "__pycache__", "*.md")
    shutil.copytree(root / "workflows", target / "docs" / "workflows", ignore=ignored)
    for address, text in made_files(root):
        write_atomic(target / "docs" / address, text.encode())


if __name__ == "__main__":
    stage(Path.cwd(), Path(sys.argv[1]))
