"""SaveImageAdvanced, SaveAnimatedWEBP and SaveAnimatedPNG, through their files."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import PIL.Image
import pytest
import torch
from PIL import ImageSequence

from capdemo.errors import CancelledError, RunError
from capdemo.node_api.dynamic import flat_inputs
from capdemo.nodes import NODES
from capdemo.workflow import read_workflow

if TYPE_CHECKING:
    from pathlib import Path

    from tests.nodes.bench_for_tests import Bench

METADATA = {
    "prompt": '{"1": {"class_type": "LoadImage", "inputs": {"image": "é.png"}}}',
    "workflow": '{"nodes": [], "links": [], "extra": {"note": "Größe 😀"}}',
}
EXPECTED_TEXTS = {key: json.loads(text) for key, text in METADATA.items()}


@pytest.fixture
def picture_bench(bench: Bench) -> Bench:
    bench.context = replace(bench.context, metadata=METADATA)
    return bench


def noise(count: int = 3, channels: int = 3) -> torch.Tensor:
    generator = torch.Generator().manual_seed(3)
    return torch.rand(count, 17, 31, channels, generator=generator)


def carried(path: Path) -> dict[str, Any]:
    return {key: json.loads(text) for key, text in read_workflow(path).raw.items()}


@pytest.mark.parametrize(
    ("inputs", "extension"),
    [
        ({"format": "png"}, "png"),
        ({"format": "png", "format.bit_depth": "16-bit"}, "png"),
        ({"format": "exr"}, "exr"),
        ({"format": "exr", "format.bit_depth": "32-bit float"}, "exr"),
        ({"format": "avif", "format.crf": 1}, "avif"),
    ],
)
def test_every_picture_is_a_file_that_carries_the_workflow(
    picture_bench: Bench, inputs: dict[str, object], extension: str
) -> None:
    images = noise()
    (passed,) = picture_bench.run(
        "SaveImageAdvanced", images=images, filename_prefix="sub/a", **inputs
    )
    assert passed is images
    names = [f"a_0000{counter}.{extension}" for counter in (1, 2, 3)]
    assert [saved.path.name for saved in picture_bench.saved] == names
    assert {(saved.width, saved.height) for saved in picture_bench.saved} == {(31, 17)}
    assert sorted(p.name for p in (picture_bench.folders.output / "sub").iterdir()) == names
    assert picture_bench.progress == [(1, 3), (2, 3), (3, 3)]
    for saved in picture_bench.saved:
        assert carried(saved.path) == EXPECTED_TEXTS


def test_png_of_8_bits_is_that_of_save_image(picture_bench: Bench) -> None:
    images = noise(1, 4)
    picture_bench.run("SaveImageAdvanced", images=images, filename_prefix="a", format="png")
    picture_bench.run("SaveImage", images=images, filename_prefix="b")
    advanced, plain = (saved.path.read_bytes() for saved in picture_bench.saved)
    assert advanced == plain


def test_png_of_16_bits_has_them(picture_bench: Bench) -> None:
    images = torch.linspace(0, 1, 17 * 31 * 3).reshape(1, 17, 31, 3)
    inputs = {"format": "png", "format.bit_depth": "16-bit"}
    picture_bench.run("SaveImageAdvanced", images=images, filename_prefix="a", **inputs)
    (saved,) = picture_bench.saved
    assert saved.path.read_bytes()[24] == 16


def test_an_animated_avif_is_one_file(picture_bench: Bench) -> None:
    inputs = {"format": "avif", "format.save_mode": "animated", "format.save_mode.fps": 12.5}
    picture_bench.run("SaveImageAdvanced", images=noise(), filename_prefix="a", **inputs)
    (saved,) = picture_bench.saved
    with PIL.Image.open(saved.path) as picture:
        assert len(list(ImageSequence.Iterator(picture))) == 3
        picture.load()
        assert picture.info["duration"] == 80
    assert carried(saved.path) == EXPECTED_TEXTS


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ({"format.bit_depth": "10-bit YUV420"}, "8 bits in sRGB only"),
        ({"format.input_color_space": "HDR"}, "8 bits in sRGB only"),
        (
            {"format.save_mode": "animated", "format.save_mode.loop_count": 2},
            "without an end only",
        ),
    ],
)
def test_what_avif_cannot_hold_here_is_said(
    picture_bench: Bench, inputs: dict[str, object], message: str
) -> None:
    with pytest.raises(RunError, match=message):
        picture_bench.run(
            "SaveImageAdvanced", images=noise(), filename_prefix="a", format="avif", **inputs
        )
    assert not picture_bench.folders.output.exists()


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("class_type", ["SaveAnimatedWEBP", "SaveAnimatedPNG"])
def test_a_batch_is_one_animation(picture_bench: Bench, class_type: str, count: int) -> None:
    images = noise(count)
    is_webp = class_type == "SaveAnimatedWEBP"
    widgets = (
        {"lossless": True, "quality": 80, "method": "slowest"} if is_webp else {"compress_level": 9}
    )
    (passed,) = picture_bench.run(
        class_type, images=images, filename_prefix="a", fps=24.0, **widgets
    )
    assert passed is images
    (saved,) = picture_bench.saved
    assert saved.path.name == f"a_00001_.{'webp' if is_webp else 'png'}"
    assert (saved.width, saved.height) == (31, 17)
    with PIL.Image.open(saved.path) as picture:
        frames = [np.asarray(frame.convert("RGB")) for frame in ImageSequence.Iterator(picture)]
    expected = (images * 255).numpy().astype(np.uint8)
    assert np.array_equal(np.stack(frames), expected)
    assert carried(saved.path) == EXPECTED_TEXTS


def test_a_stop_leaves_no_animation(picture_bench: Bench) -> None:
    def stop(done: int, _total: int) -> None:
        if done == 2:
            raise CancelledError("Stopped.")

    picture_bench.context = replace(picture_bench.context, progress=stop)
    with pytest.raises(CancelledError):
        picture_bench.run(
            "SaveAnimatedPNG", images=noise(), filename_prefix="a", fps=6.0, compress_level=4
        )
    assert not picture_bench.folders.output.exists()


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, ["filename_prefix", "format", "format.bit_depth", "format.input_color_space"]),
        (
            {"format": "avif", "format.save_mode": "animated"},
            [
                *("filename_prefix", "format", "format.bit_depth", "format.input_color_space"),
                *("format.crf", "format.save_mode"),
                *("format.save_mode.fps", "format.save_mode.loop_count"),
            ],
        ),
    ],
)
def test_widgets_have_comfyuis_order(given: dict[str, object], expected: list[str]) -> None:
    entries = flat_inputs(NODES["SaveImageAdvanced"].schema, given)
    assert [entry.name for entry in entries if entry.widget is not None] == expected
