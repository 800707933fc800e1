"""Tensors of a file, read one by one when asked for; the file is mapped, not loaded.

What was read and copied is given back to the system at once, so that a network that is cast
while it is read needs little more memory than it will have.
"""

from __future__ import annotations

import math
import mmap
from typing import TYPE_CHECKING, Any, Protocol

import torch

from capdemo.models.file_kinds import SAFE
from capdemo.models.safetensors_header import damaged, read_header
from capdemo.models.weights import read_state_dict

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_TYPES: Mapping[str, torch.dtype] = {
    "F64": torch.float64,
    "F32": torch.float32,
    "F16": torch.float16,
    "BF16": torch.bfloat16,
    "F8_E4M3": torch.float8_e4m3fn,
    "F8_E5M2": torch.float8_e5m2,
    "I64": torch.int64,
    "I32": torch.int32,
    "I16": torch.int16,
    "I8": torch.int8,
    "U8": torch.uint8,
    "BOOL": torch.bool,
}


class TensorFile(Protocol):
    """Named tensors, whose shapes are known before any is read."""

    @property
    def path(self) -> Path:
        """Where they are."""
        ...

    @property
    def shapes(self) -> Mapping[str, tuple[int, ...]]:
        """By name; every tensor of the file has one."""
        ...

    @property
    def metadata(self) -> Mapping[str, str]:
        """What the file says about itself."""
        ...

    def dtype(self, name: str) -> torch.dtype:
        """The type that a tensor is stored in."""
        ...

    def read(self, name: str) -> torch.Tensor:
        """A tensor on the CPU; it may share the file's memory, and must not be changed."""
        ...

    def forget(self, name: str) -> None:
        """Give back the memory of a tensor that was read and copied."""
        ...


def open_tensors(path: Path) -> TensorFile:
    """Open `.safetensors`, or read `.ckpt`, `.pt`, `.pth`, `.bin` by the restricted unpickler.

    Raises `InputError` where the file is damaged, cut short, or something else.
    """
    if path.suffix.lower() in SAFE:
        return _Safetensors(path)
    return LoadedTensors(path, flatten(read_state_dict(path)))


def flatten(content: Mapping[str, Any]) -> dict[str, torch.Tensor]:
    """The tensors of a pickled file, out of the `state_dict` that checkpoints keep them in."""
    inner = content.get("state_dict")
    weights = inner if isinstance(inner, dict) else content
    return {str(name): value for name, value in weights.items() if isinstance(value, torch.Tensor)}


class LoadedTensors:
    """Tensors that are in memory already; implements `TensorFile`."""

    def __init__(self, path: Path, tensors: Mapping[str, torch.Tensor]) -> None:
        self.path = path
        self.shapes = {name: tuple(tensor.shape) for name, tensor in tensors.items()}
        self.metadata: Mapping[str, str] = {}
        self._tensors = tensors

    def dtype(self, name: str) -> torch.dtype:
        """As `TensorFile`."""
        return self._tensors[name].dtype

    def read(self, name: str) -> torch.Tensor:
        """As `TensorFile`."""
        return self._tensors[name]

    def forget(self, name: str) -> None:
        """Nothing: the tensors stay."""


class _Safetensors:
    """The safetensors format, version 0.6: length, JSON header, bytes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        header = read_header(path)
        self._start = header.start
        self.metadata: Mapping[str, str] = header.metadata
        self.shapes = {name: entry.shape for name, entry in header.entries.items()}
        self._spans = {name: (entry.begin, entry.end) for name, entry in header.entries.items()}
        try:
            self._dtypes = {name: _TYPES[entry.dtype] for name, entry in header.entries.items()}
        except KeyError as error:
            raise damaged(path, f"its list of tensors is broken at {error}") from error
        self._check_sizes()
        with path.open("rb") as file:
            # A private copy on write: torch wants memory that could be written.
            self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)

    def dtype(self, name: str) -> torch.dtype:
        """As `TensorFile`."""
        return self._dtypes[name]

    def read(self, name: str) -> torch.Tensor:
        """As `TensorFile`."""
        begin, end = self._spans[name]
        dtype, shape = self._dtypes[name], self.shapes[name]
        if begin == end:
            return torch.empty(shape, dtype=dtype)
        offset = self._start + begin
        if offset % dtype.itemsize:
            aligned = bytearray(self._map[offset : self._start + end])
            return torch.frombuffer(aligned, dtype=dtype).reshape(shape)
        count = math.prod(shape)
        return torch.frombuffer(self._map, dtype=dtype, offset=offset, count=count).reshape(shape)

    def forget(self, name: str) -> None:
        """As `TensorFile`; whole pages only."""
        begin, end = self._spans[name]
        first = -(-(self._start + begin) // mmap.PAGESIZE) * mmap.PAGESIZE
        last = (self._start + end) // mmap.PAGESIZE * mmap.PAGESIZE
        if last > first and hasattr(self._map, "madvise"):
            self._map.madvise(mmap.MADV_DONTNEED, first, last - first)

    def _check_sizes(self) -> None:
        for name, (begin, end) in self._spans.items():
            if end - begin != math.prod(self.shapes[name]) * self._dtypes[name].itemsize:
                raise damaged(self.path, f"{name} has another size than its shape needs")
