"""Nodes that change pixels: the widgets reach the mathematics in the right places."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import pytest
import torch
from torch.nn.functional import interpolate

from capdemo.errors import InputError
from capdemo.models import upscaler

if TYPE_CHECKING:
    from pathlib import Path

    from tests.nodes.bench_for_tests import Bench

IMAGE = torch.rand(2, 17, 31, 3, generator=torch.Generator().manual_seed(5))


def run(bench: Bench, class_type: str, **inputs: object) -> torch.Tensor:
    (result,) = bench.run(class_type, **inputs)
    return cast("torch.Tensor", result)


def resized(image: torch.Tensor, width: int, height: int, mode: str) -> torch.Tensor:
    return interpolate(image.movedim(-1, 1), (height, width), mode=mode).movedim(1, -1)


@pytest.mark.parametrize(
    ("widgets", "expected"),
    [
        ({"width": 40, "height": 10, "crop": "disabled"}, (IMAGE, 40, 10)),
        ({"width": 0, "height": 34, "crop": "disabled"}, (IMAGE, 62, 34)),
        ({"width": 16, "height": 0, "crop": "center"}, (IMAGE, 16, 9)),
        ({"width": 10, "height": 10, "crop": "center"}, (IMAGE[:, :, 7:24], 10, 10)),
    ],
)
def test_image_scale(
    bench: Bench, widgets: dict[str, object], expected: tuple[torch.Tensor, int, int]
) -> None:
    result = run(bench, "ImageScale", image=IMAGE, upscale_method="bicubic", **widgets)
    assert torch.equal(result, resized(*expected, "bicubic"))


def test_image_scale_to_nothing_changes_nothing(bench: Bench) -> None:
    result = run(
        bench,
        "ImageScale",
        image=IMAGE,
        upscale_method="lanczos",
        width=0,
        height=0,
        crop="center",
    )
    assert result is IMAGE


def test_image_scale_by(bench: Bench) -> None:
    result = run(bench, "ImageScaleBy", image=IMAGE, upscale_method="area", scale_by=0.5)
    assert torch.equal(result, resized(IMAGE, 16, 8, "area"))


def test_image_scale_to_total_pixels(bench: Bench) -> None:
    widgets = {"upscale_method": "nearest-exact", "megapixels": 0.01, "resolution_steps": 16}
    result = run(bench, "ImageScaleToTotalPixels", image=IMAGE, **widgets)
    # sqrt(10485.76 / 527) = 4.4606: 138.28 by 75.83, to multiples of 16.
    assert torch.equal(result, resized(IMAGE, 144, 80, "nearest-exact"))


def test_image_scale_to_max_dimension(bench: Bench) -> None:
    result = run(
        bench,
        "ImageScaleToMaxDimension",
        image=IMAGE,
        upscale_method="bilinear",
        largest_size=62,
    )
    assert torch.equal(result, resized(IMAGE, 62, 34, "bilinear"))


def test_image_crop(bench: Bench) -> None:
    result = run(bench, "ImageCrop", image=IMAGE, width=5, height=3, x=20, y=1)
    assert torch.equal(result, IMAGE[:, 1:4, 20:25])


def test_image_invert(bench: Bench) -> None:
    assert torch.equal(run(bench, "ImageInvert", image=IMAGE), 1 - IMAGE)


def test_blur_and_sharpen_take_their_widgets(bench: Bench) -> None:
    dot = torch.zeros(1, 9, 9, 3)
    dot[:, 4, 4] = 1.0
    blurred = run(bench, "ImageBlur", image=dot, blur_radius=1, sigma=0.5)
    # exp(-1 / (2 * 0.25)) beside the centre, its square at the corners.
    beside = torch.exp(torch.tensor(-2.0))
    row = torch.stack([beside, torch.tensor(1.0), beside]) / (1 + 2 * beside)
    assert torch.allclose(blurred[0, 3:6, 3:6, 0], row[:, None] * row[None], atol=1e-6)
    grey = dot * 0.02 + 0.5
    sharp = run(bench, "ImageSharpen", image=grey, sharpen_radius=1, sigma=0.5, alpha=0.1)
    # A tenth of ten: the picture plus its difference from the blurred one.
    assert torch.allclose(sharp, 2 * grey - (blurred * 0.02 + 0.5), atol=1e-5)


def test_an_upscale_model_is_loaded_once_and_used(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[tuple[Path, str, str]] = []

    class Doubler:
        scale = 2

        def __call__(self, picture: torch.Tensor, /) -> torch.Tensor:
            return picture.repeat_interleave(2, 2).repeat_interleave(2, 3)

    def load(path: Path, *, device: str, precision: str) -> Doubler:
        calls.append((path, device, precision))
        return Doubler()

    monkeypatch.setattr(upscaler, "load_upscale_model", load)
    (model,) = bench.run("UpscaleModelLoader", model_name="net.pth")
    assert bench.run("UpscaleModelLoader", model_name="net.pth") == (model,)
    assert calls == [(bench.models.path, "cpu", "exact")]
    result = run(bench, "ImageUpscaleWithModel", upscale_model=model, image=IMAGE)
    assert torch.equal(result, IMAGE.repeat_interleave(2, 1).repeat_interleave(2, 2))
    assert bench.progress == [(1, 2), (2, 2)]


def test_a_missing_model_is_the_stores_error(bench: Bench) -> None:
    with pytest.raises(InputError, match=r"no model 'other.pth'"):
        bench.run("UpscaleModelLoader", model_name="other.pth")
