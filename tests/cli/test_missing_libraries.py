"""A machine on which libraries are missing or do not load gets sentences, no tracebacks."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from tests.guide_for_tests import (
    add_workflow,
    film_workflow,
    model_workflow,
    save_noise,
    scale_workflow,
)

from capdemo.errors import library_error

if TYPE_CHECKING:
    from pathlib import Path

_BLOCKED = """
import sys
library, kind = sys.argv[1:3]
class Block:
    def find_spec(self, name, *_):
        if name.partition(".")[0] == library:
            if kind == "absent":
                raise ModuleNotFoundError(f"No module named {name!r}", name=name)
            raise ImportError("libx264.so.9: cannot open shared object file", name=name)
sys.meta_path.insert(0, Block())
from capdemo.cli import main
sys.argv[1:] = sys.argv[3:]
main()
"""
SAID = {
    "absent": "The library '{}' is not installed.",
    "broken": "The library '{}' cannot be loaded: libx264.so.9: cannot open shared object file.",
}


def _without(library: str, kind: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", _BLOCKED, library, kind, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("library", "kind"),
    [
        ("av", "absent"),
        ("av", "broken"),
        ("isal", "absent"),
        ("torch", "absent"),
        ("spandrel", "broken"),
        ("numpy", "broken"),
    ],
)
def test_a_run_names_the_library_that_it_lacks(library: str, kind: str, guide: Path) -> None:
    workflow = film_workflow() if library == "av" else model_workflow("spanx2_ch48.pth")
    (guide / "workflows" / "inputs" / "clip.mp4").write_bytes(b"film")
    answer = _without(library, kind, "run", add_workflow(guide, "Run", workflow))
    assert answer.returncode == 1
    assert "Traceback" not in answer.stderr
    last = answer.stderr.splitlines()[-1]
    assert last.startswith("capdemo: ")
    assert SAID[kind].format(library) in last
    assert last.endswith("capdemo doctor")


@pytest.mark.parametrize(
    ("library", "kind", "package", "why"),
    [
        ("av", "broken", "av", "libx264.so.9: cannot open shared object file"),
        ("PIL", "absent", "pillow", "No module named 'PIL'"),
        ("torch", "absent", "torch", "No module named 'torch'"),
        ("spandrel", "absent", "spandrel", "No module named 'spandrel'"),
    ],
)
def test_the_doctor_names_the_library_and_what_to_type(
    library: str, kind: str, package: str, why: str
) -> None:
    answer = _without(library, kind, "doctor", "--json")
    assert (answer.returncode, answer.stderr) == (0, "")
    found = json.loads(answer.stdout)
    told = f"cannot be used: {why}. Type: pip install --force-reinstall '{package}"
    assert found[package].startswith(told)
    assert found["diffusers"].startswith("0.")
    assert all(found[other][0].isdigit() for other in {"pillow", "isal", "av"} - {package})


def test_pictures_need_no_film_library(guide: Path) -> None:
    save_noise(guide / "workflows" / "inputs" / "noise.png")
    answer = _without("av", "absent", "run", add_workflow(guide, "Run", scale_workflow()))
    assert answer.returncode == 0, answer.stderr


def test_a_module_of_our_own_that_is_not_there_is_a_bug() -> None:
    assert library_error(ModuleNotFoundError("No module", name="capdemo.none")) is None
    assert str(library_error(ImportError("no such file."))) == (
        "A library cannot be loaded: no such file. "
        "What is missing, and what to type: capdemo doctor"
    )
