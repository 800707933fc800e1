"""Aligning, masking and pasting, with stand-ins for the networks; real ones are in tests/nodes."""

from __future__ import annotations

import cmath
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from capdemo.errors import RunError
from capdemo.imaging import faces, faces_masks
from capdemo.imaging.faces_detection import VIEW
from capdemo.imaging.faces_geometry import SIDE, TEMPLATE, Similarity, fit, resized, shifted, warp
from capdemo.imaging.sizes import Size
from capdemo.node_api import Image
from capdemo.node_api.faces import Face, Landmarks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

COMPLEX = st.complex_numbers(max_magnitude=500, allow_nan=False, allow_infinity=False)
FACTORS = st.tuples(st.floats(0.05, 20), st.floats(-3.1, 3.1)).map(lambda p: cmath.rect(*p))


def _placed(similarity: Similarity) -> Landmarks:
    """The template's landmarks in a picture where a face lies so."""
    one, two, three, four, five = (similarity(point) for point in TEMPLATE)
    return one, two, three, four, five


@dataclass
class KnownFaces:
    """A detector that knows where the faces are, and is silent when it is asked again."""

    found: list[Landmarks]
    scale: float

    def __call__(self, pictures: torch.Tensor, /) -> tuple[tuple[Face, ...], ...]:
        if pictures.shape[-1] == VIEW:
            return ((),) * len(pictures)
        move = resized(self.scale)
        known = []
        for index, five in enumerate(self.found):
            one, two, three, four, last = (move(point) for point in five)
            box = (one[0], one[1], last[0], last[1])
            known.append(Face(box, (one, two, three, four, last), 0.99 - index / 100))
        return (tuple(known),)


def _detector(picture: torch.Tensor, *places: Similarity) -> KnownFaces:
    return KnownFaces([_placed(place) for place in places], 640 / min(picture.shape[-2:]))


def _smooth(height: int, width: int, seed: int = 3) -> torch.Tensor:
    coarse = torch.rand(1, 3, 5, 6, generator=torch.Generator().manual_seed(seed))
    return torch.nn.functional.interpolate(
        coarse, size=(height, width), mode="bicubic", align_corners=True
    ).clamp(0, 1)


def _silent(_done: int, _total: int) -> None:
    pass


@given(FACTORS, COMPLEX)
def test_a_similarity_is_found_again(factor: complex, offset: complex) -> None:
    true = Similarity(factor, offset)
    found = fit(TEMPLATE, [true(point) for point in TEMPLATE])
    assert found.factor == pytest.approx(factor, rel=1e-9)
    assert found.offset == pytest.approx(offset, rel=1e-6, abs=1e-6)
    assert found.inverse(found((12.0, -7.0))) == pytest.approx((12.0, -7.0), abs=1e-6)


@given(st.lists(COMPLEX, min_size=5, max_size=5))
def test_the_fit_is_the_least_squares_solution(noise: list[complex]) -> None:
    targets = [(x + n.real, y + n.imag) for (x, y), n in zip(TEMPLATE, noise, strict=True)]
    rows = [row for x, y in TEMPLATE for row in ([x, -y, 1, 0], [y, x, 0, 1])]
    wanted = [value for point in targets for value in point]
    a, b, shift_x, shift_y = np.linalg.lstsq(np.array(rows), np.array(wanted), rcond=None)[0]
    found = fit(TEMPLATE, targets)
    assert found.factor == pytest.approx(complex(a, b), abs=1e-6)
    assert found.offset == pytest.approx(complex(shift_x, shift_y), abs=1e-3)


def test_similarities_follow_one_another() -> None:
    turn, move = Similarity(2j, 3 + 1j), shifted(5, -2)
    assert turn.then(move)((1.0, 1.0)) == move(turn((1.0, 1.0)))
    assert resized(2.0)((0.0, 0.0)) == (0.5, 0.5)


