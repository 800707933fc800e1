"""Linear layers that keep their weights as a file has them and compute in the type of their input.

A weight may lie in another type (float8, bfloat16), on another device than the computation, and
may carry a factor (scaled float8). It is cast when the layer is called and the copy is dropped
afterwards, so that a network takes the memory of its file, not of its arithmetic.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import torch
from torch import nn

from capdemo.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from capdemo.models.stored_network import Change


class StoredLinear(nn.Module):
    """`torch.nn.Linear` without a type of its own."""

    def __init__(self, inner: nn.Linear) -> None:
        super().__init__()
        self.in_features, self.out_features = inner.in_features, inner.out_features
        self.weight: torch.Tensor = inner.weight
        self.bias = inner.bias
        self.resident: torch.Tensor | None = None
        """A copy of the weight on the device of the computation, where there is room for it."""
        self.scale: torch.Tensor | None = None
        """One float32 number by which the stored weight is multiplied, or None for 1."""
        self.changes: Mapping[str, Sequence[Change]] = {}
        """What LoRAs do to `weight` and to `bias`, in the order in which they are applied."""

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        """Cast the weight to the type and the device of `features`, and multiply."""
        bias: torch.Tensor | None = None
        if self.bias is not None:
            bias = self._changed("bias", self.bias.to(features.device)).to(features.dtype)
        return nn.functional.linear(features, self._weight_for(features), bias)

    def round_to(self, dtype: torch.dtype) -> None:
        """Store weight and bias in this type."""
        self.weight.data = self.weight.data.to(dtype)
        if self.bias is not None:
            self.bias.data = self.bias.data.to(dtype)

    def _weight_for(self, features: torch.Tensor) -> torch.Tensor:
        stored = self.weight if self.resident is None else self.resident
        # First to the device, since float8 is the shorter way.
        weight = stored.to(features.device, non_blocking=True)
        if "weight" not in self.changes:
            weight = weight.to(features.dtype)
            return weight if self.scale is None else weight * self.scale.to(weight)
        weight = weight.to(torch.float32)
        if self.scale is not None:
            weight = weight * self.scale.to(weight)
        return self._changed("weight", weight).to(features.dtype)

    def _changed(self, name: str, value: torch.Tensor) -> torch.Tensor:
        """The weight or the bias after its changes, which work in float32."""
        for change in self.changes.get(name, ()):
            value = change(value.to(torch.float32))
        return value


def store_linears(module: nn.Module) -> None:
    """Replace every `torch.nn.Linear` inside by a `StoredLinear` with the same parameters."""
    for name, child in list(module.named_children()):
        if isinstance(child, nn.Linear):
            setattr(module, name, StoredLinear(child))
        else:
            store_linears(child)


def stored_linears(module: nn.Module) -> dict[str, StoredLinear]:
    """All such layers by their names, in the order of the computation."""
    return {
        name: child for name, child in module.named_modules() if isinstance(child, StoredLinear)
    }


@contextmanager
def changed(module: nn.Module, changes: Mapping[str, Sequence[Change]]) -> Iterator[None]:
    """Let LoRAs act on weights and biases of these names while the body runs."""
    layers = stored_linears(module) if changes else {}
    for name, of_parameter in changes.items():
        owner, _, parameter = name.rpartition(".")
        layers[owner].changes = {**layers[owner].changes, parameter: of_parameter}
    try:
        yield
    finally:
        for layer in layers.values():
            layer.changes = {}


def fill(
    module: nn.Module, weights: Mapping[str, torch.Tensor], dtype: torch.dtype, where: str
) -> None:
    """Give a module made on the meta device its weights.

    Matrices of linear layers and tables of words stay as they are; the rest, which is small, is
    cast to `dtype`. Raises `InputError` where weights are missing, left over or of another size.
    """
    wanted = module.state_dict()
    odd = sorted(wanted.keys() ^ weights.keys())
    if odd:
        lacking = len(wanted.keys() - weights.keys())
        raise InputError(
            f"{lacking} weights are missing and {len(odd) - lacking} are left over, "
            f"for one {odd[0]}.",
            where=where,
            hint="Download the file again, or choose another one.",
        )
    for name, expected in wanted.items():
        if weights[name].shape != expected.shape:
            raise InputError(
                f"The weight {name} has the shape {tuple(weights[name].shape)}, where "
                f"{tuple(expected.shape)} is needed.",
                where=where,
                hint="Download the file again, or choose another one.",
            )
    stored = _kept_as_stored(module)
    ready = {name: value if name in stored else value.to(dtype) for name, value in weights.items()}
    module.load_state_dict(ready, assign=True)
    module.requires_grad_(requires_grad=False)


def _kept_as_stored(module: nn.Module) -> set[str]:
    return {
        f"{name}.weight"
        for name, child in module.named_modules()
        if isinstance(child, StoredLinear | nn.Embedding)
    }
