"""Networks in bfloat16 whose first and last steps stay in float32; only where that was measured.

bfloat16 keeps eight bits, which a picture alone fills, and a sum over many blocks loses some. With
the picture, that sum and the last convolution in float32, and every other convolution rounded once
(`rounded_convolution`), all networks of these architectures whose weights are at hand stay above
50 dB on photographs, drawings and frames of films, where bfloat16 alone falls to 42 dB.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import torch

from capdemo.models.device import multiplies_bfloat16
from capdemo.models.rounded_convolution import RoundedConvolution, is_convolution

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
    """Whether networks of this architecture were measured, and this processor makes them faster."""
    return architecture in _ENDS and multiplies_bfloat16()


def mix_precision(network: nn.Module, architecture: str) -> None:
    """Convert a network in place; it then takes and gives float32.

    Where both types are added, the sum is float32. Raises `KeyError` for an architecture that was
    not measured.
    """
    _fold(network)
    convolutions = [layer for layer in network.modules() if isinstance(layer, torch.nn.Conv2d)]
    ends = [convolutions[place] for place in _ENDS[architecture]]
    for layer in list(network.modules()):
        _round_convolutions(layer, ends)
    for layer in network.modules():
        if isinstance(layer, torch.nn.PReLU):
            layer.to(torch.bfloat16)
        if isinstance(layer, (torch.nn.Conv2d, torch.nn.PReLU)):
            layer.register_forward_pre_hook(_cast_to_weight)
        if type(layer).__name__ == "SPAB":
            block: Any = layer
            # What it takes a half from, a sigmoid, has few of its bits in the rest.
            block.c3_r.register_forward_hook(_widen)


def _round_convolutions(parent: nn.Module, ends: list[nn.Conv2d]) -> None:
    """Replace the convolutions right below a layer, but for some, each with its `LeakyReLU`."""
    children = _children(parent)
    for (name, child), (follower, activation) in pairwise([*children, ("", None)]):
        if child in ends or not is_convolution(child):
            continue
        slope = 1.0
        if isinstance(parent, torch.nn.Sequential) and isinstance(activation, torch.nn.LeakyReLU):
            slope = activation.negative_slope
            setattr(parent, follower, torch.nn.Identity())
        setattr(parent, name, RoundedConvolution(child, slope))


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


def _widen(_layer: nn.Module, _given: tuple[Any, ...], output: torch.Tensor) -> torch.Tensor:
    return output.float()
