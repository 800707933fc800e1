"""Names the weights of Real-CUGAN in an ncnn network; refuses one that is wired otherwise.

Real-CUGAN (https://github.com/bilibili/ailab/tree/main/Real-CUGAN) is two U-Nets, one after the
other. The second corrects the first; each halves the picture once or twice, weighs its channels by
their means, and crops what it kept from before the halving. The network for a factor of four ends
with one more convolution and a pixel shuffle; the program around it adds the enlarged input, as
spandrel's network does.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from capdemo.models.ncnn import Array, Layer

    _Settings: TypeAlias = Mapping[int, tuple[float, ...]]

_ACTIVATION, _SLOPE = 9, 10
_RELU, _LEAKY_RELU, _SIGMOID = 1.0, 2.0, 4.0
_STRIDE, _PADDING = 3, 4
_LEAKY: _Settings = {
    _ACTIVATION: (_LEAKY_RELU,),
    _SLOPE: (0.1,),
    _STRIDE: (0.0,),
    _PADDING: (0.0,),
}
_LINEAR: _Settings = {**_LEAKY, _ACTIVATION: (0.0,), _SLOPE: (0.0,)}
_HALVING: _Settings = {**_LEAKY, _STRIDE: (2.0,)}
_DOUBLING = _HALVING
_ADD: _Settings = {0: (0.0,)}
_MULTIPLY: _Settings = {0: (2.0,)}
_GLOBAL_MEAN: _Settings = {0: (1.0,), 4: (1.0,)}
_ENLARGING: Mapping[int, _Settings] = {
    4: {**_LINEAR, _STRIDE: (2.0,), _PADDING: (3.0,)},
    5: {**_LINEAR, _STRIDE: (3.0,), _PADDING: (2.0,)},
}
"""Stride and padding of the first U-Net's last layer by its kernel: factors two and three."""


@dataclass(frozen=True, slots=True)
class _Step:
    """A layer that must come next."""

    kind: str
    name: str = ""
    """What PyTorch calls it; empty where it has no weights."""
    settings: _Settings = field(default_factory=dict)
    """ncnn's parameters that must be so; 0 stands for one that the file leaves out."""


def realcugan_weights(network: Sequence[Layer]) -> dict[str, Array] | None:
    """The weights by the names of PyTorch's network, or None where this is another network.

    Takes the layers in order, without `Split`. A professional (`pro`) network is named the same:
    its ncnn files have the narrower range of its values within their weights.
    """
    kernels = [layer.count(1) for layer in network if layer.kind == "Deconvolution"]
    enlarging = _ENLARGING.get(kernels[1]) if len(kernels) > 1 else None
    if enlarging is None:
        return None
    steps = _steps(enlarging, ends_shuffled=network[-1].kind == "PixelShuffle")
    if len(steps) != len(network) or not all(map(_is, network, steps)):
        return None
    weights: dict[str, Array] = {}
    for layer, step in zip(network, steps, strict=True):
        if step.name:
            weights |= _named(layer, step.name)
    return weights


def _steps(enlarging: _Settings, *, ends_shuffled: bool) -> list[_Step]:
    steps = [_Step("Input"), *_first_unet(enlarging), *_second_unet()]
    if ends_shuffled:
        steps.append(_Step("Convolution", "conv_final", _LINEAR))
        steps += [_crop(1), _Step("PixelShuffle", settings={0: (2.0,)})]
    return steps


def _first_unet(enlarging: _Settings) -> list[_Step]:
    return [
        *_twice("unet1.conv1"),
        _Step("Convolution", "unet1.conv1_down", _HALVING),
        *_twice("unet1.conv2"),
        *_attention("unet1.conv2.seblock"),
        *_back("unet1.conv2_up", 4),
        _Step("Convolution", "unet1.conv3", _LEAKY),
        _Step("Deconvolution", "unet1.conv_bottom", enlarging),
    ]


def _second_unet() -> list[_Step]:
    return [
        *_twice("unet2.conv1"),
        _Step("Convolution", "unet2.conv1_down", _HALVING),
        *_twice("unet2.conv2"),
        *_attention("unet2.conv2.seblock"),
        _Step("Convolution", "unet2.conv2_down", _HALVING),
        *_twice("unet2.conv3"),
        *_attention("unet2.conv3.seblock"),
        *_back("unet2.conv3_up", 4),
        *_twice("unet2.conv4"),
        *_attention("unet2.conv4.seblock"),
        *_back("unet2.conv4_up", 16),
        _crop(20),  # of the first U-Net's output, which the last step adds
        _Step("Convolution", "unet2.conv5", _LEAKY),
        _Step("Convolution", "unet2.conv_bottom", _LINEAR),
        _Step("BinaryOp", settings=_ADD),
    ]


def _twice(name: str) -> list[_Step]:
    return [_Step("Convolution", f"{name}.conv.{place}", _LEAKY) for place in (0, 2)]


def _attention(name: str) -> list[_Step]:
    """Channels weighed by what two small layers make of their means."""
    return [
        _Step("Pooling", settings=_GLOBAL_MEAN),
        _Step("InnerProduct", f"{name}.conv1", {_ACTIVATION: (_RELU,)}),
        _Step("InnerProduct", f"{name}.conv2", {_ACTIVATION: (_SIGMOID,)}),
        _Step("BinaryOp", settings=_MULTIPLY),
    ]


def _back(name: str, margin: int) -> list[_Step]:
    """Twice as large again, and added to the cropped picture from before the halving."""
    return [
        _crop(margin),
        _Step("Deconvolution", name, _DOUBLING),
        _Step("BinaryOp", settings=_ADD),
    ]


def _crop(margin: int) -> _Step:
    sides = (float(margin),) * 2
    return _Step("Crop", settings={9: sides, 10: tuple(-side for side in sides)})


def _is(layer: Layer, step: _Step) -> bool:
    return layer.kind == step.kind and all(
        layer.values.get(key, (0.0,)) == value for key, value in step.settings.items()
    )


def _named(layer: Layer, name: str) -> dict[str, Array]:
    weight, *bias = layer.weights
    if layer.kind == "Deconvolution":
        weight = np.ascontiguousarray(weight.swapaxes(0, 1))  # PyTorch has inputs first
    elif layer.kind == "InnerProduct":
        weight = weight[:, :, None, None]  # a convolution by one pixel there
    return {f"{name}.weight": weight, **{f"{name}.bias": values for values in bias}}
