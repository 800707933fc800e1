"""Files of weights as people have them, and what is said of those that are none."""

from __future__ import annotations

import pickle
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import example, given
from hypothesis import strategies as st
from safetensors.torch import save_file

from capdemo.errors import InputError
from capdemo.models.file_kinds import say_what_it_is
from capdemo.models.weights import read_state_dict, strip_module_prefix

STATE = {"body.0.weight": torch.arange(6.0).reshape(2, 3)}


class Evil:
    """Pickles to a call that leaves a trace."""

    def __init__(self, trace: Path) -> None:
        self.trace = str(trace)

    def __reduce__(self) -> tuple[Any, ...]:
        return (open, (self.trace, "w"))


@pytest.mark.parametrize("suffix", [".pth", ".pt", ".ckpt", ".PTH"])
@pytest.mark.parametrize("zipped", [True, False])
def test_pickled_weights_are_read(tmp_path: Path, suffix: str, *, zipped: bool) -> None:
    path = tmp_path / f"net{suffix}"
    torch.save(STATE, path, _use_new_zipfile_serialization=zipped)
    assert torch.equal(read_state_dict(path)["body.0.weight"], STATE["body.0.weight"])


@pytest.mark.parametrize("suffix", [".safetensors", ".sft"])
def test_safetensors_are_read(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"net{suffix}"
    save_file(STATE, path)
    assert torch.equal(read_state_dict(path)["body.0.weight"], STATE["body.0.weight"])


def test_a_newer_pickle_is_named_as_that_without_a_warning(tmp_path: Path) -> None:
    path = tmp_path / "net.pth"
    torch.save(STATE, path, pickle_protocol=4)
    with pytest.raises(InputError, match=r"protocol 4 or later.*take a \.safetensors file"):
        read_state_dict(path)


@pytest.mark.parametrize("zipped", [True, False])
def test_code_in_a_pickle_is_not_run(tmp_path: Path, *, zipped: bool) -> None:
    path, trace = tmp_path / "evil.pth", tmp_path / "trace"
    if zipped:
        torch.save({"a": Evil(trace)}, path)
    else:
        path.write_bytes(pickle.dumps({"a": Evil(trace)}))
    with pytest.raises(InputError, match=r"evil\.pth: The file (holds something|is damaged)"):
        read_state_dict(path)
    assert not trace.exists()


@pytest.mark.parametrize("suffix", [".pth", ".safetensors"])
@pytest.mark.parametrize("keep", [0.1, 0.5, 0.99])
def test_a_file_that_is_cut_short_is_named(tmp_path: Path, suffix: str, keep: float) -> None:
    path = tmp_path / f"net{suffix}"
    state = {"a": torch.rand(64, 64)}
    if suffix == ".pth":
        torch.save(state, path)
    else:
        save_file(state, path)
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * keep)])
    with pytest.raises(InputError, match=f"net{suffix}: The file"):
        read_state_dict(path)


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"<!DOCTYPE html><title>404</title>", "a web page"),
        (b"\n <html>", "a web page"),
        (b"version https://git-lfs.github.com/spec/v1\noid", "a Git LFS pointer"),
        (b"\x89PNG\r\n\x1a\n", "a PNG picture"),
        (b"GGUF\x03\0\0\0", "a GGUF file"),
        (b"", "empty"),
        (b"Entry not found", "a text, which begins with 'Entry not found'"),
        (b'{"error": "gated"}', 'a text, which begins with \'{"error": "gated"}\''),
        (b"Access to this model is restricted.\nLog in.", "a text, which begins with 'Access"),
        (b"Rar!\x1a\x07", r"a RAR archive\. Unpack it"),
        (b"7z\xbc\xaf\x27\x1c", r"a 7z archive\. Unpack it"),
    ],
)
@pytest.mark.parametrize("suffix", [".pth", ".safetensors"])
def test_another_file_is_called_what_it_is(
    tmp_path: Path, suffix: str, content: bytes, what: str
) -> None:
    path = tmp_path / f"net{suffix}"
    path.write_bytes(content)
    with pytest.raises(InputError, match=f"The file is {what}"):
        read_state_dict(path)


@pytest.mark.parametrize("suffix", [".pth", ".safetensors"])
def test_a_zip_archive_is_named(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"net{suffix}"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "no weights")
    with pytest.raises(InputError, match=r"a ZIP archive that torch did not write\. Unpack it"):
        read_state_dict(path)


