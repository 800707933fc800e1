"""Convolutions by Winograd's method give what the direct ones give."""

from __future__ import annotations

import copy

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from capdemo.models import winograd
from capdemo.models.compact_body import transform_compact_body
from capdemo.models.spandrel_import import import_spandrel
from capdemo.models.winograd import Rows, WinogradConvolution, can_transform


def _convolved(convolution: torch.nn.Conv2d, *pictures: torch.Tensor) -> torch.Tensor:
    rows = [Rows.of(picture) for picture in pictures]
    height, width = pictures[0].shape[1:]
    output = Rows(height, width, convolution.out_channels, pictures[0].dtype)
    transformed = WinogradConvolution(convolution)
    for first, last in output.bands():
        parts = [part.transformed(first, last) for part in rows]
        transformed(parts, output.pixels[first:last])
    return output.picture()


@settings(max_examples=40, deadline=None)
@given(
    height=st.integers(1, 13),
    width=st.integers(1, 13),
    channels=st.integers(1, 4),
    bias=st.booleans(),
    seed=st.integers(0, 1000),
)
@torch.inference_mode()
def test_in_float64_it_is_the_direct_convolution(
    height: int, width: int, channels: int, seed: int, *, bias: bool
) -> None:
    torch.manual_seed(seed)
    direct = torch.nn.Conv2d(channels, 3, 3, padding=1, bias=bias).double()
    picture = torch.randn(channels, height, width, dtype=torch.float64)
    expected = direct(picture[None])[0]
    torch.testing.assert_close(_convolved(direct, picture), expected, rtol=0, atol=1e-13)


@torch.inference_mode()
def test_bands_meet_without_a_seam(monkeypatch: pytest.MonkeyPatch) -> None:
    torch.manual_seed(3)
    direct = torch.nn.Conv2d(2, 3, 3, padding=1).double()
    picture = torch.randn(2, 23, 9, dtype=torch.float64)
    monkeypatch.setattr(winograd, "_PIXELS_AT_ONCE", 64)
    assert len(list(Rows.of(picture).bands())) == 6
    expected = direct(picture[None])[0]
    torch.testing.assert_close(_convolved(direct, picture), expected, rtol=0, atol=1e-13)


@torch.inference_mode()
def test_channels_are_joined_in_order() -> None:
    torch.manual_seed(4)
    direct = torch.nn.Conv2d(5, 2, 3, padding=1).double()
    picture = torch.randn(5, 6, 11, dtype=torch.float64)
    expected = direct(picture[None])[0]
    parts = picture[:2].clone(), picture[2:].clone()
    torch.testing.assert_close(_convolved(direct, *parts), expected, rtol=0, atol=1e-13)


@torch.inference_mode()
def test_float32_stays_near_the_truth() -> None:
    torch.manual_seed(5)
    direct = torch.nn.Conv2d(64, 32, 3, padding=1)
    picture = torch.randn(64, 20, 30)
    truth = copy.deepcopy(direct).double()(picture.double()[None])[0]
    error = (_convolved(direct, picture) - truth).abs().max()
    assert error < 6e-6 * truth.std()


def test_which_layers_can_be_transformed() -> None:
    convolution = torch.nn.Conv2d
    assert can_transform(convolution(8, 4, 3, padding=1))
    assert can_transform(convolution(8, 4, 3, padding="same"))
    others = [
        convolution(8, 4, 3),
        convolution(8, 4, 1),
        convolution(8, 4, 5, padding=1),
        convolution(8, 4, 3, padding=1, stride=2),
        convolution(8, 4, 3, padding=1, dilation=2),
        convolution(8, 4, 3, padding=1, groups=4),
        convolution(8, 4, 3, padding=1, padding_mode="reflect"),
        torch.nn.PReLU(8),
    ]
    assert not any(map(can_transform, others))


@pytest.mark.parametrize("activation", ["prelu", "leakyrelu", "relu"])
@torch.inference_mode()
def test_a_compact_network_gives_the_same_pictures(activation: str) -> None:
    import_spandrel()
    from spandrel.architectures.Compact.__arch.SRVGG import SRVGGNetCompact

    torch.manual_seed(6)
    plain = SRVGGNetCompact(num_feat=16, num_conv=3, upscale=2, act_type=activation).eval()
    for layer in plain.modules():
        if isinstance(layer, torch.nn.PReLU):
            layer.weight.copy_(torch.linspace(-0.5, 1.5, 16))
    changed = copy.deepcopy(plain)
    transform_compact_body(changed)
    assert "WinogradConvolution" in {type(module).__name__ for module in changed.modules()}
    pictures = torch.rand(2, 3, 21, 18)
    torch.testing.assert_close(changed(pictures), plain(pictures), rtol=0, atol=1e-5)


@torch.inference_mode()
def test_a_compact_network_run_band_by_band_shows_no_seam(monkeypatch: pytest.MonkeyPatch) -> None:
    import_spandrel()
    from spandrel.architectures.Compact.__arch.SRVGG import SRVGGNetCompact

    torch.manual_seed(7)
    plain = SRVGGNetCompact(num_feat=16, num_conv=3, upscale=2).eval()
    changed = copy.deepcopy(plain)
    transform_compact_body(changed)
    monkeypatch.setattr(winograd, "_PIXELS_AT_ONCE", 64)
    pictures = torch.rand(1, 3, 23, 9)
    torch.testing.assert_close(changed(pictures), plain(pictures), rtol=0, atol=1e-5)


def test_other_networks_keep_their_layers() -> None:
    network = torch.nn.Sequential(torch.nn.Conv2d(3, 8, 3, padding=1), torch.nn.ReLU())
    transform_compact_body(network)
    assert [type(layer).__name__ for layer in network] == ["Conv2d", "ReLU"]
