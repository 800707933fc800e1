"""A film of many frames gives a few sentences, which count."""

from __future__ import annotations

from capdemo.imaging.faces_notes import (
    Seen,
    named_failures,
    notes_on_cropping,
    notes_on_restoring,
)

FOUND, EMPTY = Seen(1, 0), Seen(0, 0)


def test_frames_without_a_face_are_counted_and_the_first_are_named() -> None:
    film = [FOUND] * 120
    for frame in (*range(20), 30, *range(50, 60), 70, 80, 90, 100, 110):
        film[frame] = EMPTY
    assert list(notes_on_restoring(film)) == [
        "No face was found in 36 of 120 pictures (1 to 20, 31, 51 to 60, ...); each is unchanged."
    ]
    assert list(notes_on_restoring([FOUND] * 120)) == []


def test_small_faces_of_a_film_are_counted() -> None:
    film = [Seen(3, 2), FOUND, Seen(1, 1), FOUND]
    assert list(notes_on_restoring(film)) == [
        "Too small to be restored: 3 of 6 faces in 2 of 4 pictures (1, 3), left as they were."
    ]
    assert list(notes_on_cropping(film)) == [
        "Too small to be restored: 3 of 6 faces in 2 of 4 pictures (1, 3), left out.",
        "No face was found in 1 of 4 pictures (3); a black picture stands for each.",
    ]


def test_failures_of_a_film_are_named_up_to_three() -> None:
    failing = Seen(1, 0, ("Face 1 of 1 was left as it was: why.",))
    notes = list(notes_on_restoring([FOUND, *[failing] * 9]))
    assert notes == [
        *(f"Picture {n} of 10: Face 1 of 1 was left as it was: why." for n in (2, 3, 4)),
        "Left as they were, too: 6 more faces.",
    ]
    assert failing.done == 0
    assert named_failures([failing] * 5).endswith("why. And 2 more.")
    assert named_failures([FOUND]) == ""


def test_one_picture_has_no_number() -> None:
    assert list(notes_on_restoring([EMPTY])) == ["No face was found; the picture is unchanged."]
    assert list(notes_on_cropping([Seen(2, 1)])) == [
        "Too small to be restored: 1 of 2 faces, left out."
    ]
