"""Puts a file's weights into the network that they were made for, all of them or none."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from torch import nn

from capdemo.errors import InputError
from capdemo.models.file_kinds import say_what_it_is
from capdemo.models.weights import read_state_dict

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

Network = TypeVar("Network", bound=nn.Module)

_WRAPPER = "module."
"""Put before every key by `DataParallel`."""


def load_strictly(path: Path, networks: Mapping[str, Callable[[], Network]]) -> Network:
    """The first of the networks, by what a reader would call each, that the file's weights fit.

    Every key must be there with its shape, and none besides. The network is set to be run, not
    trained. Raises `InputError` where the file is none of these networks.
    """
    state = {str(key).removeprefix(_WRAPPER): value for key, value in read_state_dict(path).items()}
    for make in networks.values():
        network = make()
        expected = {key: value.shape for key, value in network.state_dict().items()}
        if expected == {key: getattr(value, "shape", None) for key, value in state.items()}:
            network.load_state_dict(state)
            return network.eval().requires_grad_(requires_grad=False)
    known = " or ".join(networks)
    raise InputError(
        f"The file is {say_what_it_is(state) or 'another model'}, not {known}.",
        where=str(path),
        hint="See: capdemo models list",
    )