@pytest.mark.parametrize("keep", [8, 500])
def test_half_of_torchs_archive_is_not_called_a_zip(tmp_path: Path, keep: int) -> None:
    path = tmp_path / "net.pth"
    torch.save(STATE, path)
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(InputError, match="is damaged or cut short") as raised:
        read_state_dict(path)
    assert "lacks the end of torch's archive" in str(raised.value)


def test_a_torchscript_archive_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "net.pt"
    with pytest.warns(DeprecationWarning, match="torch.jit"):
        torch.jit.save(torch.jit.script(torch.nn.ReLU()), path)
    with pytest.raises(InputError, match=r"net\.pt: The file is a TorchScript archive") as raised:
        read_state_dict(path)
    assert raised.value.hint == "Take the weights alone, as .safetensors or .pth."


@given(st.binary(max_size=300))
@example(b"GGUF\x03\0\0\0")
@example(pickle.dumps([1.5])[:-6])
def test_random_bytes_are_an_input_error(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for suffix in (".pth", ".safetensors"):
            path = Path(folder) / f"net{suffix}"
            path.write_bytes(content)
            with pytest.raises(InputError):
                read_state_dict(path)


def test_an_absent_file_and_a_wrong_suffix_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="The file is absent"):
        read_state_dict(tmp_path / "net.pth")
    with pytest.raises(InputError, match=r"not read from \.onnx"):
        read_state_dict(tmp_path / "net.onnx")


def test_weights_under_another_name_say_which(tmp_path: Path) -> None:
    save_file(STATE, tmp_path / "net.pth")
    torch.save(STATE, tmp_path / "net.safetensors")
    with pytest.raises(InputError, match=r"is a \.safetensors file under another name"):
        read_state_dict(tmp_path / "net.pth")
    with pytest.raises(InputError, match=r"is a \.pth file under another name"):
        read_state_dict(tmp_path / "net.safetensors")


def test_what_a_pickle_asks_for_is_named_and_nobody_is_told_to_allow_it(tmp_path: Path) -> None:
    torch.save({"a": STATE["body.0.weight"].numpy()}, tmp_path / "net.pth")
    with pytest.raises(InputError, match=r"\(it asks for numpy\.[\w.]+\)") as caught:
        read_state_dict(tmp_path / "net.pth")
    assert "weights_only" not in str(caught.value)
    assert caught.value.hint == "Nothing of it was run. Take a .safetensors file."


@pytest.mark.parametrize("module", ["numpy.core.multiarray", "numpy._core.multiarray"])
def test_numpys_numbers_beside_the_weights_do_not_matter(tmp_path: Path, module: str) -> None:
    path = tmp_path / "net.pth"
    given = {"params": STATE, "best": np.float64(31.4), "iter": np.int64(7)}
    torch.save(given, path, _use_new_zipfile_serialization=False)
    written, name = path.read_bytes(), b"cnumpy._core.multiarray\nscalar\n"
    assert name in written
    path.write_bytes(written.replace(name, f"c{module}\nscalar\n".encode()))
    assert torch.equal(read_state_dict(path)["params"]["body.0.weight"], STATE["body.0.weight"])


@pytest.mark.parametrize("content", [[1, 2], {}, torch.zeros(2)])
def test_a_file_without_a_state_dict_is_refused(tmp_path: Path, content: object) -> None:
    path = tmp_path / "net.pth"
    torch.save(content, path)
    with pytest.raises(InputError, match="holds no weights"):
        read_state_dict(path)


def test_the_prefix_of_dataparallel_is_taken_off_as_comfyui_does() -> None:
    marker = "module.layers.0.residual_group.blocks.0.norm1.weight"
    state = {marker: 1, "module.conv.module.weight": 2, "other": 3}
    assert strip_module_prefix(state) == {
        marker.removeprefix("module."): 1,
        "conv.module.weight": 2,
        "other": 3,
    }
    assert strip_module_prefix({"module.other": 1}) == {"module.other": 1}


def test_keys_tell_the_kind_of_model() -> None:
    assert "loras" in say_what_it_is({"lora_unet_down_blocks_0.alpha": 1})
    assert "checkpoints" in say_what_it_is({"model.diffusion_model.input_blocks.0.0.weight": 1})
    assert "facerestore" in say_what_it_is({"fuse_convs_dict.32.scale.0.weight": 1})
    assert say_what_it_is({"conv.weight": 1}) == ""
