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
from mkdocs.structure.files import File, Files

from capdemo.errors import CapdemoError, ExitCode
from capdemo.outputs.files import write_atomic
from capdemo.outputs.lock import LOCK_NAME
from capdemo.site.downloads import made_files
from capdemo.site.head import Site, head_html
from capdemo.site.languages import NAMES, language_of, menu_of, translations
from capdemo.site.notebooks import FOLDER, clean_html, is_executable_here, read_notebooks
from capdemo.site.page_sources import PageSource
from capdemo.site.sources import Sources, read_sources
from capdemo.site.surroundings import surroundings

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.livereload import LiveReloadServer
    from mkdocs.structure.nav import Navigation
    from mkdocs.structure.pages import Page
    from mkdocs.utils.templates import TemplateContext

    from capdemo.site.notebooks import Notebook

_log = get_plugin_logger("capdemo")

STAGED = frozenset({".json", ".png", ".jpg", ".mp4", ".md"})
"""What readers download from `workflows/`: workflows, pictures, films and their licences."""


class Options(Config):  # type: ignore[no-untyped-call]  # MkDocs leaves a hook untyped
    """What `mkdocs.yml` may say under `capdemo`."""

    execute = config_options.Choice(("auto", "never", "always"), default="auto")
    """Whether `mkdocs build` runs examples first: those that need it, none, or all."""
    notebooks = config_options.Choice(("auto", "never"), default="auto")
    """Whether `mkdocs build` executes the notebooks whose models are here, or none."""


class CapdemoPlugin(BasePlugin[Options]):  # type: ignore[no-untyped-call]  # as above
    """Runs examples before a build, never while serving, and offers the workflows as downloads."""

    def __init__(self) -> None:
        super().__init__()
        self._serving = False
        self._notebooks: dict[str, Notebook] = {}
        self._executed: frozenset[str] = frozenset()
        self._sources = Sources(Path())
        self._files = Files([])

    def on_startup(self, *, command: Literal["build", "gh-deploy", "serve"], dirty: bool) -> None:  # noqa: ARG002  # MkDocs calls by name
        """Remember whether this is `mkdocs serve`."""
        self._serving = command == "serve"

    def on_config(self, config: MkDocsConfig) -> MkDocsConfig:
        """Run examples, then tell the Markdown extension where the guide is and how it stands."""
        root = _root(config)
        if self.config.execute != "never" and not self._serving:
            force = ["--force"] if self.config.execute == "always" else []
            _build_examples(root, force)
        states = _states(root)
        options = dict(config.mdx_configs.get("capdemo") or {})
        config.mdx_configs["capdemo"] = {**options, "root": str(root), "states": states}
        self._sources = read_sources(root)
        self._choose_notebooks(config)
        return config

    def _choose_notebooks(self, config: MkDocsConfig) -> None:
        """Have mkdocs-jupyter execute the notebooks that can run here; none while serving."""
        self._notebooks = {n.source: n for n in read_notebooks(self._sources.root)}
        jupyter = config.plugins.get("mkdocs-jupyter")
        if jupyter is None:
            self._notebooks = {}
            return
        wanted = jupyter.config["execute"] and self.config.notebooks == "auto" and not self._serving
        runnable = {s for s, n in self._notebooks.items() if wanted and is_executable_here(n)}
        self._executed = frozenset(runnable)
        jupyter.config["execute"] = bool(runnable)
        jupyter.config["execute_ignore"] = [
            notebook.path.name for s, notebook in self._notebooks.items() if s not in runnable
        ]

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
        for source, notebook in self._notebooks.items():
            files.append(File.generated(config, source, abs_src_path=str(notebook.path)))
            # As text and not as a path, so that mkdocs-jupyter does not take it for a page, too.
            text = notebook.path.read_text(encoding="utf-8")
            files.append(File.generated(config, f"{FOLDER}/{notebook.path.name}", content=text))
        return files

    def on_nav(self, nav: Navigation, *, config: MkDocsConfig, files: Files) -> Navigation:  # noqa: ARG002  # MkDocs calls by name
        """Remember which pages there are, so that each can name itself in other languages."""
        self._files = files
        for source, notebook in self._notebooks.items():
            # mkdocs-jupyter's own kind of file loses where a generated file lies.
            files.src_uris[source].abs_src_path = str(notebook.path)
        return nav

    def on_page_markdown(
        self,
        markdown: str,
        *,
        page: Page,
        config: MkDocsConfig,  # noqa: ARG002  # MkDocs calls by name
        files: Files,  # noqa: ARG002
    ) -> str:
        """Give a notebook's page what the front matter gives others."""
        if notebook := self._notebooks.get(page.file.src_uri):
            hero = {"image": f"/examples/{notebook.hero}"}
            words = {"title": notebook.title, "summary": notebook.summary, "hero": hero}
            page.meta.update(words)
        return markdown

    def on_page_content(
        self,
        html: str,
        *,
        page: Page,
        config: MkDocsConfig,  # noqa: ARG002  # MkDocs calls by name
        files: Files,  # noqa: ARG002
    ) -> str:
        """Take out of a notebook's page what only JupyterLab needs."""
        source = page.file.src_uri
        if (notebook := self._notebooks.get(source)) is None:
            return html
        up = "../" * page.url.count("/")
        return clean_html(html, notebook, up, executed=source in self._executed)

    def on_page_context(
        self,
        context: TemplateContext,
        *,
        page: Page,
        config: MkDocsConfig,
        nav: Navigation,
    ) -> TemplateContext:
        """Give a page its description, its head, and the menu of its language."""
        if "summary" in page.meta:
            page.meta.setdefault("description", page.meta["summary"])
        site = _site(config)
        text = page.markdown or ""
        source = PageSource(page.file.src_uri, page.meta, text if text[:1] != "{" else "")
        head = head_html(source, self._sources, site)
        context["cd_head"] = head  # type: ignore[typeddict-unknown-key]  # a name of our own
        context["nav"] = menu_of(nav, language_of(page.file.src_uri))
        config.extra["alternate"] = [
            {"name": NAMES[language], "lang": language, "link": site.url + url}
            for language, url in translations(page.file.src_uri, self._files)
        ]
        return context

    def on_post_build(self, *, config: MkDocsConfig) -> None:
        """Write the files around the pages."""
        site = _site(config)
        for name, text in surroundings(self._sources, site, config.site_description or ""):
            write_atomic(Path(config.site_dir) / name, text.encode())

    def on_serve(
        self,
        server: LiveReloadServer,
        *,
        config: MkDocsConfig,
        builder: Any,  # noqa: ARG002  # MkDocs calls by name
    ) -> LiveReloadServer:
        """Rebuild pages when a workflow or the lock changes."""
        server.watch(str(_root(config) / "workflows"))
        if self._notebooks:
            server.watch(str(_root(config) / FOLDER))
        return server

    def on_build_error(self, *, error: Exception) -> None:
        """Where a page is wrong, end with what to do about it and not with a traceback."""
        if isinstance(error, CapdemoError):
            raise Abort(str(error)) from error


def _root(config: MkDocsConfig) -> Path:
    return Path(config.config_file_path).resolve().parent


def _site(config: MkDocsConfig) -> Site:
    url = config.site_url or ""
    return Site(config.site_name, f"{url.rstrip('/')}/" if url else "")


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
