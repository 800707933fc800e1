"""From an ncnn network to the state dict of the PyTorch network that it was exported from.

Known are the RRDBNet of ESRGAN (Wang et al. 2018, arXiv 1809.00219), the SRVGGNetCompact of
Real-ESRGAN (Wang et al. 2021, arXiv 2107.10833), SPAN (Wan et al. 2023, arXiv 2311.12770) and
Real-CUGAN (`realcugan`). A graph that is wired in any other way is refused, for its weights would
mean something else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from capdemo.errors import InputError
from capdemo.models.ncnn import Array, Layer, read_network
from capdemo.models.realcugan import realcugan_weights

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

StateDict = dict[str, torch.Tensor]

_BICUBIC = 3
_ALPHA = 0.2
"""ESRGAN's LeakyReLU slope and, by chance, also its residual scaling."""
_SPAN_MEAN = (0.4488, 0.4371, 0.4040)
_SPAN_RANGE = 255.0


@dataclass(frozen=True, slots=True)
class Converted:
    """A network as spandrel recognises it."""

    state_dict: StateDict
    resize: float = 1.0
    """The graph ends with a bicubic resize by this factor, which spandrel's network lacks."""


def convert_ncnn(path: Path) -> Converted:
    """Read the ncnn model whose `.bin` is at `path` and rename its weights.

    Raises `InputError` where the files are damaged or hold some other network.
    """
    network = [layer for layer in read_network(path) if layer.kind != "Split"]
    for convert in (_compact, _rrdb, _span, _cugan):
        converted = convert(network) if network else None
        if converted is not None:
            return converted
    raise InputError(
        "The ncnn network is none that is known here.",
        where=str(path),
        hint="Known are RRDBNet (ESRGAN), SRVGGNetCompact (Real-ESRGAN), SPAN and Real-CUGAN.",
    )


def _compact(network: Sequence[Layer]) -> Converted | None:
    """SRVGGNetCompact: convolutions and PReLU in turn, over a nearest-neighbour enlargement."""
    resized = network[-1].kind == "Interp"
    body = network[: -1 if resized else None]
    pairs = sum(layer.kind == "PReLU" for layer in body)
    tail = ["Convolution", "PixelShuffle", "Interp", "BinaryOp"]
    if not pairs or _kinds(body) != ["Input", *["Convolution", "PReLU"] * pairs, *tail]:
        return None
    if resized and network[-1].count(0) != _BICUBIC:
        return None
    state = StateDict()
    for index, layer in enumerate(body[1 : 2 * pairs + 2]):
        state |= _named(f"body.{index}", layer)
    return Converted(state, network[-1].value(1) if resized else 1.0)


def _rrdb(network: Sequence[Layer]) -> Converted | None:
    """RRDBNet: blocks of three dense blocks of five convolutions, then two doublings."""
    blocks, rest = divmod(_kinds(network).count("Convolution") - 6, 15)
    dense = [*["Convolution", "Concat"] * 4, "Convolution", "Eltwise"]
    head, body = ["Input", "Convolution"], [*dense * 3, "Eltwise"] * blocks
    tail = ["Convolution", "BinaryOp", *["Interp", "Convolution"] * 2, *["Convolution"] * 2]
    if rest or blocks <= 0 or _kinds(network) != head + body + tail:
        return None
    if not all(_scales_residual(layer) for layer in network if layer.kind == "Eltwise"):
        return None
    names = ["conv_first"]
    names += [
        f"body.{block}.rdb{dense}.conv{conv}"
        for block in range(blocks)
        for dense in (1, 2, 3)
        for conv in (1, 2, 3, 4, 5)
    ]
    names += ["conv_body", "conv_up1", "conv_up2", "conv_hr", "conv_last"]
    state = StateDict()
    for name, layer in zip(names, _convolutions(network), strict=True):
        if _activated(layer) != (name[-5:] in _ACTIVATED or name in _ACTIVATED):
            return None
        state |= _named(name, layer)
    return Converted(state)


