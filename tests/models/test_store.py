"""The store that nodes are given."""

from __future__ import annotations

import gc
import weakref
from typing import TYPE_CHECKING

import pytest

from capdemo.errors import InputError
from capdemo.models.store import LocalModelStore

if TYPE_CHECKING:
    from pathlib import Path

    from capdemo.node_api import ModelStore


def test_it_is_what_nodes_ask_for() -> None:
    store: ModelStore = LocalModelStore.from_environment()
    path = store.file("upscale_models", "spanx4_ch48.pth")
    assert path.name == "spanx4_ch48.bin"
    with pytest.raises(InputError):
        store.file("upscale_models", "absent.pth")


def test_the_digest_covers_both_files_of_an_ncnn_model() -> None:
    store = LocalModelStore.from_environment()
    sha256, size = store.digest("upscale_models", "spanx4_ch48.pth")
    # sha256sum spanx4_ch48.bin spanx4_ch48.param | sha256sum
    assert sha256 == "d07f8e8765fe62a96664c3a33b0f586bdc53ba4b07428d558feeb34230891ed7"
    assert size == 854_788 + 10_995


class Network:
    """Something large."""


def test_a_model_is_loaded_once_as_long_as_it_is_held() -> None:
    store = LocalModelStore.from_environment()
    made = [store.loaded("key", Network) for _ in range(2)]
    assert made[0] is made[1]
    assert store.loaded("other key", Network) is not made[0]
    gone = weakref.ref(made.pop())
    made.clear()
    gc.collect()
    assert gone() is None
    assert isinstance(store.loaded("key", Network), Network)


def test_names_are_what_is_there_and_what_is_known(tmp_path: Path) -> None:
    folder = tmp_path / "upscale_models" / "mine"
    folder.mkdir(parents=True)
    (folder / "own.pth").write_bytes(b"x")
    names = LocalModelStore.from_environment([tmp_path]).names("upscale_models")
    assert "mine/own.pth" in names
    assert "RealESRGAN_x4plus.pth" in names
    assert "RealESRGAN_x4plus.safetensors" not in names
