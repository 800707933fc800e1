"""Weights come out of an ONNX file as they went in, by the names that PyTorch had for them.

The two files of the catalogue that are ONNX were compared by hand with onnxruntime on a part
of a photograph: 4x-UltraSharpV2 Lite differs by 1.4e-6, Real-ESRGAN x2plus by 2.5e-6.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
import torch
from tests.models.architectures_for_tests import Case, random_state
from tests.models.onnx_files import field, number, onnx_file, varint

from capdemo.errors import InputError
from capdemo.models.architectures import load_network
from capdemo.models.convert_onnx import convert_onnx
from capdemo.models.onnx_file import read_onnx
from capdemo.models.upscaler import load_upscale_model

if TYPE_CHECKING:
    from pathlib import Path

PLKSR = Case(
    "PLKSR",
    2,
    {"dim": 16, "n_blocks": 2, "upscaling_factor": 2, "layer_norm": True},
    maker="RealPLKSR",
)


def _exported(state: dict[str, torch.Tensor]) -> bytes:
    """RealPLKSR's weights as the exporter has them: its layer normalisations without names."""
    weights, nodes = {}, []
    for number_, (key, value) in enumerate(state.items()):
        layer, _, kind = key.rpartition(".")
        if not layer.endswith("layer_norm"):
            weights[key] = value.numpy()
            continue
        step = {"weight": "Mul", "bias": "Add"}[kind]
        nameless = f"onnx::{step}_{3300 + number_}"
        weights[nameless] = value.numpy()[:, None, None]
        block, _, name = layer.rpartition(".")
        path = f"/{block.partition('.')[0]}/{block}/{name}"
        nodes.append((step, f"{path}/{step}_1", (f"{path}/Div_output_0", nameless)))
    weights["onnx::Slice_403"] = np.array([0, 1], np.int64)
    return onnx_file(weights, nodes)


def test_realplksr_is_what_it_was_before_the_export(tmp_path: Path) -> None:
    state = random_state(PLKSR)
    for key in state:
        if "layer_norm" in key:
            state[key] = torch.rand(16, generator=torch.Generator().manual_seed(len(key)))
    (tmp_path / "net.onnx").write_bytes(_exported(state))
    converted = convert_onnx(tmp_path / "net.onnx")
    assert converted.keys() == state.keys()
    assert all(torch.equal(converted[key], state[key]) for key in state)
    model = load_upscale_model(tmp_path / "net.onnx", device="cpu", precision="exact")
    assert (model.architecture, model.scale) == ("PLKSR", 2)
    picture = torch.rand(1, 3, 9, 11)
    expected = load_network(state)
    expected.model.eval()
    torch.testing.assert_close(model(picture), expected(picture), rtol=0, atol=1e-5)


def test_numbers_come_in_every_form(tmp_path: Path) -> None:
    path = tmp_path / "net.onnx"
    halves = np.array([[1.5, -2.0, 0.25]], np.float16)
    # Dimensions one by one, values in the typed field, and a name of more than 127 bytes.
    long = "layer." * 30 + "weight"
    apart = number(1, 2) + number(1, 1) + number(2, 1) + field(8, long)
    apart += field(4, np.array([3.0, 4.0], np.float32).tobytes())
    skipped = varint(3 << 3 | 5) + b"abcd" + varint(4 << 3 | 1) + b"abcdefgh"
    graph = field(5, apart) + skipped
    path.write_bytes(onnx_file({"a.weight": halves}) + field(7, b""))
    assert read_onnx(path).weights["a.weight"].tolist() == halves.tolist()
    converted = convert_onnx(path)["a.weight"]
    assert (converted.dtype, converted.tolist()) == (torch.float32, halves.tolist())
    path.write_bytes(field(7, graph))
    assert read_onnx(path).weights[long].tolist() == [[3.0], [4.0]]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "no ONNX network, or cut short"),
        (b"<!doctype html>", "no ONNX network, or cut short"),
        (onnx_file({"a.weight": np.zeros(8, np.float32)})[:-3], "the end is missing"),
        (field(7, field(5, number(1, 3) + number(2, 1) + field(8, "a"))), "has 0 values"),
        (onnx_file({"5": np.zeros(2, np.float32)}), "does not keep the names"),
    ],
)
def test_what_cannot_be_read_is_named(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "net.onnx"
    path.write_bytes(content)
    with pytest.raises(InputError, match=message):
        convert_onnx(path)
