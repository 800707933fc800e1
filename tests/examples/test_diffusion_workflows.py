"""The guide's own diffusion workflows, run by the command line with small random networks.

The networks stand in the files' real names and layout. The expected pixels are those of capdemo
itself, on the CPU with one thread; that each part computes what ComfyUI computes is tested
elsewhere. To renew them after a change that is meant, save `found` in place of the file.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch
from tests.guide_for_tests import invoke, pixels, save_photograph
from tests.models.networks_for_tests import compact_state
from tests.small_checkpoints import write_checkpoint, write_control_net, write_vae

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
WORKFLOWS = ROOT / "workflows/ai-capabilities/upscale-restoration"
EXPECTED = Path(__file__).parent / "diffusion_workflows.npz"

RUNS = {
    "image2image-SD1.5": {"7.steps": 2, "7.denoise": 0.6, "7.scheduler": "normal"},
    "Ultimate-SD-Upscale": {
        "9.steps": 2,
        "9.denoise": 0.6,
        "9.scheduler": "normal",
        "9.tile_width": 64,
        "9.tile_height": 64,
        "9.tile_padding": 16,
        "9.seam_fix_denoise": 0.5,
    },
}
"""By workflow, what is changed so that small networks finish soon."""


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    for name in ("checkpoints", "controlnet", "upscale_models", "vae"):
        (folder / name).mkdir()
    write_checkpoint(folder / "checkpoints/v1-5-pruned-emaonly-fp16.safetensors")
    write_control_net(folder / "controlnet/control_v11f1e_sd15_tile_fp16.safetensors")
    write_vae(folder / "vae/vae-ft-mse-840000-ema-pruned.safetensors")
    torch.manual_seed(0)
    torch.save(compact_state(scale=4), folder / "upscale_models/RealESRGAN_x4plus.pth")
    return folder


@pytest.fixture
def one_thread() -> Iterator[None]:
    """How sums are split, and so their last bits, depends on the number of threads."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def run(name: str, models: Path, folder: Path) -> tuple[np.ndarray[Any, Any], str]:
    folder.mkdir()
    picture = folder / "small.png"
    save_photograph(picture, 32, 24)
    changes = [f"--set={target}={value}" for target, value in RUNS[name].items()]
    answer = invoke(
        "run",
        WORKFLOWS / f"{name}.json",
        f"--input=coffee-small.png={picture}",
        *changes,
        f"--models={models}",
        f"--output-dir={folder / 'output'}",
        "--device=cpu",
    )
    assert answer.code == 0, answer.err
    (written,) = (folder / "output").glob("*.png")
    return pixels(written), answer.err


@pytest.mark.usefixtures("one_thread")
@pytest.mark.parametrize("name", RUNS)
def test_a_workflow_of_the_guide_gives_the_same_pixels_twice_and_the_expected_ones(
    name: str, models: Path, tmp_path: Path
) -> None:
    found, said = run(name, models, tmp_path / "first")
    again, _ = run(name, models, tmp_path / "second")
    assert (found == again).all()
    assert found.shape == (96, 128, 3)
    assert ("seam_fix_denoise is 0.5, which has no effect" in said) == ("Ultimate" in name)
    difference = np.abs(found.astype(int) - np.load(EXPECTED)[name].astype(int))
    assert difference.max() <= 2
    assert difference.mean() <= 0.1


def test_check_says_that_a_seam_has_no_denoise_of_its_own(tmp_path: Path) -> None:
    text = (WORKFLOWS / "Ultimate-SD-Upscale.json").read_text(encoding="utf-8")
    document = json.loads(text)
    (node,) = (node for node in document["nodes"] if node["type"] == "UltimateSDUpscale")
    assert node["widgets_values"][14] == 1.0
    node["widgets_values"][14] = 0.25
    changed = tmp_path / "changed.json"
    changed.write_text(json.dumps(document), encoding="utf-8")
    answer = invoke("check", changed, "--json")
    notes = [found for found in answer.json["problems"] if found["kind"] == "value_without_effect"]
    assert [(note["input"], note["severity"]) for note in notes] == [("seam_fix_denoise", "note")]
    assert "seam_fix_denoise" not in invoke("check", WORKFLOWS / "Ultimate-SD-Upscale.json").out
