"""Keeps as many stored layers on a GPU as there is room for; the rest travel when called.

On the CPU nothing is placed: weights stay in the mapped file, and the system reads them.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Generic, TypeVar

import torch
from torch import nn

from capdemo.models.residency import make_room
from capdemo.models.stored_layers import StoredLinear, stored_linears

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from capdemo.models.stored_network import Placing

Network = TypeVar("Network", bound="nn.Module")


def free_bytes(device: torch.device) -> int:
    """Of a GPU, for all processes."""
    free, _ = torch.cuda.mem_get_info(device)
    return free


class PlacedLayers(Generic[Network]):
    """A module of stored layers and where it computes; implements `residency.Resident`."""

    def __init__(
        self,
        module: Network,
        placing: Placing,
        working_bytes: int,
        free: Callable[[torch.device], int] = free_bytes,
    ) -> None:
        self.module = module
        self.placing = placing
        self.working_bytes = working_bytes
        """Left free on the device for everything but weights."""
        self.users = 0
        """How many runs need the weights where they are."""
        self.is_on_device = placing.device.type == "cpu"
        self._free = free
        self._kept: list[tuple[nn.Module, str, torch.Tensor]] = []
        """What is small, as it is on the CPU, while copies are on the device."""

    @property
    def nbytes(self) -> int:
        """Of the weights, as they are stored."""
        return sum(weight.nbytes for weight in self.module.parameters())

    @contextlib.contextmanager
    def ready(self) -> Iterator[None]:
        """Have the weights placed while the body runs; they stay until `leave`."""
        if not self.is_on_device:
            self._enter()
        self.users += 1
        try:
            yield
        finally:
            self.users -= 1

    def leave(self) -> None:
        """Take all weights off the device."""
        for layer in stored_linears(self.module).values():
            layer.resident = None
        for owner, name, tensor in self._kept:
            _put(owner, name, tensor)
        self._kept = []
        self.is_on_device = self.placing.device.type == "cpu"

    def _enter(self) -> None:
        device = self.placing.device
        make_room(self)
        self._kept = list(_small_tensors(self.module))
        for owner, name, tensor in self._kept:
            _put(owner, name, tensor.to(device))
        layers = list(stored_linears(self.module).values())
        sizes = [layer.weight.nbytes for layer in layers]
        for layer in layers[: how_many_fit(sizes, self._free(device) - self.working_bytes)]:
            layer.resident = layer.weight.to(device)
        self.is_on_device = True


def how_many_fit(sizes: Sequence[int], room: int) -> int:
    """How many of the first items fit into the room together."""
    fitting = 0
    for size in sizes:
        room -= size
        if room < 0:
            break
        fitting += 1
    return fitting


def _small_tensors(module: nn.Module) -> Iterator[tuple[nn.Module, str, torch.Tensor]]:
    """Everything but the matrices of linear layers and tables of words, by owner and name."""
    for child in module.modules():
        stays = {"weight"} if isinstance(child, StoredLinear | nn.Embedding) else set()
        tensors = (*child.named_parameters(recurse=False), *child.named_buffers(recurse=False))
        yield from ((child, name, tensor) for name, tensor in tensors if name not in stays)


def _put(owner: nn.Module, name: str, tensor: torch.Tensor) -> None:
    is_parameter = name in dict(owner.named_parameters(recurse=False))
    value = nn.Parameter(tensor, requires_grad=False) if is_parameter else tensor
    setattr(owner, name, value)
