"""A network whose weights stay in their file until it is first used.

So a checkpoint of three networks costs what those that run need. The weights are cast while they
are read, one by one; views with other weights (LoRAs) share all that they do not change.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import torch

from capdemo.errors import InputError
from capdemo.models.residency import make_room

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from torch import nn

    from capdemo.models.tensor_file import TensorFile


@dataclass(frozen=True, slots=True)
class Source:
    """Where a parameter's values are."""

    name: str
    """In the file."""
    third: int | None = None
    """Which third of the rows, where a file keeps query, key and value in one."""
    is_transposed: bool = False


class Change(Protocol):
    """What a LoRA does to one parameter."""

    def __call__(self, weight: torch.Tensor, /) -> torch.Tensor:
        """The changed weight; both float32, on one device."""
        ...


@dataclass(frozen=True, slots=True)
class Placing:
    """Where a network computes, and in which type."""

    device: torch.device
    dtype: torch.dtype
    rounding: torch.dtype | None = None
    """The type that weights are rounded to first, where ComfyUI keeps them in a smaller one."""

    def round(self, weight: torch.Tensor) -> torch.Tensor:
        """A weight as it is computed with."""
        if self.rounding is not None:
            weight = weight.to(self.rounding)
        return weight.to(self.device, self.dtype)


class StoredWeights:
    """A module on torch's `meta` device with the file that fills it."""

    def __init__(
        self,
        module: nn.Module,
        file: TensorFile,
        sources: Mapping[str, Source],
        placing: Placing,
    ) -> None:
        self.module = module.eval().requires_grad_(requires_grad=False)
        self.placing = placing
        self.shapes = {name: tuple(value.shape) for name, value in module.state_dict().items()}
        """Of the parameters, by name in the module."""
        self._file = file
        self._sources = sources
        self._is_read = False
        self._device = torch.device("cpu")
        self.users = 0
        """How many runs need the weights where they are."""
        _check(file, self.shapes, sources)

    @property
    def nbytes(self) -> int:
        """Bytes of the weights as they are computed with."""
        numbers = sum(parameter.numel() for parameter in self.module.parameters())
        return numbers * self.placing.dtype.itemsize

    @property
    def is_on_device(self) -> bool:
        """Whether the weights are where they are computed with."""
        return self._is_read and self._device == self.placing.device

    def value(self, name: str) -> torch.Tensor:
        """The weight before any change, in float32, on the network's device."""
        return self.placing.round(self._stored(name)).float()

    def load(self) -> None:
        """Read the weights, or bring them back to the device."""
        device = self.placing.device
        if self.is_on_device:
            return
        make_room(self)
        if self._is_read:
            self.module.to(device)
        else:
            self._read()
            self._is_read = True
        self._device = device

    def leave(self) -> None:
        """Take the weights off the device."""
        self.module.to("cpu")
        self._device = torch.device("cpu")

    def _read(self) -> None:
        for name in self.shapes:
            stored = self._stored(name)
            weight = self.placing.round(stored)
            set_parameter(self.module, name, weight)
            if weight.data_ptr() != stored.data_ptr():
                self._file.forget(self._sources[name].name)

    def _stored(self, name: str) -> torch.Tensor:
        source = self._sources[name]
        value = self._file.read(source.name)
        if source.third is not None:
            value = value.chunk(3)[source.third]
        if source.is_transposed:
            value = value.T.contiguous()
        # The 1x1 convolutions of one layout are the matrices of another.
        return value.reshape(self.shapes[name])


class StoredNetwork:
    """Weights with the changes that LoRAs make to some of them."""

    def __init__(
        self, weights: StoredWeights, changes: Mapping[str, Sequence[Change]] | None = None
    ) -> None:
        self.weights = weights
        self._changes = changes or {}
        self._changed: dict[str, torch.Tensor] = {}

    def with_changes(self, changes: Mapping[str, Change]) -> StoredNetwork:
        """The same network with further changes, made after those that it has."""
        merged = {name: tuple(earlier) for name, earlier in self._changes.items()}
        for name, change in changes.items():
            merged[name] = (*merged.get(name, ()), change)
        return StoredNetwork(self.weights, merged)

    @contextlib.contextmanager
    def ready(self) -> Iterator[nn.Module]:
        """The module with its weights on the device, for as long as it is used."""
        module = self.weights.module
        self.weights.load()
        self.weights.users += 1
        kept = {name: module.get_parameter(name) for name in self._changes}
        try:
            for name in self._changes:
                set_parameter(module, name, self._change(name))
            yield module
        finally:
            self.weights.users -= 1
            for name, parameter in kept.items():
                set_parameter(module, name, parameter)

    def _change(self, name: str) -> torch.Tensor:
        if name not in self._changed:
            weight = self.weights.value(name).clone()
            for change in self._changes[name]:
                weight = change(weight)
            self._changed[name] = self.weights.placing.round(weight)
        return self._changed[name]


def set_parameter(module: nn.Module, name: str, value: torch.Tensor) -> None:
    """Put a tensor in the place of a parameter."""
    owner, _, last = name.rpartition(".")
    setattr(
        module.get_submodule(owner), last, torch.nn.Parameter(value.detach(), requires_grad=False)
    )


def _check(
    file: TensorFile, shapes: Mapping[str, tuple[int, ...]], sources: Mapping[str, Source]
) -> None:
    """Every parameter has values of its size; told before anything is read."""
    missing = [name for name in shapes if name not in sources]
    if missing:
        raise InputError(
            f"The file lacks {len(missing)} of {len(shapes)} weights of its network, "
            f"for one {missing[0]}.",
            where=str(file.path),
            hint="It is damaged, or was saved from a part of the network.",
        )
    for name, shape in shapes.items():
        source = sources[name]
        stored = file.shapes[source.name]
        parts = 3 if source.third is not None else 1
        if _size(stored) != parts * _size(shape):
            raise InputError(
                f"The weight {source.name} has the shape {stored}, where {shape} is needed.",
                where=str(file.path),
                hint="The file is of another model than its other weights say.",
            )


def _size(shape: tuple[int, ...]) -> int:
    size = 1
    for side in shape:
        size *= side
    return size
