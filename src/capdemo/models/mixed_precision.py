"""Networks in bfloat16 whose first and last steps stay in float32; only where that was measured.

bfloat16 keeps eight bits, which a picture alone fills, and a sum over many blocks loses some. With
the picture, that sum and the last convolution in float32, every network of these architectures
whose weights are at hand stays above 50 dB on photographs, where bfloat16 alone falls to 42 dB. A
frame of an animated film is 48.8 dB off with x4plus, which was not made for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch

if TYPE_CHECKING:
    from collections.abc import Mapping

    from torch import nn

_ENDS: Mapping[str, tuple[int, ...]] = {
    "Compact": (0, -1),
    "ESRGAN": (0, -1),
    "SPAN": (0, 1, 2, 3, -1),
}
"""Which convolutions of an architecture stay in float32, by their place among all."""


def can_mix(architecture: str) -> bool:
    """Whether networks of this architecture were measured in mixed precision."""
    return architecture in _ENDS


def mix_precision(network: nn.Module, architecture: str) -> None:
    """Convert a network in place; it then takes and gives float32.

    Its layers cast what they are given to the type of their weights, so that a sum of both types
    is float32. Raises `KeyError` for an architecture that `can_mix` denies.
    """
    ends = _ENDS[architecture]
    _fold(network)
    network.to(torch.bfloat16)
    layers = list(network.modules())
    convolutions = [layer for layer in layers if isinstance(layer, torch.nn.Conv2d)]
    for place in ends:
        convolutions[place].float()
    for layer in layers:
        if isinstance(layer, (torch.nn.Conv2d, torch.nn.PReLU)):
            layer.register_forward_pre_hook(_cast_to_weight)


def _fold(network: nn.Module) -> None:
    """Leave of each of SPAN's `Conv3XC` the one convolution that its four amount to.

    spandrel adds them up anew at every call, in the type of the weights.
    """
    for module in list(network.modules()):
        for name, child in _children(module):
            if type(child).__name__ == "Conv3XC" and not child.has_relu:
                child.update_params()
                setattr(module, name, child.eval_conv)


def _children(module: nn.Module) -> list[tuple[str, Any]]:
    return list(module.named_children())


def _cast_to_weight(layer: nn.Module, given: tuple[Any, ...]) -> tuple[Any, ...]:
    picture, *rest = given
    weight: Any = layer.weight
    return (picture.to(weight.dtype), *rest)
