"""`capdemo check` tells a wrong model file by its start, without torch."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
import torch
from safetensors.torch import save_file
from tests.sd_cases_for_tests import lora_sd15
from tests.sd_for_tests import released_shapes, write_hollow

from capdemo.models.file_check import wrong_file

if TYPE_CHECKING:
    from pathlib import Path

ONE = torch.zeros(1)


@pytest.mark.parametrize(
    ("name", "folders"),
    [
        ("sd15", {"checkpoints", "diffusion_models", "vae"}),
        ("sdxl", {"checkpoints", "diffusion_models", "vae"}),
        ("control_sd15", {"controlnet"}),
        ("union_sdxl", {"controlnet"}),
    ],
)
def test_a_file_passes_in_the_folders_whose_loaders_take_it(
    tmp_path: Path, name: str, folders: set[str]
) -> None:
    path = write_hollow(tmp_path / "x.safetensors", released_shapes(name))
    asked = ("checkpoints", "diffusion_models", "text_encoders", "vae", "loras", "controlnet")
    passed = {folder for folder in asked if wrong_file(path, folder) is None}
    assert passed == folders
    assert wrong_file(path, "upscale_models") is None, "whose loader knows more kinds"


def test_a_lora_as_checkpoint_is_told(tmp_path: Path) -> None:
    path = tmp_path / "x.safetensors"
    save_file(lora_sd15(), path)
    assert wrong_file(path, "loras") is None
    error = wrong_file(path, "checkpoints")
    assert str(error) == (
        f"{path}: The file is a LoRA; it belongs in the folder loras. "
        "Choose one of the folder checkpoints: capdemo models list"
    )


@pytest.mark.parametrize(
    "name", ["diffusion_model.input_blocks.0.0.diff", "input_blocks.0.0.diff_b", "x.alpha"]
)
def test_whole_differences_are_a_lora(tmp_path: Path, name: str) -> None:
    path = tmp_path / "x.safetensors"
    save_file({name: ONE}, path)
    assert wrong_file(path, "loras") is None


@pytest.mark.parametrize("keep", [0, 4, 8, 1000, -1])
def test_a_part_of_a_download_is_told(tmp_path: Path, keep: int) -> None:
    path = write_hollow(tmp_path / "x.safetensors", released_shapes("sd15"))
    with path.open("r+b") as file:
        file.truncate(keep if keep >= 0 else path.stat().st_size + keep)
    error = wrong_file(path, "checkpoints")
    assert "ownload" in str(error)
    if keep < 0:
        assert "cut short: 2,132,480,767 of 2,132,480,768 bytes" in str(error)


@pytest.mark.parametrize("keep", [10, 400])
def test_a_part_of_torchs_archive_is_told(tmp_path: Path, keep: int) -> None:
    path = tmp_path / "x.ckpt"
    torch.save({"a": ONE}, path)
    assert wrong_file(path, "checkpoints") is None
    path.write_bytes(path.read_bytes()[:keep])
    assert "lacks the end of torch's archive" in str(wrong_file(path, "checkpoints"))


def test_what_holds_no_names_passes(tmp_path: Path) -> None:
    path = tmp_path / "x.onnx"
    path.write_bytes(b"<html>")
    assert wrong_file(path, "upscale_models") is None
    path = tmp_path / "x.safetensors"
    save_file({"unheard.of": ONE}, path)
    assert wrong_file(path, "checkpoints") is None


def test_torch_is_not_loaded() -> None:
    code = "import sys, capdemo.models.file_check; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
