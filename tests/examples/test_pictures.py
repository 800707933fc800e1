"""What is kept of a picture for the pages: how wide, how many, how large."""

from __future__ import annotations

from typing import TYPE_CHECKING

import PIL.Image
import pytest
from tests.guide_for_tests import save_photograph
from tests.videos_for_tests import smooth_frames, write_tiny_video

from capdemo.examples.pictures import display_widths, keep_picture
from capdemo.examples.project import Project
from capdemo.examples.spec import Shown
from capdemo.imaging.encode import DISPLAY_LIMIT

if TYPE_CHECKING:
    from pathlib import Path

SHOWN = Shown("1", "Words.", "Result")


@pytest.mark.parametrize(
    ("width", "widths"),
    [
        (1, [1]),
        (600, [600]),
        (768, [768]),
        (960, [640, 960]),
        (1024, [640, 1024]),
        (1280, [640, 960, 1280]),
        (4000, [640, 960, 1280]),
    ],
)
def test_the_largest_copy_has_every_pixel_up_to_a_limit(width: int, widths: list[int]) -> None:
    assert display_widths(width) == widths


def test_a_large_picture_stays_within_the_limit(guide: Path) -> None:
    save_photograph(guide / "wide.png", 1024, 600)
    kept = keep_picture(guide / "wide.png", SHOWN, "output", Project(guide), {})
    assert [(v.format, v.width, v.height) for v in kept.variants] == [
        *(("avif", width, height) for width, height in ((640, 375), (1024, 600))),
        *(("webp", width, height) for width, height in ((640, 375), (1024, 600))),
    ]
    for variant in kept.variants:
        path = guide / "docs" / variant.file
        assert path.stat().st_size == variant.size <= DISPLAY_LIMIT
        with PIL.Image.open(path) as picture:
            assert picture.size == (variant.width, variant.height)


def test_a_film_is_kept_as_it_is_with_its_first_frame(guide: Path) -> None:
    frames = smooth_frames(4, 32, 48)
    write_tiny_video(guide / "f.mp4", frames, encoder="libx264", pixel_format="yuv420p")
    kept = keep_picture(guide / "f.mp4", SHOWN, "output", Project(guide), {})
    assert (kept.width, kept.height) == (48, 32)
    assert [v.format for v in kept.variants] == ["avif", "webp", "mp4"]
    film = kept.variants[-1]
    assert film.file == kept.original
    assert (guide / "docs" / film.file).read_bytes() == (guide / "f.mp4").read_bytes()
    with PIL.Image.open(guide / "docs" / kept.variants[1].file) as poster:
        middle = poster.convert("L").getpixel((24, 16))
    assert abs(float(middle) - frames[0, 16, 24, 0]) < 6  # type: ignore[arg-type]  # one band
