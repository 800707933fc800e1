"""The notebooks, executed with real weights: they run as they are, and give what they show."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from capdemo.site.notebooks import read_notebooks

ROOT = Path(__file__).parents[2]
NOTEBOOKS = read_notebooks(ROOT)


def shown(notebook: Any) -> list[str]:
    """What the cells print and what they describe; not the bytes of pictures."""
    found = []
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            words = output.get("metadata", {}).get("image/jpeg", {}).get("alt")
            found.append(output.get("text") or data.get("text/markdown") or words)
    return found


def test_there_are_two() -> None:
    assert [notebook.path.stem for notebook in NOTEBOOKS] == ["compare-upscalers", "run-a-workflow"]


@pytest.mark.slow
@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda notebook: notebook.path.stem)
def test_a_notebook_gives_what_was_committed_with_it(
    notebook: Any, socket_enabled: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    committed = nbformat.read(notebook.path, as_version=4)  # type: ignore[no-untyped-call]
    fresh = nbformat.read(notebook.path, as_version=4)  # type: ignore[no-untyped-call]
    for cell in fresh.cells:
        if cell.cell_type == "code":
            cell.outputs = []
    monkeypatch.setenv("JUPYTER_PLATFORM_DIRS", "1")
    resources = {"metadata": {"path": str(ROOT / "notebooks")}}
    NotebookClient(fresh, timeout=300, kernel_name="python3", resources=resources).execute()
    assert None not in shown(committed)
    assert shown(fresh) == shown(committed)


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda notebook: notebook.path.stem)
def test_a_notebook_is_small_and_says_nothing_of_a_machine(notebook: Any) -> None:
    text = notebook.path.read_text(encoding="utf-8")
    assert len(text) < 120_000
    for word in (
        str(Path.home()),
        "Traceback",
        '"stderr"',
        '"execution": {',
    ):
        assert word not in text
