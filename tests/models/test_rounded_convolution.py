"""One rounding: what the layer gives is the nearest bfloat16 of what float64 gives."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from tests.bfloat16_for_tests import needs_bfloat16

from capdemo.models.rounded_convolution import RoundedConvolution, is_convolution

HALF_A_STEP = 2.0**-8
"""How far a number is at most from its nearest bfloat16, of its size."""


@needs_bfloat16
@pytest.mark.parametrize("slope", [1.0, 0.2, 0.1])
@pytest.mark.parametrize(
    "shape",
    [
        {"kernel_size": 3, "padding": 1},
        {"kernel_size": 3, "padding": 1, "bias": False},
        {"kernel_size": 1},
        {"kernel_size": 3, "padding": (2, 1), "dilation": (2, 1), "groups": 4},
        {"kernel_size": 4, "stride": (2, 1)},
    ],
    ids=str,
)
@torch.inference_mode()
def test_the_result_is_rounded_once(shape: dict[str, Any], slope: float) -> None:
    torch.manual_seed(1)
    convolution = torch.nn.Conv2d(16, 32, **shape)
    features = torch.randn(2, 16, 11, 9)
    found = RoundedConvolution(convolution, slope)(features)
    truth = convolution.double()
    truth.weight.copy_(truth.weight.bfloat16())
    expected = torch.nn.functional.leaky_relu(truth(features.bfloat16().double()), slope)
    assert found.dtype == torch.bfloat16
    off = (found.double() - expected).abs()
    # float32 in between moves what lies amid two bfloat16.
    torch.testing.assert_close(off, off.clamp(max=HALF_A_STEP * 1.001 * expected.abs() + 1e-6))


@torch.inference_mode()
def test_only_plain_convolutions_are_replaced() -> None:
    assert is_convolution(torch.nn.Conv2d(3, 3, 3, padding=1))
    assert not is_convolution(torch.nn.Conv2d(3, 3, 3, padding="same"))
    assert not is_convolution(torch.nn.Conv2d(3, 3, 3, padding=1, padding_mode="reflect"))
    assert not is_convolution(torch.nn.ConvTranspose2d(3, 3, 3))
