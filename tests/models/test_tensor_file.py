"""Mapped tensors are those that safetensors itself reads, wherever they lie in the file."""

from __future__ import annotations

import gc
import json
import struct
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from capdemo.errors import InputError
from capdemo.models.tensor_file import open_tensors

DTYPES = (
    torch.float64,
    torch.float32,
    torch.float16,
    torch.bfloat16,
    torch.float8_e4m3fn,
    torch.float8_e5m2,
    torch.int64,
    torch.int32,
    torch.int16,
    torch.int8,
    torch.uint8,
    torch.bool,
)
WHOLE = {"dtype": "F16", "shape": [2, 3], "data_offsets": [0, 12]}


def _write(path: Path, entries: dict[str, Any], content: bytes = bytes(12)) -> Path:
    text = json.dumps(entries).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + content)
    return path


def test_every_type_is_read_as_safetensors_reads_it(tmp_path: Path) -> None:
    path, generator = tmp_path / "all.safetensors", torch.Generator().manual_seed(1)
    content = torch.randint(0, 2, (3, 4), generator=generator)
    state = {str(dtype): (content * 1.5).to(dtype) for dtype in DTYPES}
    state |= {"scalar": torch.tensor(2.5), "empty": torch.empty(0, 4)}
    save_file(state, path, {"made": "here"})
    file, expected = open_tensors(path), load_file(path)
    assert file.metadata == {"made": "here"}
    assert set(file.shapes) == set(expected)
    for name, tensor in expected.items():
        read = file.read(name)
        assert (read.dtype, read.shape) == (tensor.dtype, tensor.shape)
        assert file.dtype(name) == tensor.dtype
        assert file.shapes[name] == tuple(tensor.shape)
        assert torch.equal(read.double(), tensor.double())


@pytest.mark.parametrize("padding", range(4))
def test_tensors_need_no_even_address(tmp_path: Path, padding: int) -> None:
    content = torch.arange(6.0).half()
    entries = {"a": WHOLE, "__metadata__": {"pad": "x" * padding}}
    path = _write(tmp_path / "odd.safetensors", entries, content.numpy().tobytes())
    assert open_tensors(path).read("a").tolist() == [[0, 1, 2], [3, 4, 5]]


@pytest.mark.parametrize(
    "change",
    [
        {"shape": [2, 2]},
        {"dtype": "F32"},
        {"data_offsets": [0, 10]},
        {"data_offsets": [12, 0]},
        {"dtype": "F17"},
        {"shape": [-2, -3]},
        {"shape": [2.0, 3]},
        {"shape": [None]},
        {"shape": 6},
    ],
    ids=str,
)
def test_an_entry_that_does_not_fit_is_damage(tmp_path: Path, change: dict[str, Any]) -> None:
    path = _write(tmp_path / "net.safetensors", {"a": WHOLE | change})
    with pytest.raises(InputError, match="is no safetensors file, or is damaged"):
        open_tensors(path)


@pytest.mark.parametrize("suffix", [".ckpt", ".pt", ".pth", ".bin"])
def test_a_pickled_file_is_read_out_of_its_state_dict(tmp_path: Path, suffix: str) -> None:
    path, weight = tmp_path / f"net{suffix}", torch.arange(6.0).reshape(2, 3)
    torch.save({"state_dict": {"a": weight, "note": "no tensor"}, "epoch": 3}, path)
    file = open_tensors(path)
    assert file.shapes == {"a": (2, 3)}
    assert file.dtype("a") == torch.float32
    assert torch.equal(file.read("a"), weight)


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="only Linux counts memory so")
def test_what_is_forgotten_takes_no_memory_and_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "net.safetensors"
    state = {"a": torch.full((3 << 22,), 1.5), "b": torch.full((1000,), 2.5)}
    save_file(state, path)
    file = open_tensors(path)
    before = _resident()
    total = file.read("a").sum()
    assert _resident() - before > 40 << 20
    file.forget("a")
    gc.collect()
    assert _resident() - before < 8 << 20
    assert file.read("b").sum() == 2500
    assert file.read("a").sum() == total


def _resident() -> int:
    """Bytes of this process that are in memory."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * 4096
