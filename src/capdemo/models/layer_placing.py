"""Keeps as many stored layers on a GPU as there is room for; the rest travel when called.

On the CPU nothing is placed: weights stay in the mapped file, and the system reads them.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Generic, TypeVar

import torch

from capdemo.models.stored_layers import StoredLinear, stored_linears

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from torch import nn


Network = TypeVar("Network", bound="nn.Module")


class PlacedLayers(Generic[Network]):
    """A module of stored layers, with the device that it computes on."""

    def __init__(self, module: Network, device: torch.device, working_bytes: int) -> None:
        self.module = module
        self.device = device
        self.working_bytes = working_bytes
        """Left free on the device for everything but weights."""
        self.is_on_device = device.type == "cpu"
        self.users = 0
        """How many runs need the weights where they are."""

    @property
    def nbytes(self) -> int:
        """Of the weights, as they are stored."""
        return sum(weight.nbytes for weight in self.module.parameters())

    @contextlib.contextmanager
    def ready(self) -> Iterator[None]:
        """Have the weights placed while the body runs; they stay until `leave`."""
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
        _move_small(self.module, torch.device("cpu"))
        self.is_on_device = self.device.type == "cpu"

    def _enter(self) -> None:
        if self.is_on_device:
            return
        _move_small(self.module, self.device)
        layers = list(stored_linears(self.module).values())
        free, _ = torch.cuda.mem_get_info(self.device)
        sizes = [layer.weight.nbytes for layer in layers]
        for layer in layers[: how_many_fit(sizes, free - self.working_bytes)]:
            layer.resident = layer.weight.to(self.device)
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


def _move_small(module: nn.Module, device: torch.device) -> None:
    """Move everything but the matrices of linear layers and tables of words."""
    for child in module.modules():
        kept = {"weight"} if isinstance(child, StoredLinear | torch.nn.Embedding) else set()
        for name, parameter in child.named_parameters(recurse=False):
            if name not in kept:
                parameter.data = parameter.data.to(device)
        for name, buffer in child.named_buffers(recurse=False):
            setattr(child, name, buffer.to(device))
