"""Faces by themselves: eyes, overlap, doubles."""

from __future__ import annotations

import pytest

from capdemo.node_api.faces import Face, without_doubles

FIVE = ((0.0, 0.0), (3.0, 4.0), (1.0, 5.0), (0.0, 8.0), (3.0, 9.0))


def _face(box: tuple[float, float, float, float], score: float) -> Face:
    return Face(box, FIVE, score)


def test_eye_distance_and_area() -> None:
    face = _face((10, 20, 30, 60), 0.9)
    assert face.eye_distance == 5.0
    assert face.area == 800.0
    assert _face((30, 20, 10, 60), 0.9).area == 0.0


@pytest.mark.parametrize(
    ("other", "expected"),
    [((0, 0, 10, 10), 1.0), ((5, 0, 15, 10), 1 / 3), ((10, 0, 20, 10), 0.0), ((5, 5, 5, 5), 0.0)],
)
def test_overlap_is_shared_part_of_the_union(
    other: tuple[float, float, float, float], expected: float
) -> None:
    one, two = _face((0, 0, 10, 10), 0.9), _face(other, 0.8)
    assert one.overlap(two) == two.overlap(one) == pytest.approx(expected)


def test_of_doubles_the_surer_one_stays() -> None:
    sure, double = _face((0, 0, 10, 10), 0.99), _face((1, 0, 11, 10), 0.9)
    neighbour = _face((6, 0, 16, 10), 0.95)
    assert without_doubles([double, neighbour, sure]) == (sure, neighbour)
    assert without_doubles([]) == ()
