"""Model folders in the order of ComfyUI, and its `extra_model_paths.yaml`."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from capdemo.errors import InputError
from capdemo.models.folders import Locations, cache_folder, read_extra_paths


def _folder(path: Path) -> Path:
    path.mkdir(parents=True)
    return path


def test_option_folders_come_before_the_variable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    roots = [_folder(tmp_path / name / "upscale_models") for name in ("one", "two", "three")]
    monkeypatch.setenv(
        "CAPDEMO_MODELS", os.pathsep.join([str(tmp_path / "two"), str(tmp_path / "three")])
    )
    locations = Locations.from_environment([tmp_path / "one", tmp_path / "two"])
    assert locations.roots("upscale_models") == tuple(roots)
    assert locations.roots("loras") == ()


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such model folder"):
        Locations.from_environment([tmp_path / "absent"])


def test_extra_paths_beside_the_models_folder(tmp_path: Path) -> None:
    own = _folder(tmp_path / "models" / "upscale_models")
    default = _folder(tmp_path / "fast" / "esrgan")
    second = _folder(tmp_path / "fast" / "swinir")
    other = _folder(tmp_path / "other" / "ESRGAN")
    (tmp_path / "extra_model_paths.yaml").write_text(
        """
comfyui:
  base_path: fast
  is_default: true
  upscale_models: |
    esrgan

    swinir
a111:
  base_path: other/
  upscale_models: ESRGAN
  unet: diffusion
empty:
"""
    )
    locations = Locations.from_environment([tmp_path / "models"])
    assert locations.roots("upscale_models") == (default, second, own, other)
    extra = read_extra_paths(tmp_path / "extra_model_paths.yaml")
    assert [entry.folder for entry in extra] == [*["upscale_models"] * 3, "diffusion_models"]


def test_a_yaml_file_can_be_named_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = _folder(tmp_path / "store" / "up")
    monkeypatch.setenv("STORE", str(tmp_path / "store"))
    file = tmp_path / "paths.yaml"
    file.write_text("x:\n  base_path: $STORE\n  upscale_models: up\n")
    assert Locations.from_environment([file]).roots("upscale_models") == (root,)


@pytest.mark.parametrize(
    "text", ["[1, 2]", "a: b", "a:\n  upscale_models: [x]", "a: {", "a:\n  upscale_models: 3"]
)
def test_a_malformed_yaml_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "extra_model_paths.yaml"
    file.write_text(text)
    with pytest.raises(InputError, match="no list of model folders"):
        read_extra_paths(file)


def test_yaml_makes_no_objects(tmp_path: Path) -> None:
    file = tmp_path / "extra_model_paths.yaml"
    file.write_text("a: !!python/object/apply:os.system ['true']")
    with pytest.raises(InputError):
        read_extra_paths(file)


def test_the_cache_follows_the_desktop_standard(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CAPDEMO_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", "/somewhere")
    assert cache_folder() == Path("/somewhere/capdemo")