@pytest.mark.parametrize("mode", ["bilinear", "bicubic"])
@pytest.mark.parametrize("factor", [1.7 + 0.6j, 0.9 - 0.3j, 0.3 + 0.1j, 0.05j])
def test_a_slope_stays_a_slope_where_the_picture_reaches(mode: str, factor: complex) -> None:
    y, x = torch.meshgrid(torch.arange(200.0), torch.arange(300.0), indexing="ij")
    picture = torch.stack([x / 300, y / 200, (x + y) / 500])[None]
    place = Similarity(factor, 20 + 10j - factor * (150 + 100j))
    moved = warp(picture, place, Size(40, 20), mode=mode)  # type: ignore[arg-type]
    for column, row in ((20, 10), (22, 8), (19, 11)):
        from_x, from_y = place.inverse((float(column), float(row)))
        if 5 < from_x < 294 and 5 < from_y < 194:
            expected = [from_x / 300, from_y / 200, (from_x + from_y) / 500]
            assert moved[0, :, row, column].tolist() == pytest.approx(expected, abs=1e-3)


def test_a_reduced_picture_is_averaged_and_not_picked_from() -> None:
    stripes = (torch.arange(256) % 2).float().expand(1, 1, 256, 256)
    moved = warp(stripes, resized(1 / 4), Size(64, 64), mode="bilinear")
    torch.testing.assert_close(moved, torch.full_like(moved, 0.5), rtol=0, atol=0.01)


def test_masks_are_soft_and_never_reach_the_frame() -> None:
    square = faces_masks.square(SIDE)
    assert square[0, 0, : faces_masks.BORDER - 1].max() == 0
    assert square[0, 0, 256, 256] == 1
    assert torch.equal(square, square.transpose(2, 3))
    whole = faces_masks.soften(torch.ones(1, 1, SIDE, SIDE))
    torch.testing.assert_close(whole, square, rtol=0, atol=1e-5)
    half = torch.zeros(1, 1, SIDE, SIDE)
    half[..., :256] = 1
    soft = faces_masks.soften(half)
    assert soft[0, 0, 256, 200].item() == pytest.approx(1, abs=1e-3)
    assert soft[0, 0, 256, 255].item() == pytest.approx(0.5, abs=0.02)
    assert soft[0, 0, 256, 310].item() == pytest.approx(0, abs=1e-3)
    assert soft[0, 0, 256].diff().abs().max() < 0.04


PLACES = {
    "small, upright": Similarity(0.2 + 0j, 60 + 50j),
    "turned by 40 degrees": Similarity(cmath.rect(0.25, 0.7), 150 + 20j),
    "upside down": Similarity(-0.3 + 0j, 260 + 230j),
    "half outside": Similarity(0.3 + 0j, -70 + 30j),
    "larger than the template": Similarity(1.4 + 0j, -200 - 260j),
}


@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)
def test_a_face_is_painted_where_it_lies_and_nothing_else_is_touched(place: Similarity) -> None:
    picture = _smooth(240, 320)
    tools = faces.FaceTools(_detector(picture, place), torch.ones_like)
    notes: list[str] = []
    painted = faces.restore_faces(picture, tools, note=notes.append, progress=_silent)
    assert notes == []
    y, x = torch.meshgrid(torch.arange(240.0), torch.arange(320.0), indexing="ij")
    back = place.inverse
    aligned_x = back.factor.real * x - back.factor.imag * y + back.offset.real
    aligned_y = back.factor.imag * x + back.factor.real * y + back.offset.imag
    inner = torch.minimum(
        torch.minimum(aligned_x, SIDE - 1 - aligned_x),
        torch.minimum(aligned_y, SIDE - 1 - aligned_y),
    )
    margin = 1.5 / place.scale
    deep, outside = inner > 50 + margin, inner < -margin
    assert (painted[0, :, deep] > 0.999).all()
    assert torch.equal(painted[0, :, outside], picture[0, :, outside])


def test_a_face_is_seen_upright_by_the_restorer() -> None:
    upright = _smooth(SIDE, SIDE)
    turn = cmath.rect(0.8, 2.5)
    place = Similarity(turn, 350 + 350j - turn * (256 + 256j))
    picture = warp(upright, place, Size(700, 700))
    seen: list[torch.Tensor] = []

    def restore(face: torch.Tensor) -> torch.Tensor:
        seen.append(face)
        return face

    tools = faces.FaceTools(_detector(picture, place), restore)
    faces.restore_faces(picture, tools, note=_never, progress=_silent)
    middle = (..., slice(60, 450), slice(60, 450))
    torch.testing.assert_close(seen[0][middle], upright[middle], rtol=0, atol=0.01)


