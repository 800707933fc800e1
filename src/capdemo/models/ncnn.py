"""Reads a network in ncnn's format: a `.param` text and a `.bin` of weights; runs nothing.

The format is that of https://github.com/Tencent/ncnn/wiki/param-and-model-file-structure. Layers
with weights other than plain convolutions in both directions, inner products, PReLU and constants
are refused, and so is a file with a byte too many or too few.
"""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from capdemo.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

Array: TypeAlias = NDArray[np.float32]

PARAM_MAGIC = "7767517"
_FLOAT32_TAG = 0
_FLOAT16_TAG = 0x01306B47
_ARRAY_KEYS = -23300
"""An array's key is this number minus the key of a plain value."""
_MAX_VALUES = 1 << 28
"""A gigabyte of float32: more than any network that is read here, less than a wrong count asks."""
_WEIGHTLESS = frozenset(
    {
        *("Input", "Split", "Concat", "Eltwise", "BinaryOp", "Interp", "PixelShuffle"),
        *("Swish", "Sigmoid", "ReLU", "Noop", "Pooling", "Crop"),
    },
)


@dataclass(frozen=True, slots=True)
class Layer:
    """One line of a `.param` and what the `.bin` holds for it."""

    kind: str
    name: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    values: Mapping[int, tuple[float, ...]]
    """The layer's parameters by key; a plain value is a tuple of one."""
    weights: tuple[Array, ...] = ()
    """Convolution and Deconvolution: OIHW weight and, if it has one, bias. InnerProduct: OI weight
    and bias. PReLU: slopes. MemoryData: the value."""

    def value(self, key: int, default: float = 0.0) -> float:
        """A plain parameter, or ncnn's default for it."""
        return self.values[key][0] if key in self.values else default

    def count(self, key: int, default: int = 0) -> int:
        """A plain parameter that is a whole number."""
        return int(self.value(key, default))


def read_network(path: Path) -> tuple[Layer, ...]:
    """Read the `.bin` at `path` and the `.param` beside it, in the order of the file.

    Raises `InputError` where either is damaged, or holds what this reader does not know.
    """
    param = path.with_suffix(".param")
    if not param.is_file():
        raise InputError(
            f"An ncnn model is two files, and {param.name} is not beside this one.",
            where=str(path),
            hint="Put it there; an old .bin of PyTorch is to be renamed to .pth.",
        )
    try:
        text = param.read_text(encoding="utf-8")
        blob = path.read_bytes()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"The ncnn model cannot be read: {error}.", where=str(path)) from error
    try:
        layers = _parse_layers(text)
    except (ValueError, IndexError, OverflowError) as error:
        raise InputError("The file is no ncnn .param.", where=str(param)) from error
    reader = _Reader(blob, path)
    network = tuple(_with_weights(layer, reader) for layer in layers)
    reader.expect_end()
    return network


def _parse_layers(text: str) -> list[Layer]:
    lines = [line.split() for line in text.splitlines() if line.strip()]
    if lines[0] != [PARAM_MAGIC]:
        raise ValueError(lines[0])
    layer_count = int(lines[1][0])
    layers = [_parse_layer(words) for words in lines[2:]]
    if len(layers) != layer_count:
        raise ValueError(layer_count)
    return layers


def _parse_layer(words: list[str]) -> Layer:
    kind, name, inputs, outputs = words[0], words[1], int(words[2]), int(words[3])
    blobs = words[4 : 4 + inputs + outputs]
    if len(blobs) != inputs + outputs or inputs < 0:
        raise ValueError(name)
    values = dict(_parse_value(word) for word in words[4 + inputs + outputs :])
    return Layer(kind, name, tuple(blobs[:inputs]), tuple(blobs[inputs:]), values)


