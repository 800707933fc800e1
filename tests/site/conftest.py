"""The repository's own site, built once, served on this machine, and a browser to look at it."""

from __future__ import annotations

import functools
import http.server
import shutil
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from capdemo.examples.project import Project
from capdemo.examples.share_cards import draw_share_cards
from capdemo.site.build import build_site

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

ROOT = Path(__file__).parents[2]
BUILT_FROM = ("docs", "workflows", "notebooks", "mkdocs.yml", "src/capdemo/site/theme")


@pytest.fixture(scope="session")
def guide_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The repository's site, built strictly from its lock, without running an example."""
    root = tmp_path_factory.mktemp("repository")
    for name in BUILT_FROM:
        source, target = ROOT / name, root / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target)
        else:
            shutil.copy(source, target)
    draw_share_cards(Project(root))
    build_site(root, strict=True)
    return root / "site"


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base's name
        """Say nothing."""


@pytest.fixture
def address(guide_site: Path, socket_enabled: None) -> Iterator[str]:
    """Where the site is served: under a sub-path, as on a project's pages."""
    handler = functools.partial(_Quiet, directory=str(guide_site.parent))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/site/"
        server.shutdown()


@pytest.fixture
def browser(socket_enabled: None) -> Iterator[Browser]:
    """Debian's Chromium; a missing one is a failure, never a skip."""
    from playwright.sync_api import sync_playwright

    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.fail("Chromium is not installed. Type: .ci/install-chromium")
    arguments = (
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
    )
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=list(arguments))
        yield opened
        opened.close()
