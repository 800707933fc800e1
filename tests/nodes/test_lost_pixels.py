"""Pixels that are no numbers: noted where some are written, an error where there are no others."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import PIL.Image
import pytest
import torch

from capdemo.errors import RunError
from capdemo.imaging.lost_pixels import say_lost_pixels
from capdemo.node_api import Image
from capdemo.nodes import NODES

if TYPE_CHECKING:
    from tests.nodes.bench_for_tests import Bench

    from capdemo.node_api import RunContext

LOST = (
    "Pixels that are no numbers (NaN) are black, as in ComfyUI, in 1 of 4 pictures: "
    "up to {}.0 % of one. Look at the nodes before."
)


@pytest.fixture
def notes(bench: Bench) -> list[str]:
    said: list[str] = []
    bench.context = replace(bench.context, note=said.append)
    return said


def _spoilt(rows: int) -> Image:
    """Four white pictures of 10 rows, of which the second has lost the first rows."""
    images = torch.ones(4, 10, 16, 3)
    images[1, :rows, :, 1] = torch.nan
    return Image(images)


SAVERS: dict[str, dict[str, object]] = {
    "SaveImage": {},
    "PreviewImage": {},
    "SaveImageAdvanced": {"format": "avif", "format.save_mode": "animated"},
    "SaveAnimatedWEBP": {"method": "fastest"},
    "SaveAnimatedPNG": {},
    "SaveWEBM": {"codec": "vp9"},
    "VHS_VideoCombine": {"format": "image/gif"},
}


@pytest.mark.parametrize("class_type", SAVERS)
def test_who_writes_pictures_notes_pixels_that_are_no_numbers(
    class_type: str, bench: Bench, notes: list[str]
) -> None:
    bench.run(class_type, images=_spoilt(3), **SAVERS[class_type])
    assert notes == [LOST.format(30)]


@pytest.mark.parametrize("class_type", SAVERS)
def test_pictures_without_any_number_are_not_written(
    class_type: str, bench: Bench, notes: list[str]
) -> None:
    nothing = torch.full((2, 10, 16, 3), torch.nan)
    with pytest.raises(RunError, match=r"hold no numbers \(NaN\), so there is nothing to write"):
        bench.run(class_type, images=nothing, **SAVERS[class_type])
    assert bench.saved == []
    assert [path for path in bench.folders.output.rglob("*") if path.is_file()] == []
    assert notes == []


def test_a_video_of_pictures_is_looked_at_when_it_is_saved(bench: Bench, notes: list[str]) -> None:
    (video,) = bench.run("CreateVideo", images=_spoilt(5), fps=8.0)
    bench.run("SaveVideo", video=video, format="auto")
    assert notes == [LOST.format(50)]


@pytest.mark.parametrize("depth", ["8-bit", "16-bit"])
def test_lost_pixels_are_black_and_the_others_are_kept(
    depth: str, bench: Bench, notes: list[str]
) -> None:
    bench.run(
        "SaveImageAdvanced", images=_spoilt(3)[1:2], **{"format": "png", "format.bit_depth": depth}
    )
    with PIL.Image.open(bench.saved[0].path) as picture:
        pixels = np.asarray(picture.convert("RGB"))
    assert pixels[:3, :, 1].max() == 0
    assert pixels[:3, :, 0].min() == pixels[3:].min() == 255
    assert notes[0].startswith("Pixels that are no numbers (NaN) are black, as in ComfyUI, in the")


def test_infinity_is_white_without_a_word() -> None:
    images = torch.ones(1, 4, 4, 3)
    images[0, 0, 0] = torch.inf
    images[0, 1, 1] = -torch.inf
    assert say_lost_pixels(Image(images)) == ""
    assert say_lost_pixels(Image(torch.ones(0, 4, 4, 3))) == ""


def test_a_sum_too_large_for_half_precision_is_no_lost_pixel() -> None:
    assert say_lost_pixels(Image(torch.ones(1, 512, 512, 3, dtype=torch.float16))) == ""


def test_a_mask_is_looked_at_too(bench: Bench, notes: list[str]) -> None:
    mask = torch.ones(1, 8, 8)
    mask[0, 0] = torch.nan
    context: RunContext = bench.context
    NODES["MaskPreview"].run({"mask": mask}, context)
    assert len(notes) == 1