def _parse_value(word: str) -> tuple[int, tuple[float, ...]]:
    key_text, _, value_text = word.partition("=")
    key = int(key_text)
    numbers = tuple(float(number) for number in value_text.split(","))
    if not all(map(math.isfinite, numbers)):
        raise ValueError(word)
    if key > _ARRAY_KEYS:
        return key, numbers
    if len(numbers) != int(numbers[0]) + 1:
        raise ValueError(word)
    return _ARRAY_KEYS - key, numbers[1:]


def _with_weights(layer: Layer, reader: _Reader) -> Layer:
    if layer.kind in _WEIGHTLESS:
        return layer
    if layer.kind in {"Convolution", "Deconvolution"}:
        weights = _read_convolution(layer, reader)
    elif layer.kind == "InnerProduct":
        weights = _read_inner_product(layer, reader)
    elif layer.kind == "PReLU":
        weights = (reader.floats(layer.count(0)),)
    elif layer.kind == "MemoryData":
        sizes = [layer.count(key) for key in (0, 1, 2)]
        weights = (reader.floats(math.prod(size for size in sizes if size)),)
    else:
        raise InputError(
            f"The ncnn layer {layer.kind} ({layer.name}) is not known.",
            where=str(reader.path),
            hint="Only ESRGAN, Real-ESRGAN, SPAN and Real-CUGAN are read from ncnn files.",
        )
    return Layer(layer.kind, layer.name, layer.inputs, layer.outputs, layer.values, weights)


def _read_convolution(layer: Layer, reader: _Reader) -> tuple[Array, ...]:
    outputs, width = layer.count(0), layer.count(1)
    height, size = layer.count(11, width), layer.count(6)
    _expect_shape(layer, size, (outputs, width, height), reader.path)
    weight = reader.tagged(size).reshape(outputs, -1, height, width)
    return (weight, reader.floats(outputs)) if layer.count(5) else (weight,)


def _read_inner_product(layer: Layer, reader: _Reader) -> tuple[Array, ...]:
    outputs, size = layer.count(0), layer.count(2)
    _expect_shape(layer, size, (outputs,), reader.path)
    weight = reader.tagged(size).reshape(outputs, -1)
    return (weight, reader.floats(outputs)) if layer.count(1) else (weight,)


def _expect_shape(layer: Layer, size: int, sides: tuple[int, ...], path: Path) -> None:
    if min(size, *sides) <= 0 or size % math.prod(sides):
        raise InputError(
            f"The shape of the ncnn layer {layer.name} makes no sense.", where=str(path)
        )


class _Reader:
    """Takes numbers off the front of a `.bin`."""

    def __init__(self, blob: bytes, path: Path) -> None:
        self.path = path
        self._blob = blob
        self._position = 0

    def floats(self, count: int) -> Array:
        return np.frombuffer(self._take(count, 4), "<f4").astype(np.float32)

    def tagged(self, count: int) -> Array:
        """Weights behind a tag that says how they are stored; each block is padded to 4 bytes."""
        (tag,) = struct.unpack("<I", self._take(1, 4))
        if tag == _FLOAT32_TAG:
            return self.floats(count)
        if tag != _FLOAT16_TAG:
            raise InputError(
                f"The weights are stored in a way that is not known (tag {tag:#010x}).",
                where=str(self.path),
                hint="Quantised ncnn models are not read.",
            )
        values = np.frombuffer(self._take(count, 2), "<f2").astype(np.float32)
        self._take(-2 * count % 4, 1)
        return values

    def expect_end(self) -> None:
        left = len(self._blob) - self._position
        if left:
            raise InputError(
                f"{left} bytes are left over after the last layer's weights.", where=str(self.path)
            )

    def _take(self, count: int, size: int) -> bytes:
        end = self._position + count * size
        if count < 0 or count > _MAX_VALUES or end > len(self._blob):
            raise InputError(
                f"The file ends too early, at {len(self._blob)} bytes.",
                where=str(self.path),
                hint="It was probably not copied whole.",
            )
        taken = self._blob[self._position : end]
        self._position = end
        return taken
