"""The input pictures: each has a licence and a truth, and its script makes it again."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

ROOT = Path(__file__).parents[2]
INPUTS = ROOT / "workflows" / "inputs"
TRUTHS = INPUTS / "truth"
NAMES = sorted(path.name for path in INPUTS.glob("*.png"))
TRUTH_NAMES = sorted(path.name for path in TRUTHS.iterdir())

WITHOUT_TRUTH = {"portrait-1865.png"}
"""Damaged by time, not by a script."""

LARGEST_BYTES = 6_000_000


def pixels(path: Path) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    with Image.open(path) as picture:
        return np.asarray(picture.convert("RGB"))


@pytest.fixture(scope="module")
def remade(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with everything that `degrade.py` makes."""
    folder = tmp_path_factory.mktemp("inputs")
    subprocess.run([sys.executable, INPUTS / "degrade.py", folder], check=True)
    return folder


def test_the_script_makes_every_input_that_has_a_truth(remade: Path) -> None:
    assert {path.name for path in remade.iterdir()} == set(NAMES) - WITHOUT_TRUTH


@pytest.mark.parametrize("name", sorted(set(NAMES) - WITHOUT_TRUTH))
def test_the_script_makes_the_committed_pixels(name: str, remade: Path) -> None:
    np.testing.assert_array_equal(pixels(remade / name), pixels(INPUTS / name))


def test_the_drawing_is_what_its_script_draws(tmp_path: Path) -> None:
    drawn = tmp_path / "harbour.png"
    module = "workflows.inputs.drawing.harbour"
    subprocess.run([sys.executable, "-m", module, drawn], check=True, cwd=ROOT)
    np.testing.assert_array_equal(pixels(drawn), pixels(TRUTHS / "harbour.png"))


@pytest.mark.parametrize("name", sorted(set(NAMES) - WITHOUT_TRUTH))
def test_the_truth_is_an_exact_multiple(name: str) -> None:
    stem = name.removesuffix("-small.png")
    (truth,) = (TRUTHS / other for other in TRUTH_NAMES if Path(other).stem == stem)
    small, large = pixels(INPUTS / name).shape, pixels(truth).shape
    assert (large[0] / small[0], large[1] / small[1]) in {(4.0, 4.0), (2.0, 2.0)}


@pytest.mark.parametrize("name", [*NAMES, *(f"truth/{name}" for name in TRUTH_NAMES)])
def test_every_picture_has_a_licence(name: str) -> None:
    lines = (INPUTS / "LICENSES.md").read_text(encoding="utf-8").splitlines()
    (row,) = (line for line in lines if line.startswith(f"| `{name}` |"))
    assert any(licence in row for licence in ("CC BY", "CC0", "public domain"))


def test_the_pictures_are_small() -> None:
    assert sum(path.stat().st_size for path in INPUTS.rglob("*.*")) < LARGEST_BYTES
    for name in NAMES:
        assert max(pixels(INPUTS / name).shape) <= 320
