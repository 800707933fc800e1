"""Resizing against torch's own interpolate and against Pillow."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import PIL.Image
import pytest
import torch

from capdemo.errors import RunError
from capdemo.imaging.resize import common_upscale, crop_to_aspect, size_of
from capdemo.imaging.sizes import Size
from capdemo.node_api import Image

if TYPE_CHECKING:
    from capdemo.imaging.choices import ResizeMethod

SHAPES = [(1, 17, 31, 3), (3, 8, 9, 4), (1, 1, 1, 3), (2, 1, 40, 3)]
TARGETS = [Size(31, 17), Size(64, 5), Size(3, 50), Size(1, 1)]


def noise(*shape: int) -> Image:
    return Image(torch.rand(*shape, generator=torch.Generator().manual_seed(4)))


@pytest.mark.parametrize("size", TARGETS)
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("method", ["nearest-exact", "bilinear", "area", "bicubic"])
def test_torch_methods_are_torchs(method: ResizeMethod, shape: tuple[int, ...], size: Size) -> None:
    image = noise(*shape)
    expected = torch.nn.functional.interpolate(
        image.permute(0, 3, 1, 2), (size.height, size.width), mode=method
    ).permute(0, 2, 3, 1)
    assert torch.equal(common_upscale(image, size, method=method), expected)


@pytest.mark.parametrize("size", TARGETS)
@pytest.mark.parametrize("shape", SHAPES)
def test_lanczos_is_pillows_on_truncated_bytes(shape: tuple[int, ...], size: Size) -> None:
    image = noise(*shape)
    result = common_upscale(image, size, method="lanczos")
    for picture, expected in zip(result, image, strict=True):
        pixels = np.floor(expected.numpy().astype(np.float64) * 255).astype(np.uint8)
        mode = "RGBA" if shape[3] == 4 else "RGB"
        pillow = PIL.Image.frombytes(mode, (shape[2], shape[1]), pixels.tobytes())
        wanted = np.asarray(pillow.resize((size.width, size.height), PIL.Image.Resampling.LANCZOS))
        assert np.array_equal(picture.numpy(), wanted.astype(np.float32) / np.float32(255))


def test_bicubic_overshoots() -> None:
    edge = Image(torch.zeros(1, 8, 8, 3))
    edge[:, :, 4:] = 1.0
    result = common_upscale(edge, Size(32, 8), method="bicubic")
    assert result.min() < -0.05
    assert result.max() > 1.05


def test_resizing_leaves_its_input_alone() -> None:
    image = noise(1, 6, 7, 3)
    before = image.clone()
    for method in ("nearest-exact", "lanczos"):
        common_upscale(image, Size(7, 6), method=method, crop="center").zero_()
        assert torch.equal(image, before)


@pytest.mark.parametrize(
    ("old", "new", "columns", "rows"),
    [
        ((10, 4), (4, 4), (3, 7), (0, 4)),
        ((4, 10), (4, 4), (0, 4), (3, 7)),
        ((11, 4), (4, 4), (4, 7), (0, 4)),  # 3.5 on each side: to the even number, 3 are left
        ((9, 4), (4, 4), (2, 7), (0, 4)),  # 2.5 on each side: to the even number, 5 are left
        ((17, 31), (31, 17), (0, 17), (11, 20)),
        ((16, 8), (512, 256), (0, 16), (0, 8)),
    ],
)
def test_centre_crop(
    old: tuple[int, int], new: tuple[int, int], columns: tuple[int, int], rows: tuple[int, int]
) -> None:
    image = noise(1, old[1], old[0], 3)
    expected = image[:, slice(*rows), slice(*columns)]
    assert torch.equal(crop_to_aspect(image, Size(*new)), expected)
    resized = common_upscale(image, Size(*new), method="area", crop="center")
    assert torch.equal(resized, common_upscale(Image(expected), Size(*new), method="area"))


def test_a_crop_that_leaves_nothing_is_an_error() -> None:
    with pytest.raises(RunError, match="Nothing is left of a picture of 3x2 pixels") as caught:
        common_upscale(noise(1, 2, 3, 3), Size(16384, 1), method="area", crop="center")
    assert "disabled" in caught.value.hint


@pytest.mark.parametrize("size", [Size(0, 3), Size(3, 0)])
@pytest.mark.parametrize("method", ["bilinear", "lanczos"])
def test_a_side_of_zero_is_an_error(method: ResizeMethod, size: Size) -> None:
    with pytest.raises(RunError, match="cannot be resized to"):
        common_upscale(noise(1, 4, 4, 3), size, method=method)


def test_size_is_width_first() -> None:
    assert size_of(noise(2, 5, 9, 3)) == Size(width=9, height=5)
