"""Colours as KJNodes reads them."""

from __future__ import annotations

import pytest
import torch

from capdemo.errors import InputError
from capdemo.imaging.frame import frame_image, parsed_colour
from capdemo.imaging.pad import Margins
from capdemo.node_api import Image


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0, 0, 0", (0, 0, 0)),
        ("255,128, 3", (255, 128, 3)),
        ("1, 1, 1", (255, 255, 255)),  # all within 0..1: fractions
        ("1.0, 0.5, 0.0", (255, 127, 0)),
        ("2, 1, 1", (2, 1, 1)),
        ("-5, 300, 12.9", (0, 255, 12)),
        ("255, 0, 0, 128", (255, 0, 0, 128)),
        ("128", (128, 128, 128)),
        ("0.5", (127, 127, 127)),
        ("#ff8000", (255, 128, 0)),
        ("FF8000", (255, 128, 0)),
        ("#ff800040", (255, 128, 0, 64)),
        ("12e456", (18, 228, 86)),
        ("Red", (255, 0, 0)),
        ("#fff", (255, 255, 255)),
    ],
)
def test_a_colour(text: str, expected: tuple[int, ...]) -> None:
    assert parsed_colour(text) == tuple(value / 255 for value in expected)


@pytest.mark.parametrize("text", ["", "pinkish", "1, 2, x", "nan, 0, 0", "inf", "#12345", "1, , 2"])
def test_what_is_no_colour(text: str) -> None:
    with pytest.raises(InputError, match="is not a colour"):
        parsed_colour(text)


def test_a_colour_of_two_numbers_is_an_error() -> None:
    image = Image(torch.zeros(1, 1, 1, 3))
    with pytest.raises(InputError, match="but not 2"):
        frame_image(image, Margins(1, 0, 0, 0), mode="color", colour="10, 20")


def test_an_opaque_colour_around_a_picture_with_alpha() -> None:
    image = Image(torch.zeros(1, 1, 1, 4))
    framed = frame_image(image, Margins(0, 0, 1, 0), mode="color", colour="255, 0, 0")
    assert framed[0, 0, 1].tolist() == [1, 0, 0, 1]
