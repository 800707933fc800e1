"""What every test may use."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import settings
from tests.guide_for_tests import make_guide

if TYPE_CHECKING:
    from pathlib import Path

# How long one example takes is the machine's business; `capdemo bench` is where time is measured.
settings.register_profile("capdemo", deadline=None)
settings.load_profile("capdemo")


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep tests away from the user's models, cache and catalogue."""
    monkeypatch.setenv("CAPDEMO_CACHE", str(tmp_path_factory.mktemp("cache")))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.mktemp("config")))
    monkeypatch.delenv("CAPDEMO_MODELS", raising=False)


@pytest.fixture
def guide(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small guide, and this process in its folder."""
    root = make_guide(tmp_path / "guide")
    monkeypatch.chdir(root)
    return root