def _never(sentence: str) -> None:
    raise AssertionError(sentence)


def test_visibility_blends_linearly() -> None:
    picture, place = torch.full((1, 3, 200, 200), 0.2), Similarity(0.3 + 0j, 20 + 20j)
    tools = faces.FaceTools(_detector(picture, place), torch.ones_like, visibility=0.25)
    painted = faces.restore_faces(picture, tools, note=_never, progress=_silent)
    assert painted[0, 0, 100, 100].item() == pytest.approx(0.2 + 0.25 * 0.8, abs=1e-5)


def test_faces_are_pasted_into_an_enlarged_background() -> None:
    picture, place = _smooth(120, 160), Similarity(0.15 + 0j, 40 + 20j)
    background = torch.zeros(1, 3, 480, 640)
    tools = faces.FaceTools(_detector(picture, place), torch.ones_like)
    painted = faces.restore_faces(
        picture, tools, background=background, note=_never, progress=_silent
    )
    assert painted.shape == background.shape
    rows, columns = torch.nonzero(painted[0, 0] > 0.5, as_tuple=True)
    centre = resized(4.0)(place(((SIDE - 1) / 2, (SIDE - 1) / 2)))
    assert columns.float().mean().item() == pytest.approx(centre[0], abs=0.6)
    assert rows.float().mean().item() == pytest.approx(centre[1], abs=0.6)
    assert background.max() == 0


def test_many_faces_are_counted_and_each_is_painted() -> None:
    picture = torch.zeros(1, 3, 200, 400)
    places = [Similarity(0.15 + 0j, complex(10 + 95 * i, 40)) for i in range(4)]
    steps: list[tuple[int, int]] = []
    tools = faces.FaceTools(_detector(picture, *places), torch.ones_like)
    painted = faces.restore_faces(
        picture, tools, note=_never, progress=lambda *step: steps.append(step)
    )
    assert steps == [(1, 4), (2, 4), (3, 4), (4, 4)]
    for place in places:
        x, y = place((256.0, 256.0))
        assert painted[0, 0, round(y), round(x)] > 0.999


def test_a_face_is_seen_as_it_was_before_its_neighbour_was_painted_over_it() -> None:
    picture = torch.full((1, 3, 200, 300), 0.5)
    places = [Similarity(0.2 + 0j, 60 + 40j), Similarity(0.2 + 0j, 120 + 40j)]
    seen: list[torch.Tensor] = []
    colours = iter([1.0, 0.0])

    def restore(face: torch.Tensor) -> torch.Tensor:
        seen.append(face)
        return torch.full_like(face, next(colours))

    tools = faces.FaceTools(_detector(picture, *places), restore)
    painted = faces.restore_faces(picture, tools, note=_never, progress=_silent)
    assert (seen[1] - 0.5).abs().max() < 1e-5, "not white where the first one is now"
    both = painted[0, 0, 91, 142]
    assert both == 0, "the surest face is painted first, so the other lies on it"
    assert painted[0, 0, 91, 90] == 1


def test_a_batch_keeps_its_colours() -> None:
    picture = _smooth(200, 240)
    tools = faces.FaceTools(_detector(picture, Similarity(0.2 + 0j, 60 + 40j)), lambda face: face)
    image = Image(picture.movedim(1, -1))
    kept = faces.restore_each(image, tools, note=_never, progress=_silent)
    torch.testing.assert_close(kept, image, rtol=0, atol=0.01)
    assert not torch.allclose(image[..., 0], image[..., 2], atol=0.1)


def test_without_a_face_the_picture_passes_with_a_note() -> None:
    picture, notes = _smooth(64, 80), list[str]()
    tools = faces.FaceTools(_detector(picture), torch.ones_like)
    passed = faces.restore_faces(picture, tools, note=notes.append, progress=_silent)
    assert torch.equal(passed, picture)
    assert notes == ["No face was found; the picture is unchanged."]


