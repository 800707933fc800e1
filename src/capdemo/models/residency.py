"""Which networks stay on a GPU: the longest unused ones leave when another needs the room."""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING, Protocol

import torch

if TYPE_CHECKING:
    from capdemo.models.stored_network import Placing

_WORKING = 1 << 30
"""Bytes left for what a network computes with beside its weights."""


class Resident(Protocol):
    """Weights that may be on a device, or leave it."""

    placing: Placing
    users: int

    @property
    def nbytes(self) -> int:
        """Of the weights."""
        ...

    @property
    def is_on_device(self) -> bool:
        """Whether they are there now."""
        ...

    def leave(self) -> None:
        """Go to the CPU."""
        ...


_residents: list[weakref.ref[Resident]] = []
"""In the order of their last use; a GPU is one for the whole process, and so is this."""


def make_room(newcomer: Resident) -> None:
    """Send other networks to the CPU until the newcomer fits; nothing where it runs on the CPU."""
    device = newcomer.placing.device
    if device.type != "cuda":
        return
    others = [found for ref in _residents if (found := ref()) is not None and found is not newcomer]
    for other in others:
        if torch.cuda.mem_get_info(device)[0] >= newcomer.nbytes + _WORKING:
            break
        if not other.users and other.is_on_device and other.placing.device == device:
            other.leave()
            torch.cuda.empty_cache()
    _residents[:] = [weakref.ref(other) for other in (*others, newcomer)]
