"""Convolutions in bfloat16 that round their result once, after the bias and the activation.

torch's own layers round three times: the bias beforehand, the sum, and what the activation makes
of it. oneDNN keeps all of that in float32 until the result is written, which is also one pass over
memory less. torch calls it so for compiled networks, by the operator that is called here.
"""

from __future__ import annotations

import torch


class RoundedConvolution(torch.nn.Module):
    """A convolution on a CPU, followed by a `LeakyReLU` of a slope; a slope of 1 changes nothing.

    The weights are bfloat16, the bias float32.
    """

    weight: torch.Tensor
    bias: torch.Tensor | None

    def __init__(self, convolution: torch.nn.Conv2d, slope: float = 1.0) -> None:
        super().__init__()
        weight = convolution.weight.detach().to(torch.bfloat16)
        self.register_buffer("weight", weight.contiguous(memory_format=torch.channels_last))
        bias = convolution.bias
        self.register_buffer("bias", None if bias is None else bias.detach().float())
        self._shape = (
            list(convolution.padding),
            list(convolution.stride),
            list(convolution.dilation),
            convolution.groups,
        )
        self._activation = ("none", []) if slope == 1 else ("leaky_relu", [slope])

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        """Features (BCHW) of any type to features in bfloat16."""
        features = features.to(torch.bfloat16)
        output: torch.Tensor = torch.ops.mkldnn._convolution_pointwise(  # noqa: SLF001  (no other)
            features, self.weight, self.bias, *self._shape, *self._activation, ""
        )
        return output


def is_convolution(layer: torch.nn.Module) -> bool:
    """Whether a layer is one that `RoundedConvolution` can stand in for."""
    return (
        type(layer) is torch.nn.Conv2d
        and layer.padding_mode == "zeros"
        and not isinstance(layer.padding, str)
    )
