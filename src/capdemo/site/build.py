"""Builds the site of a guide in `site/`; runs no example."""

from __future__ import annotations

import logging
import os
from typing import TYPE_CHECKING

from capdemo.errors import CapdemoError, InputError, RunError
from capdemo.site.stamp import STAMP_NAME, is_current, site_key, write_stamp

if TYPE_CHECKING:
    from pathlib import Path

    from mkdocs.config.defaults import MkDocsConfig

__all__ = ["build_site", "is_current", "site_key"]


def build_site(root: Path, *, strict: bool) -> None:
    """Render the guide in a folder; `strict` makes an error of every warning.

    Raises `InputError` where a page is wrong, `RunError` where MkDocs stops for another reason.
    """
    key = site_key(root)
    (root / "site" / STAMP_NAME).unlink(missing_ok=True)
    os.environ.setdefault("NO_MKDOCS_2_WARNING", "1")
    try:
        from mkdocs.exceptions import MkDocsException  # noqa: PLC0415  # only a build needs MkDocs
    except ImportError as error:
        raise InputError("MkDocs is missing.", hint="Type: pip install 'capdemo[site]'") from error
    warnings = _Warnings()
    logger = logging.getLogger("mkdocs")
    logger.addHandler(warnings)
    try:
        _render(_configuration(root, strict=strict))
    except (MkDocsException, SystemExit) as error:
        if isinstance(error.__cause__, CapdemoError):
            raise error.__cause__ from None
        raise RunError("\n".join([f"The site could not be built: {error}", *warnings.seen])) from error
    finally:
        logger.removeHandler(warnings)
    write_stamp(root, key)


class _Warnings(logging.Handler):
    """Keeps what MkDocs complains of."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.seen: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one message."""
        self.seen.append(record.getMessage())


def _configuration(root: Path, *, strict: bool) -> MkDocsConfig:
    from mkdocs.config import load_config  # noqa: PLC0415  # only a build needs MkDocs

    config = load_config(str(root / "mkdocs.yml"), strict=strict, site_dir=str(root / "site"))
    if "capdemo" in config.plugins:
        config.plugins["capdemo"].config["execute"] = "never"
    return config


def _render(config: MkDocsConfig) -> None:
    from mkdocs.commands.build import build  # noqa: PLC0415  # only a build needs MkDocs

    config.plugins.on_startup(command="build", dirty=False)
    try:
        build(config)
    finally:
        config.plugins.on_shutdown()
