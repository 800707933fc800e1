"""The notebooks as pages: whether they may be executed here, and their HTML without its weight.

mkdocs-jupyter executes and renders them. What it adds for JupyterLab (its style sheets, its copy
buttons, its loaders from other origins) is taken out again; the site's own style is enough.
"""

from __future__ import annotations

import html
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from capdemo.errors import CapdemoError, InputError
from capdemo.models.store import LocalModelStore

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

FOLDER = "notebooks"
"""Where they lie in the guide, and in the addresses of their pages."""

_DROPPED = re.compile(
    r"<(script|style)\b.*?</\1>"
    r"|<div class=\"zeroclipboard-container\">.*?</clipboard-copy>\s*</div>"
    r"|<div[^>]*class=\"clipboard-copy-txt\".*?</div>"
    r"|<div[^>]*class=\"[^\"]*jp-Collapser[^\"]*\"[^>]*>\s*</div>",
    re.DOTALL,
)
_ANCHOR = re.compile(r'<a class="anchor-link" href="(#[^"]*)">[^<]*</a>')
_HEADING_END = re.compile(r"</h1>")
_GUIDE_LINK = re.compile(r'href="/([a-z]{2}/[^"]*)"')


@dataclass(frozen=True, slots=True)
class Notebook:
    """A notebook of the guide."""

    path: Path
    title: str
    summary: str
    hero: str
    """The example whose picture stands for the page."""
    models: tuple[str, ...]
    """What it needs to run, as `folder/file`."""

    @property
    def source(self) -> str:
        """The path that its page has under `docs/`."""
        return f"{self.address}.ipynb"

    @property
    def address(self) -> str:
        """Of its page under the site's root, without `/` at its end."""
        return f"en/{FOLDER}/{self.path.stem}"


def read_notebooks(root: Path) -> tuple[Notebook, ...]:
    """The notebooks of a guide, by name. Raises `InputError` where one says nothing of itself."""
    return tuple(_read_notebook(path) for path in sorted((root / FOLDER).glob("*.ipynb")))


def is_executable_here(notebook: Notebook) -> bool:
    """Whether all models that a notebook needs are on this machine."""
    store = LocalModelStore.from_environment()
    try:
        for model in notebook.models:
            folder, _, name = model.partition("/")
            store.file(folder, name)
    except CapdemoError:
        return False
    return True


def clean_html(content: str, notebook: Notebook, prefix: str, *, executed: bool) -> str:
    """The HTML that mkdocs-jupyter made, as part of this site.

    `prefix` leads from the page to the site's root: `../../../`. Where the notebook was not
    executed for this build, a line says so.
    """
    content = _DROPPED.sub("", content)
    content = content.replace("highlight-ipynb", "highlight")
    content = _ANCHOR.sub(
        r'<a class="headerlink" href="\1" title="Link to this section">¶</a>', content
    )
    content = _GUIDE_LINK.sub(rf'href="{prefix}\1"', content)
    # What scrolls must be reachable by keyboard; what does not, need not.
    content = content.replace(' tabindex="0"', "").replace("<pre>", '<pre tabindex="0">')
    head = _head(notebook, prefix, executed=executed)
    return _HEADING_END.sub(lambda _: f"</h1>{head}", content, count=1)


def _head(notebook: Notebook, prefix: str, *, executed: bool) -> str:
    name = html.escape(notebook.path.name)
    link = f'<a href="{prefix}{FOLDER}/{name}" download="{name}">{name}</a>'
    state = (
        "Its outputs were computed when this site was built."
        if executed
        else "Its outputs are those that were committed with it; this build did not execute it."
    )
    return f'<p class="cd-notebook">Notebook: {link}. {state}</p>'


def _read_notebook(path: Path) -> Notebook:
    where = f"{FOLDER}/{path.name}"
    try:
        words = json.loads(path.read_text(encoding="utf-8"))["metadata"]["capdemo"]
        models: Sequence[str] = words["models"]
        return Notebook(path, words["title"], words["summary"], words["hero"], tuple(models))
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(
            "The notebook does not say what it is and needs.",
            where=where,
            hint='Its metadata needs "capdemo": {"title", "summary", "hero", "models"}.',
        ) from error
