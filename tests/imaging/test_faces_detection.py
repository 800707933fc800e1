"""How often and how large a picture is looked at, and which boxes are one face."""

from __future__ import annotations

import pytest
import torch

from capdemo.imaging.faces_detection import VIEW, find_faces
from capdemo.imaging.faces_geometry import TEMPLATE, resized, shifted
from capdemo.node_api.faces import Face, Landmarks


def _face_at(x: float) -> Landmarks:
    """Upright, 20 pixels between the eyes."""
    place = resized(20 / (TEMPLATE[1][0] - TEMPLATE[0][0])).then(shifted(x, 200))
    one, two, three, four, five = (place(point) for point in TEMPLATE)
    return one, two, three, four, five


@pytest.mark.parametrize(
    ("size", "seen"),
    [
        ((1, 1), [(640, 640)]),
        ((1, 500), [(20, 10240)]),
        ((500, 1), [(10240, 20)]),
        ((3, 16000), [(3, 16000)]),
        ((400, 6400), [(640, 10240)]),
    ],
)
def test_a_strip_is_not_enlarged_without_bounds(
    size: tuple[int, int], seen: list[tuple[int, int]]
) -> None:
    shapes: list[tuple[int, ...]] = []

    def detector(pictures: torch.Tensor, /) -> tuple[tuple[Face, ...], ...]:
        shapes.append(tuple(pictures.shape[-2:]))
        return ((),) * len(pictures)

    find_faces(torch.zeros(1, 3, *size), detector)
    assert shapes == seen


def test_large_pictures_are_looked_at_twice() -> None:
    shapes: list[tuple[int, ...]] = []

    def detector(pictures: torch.Tensor, /) -> tuple[tuple[Face, ...], ...]:
        shapes.append(tuple(pictures.shape[-2:]))
        return ((),) * len(pictures)

    find_faces(torch.zeros(1, 3, 1400, 1600), detector)
    assert shapes == [(640, 731), (1400, 1600)]
    shapes.clear()
    find_faces(torch.zeros(1, 3, 100, 50), detector)
    assert shapes == [(1280, 640)]


@pytest.mark.parametrize(("nose", "count"), [(4.0, 1), (40.0, 2)])
def test_two_boxes_around_one_nose_are_one_face(nose: float, count: int) -> None:
    """As the second look at a large portrait sees it; 20 pixels are between the eyes."""

    def detector(pictures: torch.Tensor, /) -> tuple[tuple[Face, ...], ...]:
        if pictures.shape[-1] == VIEW:
            return ((),) * len(pictures)
        whole = Face((180, 180, 300, 300), _face_at(200), 0.99)
        return ((whole, Face((230, 170, 280, 220), _face_at(200 + nose), 0.9)),)

    found = find_faces(torch.zeros(1, 3, 640, 700), detector)
    assert [face.score for face in found] == [0.99, 0.9][:count]
