"""Every catalogue file is a case; wrong ones are refused by the name of the wrong key."""

from __future__ import annotations

import subprocess
import sys
import time
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from capdemo.errors import InputError
from capdemo.models.catalogue import (
    BUILT_IN,
    HuggingFaceSource,
    Model,
    NpmSource,
    PackageSource,
    UrlSource,
    default_catalogue,
    read_catalogue,
    read_model,
)
from capdemo.models.folders import user_catalogue_folder
from capdemo.models.resolve import find_in_packages

if TYPE_CHECKING:
    from pathlib import Path

CATALOGUE = read_catalogue(BUILT_IN)
ENTRIES = pytest.mark.parametrize("model", list(CATALOGUE), ids=lambda model: model.id)

MINIMAL = """
name = "Tiny"
folder = "upscale_models"
files = ["tiny.pth"]
architecture = "Compact"
scale = 2
licence = "MIT"
commercial = true
author = "Nobody"
homepage = "https://example.org"
"""


def test_the_models_of_the_guide_are_there() -> None:
    assert set(CATALOGUE.models) >= {
        *("RealESRGAN_x4plus", "RealESRGAN_x4plus_anime_6B", "RealESRGAN_x2plus"),
        *("realesr-animevideov3", "realesr-animevideov3-x2", "realesr-animevideov3-x3"),
        *("realesr-general-x4v3", "ESRGAN_4x", "RealSR_DF2K", "4x-UltraSharp"),
        "4x-UltraSharpV2_Lite",
        *("SwinIR-M_x4_real", "SwinIR-L_x4_real", "SwinIR-M_x4_classical"),
        *("spanx2_ch48", "spanx2_ch52", "spanx4_ch48", "spanx4_ch52"),
        *("GFPGANv1.2", "GFPGANv1.3", "GFPGANv1.4", "RestoreFormer", "CodeFormer"),
        *("RetinaFace_mobilenet0.25", "RetinaFace_resnet50", "BiSeNet_faces"),
        "MTCNN_ONet",
    }


@ENTRIES
def test_a_fetched_file_can_be_found_again(model: Model) -> None:
    fetched = [s for s in model.sources if isinstance(s, UrlSource | HuggingFaceSource)]
    assert {source.file_name for source in fetched} <= set(model.files)


@ENTRIES
def test_addresses_are_secure(model: Model) -> None:
    urls = [source.url for source in model.sources if isinstance(source, UrlSource)]
    links = [link for link in (model.homepage, model.paper, model.licence_url) if link]
    assert all(url.startswith("https://") for url in [*urls, *links])


@ENTRIES
def test_embedded_weights_are_those_of_the_catalogue(model: Model) -> None:
    packages = [source for source in model.sources if isinstance(source, PackageSource)]
    if not packages:
        assert model.verified == any(isinstance(s, NpmSource) for s in model.sources)
        return
    found = find_in_packages(model)
    assert found is not None
    assert found.size == sum(member.size for member in packages[0].members)
    allowed = {"ncnn": ([".bin", ".param"],), "pth": ([".pth"], [".pt"])}[packages[0].format]
    assert [path.suffix for path in found.files] in allowed
    assert model.sha256 == packages[0].members[0].sha256


def test_no_name_means_two_models() -> None:
    names = Counter((model.folder, name.casefold()) for model in CATALOGUE for name in model.files)
    assert [name for name, count in names.items() if count > 1] == []


def test_non_commercial_licences_are_marked() -> None:
    closed = [model.id for model in CATALOGUE if not model.commercial]
    assert closed == ["4x-UltraSharp", "4x-UltraSharpV2_Lite", "CodeFormer"]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("licens = 'MIT'", r"'licens' is not known\. Did you mean 'licence'"),
        ("scale = 'two'", r"scale: The value 'two' has the wrong type"),
        ("scale = true", r"scale: The value True has the wrong type"),
        ("files = ['a', 3]", r"files: The value 3 has the wrong type"),
        ("files = []", r"'files' is empty"),
        ("[[sources]]\nkind = 'hugingface'", r"Did you mean 'huggingface'"),
        ("[[sources]]\nkind = 'url'", r"'url' is missing"),
        ("[[sources]]\nkind = 'url'\nurl = 'https://x/y'\nsize = 'big'", r"size: The value 'big'"),
        ("=", r"cannot be read"),
    ],
)
def test_a_wrong_entry_is_refused(tmp_path: Path, line: str, message: str) -> None:
    key = line.partition(" =")[0]
    kept = [text for text in MINIMAL.splitlines() if not text.startswith(f"{key} ")]
    path = tmp_path / "tiny.toml"
    path.write_text("\n".join([*kept, line]), encoding="utf-8")
    with pytest.raises(InputError, match=message) as caught:
        read_model(path)
    assert caught.value.where.startswith(str(path))


def test_a_missing_key_is_named(tmp_path: Path) -> None:
    path = tmp_path / "tiny.toml"
    path.write_text(MINIMAL.replace('author = "Nobody"', ""), encoding="utf-8")
    with pytest.raises(InputError, match="'author' is missing"):
        read_model(path)


def test_the_users_entries_come_first() -> None:
    folder = user_catalogue_folder()
    folder.mkdir(parents=True)
    (folder / "tiny.toml").write_text(MINIMAL, encoding="utf-8")
    (folder / "ESRGAN_4x.toml").write_text(MINIMAL, encoding="utf-8")
    catalogue = default_catalogue()
    assert catalogue.get("tiny").files == ("tiny.pth",)
    assert catalogue.get("ESRGAN_4x").name == "Tiny"
    assert len(catalogue.models) == len(CATALOGUE.models) + 1


def test_a_model_is_found_by_any_of_its_names() -> None:
    model = CATALOGUE.by_file("upscale_models", "ESRGAN\\realesrgan_X4PLUS.safetensors")
    assert model is CATALOGUE.get("RealESRGAN_x4plus")
    assert CATALOGUE.by_file("loras", "RealESRGAN_x4plus.pth") is None


def test_an_unknown_id_is_answered_with_the_nearest() -> None:
    with pytest.raises(InputError, match="Did you mean 'RealESRGAN_x4plus'"):
        CATALOGUE.get("realesrgan-x4plus")


def test_reading_the_catalogue_is_quick_and_needs_no_torch() -> None:
    code = (
        "import sys; from capdemo import models; models.store.LocalModelStore.from_environment();"
        "print(sorted({'torch', 'numpy', 'PIL', 'spandrel', 'requests'} & set(sys.modules)))"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert result.stdout.strip() == b"[]"
    start = time.process_time()
    read_catalogue(BUILT_IN)
    assert time.process_time() - start < 1
