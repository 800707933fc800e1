"""The MkDocs plugin: conveniences around the extension; each is a function of its own elsewhere."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mkdocs.config import config_options
from mkdocs.config.base import Config
from mkdocs.exceptions import Abort, PluginError
from mkdocs.plugins import BasePlugin
from mkdocs.structure.files import File, Files

from capdemo.errors import CapdemoError, ExitCode
from capdemo.site.command import example_states, run_examples
from capdemo.site.stage import staged_files

if TYPE_CHECKING:
    from collections.abc import Callable

    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.livereload import LiveReloadServer

EXTENSIONS = ("capdemo", "capdemo.site.extension")
"""The names under which a guide may list the extension."""

_log = logging.getLogger("mkdocs.plugins.capdemo")


class CapdemoOptions(Config):
    """What `mkdocs.yml` may say under `plugins: capdemo`."""

    execute = config_options.Choice(("auto", "never", "always"), default="auto")
    """`auto` runs examples that are out of date, `always` all; serving never runs any."""


class CapdemoPlugin(BasePlugin[CapdemoOptions]):
    """Runs examples before a build, tells the extension their states, stages workflows."""

    _serving = False

    def on_startup(self, *, command: str, dirty: bool) -> None:  # noqa: ARG002  # MkDocs' keywords
        """Note whether this is a build or a server."""
        self._serving = command == "serve"

    def on_config(self, config: MkDocsConfig) -> MkDocsConfig:
        """Run what is out of date, then hand folder and states to the extension."""
        name = next((name for name in EXTENSIONS if name in config.markdown_extensions), None)
        if name is None:
            raise PluginError("List 'capdemo' under markdown_extensions in mkdocs.yml, too.")
        root = _root(config)
        if not self._serving and self.config.execute != "never":
            _check_run(run_examples(root, force=self.config.execute == "always"))
        options = config.mdx_configs.setdefault(name, {})
        options.setdefault("root", str(root))
        try:
            options["states"] = dict(example_states(root))
        except CapdemoError as error:
            raise PluginError(str(error)) from error
        return config

    def on_files(self, files: Files, *, config: MkDocsConfig) -> Files:
        """Put workflows and input pictures into the site."""
        for address, path in staged_files(_root(config)).items():
            files.append(File.generated(config, address, abs_src_path=str(path)))
        return files

    def on_serve(
        self,
        server: LiveReloadServer,
        *,
        config: MkDocsConfig,
        builder: Callable[..., Any],  # noqa: ARG002  # MkDocs' keyword
    ) -> LiveReloadServer:
        """Render again when a workflow or the lock changes."""
        server.watch(str(_root(config) / "workflows"))
        return server

    def on_build_error(self, *, error: Exception) -> None:
        """End with the message alone where the guide is wrong, not with a traceback."""
        if isinstance(error, CapdemoError):
            raise Abort(str(error)) from error


def _root(config: MkDocsConfig) -> Path:
    return Path(config.config_file_path or "mkdocs.yml").resolve().parent


def _check_run(code: ExitCode) -> None:
    if code is ExitCode.WRONG_INPUT:
        raise PluginError("The examples could not be run; see above. To build without: execute: never")
    if code is ExitCode.FAILED:
        _log.error("An example failed; its page shows the last good picture and says so.")
    if code is ExitCode.NOT_FRESH:
        # No warning: a strict build on a machine without the weights is a good build.
        _log.info("Some examples could not be rebuilt here; their pages say so.")
