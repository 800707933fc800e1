"""ComfyUI's arithmetic of sizes, on values worked out by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capdemo.imaging.sizes import (
    Size,
    completed,
    multiplied,
    with_longer_side,
    with_megapixels,
)

SIDES = st.integers(1, 5000)


@pytest.mark.parametrize(
    ("width", "height", "expected"),
    [
        (0, 0, (300, 200)),
        (512, 512, (512, 512)),
        (0, 100, (150, 100)),
        (150, 0, (150, 100)),
        (0, 1, (2, 1)),  # 1.5, to the even number
        (1, 0, (1, 1)),  # 0.67
    ],
)
def test_a_side_of_zero_follows_from_the_other(
    width: int, height: int, expected: tuple[int, int]
) -> None:
    assert completed(Size(300, 200), width=width, height=height) == expected


def test_a_side_that_follows_is_never_zero() -> None:
    assert completed(Size(1000, 1), width=10, height=0) == (10, 1)
    assert completed(Size(1, 1000), width=0, height=10) == (1, 10)


@pytest.mark.parametrize(
    ("size", "factor", "expected"),
    [
        ((17, 31), 2.0, (34, 62)),
        ((5, 7), 0.5, (2, 4)),  # 2.5 and 3.5 both go to the even number
        ((451, 300), 1.37, (618, 411)),
        ((1, 1), 0.01, (0, 0)),
    ],
)
def test_multiplied_rounds_halves_to_even(
    size: tuple[int, int], factor: float, expected: tuple[int, int]
) -> None:
    assert multiplied(Size(*size), factor) == expected


@pytest.mark.parametrize(
    ("size", "megapixels", "steps", "expected"),
    [
        ((1024, 1024), 1.0, 1, (1024, 1024)),
        ((512, 512), 4.0, 1, (2048, 2048)),
        ((1920, 1080), 1.0, 1, (1365, 768)),
        ((1920, 1080), 1.0, 64, (1344, 768)),
        ((1000, 10), 0.01, 256, (1024, 0)),
    ],
)
def test_total_pixels(
    size: tuple[int, int], megapixels: float, steps: int, expected: tuple[int, int]
) -> None:
    assert with_megapixels(Size(*size), megapixels, steps=steps) == expected


@pytest.mark.parametrize(
    ("size", "longer", "expected"),
    [
        ((300, 200), 512, (512, 341)),
        ((200, 300), 512, (341, 512)),
        ((77, 77), 512, (512, 512)),
        ((1000, 1), 100, (100, 0)),
    ],
)
def test_longer_side(size: tuple[int, int], longer: int, expected: tuple[int, int]) -> None:
    assert with_longer_side(Size(*size), longer) == expected


@given(SIDES, SIDES, st.floats(0.01, 16.0), st.integers(1, 256))
def test_total_pixels_gives_multiples(
    width: int, height: int, megapixels: float, steps: int
) -> None:
    size = with_megapixels(Size(width, height), megapixels, steps=steps)
    assert size.width % steps == 0
    assert size.height % steps == 0


@given(SIDES, SIDES, st.integers(1, 5000))
def test_the_longer_side_is_what_was_asked_for(width: int, height: int, longer: int) -> None:
    size = with_longer_side(Size(width, height), longer)
    assert max(size) == longer
    assert (size.width >= size.height) == (width >= height) or size.width == size.height
