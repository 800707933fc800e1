"""Blur and sharpening against the square kernel in float64, as ComfyUI defines it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
import torch

from capdemo.errors import RunError
from capdemo.imaging.crop import cut
from capdemo.imaging.filters import blur, invert, sharpen
from capdemo.node_api import Image


def noise(*shape: int) -> Image:
    return Image(torch.rand(*shape, generator=torch.Generator().manual_seed(9)))


def square_gaussian(radius: int, sigma: float) -> npt.NDArray[np.float64]:
    x, y = np.meshgrid(*[np.linspace(-1, 1, 2 * radius + 1)] * 2)
    weights = np.exp(-(np.sqrt(x * x + y * y) ** 2) / (2 * sigma * sigma))
    normalised: npt.NDArray[np.float64] = weights / weights.sum()
    return normalised


def filtered(image: Image, kernel: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    radius = len(kernel) // 2
    around = ((0, 0), (radius, radius), (radius, radius), (0, 0))
    padded = np.pad(image.numpy().astype(np.float64), around, mode="reflect")
    height, width = image.shape[1:3]
    total = np.zeros(image.shape)
    for row in range(len(kernel)):
        for column in range(len(kernel)):
            part = padded[:, row : row + height, column : column + width]
            total += kernel[row, column] * part
    return total


CASES = [((1, 17, 31, 3), 1, 1.0), ((3, 9, 8, 4), 7, 0.3), ((1, 40, 33, 3), 31, 10.0)]


@pytest.mark.parametrize(("shape", "radius", "sigma"), CASES)
def test_blur_is_the_square_kernel(shape: tuple[int, ...], radius: int, sigma: float) -> None:
    image = noise(*shape)
    expected = filtered(image, square_gaussian(radius, sigma))
    result = blur(image, radius=radius, sigma=sigma).numpy()
    assert result.dtype == np.float32
    # ComfyUI adds the square kernel's products up in float32: up to 3,969 of them.
    assert np.abs(result - expected).max() < 2e-6


@pytest.mark.parametrize("alpha", [0.0, 0.5, 5.0])
@pytest.mark.parametrize(("shape", "radius", "sigma"), CASES)
def test_sharpen_is_the_square_kernel(
    shape: tuple[int, ...], radius: int, sigma: float, alpha: float
) -> None:
    image = noise(*shape)
    kernel = square_gaussian(radius, sigma) * -(alpha * 10)
    kernel[radius, radius] += 1 - kernel.sum()
    result = sharpen(image, radius=radius, sigma=sigma, alpha=alpha).numpy()
    assert np.abs(result - filtered(image, kernel).clip(0, 1)).max() < 1e-5 * (1 + alpha)


@pytest.mark.parametrize("side", [1, 3])
def test_a_picture_no_larger_than_the_radius_is_an_error(side: int) -> None:
    with pytest.raises(RunError, match=f"too small for a radius of 3.*below {side}"):
        blur(noise(1, side, 9, 3), radius=3, sigma=1.0)


def test_invert_turns_alpha_too() -> None:
    image = Image(torch.tensor([[[[0.0, 0.25, 1.0, 0.75]]]]))
    assert invert(image).flatten().tolist() == [1.0, 0.75, 0.0, 0.25]


@pytest.mark.parametrize(
    ("box", "rows", "columns"),
    [
        ({"x": 2, "y": 1, "width": 3, "height": 2}, (1, 3), (2, 5)),
        ({"x": 6, "y": 4, "width": 9, "height": 9}, (4, 5), (6, 7)),
        ({"x": 99, "y": 99, "width": 4, "height": 4}, (4, 5), (6, 7)),
        ({"x": 0, "y": 0, "width": 512, "height": 512}, (0, 5), (0, 7)),
    ],
)
def test_cut(box: dict[str, int], rows: tuple[int, int], columns: tuple[int, int]) -> None:
    image = noise(2, 5, 7, 3)
    assert torch.equal(cut(image, **box), image[:, slice(*rows), slice(*columns)])