_ACTIVATED = frozenset({"conv1", "conv2", "conv3", "conv4", "conv_up1", "conv_up2", "conv_hr"})
"""The convolutions of RRDBNet that a LeakyReLU follows; ncnn fuses it into them."""


def _span(network: Sequence[Layer]) -> Converted | None:
    """SPAN, exported with its training branches merged into one convolution each."""
    block = [*["Convolution", "Swish"] * 2, "Convolution", "Sigmoid", *["BinaryOp"] * 3]
    head = ["Input", "MemoryData", "BinaryOp", "BinaryOp", "Convolution"]
    tail = ["Convolution", "Concat", "Convolution", "Convolution", "PixelShuffle"]
    if _kinds(network) != [*head, *block * 6, *tail]:
        return None
    # spandrel cannot tell these two numbers from a state dict; it assumes them.
    if not np.allclose(network[1].weights[0], _SPAN_MEAN) or network[3].value(2) != _SPAN_RANGE:
        return None
    names = ["conv_1", *(f"block_{b}.c{c}_r" for b in range(1, 7) for c in (1, 2, 3)), "conv_2"]
    convolutions = _convolutions(network)
    state = StateDict()
    for name, layer in zip(names, convolutions, strict=False):
        state |= _span_branches(name, *layer.weights)
    for name, layer in zip(("conv_cat", "upsampler.0"), convolutions[len(names) :], strict=True):
        state |= _named(name, layer)
    return Converted(state)


def _span_branches(name: str, weight: Array, bias: Array) -> StateDict:
    """Branches that merge into exactly this convolution.

    SPAN trains `sk(x) + conv3(conv2(conv1(x)))`, 1x1, 3x3 and 1x1, twice as wide in the middle.
    With `sk` zero, the 1x1 convolutions copying channels in and out, and the 3x3 holding the
    weights in its first channels, merging adds only zeros, so no bit changes.
    """
    outputs, inputs = weight.shape[:2]
    widened = np.zeros((2 * outputs, 2 * inputs, 3, 3), np.float32)
    widened[:outputs, :inputs] = weight
    arrays = {
        "sk.weight": np.zeros((outputs, inputs, 1, 1), np.float32),
        "sk.bias": np.zeros(outputs, np.float32),
        "conv.0.weight": _copying(2 * inputs, inputs),
        "conv.0.bias": np.zeros(2 * inputs, np.float32),
        "conv.1.weight": widened,
        "conv.1.bias": np.zeros(2 * outputs, np.float32),
        "conv.2.weight": _copying(outputs, 2 * outputs),
        "conv.2.bias": bias,
        "eval_conv.weight": weight,
        "eval_conv.bias": bias,
    }
    return {f"{name}.{key}": torch.from_numpy(array) for key, array in arrays.items()}


def _copying(outputs: int, inputs: int) -> Array:
    return np.eye(outputs, inputs, dtype=np.float32)[:, :, None, None]


def _cugan(network: Sequence[Layer]) -> Converted | None:
    weights = realcugan_weights(network)
    if weights is None:
        return None
    return Converted({key: torch.from_numpy(array) for key, array in weights.items()})


def _kinds(network: Sequence[Layer]) -> list[str]:
    return [layer.kind for layer in network]


def _convolutions(network: Sequence[Layer]) -> list[Layer]:
    return [layer for layer in network if layer.kind == "Convolution"]


def _activated(layer: Layer) -> bool:
    leaky_relu = 2
    return layer.count(9) == leaky_relu and layer.values.get(10) == (_ALPHA,)


def _scales_residual(layer: Layer) -> bool:
    return layer.values.get(1) == (_ALPHA, 1.0)


def _named(name: str, layer: Layer) -> StateDict:
    pairs = zip(("weight", "bias"), layer.weights, strict=False)
    return {f"{name}.{kind}": torch.from_numpy(array) for kind, array in pairs}
