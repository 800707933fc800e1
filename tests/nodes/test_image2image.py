"""The guide's image2image workflow, from the files of a reduced Stable Diffusion to a picture."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.guide_for_tests import invoke
from tests.sd_for_tests import write_reduced

WORKFLOW = (
    Path(__file__).parents[2]
    / "workflows/ai-capabilities/upscale-restoration/image2image-SD1.5.json"
)


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    write_reduced(folder)
    return folder


def picture(models: Path, folder: Path, *changes: str) -> np.ndarray:
    small = [f"--set={change}" for change in ("3.scale_by=0.5", "7.steps=2", *changes)]
    found = invoke("run", WORKFLOW, f"--models={models}", f"--output-dir={folder}", *small)
    assert found.code == 0, found.err
    assert "The models need about 1.3 GB on cpu" in found.err
    (file,) = folder.glob("*.png")
    with Image.open(file) as opened:
        return np.asarray(opened).astype(int)


def test_the_same_seed_gives_the_same_picture(models: Path, tmp_path: Path) -> None:
    first = picture(models, tmp_path / "a")
    # Half of 300 x 200, and of that the centre whose sides are multiples of 8.
    assert first.shape == (96, 144, 3)
    assert np.array_equal(picture(models, tmp_path / "b"), first)
    assert (picture(models, tmp_path / "c", "7.seed=1235") != first).mean() > 0.5
    assert (picture(models, tmp_path / "d", "4.text=a dog") != first).mean() > 0.1
