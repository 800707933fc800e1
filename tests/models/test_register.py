"""Entries that are written can be read, and say what the file is."""

from __future__ import annotations

import hashlib
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from safetensors.torch import save_file
from tests.models.networks_for_tests import compact_state

from capdemo.errors import InputError
from capdemo.models.catalogue import (
    BUILT_IN,
    HuggingFaceSource,
    ManualSource,
    Model,
    UrlSource,
    read_catalogue,
    read_model,
)
from capdemo.models.register import Description, catalogue_text, describe_file, verify_entry

if TYPE_CHECKING:
    from capdemo.models.catalogue import Source

CATALOGUE = read_catalogue(BUILT_IN)
DESCRIPTION = Description("My net", "CC0-1.0", "Me", "https://example.org", commercial=True)
URL = "https://example.org/net.safetensors"

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)


def _written(model: Model) -> Model:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{model.id}.toml"
        path.write_bytes(catalogue_text(model).encode())
        return read_model(path)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "net.safetensors"
    save_file(compact_state(scale=2), path)
    return path


@pytest.mark.parametrize("model", list(CATALOGUE), ids=lambda model: model.id)
def test_every_entry_survives_writing(model: Model) -> None:
    assert _written(model) == model


@given(text=TEXTS, flag=st.booleans(), size=st.none() | st.integers(0, 2**60))
def test_any_text_survives_writing(*, text: str, flag: bool, size: int | None) -> None:
    model = replace(
        CATALOGUE.get("4x-UltraSharp"),
        name=text,
        files=(text, "b"),
        commercial=flag,
        sources=(UrlSource(text, text, size), HuggingFaceSource(text, text, text)),
    )
    assert _written(model) == model


def test_a_new_file_is_described_from_its_weights(file: Path) -> None:
    model = describe_file("net", file, DESCRIPTION)
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    assert (model.architecture, model.scale, model.sha256) == ("Compact", 2, digest)
    assert model.sources == (ManualSource("net.safetensors", digest, file.stat().st_size),)
    assert model.files == ("net.safetensors",)
    assert _written(model) == model


def test_a_new_file_with_an_address_can_be_fetched(file: Path) -> None:
    model = describe_file("net", file, replace(DESCRIPTION, url=URL))
    assert model.sources == (UrlSource(URL, model.sha256, file.stat().st_size),)


def test_a_file_that_is_no_model_is_not_described(tmp_path: Path) -> None:
    path = tmp_path / "net.pth"
    path.write_bytes(b"<html>")
    with pytest.raises(InputError, match="a web page"):
        describe_file("net", path, DESCRIPTION)


def _entry(file: Path, *sources: Source) -> Model:
    model = describe_file("net", file, DESCRIPTION)
    return replace(model, sources=sources)


def test_an_unverified_entry_is_filled(file: Path) -> None:
    other = UrlSource("https://example.org/other.pth")
    model = verify_entry(_entry(file, other, UrlSource(URL)), file)
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    assert model.sources == (other, UrlSource(URL, digest, file.stat().st_size))
    assert model.verified


@pytest.mark.parametrize(
    ("sources", "change", "message"),
    [
        ([UrlSource("https://example.org/other.pth")], {}, r"No source of net.*other\.pth"),
        ([UrlSource(URL, "0" * 64)], {}, "the catalogue knows 0000"),
        ([UrlSource(URL)], {"scale": 4}, "Compact x2, but net is Compact x4"),
    ],
)
def test_another_file_does_not_verify(
    file: Path, sources: list[Source], change: dict[str, int], message: str
) -> None:
    model = replace(_entry(file, *sources), **change)  # type: ignore[arg-type]  # a table of cases
    with pytest.raises(InputError, match=message):
        verify_entry(model, file)
