"""The ncnn reader: every byte accounted for, every damage named."""

from __future__ import annotations

import struct
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.models.ncnn_files import convolution, half_blob, plain_blob, write_network

from capdemo.errors import InputError
from capdemo.models.ncnn import read_network

if TYPE_CHECKING:
    from capdemo.models.ncnn import Array

SHAPES = st.tuples(st.integers(1, 4), st.integers(1, 4), st.sampled_from([1, 3]))


def _random(seed: int, *shape: int) -> Array:
    # Multiples of 1/8 are the same in float16.
    return (np.random.default_rng(seed).integers(-80, 80, shape) / 8).astype(np.float32)


@given(shape=SHAPES, half=st.booleans(), slopes=st.integers(1, 5), seed=st.integers(0, 99))
def test_what_was_written_is_read(
    *, shape: tuple[int, int, int], half: bool, slopes: int, seed: int
) -> None:
    outputs, inputs, kernel = shape
    weight, bias = _random(seed, outputs, inputs, kernel, kernel), _random(seed + 1, outputs)
    slope = _random(seed + 2, slopes)
    lines = [
        "Input data 0 1 data",
        convolution("conv", outputs, kernel, weight.size) + " 9=2 -23310=1,2.0e-1",
        f"PReLU prelu 1 1 out end 0={slopes}",
    ]
    blob = (half_blob if half else plain_blob)(weight, bias) + slope.tobytes()
    with tempfile.TemporaryDirectory() as folder:
        _, conv, prelu = read_network(write_network(Path(folder), lines, blob))
    assert conv.inputs == ("in",)
    assert conv.outputs == ("out",)
    assert conv.values[10] == (0.2,)
    np.testing.assert_array_equal(conv.weights[0], weight)
    np.testing.assert_array_equal(conv.weights[1], bias)
    np.testing.assert_array_equal(prelu.weights[0], slope)


def test_both_directions_and_products_are_read(tmp_path: Path) -> None:
    up, up_bias = _random(0, 2, 3, 2, 2), _random(1, 2)
    product, product_bias = _random(2, 5, 3), _random(3, 5)
    lines = [
        "Input data 0 1 data",
        f"Deconvolution up 1 1 data up 0=2 1=2 3=2 5=1 6={up.size}",
        f"InnerProduct product 1 1 up out 0=5 1=1 2={product.size} 9=4",
    ]
    blob = half_blob(up, up_bias) + half_blob(product, product_bias)
    _, *layers = read_network(write_network(tmp_path, lines, blob))
    weights = [array for layer in layers for array in layer.weights]
    for array, expected in zip(weights, (up, up_bias, product, product_bias), strict=True):
        np.testing.assert_array_equal(array, expected)


LINES = ["Input data 0 1 data", convolution("conv", 1, 1, 3)]
BLOB = half_blob(np.ones((1, 3, 1, 1), np.float32), np.ones(1, np.float32))


@given(st.integers(0, len(BLOB) - 1))
def test_a_byte_too_few_is_noticed(length: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = write_network(Path(folder), LINES, BLOB[:length])
        with pytest.raises(InputError, match="ends too early"):
            read_network(path)


def test_a_byte_too_many_is_noticed(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="1 bytes are left over"):
        read_network(write_network(tmp_path, LINES, BLOB + b"\0"))


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("LSTM remember 1 1 a b 0=3", "LSTM .* is not known"),
        ("InnerProduct full 1 1 a b 0=2 1=1 2=3", "makes no sense"),
        ("InnerProduct full 1 1 a b 0=0 1=1 2=3", "makes no sense"),
        (convolution("conv", 0, 1, 3), "makes no sense"),
        (convolution("conv", 2, 1, 3), "makes no sense"),
        (convolution("conv", 1, 1, 3_000_000_000), "ends too early"),
        ("PReLU p 1 1 a b 0=-4", "ends too early"),
        ("Convolution conv 1", r"no ncnn \.param"),
        ("Convolution conv 1 x a b", r"no ncnn \.param"),
        ("Convolution conv 2 1 a b", r"no ncnn \.param"),
        ("Convolution conv 1 1 a b 0=1e999", r"no ncnn \.param"),
        ("Convolution conv 1 1 a b -23310=3,1", r"no ncnn \.param"),
    ],
)
def test_a_wrong_line_is_refused(tmp_path: Path, line: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_network(write_network(tmp_path, [LINES[0], line], BLOB))


def test_quantised_weights_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="tag 0x000d4b38"):
        read_network(write_network(tmp_path, LINES, struct.pack("<I", 0x000D4B38) + BLOB))


@pytest.mark.parametrize(
    "text", ["", "7767518\n1 1\n", "7767517\n2 2\nInput data 0 1 data\n", "\0"]
)
def test_another_text_is_refused(tmp_path: Path, text: str) -> None:
    path = write_network(tmp_path, LINES, BLOB)
    path.with_suffix(".param").write_text(text)
    with pytest.raises(InputError, match=r"no ncnn \.param"):
        read_network(path)


def test_a_missing_half_is_named(tmp_path: Path) -> None:
    path = write_network(tmp_path, LINES, BLOB)
    path.with_suffix(".param").unlink()
    with pytest.raises(InputError, match=r"net\.param is not beside this one"):
        read_network(path)


@given(st.binary(max_size=200), st.binary(max_size=200))
def test_random_bytes_are_an_input_error(param: bytes, blob: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "net.bin"
        path.write_bytes(blob)
        path.with_suffix(".param").write_bytes(b"7767517\n" + param)
        with pytest.raises(InputError):
            read_network(path)