def test_a_tiny_face_is_left_with_a_note() -> None:
    picture, notes = _smooth(100, 100), list[str]()
    tiny = Similarity(4.9 / 125.92 + 0j, 10 + 10j)
    tools = faces.FaceTools(_detector(picture, tiny), torch.ones_like)
    passed = faces.restore_faces(picture, tools, note=notes.append, progress=_silent)
    assert torch.equal(passed, picture)
    assert notes == ["Too small to be restored: 1 of 1 faces, left as they were."]


def test_a_failing_face_is_named_and_left_while_the_others_are_restored() -> None:
    picture, notes = torch.zeros(1, 3, 200, 400), list[str]()
    places = [Similarity(0.2 + 0j, 20 + 40j), Similarity(0.2 + 0j, 220 + 40j)]
    calls = iter([RuntimeError("out of memory\nat line 3"), None])

    def restore(face: torch.Tensor) -> torch.Tensor:
        if (error := next(calls)) is not None:
            raise error
        return torch.ones_like(face)

    tools = faces.FaceTools(_detector(picture, *places), restore)
    painted = faces.restore_faces(picture, tools, note=notes.append, progress=_silent)
    assert painted[..., :200].max() == 0
    assert painted[0, 0, 90, 270] == 1
    assert notes == ["Face 1 of 2, at (71, 103), was left as it was: out of memory."]


def test_where_every_face_fails_the_run_fails() -> None:
    picture = torch.zeros(1, 3, 200, 200)

    def restore(face: torch.Tensor) -> torch.Tensor:
        raise RunError("The network gave something that is no picture.")

    tools = faces.FaceTools(_detector(picture, Similarity(0.2 + 0j, 20 + 40j)), restore)
    with pytest.raises(RunError, match=r"No face could be restored.*that is no picture"):
        faces.restore_faces(picture, tools, note=_never, progress=_silent)


def _batch_of_two(
    restore: Callable[[torch.Tensor], torch.Tensor], notes: list[str]
) -> torch.Tensor:
    """Two black pictures, a face in the same place of each, after `restore`."""
    picture = torch.zeros(1, 3, 200, 200)
    tools = faces.FaceTools(_detector(picture, Similarity(0.2 + 0j, 20 + 40j)), restore)
    image = Image(torch.zeros(2, 200, 200, 3))
    return faces.restore_each(image, tools, note=notes.append, progress=_silent)


@pytest.mark.parametrize("failing", [0, 1])
def test_a_picture_of_a_batch_keeps_its_failing_face_while_the_other_is_restored(
    failing: int,
) -> None:
    turns: list[Callable[[torch.Tensor], torch.Tensor]] = [torch.ones_like, torch.ones_like]
    turns[failing] = lambda face: face * torch.nan
    notes = list[str]()
    painted = _batch_of_two(_by_turns(iter(turns)), notes)
    assert painted[failing].max() == 0
    assert painted[1 - failing, 90, 70].min() == 1
    named = f"Picture {failing + 1} of 2: Face 1 of 1, at (71, 103)"
    assert notes == [f"{named}, was left as it was: The network gave something that is no picture."]


def test_a_batch_of_which_no_face_can_be_restored_fails_and_names_the_first() -> None:
    with pytest.raises(RunError, match=r"No face .* restored\. Face 1 .* picture\. Face 1 .*e\.$"):
        _batch_of_two(lambda face: face * torch.nan, [])


def test_an_error_names_three_faces_and_counts_the_others() -> None:
    picture = torch.zeros(1, 3, 200, 1000)
    places = [Similarity(0.2 + 0j, complex(20 + 190 * index, 40)) for index in range(5)]
    tools = faces.FaceTools(_detector(picture, *places), lambda face: face * torch.nan)
    with pytest.raises(RunError, match=r"Face 3 of 5, .* picture\. And 2 more\.$") as caught:
        faces.restore_faces(picture, tools, note=_never, progress=_silent)
    assert "Face 4" not in str(caught.value)


def _by_turns(
    turns: Iterator[Callable[[torch.Tensor], torch.Tensor]],
) -> Callable[[torch.Tensor], torch.Tensor]:
    def restore(face: torch.Tensor) -> torch.Tensor:
        return next(turns)(face)

    return restore


