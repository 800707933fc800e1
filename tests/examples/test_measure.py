"""Outputs are measured against originals when either is new, and never for want of that run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.guide_for_tests import add_example, invoke, pixels, save_noise, scale_workflow

from capdemo import imaging
from capdemo.outputs.lock import Quality, read_lock

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def measured(guide: Path) -> Path:
    """A guide whose one example has an original."""
    path = add_example(guide, "basic/Scale", scale_workflow())
    save_noise(guide / "workflows" / "inputs" / "truth" / "noise.png", 32, 24, seed=7)
    spec = path.with_suffix(".toml")
    spec.write_text('truth = "truth/noise.png"\n' + spec.read_text())
    return guide


def quality_of(guide: Path) -> Quality | None:
    record = read_lock(guide / "workflows" / "examples.lock.json").examples["basic/Scale"].record
    assert record is not None
    return record.quality


def test_the_lock_says_how_near_the_output_comes(measured: Path) -> None:
    assert invoke("build", "--examples-only").code == 0
    found = quality_of(measured)
    assert found is not None
    truth, _ = imaging.files.load_image(measured / "workflows" / "inputs" / "truth" / "noise.png")
    objects = (measured / "docs" / "examples" / "objects").glob("*.png")
    made = [path for path in objects if pixels(path).shape == (24, 32, 3)]
    output, _ = imaging.files.load_image(made[0])
    expected = imaging.quality.quality(truth, output)
    assert found.psnr_db == pytest.approx(expected.psnr_db, abs=0.005)
    assert found.ssim == pytest.approx(expected.ssim, abs=5e-5)
    assert found.flip == pytest.approx(expected.flip, abs=5e-5)


def test_another_original_is_measured_without_a_run(measured: Path) -> None:
    invoke("build", "--examples-only")
    before = quality_of(measured)
    save_noise(measured / "workflows" / "inputs" / "truth" / "noise.png", 32, 24, seed=8)
    assert invoke("build", "--examples-only").out == "Examples: all 1 are fresh.\n"
    after = quality_of(measured)
    assert before is not None
    assert after is not None
    assert before.truth.sha256 != after.truth.sha256
    assert before.psnr_db != after.psnr_db


def test_no_original_no_measure(measured: Path) -> None:
    invoke("build", "--examples-only")
    spec = measured / "workflows" / "basic" / "Scale.toml"
    spec.write_text(spec.read_text().replace('truth = "truth/noise.png"\n', ""))
    assert invoke("build", "--examples-only").out == "Examples: all 1 are fresh.\n"
    assert quality_of(measured) is None


def test_a_missing_original_is_a_problem(measured: Path) -> None:
    invoke("build", "--examples-only")
    (measured / "workflows" / "inputs" / "truth" / "noise.png").unlink()
    answer = invoke("check")
    assert answer.code == 2
    assert "'basic/Scale' names an original that is not there" in answer.out + answer.err


def test_an_original_of_another_size_is_refused(measured: Path) -> None:
    save_noise(measured / "workflows" / "inputs" / "truth" / "noise.png", 30, 24)
    answer = invoke("build", "--examples-only")
    assert answer.code == 2
    assert "is 32 x 24, its original truth/noise.png 30 x 24" in answer.err
