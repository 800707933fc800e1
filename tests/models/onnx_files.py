"""Writes ONNX files of a few steps, as PyTorch's exporter lays them out."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

TYPES = {"float32": 1, "int64": 7, "float16": 10, "float64": 11}


def onnx_file(
    weights: Mapping[str, NDArray[np.generic]], nodes: Iterable[tuple[str, str, Sequence[str]]] = ()
) -> bytes:
    """A file with these initialisers and nodes (type, name, inputs)."""
    steps = [
        b"".join([*(field(1, name) for name in inputs), field(3, name), field(4, kind)])
        for kind, name, inputs in nodes
    ]
    tensors = [tensor(name, values) for name, values in weights.items()]
    graph = b"".join([*(field(1, step) for step in steps), *(field(5, one) for one in tensors)])
    return number(1, 8) + field(2, "pytorch") + field(7, graph)


def tensor(name: str, values: NDArray[np.generic]) -> bytes:
    """A TensorProto, its shape packed and its values raw."""
    shape = b"".join(varint(side) for side in values.shape)
    kind = number(2, TYPES[str(values.dtype)])
    return field(1, shape) + kind + field(8, name) + field(9, values.tobytes())


def field(index: int, content: str | bytes) -> bytes:
    """A field of bytes."""
    data = content.encode() if isinstance(content, str) else content
    return varint(index << 3 | 2) + varint(len(data)) + data


def number(index: int, value: int) -> bytes:
    """A field with an integer."""
    return varint(index << 3) + varint(value)


def varint(value: int) -> bytes:
    """Seven bits a byte, the lowest first."""
    head = []
    while value > 0x7F:
        head.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*head, value])
