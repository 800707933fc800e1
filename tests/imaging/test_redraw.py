"""Ultimate SD Upscale, pixel by pixel as ssitu's nodes paint it; `redraw/README.md` says how."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch

from capdemo.errors import InputError
from capdemo.imaging.redraw import enlarge, redraw
from capdemo.imaging.redraw_steps import Seams, Tiles
from capdemo.imaging.sizes import Size
from capdemo.node_api import Image

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from capdemo.imaging.redraw_regions import Box

FOLDER = Path(__file__).parent / "redraw"
CASES: list[dict[str, Any]] = json.loads((FOLDER / "cases.json").read_text())
DEFAULTS = {
    "upscale_by": 2.0,
    "mode_type": "Linear",
    "tile_width": 32,
    "tile_height": 32,
    "tile_padding": 8,
    "mask_blur": 4,
    "seam_fix_mode": "None",
    "seam_fix_width": 16,
    "seam_fix_mask_blur": 4,
    "seam_fix_padding": 8,
    "force_uniform_tiles": True,
    "tiled_decode": False,
    "batch_size": 1,
}


def drawing(shape: Sequence[int]) -> Image:
    b, y, x, c = torch.meshgrid(*(torch.arange(side) for side in shape), indexing="ij")
    return Image(((7 * x * x + 5 * y * y + 3 * x * y) // 64 + 40 * c + 31 * b) % 256 / 255)


def _numbers(image: torch.Tensor) -> torch.Tensor:
    return torch.round(image * 255).to(torch.int64)


def _image(numbers: torch.Tensor) -> Image:
    return Image((numbers.clamp(0, 254) + 0.5) / 255)


class Painter:
    """Stands in for VAE and sampler."""

    def __init__(self, *, negative: bool = False) -> None:
        self.negative = negative
        self.regions: list[list[Box]] = []
        self.shapes: list[tuple[int, ...]] = []

    def __call__(
        self,
        tiles: Image,
        regions: Sequence[Box],
        canvas: Size,
        progress: Callable[[int, int], None],
    ) -> Image:
        self.regions.append(list(regions))
        self.shapes.append(tuple(tiles.shape))
        progress(1, 2)
        progress(2, 2)
        for axis in (1, 2):
            side = tiles.shape[axis]
            tiles = Image(tiles.narrow(axis, side % 8 // 2, side // 8 * 8))
        n = _numbers(tiles)
        b, y, x, c = torch.meshgrid(*(torch.arange(side) for side in n.shape), indexing="ij")
        mixed = (2 * n + n.roll(3, 2) + n.roll(2, 1)) // 4
        painted = _image(mixed + (x // 2 + 2 * (y // 2) + 4 * c) % 48 - 24 + 16 * b)
        return Image(1 - painted) if self.negative else painted


def magnifier(scale: int) -> Callable[[Image], Image]:
    def upscale(image: Image) -> Image:
        large = _numbers(image).repeat_interleave(scale, 1).repeat_interleave(scale, 2)
        _, y, x, _ = torch.meshgrid(*(torch.arange(s) for s in large.shape), indexing="ij")
        return _image(large - 8 * ((x + y) % 2))

    return upscale


def tiles_of(w: dict[str, Any]) -> Tiles:
    return Tiles(
        Size(w["tile_width"], w["tile_height"]),
        w["mode_type"],
        w["mask_blur"],
        w["tile_padding"],
        w["force_uniform_tiles"],
        w["batch_size"],
    )


def seams_of(w: dict[str, Any]) -> Seams:
    return Seams(
        w["seam_fix_mode"], w["seam_fix_width"], w["seam_fix_mask_blur"], w["seam_fix_padding"]
    )


@pytest.fixture(scope="module")
def expected() -> list[np.ndarray[Any, Any]]:
    pixels = np.load(FOLDER / "expected.npz")["pixels"]
    ends = np.cumsum([np.prod(case["shape"]) for case in CASES])
    assert ends[-1] == len(pixels)
    parts = np.split(pixels, ends[:-1])
    return [part.reshape(case["shape"]) for part, case in zip(parts, CASES, strict=True)]


@pytest.mark.parametrize("number", range(len(CASES)))
def test_every_pixel_is_as_the_pack_paints_it(
    number: int, expected: list[np.ndarray[Any, Any]]
) -> None:
    case = CASES[number]
    widgets = {**DEFAULTS, **case}
    painter = Painter(negative=widgets["tiled_decode"])
    upscale = magnifier(case["model"]) if case["model"] else None
    large = enlarge(drawing(case["picture"]), widgets["upscale_by"], upscale)
    told: list[tuple[int, int]] = []
    result = redraw(
        large,
        tiles_of(widgets),
        seams_of(widgets),
        painter,
        lambda done, total: told.append((done, total)),
    )
    numbers = _numbers(result).numpy()
    assert numbers.shape == tuple(case["shape"])
    assert np.abs(numbers - expected[number].astype(np.int64)).max() == 0
    assert len(painter.shapes) == case["calls"]
    steps = 2 * case["calls"]
    assert told == [(done, steps) for done in range(1, steps + 1)]


def test_the_model_is_run_once_and_only_where_the_picture_grows() -> None:
    calls: list[tuple[int, ...]] = []

    def upscale(image: Image) -> Image:
        calls.append(tuple(image.shape))
        return magnifier(2)(image)

    assert enlarge(drawing((1, 16, 24, 3)), 4.0, upscale).shape == (1, 64, 96, 3)
    assert calls == [(1, 16, 24, 3)]
    enlarge(drawing((1, 16, 24, 3)), 1.0, upscale)
    enlarge(drawing((1, 16, 24, 3)), 0.5, upscale)
    assert len(calls) == 1


def test_transparency_is_laid_over_white() -> None:
    picture = torch.zeros(1, 8, 8, 4)
    picture[:, :, 4:, 3] = 1
    result = enlarge(Image(picture), 1.0, None)
    assert result.shape == (1, 8, 8, 3)
    assert result[:, :, :4].min() == 1
    assert result[:, :, 4:].max() == 0


def test_what_is_not_a_number_is_black() -> None:
    def broken(
        tiles: Image,
        regions: Sequence[Box],
        canvas: Size,
        progress: Callable[[int, int], None],
    ) -> Image:
        return Image(torch.full_like(tiles, torch.nan))

    tiles = Tiles(Size(64, 64), blur=0)
    image = enlarge(drawing((1, 32, 32, 3)), 1.0, None)
    result = redraw(image, tiles, Seams(), broken, lambda _done, _total: None)
    assert result.abs().max() == 0


def test_tiles_redrawn_together_do_not_see_each_other() -> None:
    image = enlarge(drawing((1, 64, 64, 3)), 1.0, None)
    painter = Painter()
    tiles = Tiles(Size(32, 32), padding=8, at_once=4)
    redraw(image, tiles, Seams(mode="Half Tile"), painter, lambda _done, _total: None)
    assert [len(regions) for regions in painter.regions] == [4, 1, 1, 1, 1]
    assert painter.shapes[0] == (4, 40, 40, 3)


def test_a_batch_of_pictures_is_redrawn_together() -> None:
    image = enlarge(drawing((3, 32, 64, 3)), 1.0, None)
    alone, grouped = Painter(), Painter()
    redraw(image, Tiles(Size(32, 32)), Seams(), alone, lambda _done, _total: None)
    tiles = Tiles(Size(32, 32), at_once=2)
    redraw(image, tiles, Seams(), grouped, lambda _done, _total: None)
    assert [shape[0] for shape in alone.shapes] == [3, 3]
    assert [len(regions) for regions in alone.regions] == [1, 1]
    assert [shape[0] for shape in grouped.shapes] == [6]
    left, right = grouped.regions[0][:2]
    assert grouped.regions == [[left, right] * 3]


def test_settings_that_exclude_each_other_are_named() -> None:
    with pytest.raises(InputError, match="force_uniform_tiles"):
        Tiles(Size(32, 32), uniform=False, at_once=2)
    with pytest.raises(InputError, match="seam_fix_width"):
        Seams("Band Pass", width=0)
    assert Seams("Half Tile", width=0).width == 0


def test_a_canvas_without_pixels_is_refused() -> None:
    with pytest.raises(InputError, match=r"3x40 pixels times 1 is rounded to 0x40"):
        enlarge(drawing((1, 40, 3, 3)), 1.0, None)
