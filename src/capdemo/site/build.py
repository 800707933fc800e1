"""Builds the site, and knows without MkDocs whether what is there is still right."""

from __future__ import annotations

import hashlib
import json
import logging
import os
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

from capdemo.errors import CapdemoError, InputError, RunError
from capdemo.outputs.files import write_atomic

if TYPE_CHECKING:
    from collections.abc import Iterator

SITE = "site"
STAMP = ".capdemo.json"
"""Lies in the built site: the key that it was built from, and the size of every file."""

_PACKAGES = (
    "mkdocs",
    "mkdocs-material",
    "mkdocs-jupyter",
    "nbconvert",
    "markdown",
    "pymdown-extensions",
    "jinja2",
)
_SOURCES = ("docs", "workflows", "notebooks")
_VARIABLES = ("SITE_URL", "REPOSITORY_URL", "EDIT_URI")
"""Of the environment, which `mkdocs.yml` reads."""


def build_site(root: Path, *, strict: bool, execute_notebooks: bool = False) -> None:
    """Render the guide in a folder into `site/`, running no example.

    `execute_notebooks` executes those whose models are here; the others show the outputs that
    are committed with them. Raises `RunError` where a page has a problem, with `strict` also where
    MkDocs warns.
    """
    # Material announces its successor at every build; this is its own switch for that.
    os.environ.setdefault("NO_MKDOCS_2_WARNING", "1")
    try:
        from mkdocs.commands.build import build  # noqa: PLC0415  # half a second, and optional
        from mkdocs.config import load_config  # noqa: PLC0415
        from mkdocs.exceptions import Abort, ConfigurationError  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise InputError(
            "MkDocs is not installed.", hint="Type: pip install 'capdemo[site]'"
        ) from error
    (root / SITE / STAMP).unlink(missing_ok=True)
    key = site_key(root)
    with _warnings_on_stderr():
        try:
            config = load_config(str(root / "mkdocs.yml"), strict=strict)
            config.plugins["capdemo"].config["execute"] = "never"
            if not execute_notebooks:
                config.plugins["capdemo"].config["notebooks"] = "never"
            config.plugins.on_startup(command="build", dirty=False)
            build(config)
        except ConfigurationError as error:
            raise InputError(f"MkDocs refuses its configuration: {error}.") from error
        except (Abort, SystemExit) as error:
            if isinstance(error.__cause__, CapdemoError):
                raise error.__cause__ from None
            raise RunError("The site was not built.", hint="The warnings above say why.") from error
    _write_stamp(root, key, executed=execute_notebooks)


def is_current(root: Path, *, execute_notebooks: bool = False) -> bool:
    """Whether `site/` is what `build_site` would make now; imports no MkDocs.

    A site with executed notebooks is current also where they need not be.
    """
    stamp = root / SITE / STAMP
    try:
        known = json.loads(stamp.read_text(encoding="utf-8"))
        if known["key"] != site_key(root) or known["executed"] < execute_notebooks:
            return False
        return all(
            (root / SITE / name).stat().st_size == size for name, size in known["files"].items()
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False


def site_key(root: Path) -> str:
    """sha256 of all that a page is made from: pages, pictures, workflows, lock, code, versions."""
    digest = hashlib.sha256()
    for package in _PACKAGES:
        digest.update(f"{package}={_version(package)}\n".encode())
    for variable in _VARIABLES:
        digest.update(f"{variable}={os.environ.get(variable, '')}\n".encode())
    code = Path(__file__).resolve().parents[1]
    for folder, path in _files(root, code):
        digest.update(f"{path.relative_to(folder).as_posix()}\n".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _files(root: Path, code: Path) -> Iterator[tuple[Path, Path]]:
    yield root, root / "mkdocs.yml"
    for name in _SOURCES:
        yield from ((root, path) for path in _regular(root / name))
    yield from ((code, path) for path in _regular(code) if path.suffix != ".pyc")


def _regular(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "absent"


def _write_stamp(root: Path, key: str, *, executed: bool) -> None:
    site = root / SITE
    files = {path.relative_to(site).as_posix(): path.stat().st_size for path in _regular(site)}
    stamp = {"key": key, "executed": executed, "files": files}
    write_atomic(site / STAMP, json.dumps(stamp, indent=0, sort_keys=True).encode())


class _warnings_on_stderr:  # noqa: N801  # used as a function in a with statement
    """MkDocs reports through logging, which nobody listens to outside its own command line."""

    def __enter__(self) -> None:
        self._handler = logging.StreamHandler()
        self._handler.setLevel(logging.WARNING)
        self._handler.setFormatter(logging.Formatter("%(message)s"))
        logging.getLogger("mkdocs").addHandler(self._handler)

    def __exit__(self, *_: object) -> None:
        logging.getLogger("mkdocs").removeHandler(self._handler)