@pytest.mark.parametrize(
    "spoil",
    [
        lambda face: face * torch.nan,
        lambda face: face / 0,
        lambda face: face[..., ::2, ::2],
        lambda face: face[:, :1],
    ],
    ids=["no numbers", "infinite", "another size", "grey"],
)
def test_what_is_no_picture_is_never_pasted(
    spoil: Callable[[torch.Tensor], torch.Tensor],
) -> None:
    picture, notes = torch.full((1, 3, 200, 400), 0.4), list[str]()
    places = [Similarity(0.2 + 0j, 20 + 40j), Similarity(0.2 + 0j, 220 + 40j)]
    turns = iter([spoil, torch.ones_like])
    tools = faces.FaceTools(_detector(picture, *places), _by_turns(turns))
    painted = faces.restore_faces(picture, tools, note=notes.append, progress=_silent)
    assert torch.equal(painted[..., :200], picture[..., :200])
    assert painted[0, 0, 90, 270] == 1
    (told,) = notes
    assert told.startswith("Face 1 of 2, at (71, 103), was left as it was: ")
    assert told.endswith("The network gave something that is no picture.")


def test_a_restorer_is_clamped_before_it_is_blended() -> None:
    picture, place = torch.full((1, 3, 200, 200), 0.2), Similarity(0.3 + 0j, 20 + 20j)
    tools = faces.FaceTools(_detector(picture, place), lambda face: face + 9, visibility=0.5)
    painted = faces.restore_faces(picture, tools, note=_never, progress=_silent)
    assert painted[0, 0, 100, 100].item() == pytest.approx(0.6, abs=1e-5)


def test_notes_of_a_film_are_summed_up() -> None:
    image, notes = Image(torch.zeros(2, 60, 60, 3)), list[str]()
    tools = faces.FaceTools(_detector(torch.zeros(1, 3, 60, 60)), torch.ones_like)
    faces.restore_each(image, tools, note=notes.append, progress=_silent)
    crops = faces.crop_each(image, tools.detector, note=notes.append, progress=_silent)
    assert crops.shape == (2, 512, 512, 3)
    assert notes == [
        "No face was found in 2 of 2 pictures (1 to 2); each is unchanged.",
        "No face was found in 2 of 2 pictures (1 to 2); a black picture stands for each.",
    ]


def test_progress_of_a_film_counts_its_pictures() -> None:
    image, steps = Image(torch.zeros(3, 60, 60, 3)), list[tuple[int, int]]()
    tools = faces.FaceTools(_detector(torch.zeros(1, 3, 60, 60)), torch.ones_like)
    notes = list[str]()
    faces.restore_each(image, tools, note=notes.append, progress=lambda *step: steps.append(step))
    faces.crop_each(
        image, tools.detector, note=notes.append, progress=lambda *step: steps.append(step)
    )
    assert steps == [(1, 3), (2, 3), (3, 3)] * 2


def test_cropping_says_that_a_tiny_face_is_left_out() -> None:
    image, notes = Image(torch.zeros(1, 100, 100, 3)), list[str]()
    tiny = _detector(torch.zeros(1, 3, 100, 100), Similarity(4.9 / 125.92 + 0j, 10 + 10j))
    assert faces.crop_each(image, tiny, note=notes.append, progress=_silent).max() == 0
    assert notes == [
        "Too small to be restored: 1 of 1 faces, left out.",
        "No face was found; a black picture stands for it.",
    ]


def test_what_lies_outside_the_picture_is_facexlibs_grey_in_an_aligned_face() -> None:
    picture = torch.ones(1, 3, 200, 200)
    at_the_corner = _detector(picture, Similarity(0.3 + 0j, -40 - 40j))
    image = Image(picture.movedim(1, -1))
    (face,) = faces.crop_each(image, at_the_corner, note=_never, progress=_silent)
    grey = torch.tensor([132.0, 133.0, 135.0]) / 255
    assert torch.allclose(face[20, 20], grey, atol=1e-5)
    assert torch.allclose(face[400, 400], torch.ones(3), atol=1e-5)
