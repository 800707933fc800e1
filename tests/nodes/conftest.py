"""A run's surroundings in a temporary folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.nodes.bench_for_tests import Bench, OneModel

from capdemo.node_api import Folders, RunContext, SavedFile

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """Three folders, of which only the input folder exists yet."""
    folders = Folders(tmp_path / "input", tmp_path / "output", tmp_path / "temp")
    folders.input.mkdir()
    models = OneModel(tmp_path / "net.pth")
    saved: list[SavedFile] = []
    progress: list[tuple[int, int]] = []
    context = RunContext(
        device="cpu",
        precision="exact",
        models=models,
        folders=folders,
        metadata={"prompt": '{"1": "é"}', "workflow": '{"nodes": []}'},
        progress=lambda done, total: progress.append((done, total)),
        save=saved.append,
    )
    return Bench(folders, models, context, saved, progress)
