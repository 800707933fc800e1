"""The blocks give what spandrel's give, in fewer passes."""

from __future__ import annotations

import copy

import pytest
import torch

from capdemo.models.dense_block import simplify_dense_blocks
from capdemo.models.mixed_precision import mix_precision
from capdemo.models.rounded_convolution import can_round
from capdemo.models.spandrel_import import import_spandrel

needs_bfloat16 = pytest.mark.skipif(
    not can_round(), reason="this processor has no products of bfloat16, so fast is exact"
)


def _esrgan(*, plus: bool = False) -> torch.nn.Module:
    import_spandrel()
    from spandrel.architectures.ESRGAN import ESRGAN

    torch.manual_seed(0)
    network: torch.nn.Module = ESRGAN(num_filters=16, num_blocks=2, scale=2, plus=plus)
    return network.eval()


def _kinds(network: torch.nn.Module) -> set[str]:
    return {type(module).__name__ for module in network.modules()}


@pytest.mark.parametrize(
    ("winograd", "block"), [(False, "_DenseBlock"), (True, "_WinogradDenseBlock")]
)
@torch.inference_mode()
def test_the_picture_is_that_of_spandrels_blocks(block: str, *, winograd: bool) -> None:
    plain = _esrgan()
    simple = copy.deepcopy(plain)
    simplify_dense_blocks(simple, winograd=winograd)
    pictures = torch.rand(2, 3, 20, 23, generator=torch.Generator().manual_seed(1))
    assert {"RRDB", "ResidualDenseBlock_5C"}.isdisjoint(_kinds(simple))
    assert block in _kinds(simple)
    torch.testing.assert_close(simple(pictures), plain(pictures), rtol=0, atol=1e-6)


@needs_bfloat16
@torch.inference_mode()
def test_sums_over_the_blocks_stay_in_float32() -> None:
    network = _esrgan()
    simplify_dense_blocks(network, winograd=False)
    mix_precision(network, "ESRGAN")
    (block, *_) = [part for part in network.modules() if type(part).__name__ == "_ResidualBlock"]
    features = torch.rand(1, 16, 8, 8, generator=torch.Generator().manual_seed(2))
    convolved = block(features)
    for weights in block.buffers():
        weights.zero_()
    unchanged = block(features)
    assert unchanged.dtype == torch.float32
    # A fifth of the three blocks' sum, which is then the features, to the last bits of float32.
    torch.testing.assert_close(unchanged, 1.2 * features, rtol=1e-6, atol=0)
    assert (convolved - unchanged).abs().max() > 1e-3, "they convolve otherwise"


def test_esrgan_plus_is_left_as_it_is() -> None:
    network = _esrgan(plus=True)
    before = _kinds(network)
    simplify_dense_blocks(network, winograd=True)
    assert _kinds(network) == before
