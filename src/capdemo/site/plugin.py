"""The MkDocs plugin: conveniences only, each of which is also a command of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from mkdocs.config import config_options
from mkdocs.config.base import Config
from mkdocs.exceptions import Abort, PluginError
from mkdocs.plugins import BasePlugin, get_plugin_logger
from mkdocs.structure.files import File

from capdemo.errors import CapdemoError, ExitCode
from capdemo.outputs.lock import LOCK_NAME
from capdemo.site.downloads import made_files

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.livereload import LiveReloadServer
    from mkdocs.structure.files import Files
    from mkdocs.structure.nav import Navigation
    from mkdocs.structure.pages import Page
    from mkdocs.utils.templates import TemplateContext

_log = get_plugin_logger("capdemo")

STAGED = frozenset({".json", ".png", ".jpg", ".mp4", ".md"})
"""What readers download from `workflows/`: workflows, pictures, films and their licences."""


class Options(Config):  # type: ignore[no-untyped-call]  # MkDocs leaves a hook untyped
    """What `mkdocs.yml` may say under `capdemo`."""

    execute = config_options.Choice(("auto", "never", "always"), default="auto")
    """Whether `mkdocs build` runs examples first: those that need it, none, or all."""


class CapdemoPlugin(BasePlugin[Options]):  # type: ignore[no-untyped-call]  # as above
    """Runs examples before a build, never while serving, and offers the workflows as downloads."""

    def __init__(self) -> None:
        super().__init__()
        self._serving = False

    def on_startup(self, *, command: Literal["build", "gh-deploy", "serve"], dirty: bool) -> None:  # noqa: ARG002  # MkDocs calls by name
        """Remember whether this is `mkdocs serve`."""
        self._serving = command == "serve"

    def on_config(self, config: MkDocsConfig) -> MkDocsConfig:
        """Run examples, then tell the Markdown extension where the guide is and how it stands."""
        root = _root(config)
        if self.config.execute != "never" and not self._serving:
            force = ["--force"] if self.config.execute == "always" else []
            _build_examples(root, force)
        options = dict(config.mdx_configs.get("capdemo") or {})
        config.mdx_configs["capdemo"] = {**options, "root": str(root), "states": _states(root)}
        return config

    def on_files(self, files: Files, *, config: MkDocsConfig) -> Files:
        """Add what readers download: everything under `workflows/` but the lock and the specs.

        Beside each workflow lies its drawing.
        """
        root = _root(config)
        for path in sorted((root / "workflows").rglob("*")):
            if path.suffix in STAGED and path.name != LOCK_NAME:
                uri = path.relative_to(root).as_posix()
                files.append(_download(uri, path, config))
        for uri, text in made_files(root):
            files.append(File.generated(config, uri, content=text))
        return files

    def on_page_context(
        self,
        context: TemplateContext,
        *,
        page: Page,
        config: MkDocsConfig,  # noqa: ARG002  # MkDocs calls by name
        nav: Navigation,  # noqa: ARG002
    ) -> TemplateContext:
        """Use a page's summary as its description."""
        if "summary" in page.meta:
            page.meta.setdefault("description", page.meta["summary"])
        return context

    def on_serve(
        self,
        server: LiveReloadServer,
        *,
        config: MkDocsConfig,
        builder: Any,  # noqa: ARG002  # MkDocs calls by name
    ) -> LiveReloadServer:
        """Rebuild pages when a workflow or the lock changes."""
        server.watch(str(_root(config) / "workflows"))
        return server

    def on_build_error(self, *, error: Exception) -> None:
        """Where a page is wrong, end with what to do about it and not with a traceback."""
        if isinstance(error, CapdemoError):
            raise Abort(str(error)) from error


def _root(config: MkDocsConfig) -> Path:
    return Path(config.config_file_path).resolve().parent


def _download(uri: str, path: Path, config: MkDocsConfig) -> File:
    """A file that is copied as it is, also where its ending would make it a page."""
    file = File.generated(config, uri, abs_src_path=str(path))
    file.dest_uri = uri
    file.url = uri
    file.is_documentation_page = lambda: False  # type: ignore[method-assign]
    return file


def _build_examples(root: Path, options: list[str]) -> None:
    done = _capdemo(root, "build", "--examples-only", *options)
    for line in done.stdout.splitlines():
        _log.info(line)
    if done.returncode == ExitCode.NOT_FRESH:
        _log.info("Some examples could not be rebuilt here: %s", done.stderr.strip())
    elif done.returncode != ExitCode.DONE:
        raise PluginError(done.stderr.strip())


def _states(root: Path) -> dict[str, tuple[str, list[str]]]:
    done = _capdemo(root, "status", "--json")
    if done.returncode not in (ExitCode.DONE, ExitCode.NOT_FRESH):
        raise PluginError(done.stderr.strip())
    examples = json.loads(done.stdout)["examples"]
    return {entry["id"]: (entry["state"], entry["reasons"]) for entry in examples}


def _capdemo(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A process of its own: rendering pages never imports torch."""
    command = [sys.executable, "-m", "capdemo", *arguments]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)  # noqa: S603  # no shell, and no argument from outside
