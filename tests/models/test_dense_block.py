"""The blocks give what spandrel's give, in fewer passes."""

from __future__ import annotations

import copy
import importlib
from typing import Any

import pytest
import torch
from tests.bfloat16_for_tests import needs_bfloat16

from capdemo.models import winograd as winograd_rows
from capdemo.models.dense_block import simplify_dense_blocks
from capdemo.models.mixed_precision import mix_precision
from capdemo.models.spandrel_import import import_spandrel


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


@torch.inference_mode()
def test_a_block_convolved_band_by_band_shows_no_seam(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(winograd_rows, "_PIXELS_AT_ONCE", 64)
    plain = _esrgan()
    simple = copy.deepcopy(plain)
    simplify_dense_blocks(simple, winograd=True)
    pictures = torch.rand(1, 3, 23, 9, generator=torch.Generator().manual_seed(5))
    torch.testing.assert_close(simple(pictures), plain(pictures), rtol=0, atol=1e-6)


@pytest.mark.parametrize("winograd", [False, True])
@pytest.mark.parametrize("sizes", [{"nf": 24, "gc": 8}, {"nf": 7, "gc": 5, "bias": False}])
@pytest.mark.parametrize(
    "layers",
    [
        {},
        {"norm_type": "batch"},
        {"norm_type": "instance", "act_type": "relu"},
        {"act_type": "prelu"},
        {"mode": "NAC"},
        {"mode": "CNAC", "norm_type": "batch"},
        {"pad_type": "reflect"},
        {"kernel_size": 5},
    ],
    ids=str,
)
@torch.inference_mode()
def test_blocks_of_every_kind_are_those_of_spandrel(
    layers: dict[str, Any], sizes: dict[str, Any], *, winograd: bool
) -> None:
    import_spandrel()
    helpers = importlib.import_module("spandrel.architectures.__arch_helpers.block")
    torch.manual_seed(3)
    plain = torch.nn.Sequential(helpers.RRDB(**sizes, **layers)).eval()
    for part in plain.modules():
        if isinstance(part, torch.nn.BatchNorm2d):
            part.running_mean = torch.randn(part.num_features)
            part.running_var = torch.rand(part.num_features) + 0.5
        elif isinstance(part, torch.nn.LeakyReLU):
            part.negative_slope = 0.1
    simple = copy.deepcopy(plain)
    simplify_dense_blocks(simple, winograd=winograd)
    assert "RRDB" not in _kinds(simple)
    assert ("WinogradConvolution" in _kinds(simple)) == (winograd and not layers)
    features = torch.randn(2, sizes["nf"], 11, 14, generator=torch.Generator().manual_seed(4))
    given = features.clone()
    torch.testing.assert_close(simple(given), plain(features.clone()), rtol=0, atol=1e-5)
    assert torch.equal(given, features)


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
