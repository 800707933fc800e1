"""Colour transfer: what the statistics of the result must be, and Lab against known colours."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pytest
import torch

from capdemo.errors import InputError
from capdemo.imaging import lab
from capdemo.imaging.colour_transfer import Baseline, transfer
from capdemo.node_api import Image

if TYPE_CHECKING:
    from capdemo.imaging.choices import TransferMethod

EACH = Baseline(whole_batch=False)
TOGETHER = Baseline(whole_batch=True)


def soft_noise(count: int, seed: int, low: float, high: float) -> Image:
    """Colours in a narrow range, so that no transfer between them leaves 0..1."""
    generator = torch.Generator().manual_seed(seed)
    basis = torch.rand(count, 12, 11, 3, generator=generator)
    mixed = basis @ torch.tensor([[0.8, 0.2, 0.0], [0.1, 0.7, 0.2], [0.1, 0.3, 0.6]])
    tint = torch.rand(count, 1, 1, 3, generator=generator) * 0.1
    return Image(low + (high - low) * (mixed * 0.9 + tint))


def flat_lab(image: Image) -> npt.NDArray[np.float64]:
    """All pixels of all pictures, as N3."""
    planes = lab.from_rgb(image.reshape(-1, 3).T)
    values: npt.NDArray[np.float64] = planes.T.double().numpy()
    return values


@pytest.mark.parametrize(
    ("colour", "expected"),
    [
        # Published values of sRGB's primaries at D65 (e.g. Lindbloom's calculator), to a tenth.
        ((1.0, 1.0, 1.0), (100.0, 0.0, 0.0)),
        ((0.0, 0.0, 0.0), (0.0, 0.0, 0.0)),
        ((1.0, 0.0, 0.0), (53.2, 80.1, 67.2)),
        ((0.0, 1.0, 0.0), (87.7, -86.2, 83.2)),
        ((0.0, 0.0, 1.0), (32.3, 79.2, -107.9)),
        ((0.5, 0.5, 0.5), (53.4, 0.0, 0.0)),
    ],
)
def test_lab_of_known_colours(colour: tuple[float, ...], expected: tuple[float, ...]) -> None:
    result = lab.from_rgb(torch.tensor(colour)[:, None])[:, 0]
    assert torch.allclose(result, torch.tensor(expected), atol=0.06)


def test_near_black_lightness_is_a_line() -> None:
    # CIE 1976: L = 903.3 Y below 0.008856; sRGB 0.01 is Y = 0.01 / 12.92.
    lightness = lab.from_rgb(torch.full((3, 1), 0.01))[0].item()
    assert lightness == pytest.approx(903.3 * 0.01 / 12.92, rel=1e-3)


def test_lab_and_back_is_the_identity() -> None:
    colours = torch.rand(3, 4000, generator=torch.Generator().manual_seed(1))
    colours[:, :500] *= 0.01  # near black, where the curve is a line
    assert (lab.to_rgb(lab.from_rgb(colours)) - colours).abs().max() < 1e-4


@pytest.mark.parametrize("baseline", [EACH, TOGETHER])
def test_reinhard_gives_the_references_mean_and_deviation(baseline: Baseline) -> None:
    target, reference = soft_noise(1, 2, 0.3, 0.6), soft_noise(1, 3, 0.4, 0.8)
    result = transfer(target, reference, method="reinhard_lab", baseline=baseline, strength=1.0)
    got, wanted = flat_lab(result), flat_lab(reference)
    assert np.abs(got.mean(0) - wanted.mean(0)).max() < 0.01
    assert np.abs(got.std(0) - wanted.std(0)).max() < 0.01
    assert np.corrcoef(got[:, 0], flat_lab(target)[:, 0])[0, 1] > 0.9999


@pytest.mark.parametrize("baseline", [EACH, TOGETHER])
def test_monge_kantorovitch_gives_the_references_covariance(baseline: Baseline) -> None:
    target, reference = soft_noise(1, 4, 0.35, 0.6), soft_noise(1, 5, 0.4, 0.7)
    result = transfer(target, reference, method="mkl_lab", baseline=baseline, strength=1.0)
    got, wanted = flat_lab(result), flat_lab(reference)
    assert np.abs(got.mean(0) - wanted.mean(0)).max() < 0.02
    assert np.abs(np.cov(got.T) - np.cov(wanted.T)).max() < 0.02 * np.abs(np.cov(wanted.T)).max()
    # Of all maps that do so it is the symmetric positive one.
    source = flat_lab(target)
    mapping = np.linalg.lstsq(source - source.mean(0), got - got.mean(0), rcond=None)[0]
    assert np.abs(mapping - mapping.T).max() < 0.02 * np.abs(mapping).max()
    assert (np.linalg.eigvalsh((mapping + mapping.T) / 2) > 0).all()


def test_histograms_are_matched_level_by_level() -> None:
    target = Image(torch.tensor([0.0, 0.25, 0.5, 0.75]).repeat(3, 1).T.reshape(1, 2, 2, 3))
    reference = Image(torch.tensor([0.2, 0.2, 0.6, 1.0]).repeat(3, 1).T.reshape(1, 2, 2, 3))
    result = transfer(target, reference, method="histogram", baseline=EACH, strength=1.0)
    assert (result[0, ..., 1].flatten() * 255).round().tolist() == [51, 51, 153, 255]
    half = transfer(target, reference, method="histogram", baseline=EACH, strength=0.5)
    assert torch.allclose(half, torch.lerp(target, result, 0.5))


@pytest.mark.parametrize("method", ["reinhard_lab", "mkl_lab", "histogram"])
def test_each_picture_goes_with_its_own_reference(method: TransferMethod) -> None:
    target, reference = soft_noise(3, 6, 0.3, 0.6), soft_noise(2, 7, 0.4, 0.8)
    result = transfer(target, reference, method=method, baseline=EACH, strength=0.7)
    for place, own in enumerate((0, 1, 1)):
        alone = transfer(
            Image(target[place : place + 1]),
            Image(reference[own : own + 1]),
            method=method,
            baseline=EACH,
            strength=0.7,
        )
        assert torch.allclose(result[place], alone[0], atol=1e-6)


@pytest.mark.parametrize("method", ["reinhard_lab", "mkl_lab"])
def test_measured_together_pictures_get_one_and_the_same_map(method: TransferMethod) -> None:
    target, reference = soft_noise(3, 8, 0.35, 0.6), soft_noise(2, 9, 0.4, 0.7)
    result = transfer(target, reference, method=method, baseline=TOGETHER, strength=1.0)
    got, wanted = flat_lab(result), flat_lab(reference)
    assert np.abs(got.mean(0) - wanted.mean(0)).max() < 0.02
    shared = Baseline(whole_batch=False, picture=1)
    by_one = transfer(target, reference, method=method, baseline=shared, strength=1.0)
    own = flat_lab(Image(by_one[1:2]))
    assert np.abs(own.mean(0) - wanted.mean(0)).max() < 0.02
    beyond = Baseline(whole_batch=False, picture=99)
    last = Baseline(whole_batch=False, picture=2)
    assert torch.equal(
        transfer(target, reference, method=method, baseline=beyond, strength=1.0),
        transfer(target, reference, method=method, baseline=last, strength=1.0),
    )


@pytest.mark.parametrize("method", ["reinhard_lab", "mkl_lab"])
def test_half_the_strength_is_half_the_way_in_lab(method: TransferMethod) -> None:
    target, reference = soft_noise(1, 14, 0.35, 0.6), soft_noise(1, 15, 0.4, 0.7)
    half, full = (
        flat_lab(transfer(target, reference, method=method, baseline=EACH, strength=strength))
        for strength in (0.5, 1.0)
    )
    assert np.abs(half - (flat_lab(target) + full) / 2).max() < 0.01


def test_no_strength_changes_nothing_and_alpha_is_kept() -> None:
    target, reference = soft_noise(1, 10, 0.3, 0.6), soft_noise(1, 11, 0.3, 0.6)
    assert transfer(target, reference, method="mkl_lab", baseline=EACH, strength=0) is target
    alpha = torch.rand(1, 12, 11, 1)
    with_alpha = Image(torch.cat((target, alpha), dim=-1))
    result = transfer(with_alpha, reference, method="mkl_lab", baseline=EACH, strength=1.0)
    opaque = transfer(target, reference, method="mkl_lab", baseline=EACH, strength=1.0)
    assert torch.equal(result, torch.cat((opaque, alpha), dim=-1))


def test_a_picture_of_one_colour_takes_the_mean() -> None:
    grey = Image(torch.full((1, 4, 4, 3), 0.5))
    reference = soft_noise(1, 12, 0.3, 0.6)
    for method in ("reinhard_lab", "mkl_lab"):
        result = transfer(grey, reference, method=method, baseline=EACH, strength=1.0)
        wanted = flat_lab(reference).mean(0)
        assert np.abs(flat_lab(result) - wanted).max() < 0.5


def test_a_grey_picture_without_colours_is_an_error() -> None:
    with pytest.raises(InputError, match="red, green and blue"):
        transfer(
            Image(torch.zeros(1, 2, 2, 1)),
            Image(torch.zeros(1, 2, 2, 3)),
            method="histogram",
            baseline=EACH,
            strength=1.0,
        )
