"""`capdemo models` as its users see it."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING

import pytest
from safetensors.torch import save_file
from tests.guide_for_tests import invoke
from tests.models.networks_for_tests import compact_state
from tests.models.servers import Site, serve

from capdemo.models.catalogue import UrlSource, read_model

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DESCRIBED = (
    "--name",
    "Net",
    "--licence",
    "CC0-1.0",
    "--author",
    "Me",
    "--homepage",
    "https://x.org",
)


@pytest.fixture(autouse=True)
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAPDEMO_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.delenv("CAPDEMO_MODELS", raising=False)
    monkeypatch.setenv("COLUMNS", "80")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "net.safetensors"
    save_file(compact_state(scale=2), path)
    return path


@pytest.fixture
def site(file: Path) -> Iterator[Site]:
    with serve(Site(file.read_bytes())) as served:
        yield served


def _add_served(file: Path, site: Site) -> None:
    url = site.url.replace("net.pth", "net.safetensors")
    answer = invoke("models", "add", file, *DESCRIBED, "--url", url)
    assert (answer.code, answer.err) == (0, "")
    file.unlink()


def test_the_list_shows_every_id_whole() -> None:
    answer = invoke("models", "list")
    assert answer.code == 0
    assert "RealESRGAN_x4plus_anime_6B" in answer.out
    assert "non-commercial" in answer.out


def test_the_list_as_json_has_the_facts_of_each_model() -> None:
    models = {entry["id"]: entry for entry in invoke("models", "list", "--json").json["models"]}
    assert models["spanx4_ch48"]["state"] == "package"
    assert models["spanx4_ch48"]["path"].endswith("spanx4_ch48.bin")
    assert models["spanx4_ch48"]["verified"] is True
    assert models["4x-UltraSharp"]["state"] == "missing"
    assert models["4x-UltraSharp"]["sha256"] is None
    assert models["4x-UltraSharp"]["commercial"] is False


def test_verify_reads_the_files_and_finds_a_changed_one(tmp_path: Path) -> None:
    answer = invoke("models", "verify", "spanx4_ch48", "RealSR_DF2K")
    assert answer.code == 0
    assert [line.split(",")[0] for line in answer.out.splitlines()] == [
        "spanx4_ch48: verified",
        "RealSR_DF2K: verified",
    ]
    assert invoke("models", "verify", "ESRGAN_4x").code == 2
    own = tmp_path / "own" / "upscale_models" / "spanx4_ch48.pth"
    own.parent.mkdir(parents=True)
    own.write_bytes(b"own")
    answer = invoke("models", "verify", "spanx4_ch48", "--models", tmp_path / "own")
    assert answer.out == f"spanx4_ch48: unverified, {own}\n"


@pytest.mark.allow_hosts(["127.0.0.1"])
def test_a_described_file_is_fetched_verified_and_found_wrong(
    file: Path, site: Site, tmp_path: Path
) -> None:
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    _add_served(file, site)
    entry = read_model(tmp_path / "config" / "capdemo" / "catalogue" / "net.toml")
    assert (entry.architecture, entry.scale, entry.sha256) == ("Compact", 2, digest)

    answer = invoke("models", "fetch", "net")
    fetched = tmp_path / "cache" / "models" / "upscale_models" / "net.safetensors"
    assert (answer.code, answer.out) == (0, f"net: {fetched}\n")
    assert invoke("models", "fetch", "net").out == f"net: here already, {fetched}\n"
    assert len(site.requests) == 1
    assert f"net: verified, {fetched}" in invoke("models", "verify").out

    status = fetched.stat()
    fetched.write_bytes(b"x" * status.st_size)
    os.utime(fetched, ns=(status.st_atime_ns, status.st_mtime_ns))
    answer = invoke("models", "verify")
    assert answer.code == 2
    assert "net.safetensors: The fetched file has the wrong sha256" in answer.err
    listed = {line.split()[0]: line for line in invoke("models", "list").out.splitlines()}
    assert listed["net"].rstrip().endswith("wrong")
    assert invoke("models", "fetch", "net").code == 0
    assert invoke("models", "verify", "net").code == 0


@pytest.mark.allow_hosts(["127.0.0.1"])
def test_an_unverified_model_is_fetched_with_a_word_and_can_be_verified(
    file: Path, site: Site, tmp_path: Path
) -> None:
    _add_served(file, site)
    path = tmp_path / "config" / "capdemo" / "catalogue" / "net.toml"
    entry = read_model(path)
    (source,) = entry.sources
    assert isinstance(source, UrlSource)
    lines = path.read_text().splitlines()
    path.write_text("\n".join(line for line in lines if not line.startswith(("sha256", "size"))))
    assert not read_model(path).verified
    answer = invoke("models", "fetch", "net")
    assert answer.code == 0
    assert f"unverified; what arrived has the sha256 {source.sha256}" in answer.out
    fetched = tmp_path / "cache" / "models" / "upscale_models" / "net.safetensors"
    assert invoke("models", "add", fetched, "--id", "net").code == 0
    assert read_model(path) == entry


def test_an_unknown_id_is_answered_with_the_nearest_and_nothing_is_fetched() -> None:
    answer = invoke("models", "fetch", "ESRGAN_4x", "spanx4ch48")
    assert answer.code == 2
    assert answer.err.startswith("capdemo: No model has the id 'spanx4ch48'. Did you mean 'spanx")


def test_a_package_is_installed_and_not_fetched() -> None:
    answer = invoke("models", "fetch", "spanx4_ch48")
    assert answer.code == 0
    assert answer.out.startswith("spanx4_ch48: here already, ")


def test_a_new_entry_needs_a_licence(file: Path) -> None:
    answer = invoke("models", "add", file, "--name", "Net")
    assert answer.code == 2
    assert "A new entry needs --licence." in answer.err


def test_a_maintainer_writes_into_the_source_tree(file: Path, tmp_path: Path) -> None:
    catalogue = tmp_path / "catalogue"
    answer = invoke("models", "add", file, "--id", "mine", *DESCRIBED, "--catalogue", catalogue)
    assert answer.code == 0
    assert read_model(catalogue / "mine.toml").name == "Net"
    assert not (tmp_path / "config").exists()


def test_a_file_that_is_no_model_writes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "net.pth"
    path.write_bytes(b"<html>")
    answer = invoke("models", "add", path, *DESCRIBED)
    assert answer.code == 2
    assert "a web page" in answer.err
    assert not (tmp_path / "config").exists()
