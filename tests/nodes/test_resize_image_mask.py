"""ResizeImageMaskNode: each of its nine ways, on an image and on a mask."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import pytest
import torch
from torch.nn.functional import interpolate

from capdemo.errors import RunError

if TYPE_CHECKING:
    from tests.nodes.bench_for_tests import Bench

IMAGE = torch.rand(2, 17, 31, 4, generator=torch.Generator().manual_seed(8))
MASK = torch.rand(3, 12, 8, generator=torch.Generator().manual_seed(9))

# The way, its sub-inputs, and the size (width, height) of IMAGE and MASK afterwards.
WAYS: list[tuple[str, dict[str, object], tuple[int, int], tuple[int, int]]] = [
    ("scale dimensions", {"width": 10, "height": 5, "crop": "disabled"}, (10, 5), (10, 5)),
    ("scale dimensions", {"width": 0, "height": 34, "crop": "center"}, (62, 34), (23, 34)),
    ("scale by multiplier", {"multiplier": 0.5}, (16, 8), (4, 6)),
    ("scale longer dimension", {"longer_size": 62}, (62, 34), (41, 62)),
    ("scale shorter dimension", {"shorter_size": 34}, (62, 34), (34, 51)),
    ("scale width", {"width": 62}, (62, 34), (62, 93)),
    ("scale height", {"height": 34}, (62, 34), (23, 34)),
    # sqrt(10485 / 527) = 4.4605: 138.27 by 75.83; sqrt(10485 / 96) = 10.451: 83.61 by 125.4.
    ("scale total pixels", {"megapixels": 0.01, "multiple": 1}, (138, 76), (84, 125)),
    ("scale total pixels", {"megapixels": 0.01, "multiple": 16}, (144, 80), (80, 128)),
    ("scale total pixels", {"megapixels": 0.01, "multiple": 512}, (512, 512), (512, 512)),
    ("scale to multiple", {"multiple": 8}, (24, 16), (8, 8)),
]


def resize(
    bench: Bench, given: torch.Tensor, way: str, method: str, **inputs: object
) -> torch.Tensor:
    named = {f"resize_type.{name}": value for name, value in inputs.items()}
    (result,) = bench.run(
        "ResizeImageMaskNode", input=given, resize_type=way, scale_method=method, **named
    )
    return cast("torch.Tensor", result)


def planes(picture: torch.Tensor) -> torch.Tensor:
    return picture.movedim(-1, 1) if picture.ndim == 4 else picture[:, None]


@pytest.mark.parametrize(("way", "inputs", "image_size", "mask_size"), WAYS)
def test_the_size(
    bench: Bench,
    way: str,
    inputs: dict[str, object],
    image_size: tuple[int, int],
    mask_size: tuple[int, int],
) -> None:
    for given, (width, height) in ((IMAGE, image_size), (MASK, mask_size)):
        result = resize(bench, given, way, "bilinear", **inputs)
        assert result.shape == (given.shape[0], height, width, *given.shape[3:])


@pytest.mark.parametrize("given", [IMAGE, MASK], ids=["image", "mask"])
@pytest.mark.parametrize("method", ["nearest-exact", "bilinear", "area", "bicubic"])
def test_the_pixels(bench: Bench, given: torch.Tensor, method: str) -> None:
    result = resize(bench, given, "scale by multiplier", method, multiplier=1.5)
    expected = interpolate(planes(given), planes(result).shape[2:], mode=method)
    assert torch.equal(planes(result), expected)


def test_a_mask_is_resized_by_lanczos_as_a_grey_picture_is(bench: Bench) -> None:
    grey = MASK[..., None].expand(-1, -1, -1, 3)
    mask = resize(bench, MASK, "scale width", "lanczos", width=20)
    picture = resize(bench, grey, "scale width", "lanczos", width=20)
    assert torch.equal(mask, picture[..., 1])


def test_two_zeros_change_nothing(bench: Bench) -> None:
    for way, inputs in (
        ("scale dimensions", {"width": 0, "height": 0, "crop": "center"}),
        ("scale width", {"width": 0}),
        ("scale height", {"height": 0}),
        ("scale to multiple", {"multiple": 1}),
        ("scale to multiple", {"multiple": 18}),
    ):
        assert torch.equal(resize(bench, IMAGE, way, "lanczos", **inputs), IMAGE)


def test_match_size_takes_the_size_of_an_image_or_a_mask(bench: Bench) -> None:
    for match in (MASK, MASK[..., None]):
        result = resize(bench, IMAGE, "match size", "area", match=match, crop="disabled")
        assert torch.equal(planes(result), interpolate(planes(IMAGE), (12, 8), mode="area"))
    # 8:12 out of 31x17: 11.33 columns, so 10 are cut off on each side.
    result = resize(bench, IMAGE, "match size", "area", match=MASK, crop="center")
    cropped = planes(IMAGE)[..., 10:21]
    assert torch.equal(planes(result), interpolate(cropped, (12, 8), mode="area"))


def test_multiples_are_covered_and_cut_in_the_middle(bench: Bench) -> None:
    # 31x17 to 30x15: 30/31 is more than 15/17, so 30x17 (16.45 rounded up), then rows 1 to 15.
    result = resize(bench, IMAGE, "scale to multiple", "bilinear", multiple=15)
    expected = interpolate(planes(IMAGE), (17, 30), mode="bilinear")[:, :, 1:16]
    assert torch.equal(planes(result), expected)


def test_nothing_is_an_error(bench: Bench) -> None:
    with pytest.raises(RunError, match=r"31x17 pixels cannot be resized to 0x0"):
        resize(bench, IMAGE, "scale longer dimension", "area", longer_size=0)
