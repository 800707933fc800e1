"""3x3 convolutions by half the products: Winograd's F(4, 3) along the width of a picture.

Four neighbouring outputs of a row need six inputs and, for each row of the kernel, twelve products;
six are enough if inputs, kernel and outputs are each transformed by a small matrix (Lavin and Gray
2015, arXiv 1509.09308). Across the height the convolution stays as it is, so that oneDNN's own is
used, one group of channels for each of the six.

The error grows two- to threefold: in float32 to 6e-7 of the output's deviation, which no picture
shows; in bfloat16 too far.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

OUTPUTS = 4
"""Of one window, side by side in a row."""

INPUTS = 6
"""Of one window: the outputs' own pixels and their neighbours on both sides."""

_POINTS = (0.0, 0.5**0.5, -(0.5**0.5), 2.0**0.5, -(2.0**0.5))
"""Where polynomials are evaluated, beside infinity: the least rounding of those tried.

How the points decide it: Barabasz et al. 2018, arXiv 1803.10986.
"""

_PIXELS_AT_ONCE = 1 << 16
"""About how many pixels are convolved together; what is between the transforms stays in cache."""


class Rows:
    """Features laid out so that windows of six pixels, four apart, need no copy of them.

    Pixels lie row by row, channels side by side. A row is `OUTPUTS * windows` pixels long, more
    than the picture is wide, and the rest of it is zero: it pads the row on the right, and the next
    one on the left. One pixel lies before the first row; the rows above and below are zero.
    """

    def __init__(self, height: int, width: int, channels: int, dtype: torch.dtype) -> None:
        self.height, self.width, self.channels = height, width, channels
        self.windows = -(-width // OUTPUTS) + 1
        """Of a row; the last one has no pixel of the picture among its outputs."""
        length = (height + 2) * self.windows * OUTPUTS
        self._memory = torch.empty((1 + length + INPUTS - OUTPUTS) * channels, dtype=dtype)
        grid = self._memory[channels : (1 + length) * channels]
        padded = grid.view(height + 2, self.windows * OUTPUTS, channels)
        self.pixels = padded[1:-1]
        """Height, length of a row, channels."""
        self._memory[:channels] = 0
        self._memory[(1 + length) * channels :] = 0
        padded[0] = 0
        padded[-1] = 0

    @classmethod
    def of(cls, picture: torch.Tensor) -> Rows:
        """The rows of a picture (CHW)."""
        channels, height, width = picture.shape
        rows = cls(height, width, channels, picture.dtype)
        rows.pixels[:, :width] = picture.movedim(0, -1)
        rows.clear_gaps()
        return rows

    def picture(self) -> torch.Tensor:
        """CHW, in the memory of the rows."""
        return self.pixels[:, : self.width].movedim(-1, 0)

    def clear_gaps(self) -> None:
        """Make the rest of every row zero, as it must be before `transformed`."""
        self.pixels[:, self.width :] = 0

    def transformed(self, first: int = 0, last: int | None = None) -> torch.Tensor:
        """What convolutions of the rows from `first` up to `last` multiply.

        Rows + 2, windows, 6, channels: the rows above and below are among them.
        """
        count = (self.height if last is None else last) - first + 2
        number = count * self.windows
        windows = self._memory.as_strided(
            (number, INPUTS, self.channels),
            (OUTPUTS * self.channels, self.channels, 1),
            first * self.windows * OUTPUTS * self.channels,
        )
        matrix = _matrices().inputs.to(windows.dtype).expand(number, INPUTS, INPUTS)
        return torch.bmm(matrix, windows).view(count, self.windows, INPUTS, self.channels)

    def bands(self) -> Iterator[tuple[int, int]]:
        """First row and the one after the last, of as many rows as are convolved together."""
        step = max(1, _PIXELS_AT_ONCE // (self.windows * OUTPUTS))
        for first in range(0, self.height, step):
            yield first, min(first + step, self.height)


class WinogradConvolution(torch.nn.Module):
    """A 3x3 convolution padded by one pixel of zeros, for transformed rows."""

    weight: torch.Tensor
    bias: torch.Tensor

    def __init__(self, convolution: torch.nn.Conv2d) -> None:
        super().__init__()
        matrices = _matrices()
        self.channels = convolution.out_channels
        kernel = convolution.weight.detach().double()
        weight = torch.einsum("pk,oihk->poih", matrices.kernel, kernel).flatten(0, 1).unsqueeze(-1)
        bias = torch.zeros(self.channels) if convolution.bias is None else convolution.bias.detach()
        dtype = convolution.weight.dtype
        weight = weight.to(dtype).contiguous(memory_format=torch.channels_last)
        self.register_buffer("weight", weight)
        self.register_buffer("bias", torch.outer(matrices.one, bias.double()).flatten().to(dtype))

    def forward(self, transformed: Sequence[torch.Tensor], output: torch.Tensor) -> None:
        """Convolve rows, given as they come from `Rows.transformed`, into `output`.

        The channels of what is given are joined. `output` has two rows less; the rest of a row,
        right of the picture, is then anything but zero.
        """
        joined = torch.cat(list(transformed), -1) if len(transformed) > 1 else transformed[0]
        products = torch.nn.functional.conv2d(
            joined.flatten(2).movedim(-1, 0)[None], self.weight, self.bias, groups=INPUTS
        )
        height, windows = products.shape[2:]
        number = height * windows
        torch.bmm(
            _matrices().outputs.to(products.dtype).expand(number, OUTPUTS, INPUTS),
            products[0].movedim(0, -1).reshape(number, INPUTS, self.channels),
            out=output.view(number, OUTPUTS, self.channels),
        )


def can_transform(layer: torch.nn.Module) -> bool:
    """Whether a layer is a convolution as `WinogradConvolution` computes it."""
    return (
        isinstance(layer, torch.nn.Conv2d)
        and layer.kernel_size == (3, 3)
        and layer.stride == layer.dilation == (1, 1)
        and layer.padding in {(1, 1), 1, "same"}
        and layer.padding_mode == "zeros"
        and layer.groups == 1
    )


@dataclass(frozen=True, slots=True)
class _Matrices:
    """The transforms, float64."""

    inputs: torch.Tensor
    """B^T, 6x6."""
    kernel: torch.Tensor
    """G, 6x3."""
    outputs: torch.Tensor
    """A^T, 4x6."""
    one: torch.Tensor
    """Six numbers that the transform of outputs turns into four ones: a bias before it."""


@lru_cache
def _matrices() -> _Matrices:
    """By Toom and Cook's construction: polynomials' values, and back from the values of products.

    What multiplies polynomials of degree 3 and 2 is transposed, which gives the correlation.
    """
    outputs = _values(OUTPUTS).T.contiguous()
    return _Matrices(
        inputs=torch.linalg.inv(_values(INPUTS)).T.contiguous(),
        kernel=_values(INPUTS - OUTPUTS + 1),
        outputs=outputs,
        one=torch.linalg.pinv(outputs) @ torch.ones(OUTPUTS, dtype=torch.float64),
    )


def _values(coefficients: int) -> torch.Tensor:
    """The matrix from a polynomial's coefficients to its values at the points and infinity."""
    points = torch.tensor(_POINTS, dtype=torch.float64)
    finite = points[:, None] ** torch.arange(coefficients, dtype=torch.float64)
    infinity = torch.eye(coefficients, dtype=torch.float64)[-1:]
    return torch.cat([finite, infinity])
