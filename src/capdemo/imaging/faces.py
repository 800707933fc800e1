"""Restoring the faces in a picture, each by itself, and cutting them out; networks are given.

Detection, alignment, restoration and pasting follow facexlib's order, on float pictures. A face
that cannot be restored is named and left as it was.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from capdemo.errors import RunError
from capdemo.imaging.faces_detection import find_faces
from capdemo.imaging.faces_geometry import SIDE, TEMPLATE, fit, resized, shifted, warp
from capdemo.imaging.faces_masks import soften, square
from capdemo.imaging.sizes import Size
from capdemo.node_api import Image

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from capdemo.imaging.faces_geometry import Similarity
    from capdemo.node_api.faces import Face, FaceDetector, FaceLandmarker, FaceParser

SMALLEST_EYES = 5.0
"""Pixels between the eyes below which a face is left as it is: there is nothing to restore."""
AROUND = (132.0 / 255, 133.0 / 255, 135.0 / 255)
"""The grey (RGB) that fills an aligned face where it lies outside the picture, as in facexlib."""
NAMED = 3
"""Failing faces that an error names; every frame of a film may have some."""
_FRAME = Size(SIDE, SIDE)
_NO_FACE = torch.zeros(1, 3, SIDE, SIDE)
RGB = 3


@dataclass(frozen=True, slots=True)
class FaceTools:
    """What is done to faces."""

    detector: FaceDetector
    restore: Callable[[torch.Tensor], torch.Tensor]
    """From an aligned face (1CHW, 512x512, 0..1, RGB) to the restored one, which is clamped."""
    parser: FaceParser | None = None
    """Without it the whole square around a face is pasted."""
    visibility: float = 1.0
    """How much of the restored face is seen, 0..1; the rest is the face as it was."""
    landmarker: FaceLandmarker | None = None
    """Without it landmarks are the detector's."""


@dataclass(frozen=True, slots=True)
class _Outcome:
    picture: torch.Tensor
    restored: int
    failures: tuple[str, ...]
    """A sentence for each face that was left as it was."""


def restore_faces(
    picture: torch.Tensor,
    tools: FaceTools,
    *,
    background: torch.Tensor | None = None,
    note: Callable[[str], None],
    progress: Callable[[int, int], None],
) -> torch.Tensor:
    """The picture (1CHW, float32, 0..1, RGB) with its faces restored.

    They are pasted into `background` where that is given: the same picture, enlarged by whatever
    means. Calls `note` with a sentence where there is no face, where one is too small, and where
    one cannot be restored. Raises `RunError` where none of them can.
    """
    result = (picture if background is None else background).clone()
    outcome = _with_faces(picture, result, tools, note, progress)
    _report([(outcome, note)])
    return outcome.picture


def restore_each(
    image: Image,
    tools: FaceTools,
    *,
    note: Callable[[str], None],
    progress: Callable[[int, int], None],
) -> Image:
    """`restore_faces` for every picture of a batch (BHWC), alpha kept (FaceRestoreCFWithModel).

    Raises `RunError` where no face of the whole batch can be restored.
    """
    outcomes = [
        (_with_faces(picture, picture.clone(), tools, note_of_it, progress), note_of_it)
        for picture, note_of_it in _each(image, note)
    ]
    _report(outcomes)
    restored = torch.cat([outcome.picture for outcome, _ in outcomes])
    return Image(torch.cat([restored.movedim(1, -1), image[..., RGB:]], dim=-1))


def _with_faces(
    picture: torch.Tensor,
    result: torch.Tensor,
    tools: FaceTools,
    note: Callable[[str], None],
    progress: Callable[[int, int], None],
) -> _Outcome:
    """Paste the restored faces of a picture into `result`, which is the picture, or larger."""
    enlarged = resized(result.shape[-1] / picture.shape[-1])
    found = find_faces(picture, tools.detector, tools.parser, tools.landmarker)
    if not found:
        note("No face was found; the picture is unchanged.")
    faces = _large_enough(found, note, otherwise="left as they were")
    failures = []
    for index, face in enumerate(faces):
        upright = fit(face.landmarks, TEMPLATE)
        aligned = _aligned(picture, upright)
        try:
            restored = _restored(aligned, tools)
        except RuntimeError as error:  # as torch raises it, for want of memory too
            failures.append(_failure(index, faces, str(error)))
        except RunError as error:
            failures.append(_failure(index, faces, error.what))
        else:
            mask = _mask(aligned, tools.parser)
            _paste(result, restored, mask, enlarged.inverse.then(upright))
        progress(index + 1, len(faces))
    return _Outcome(result, len(faces) - len(failures), tuple(failures))


def _report(outcomes: Sequence[tuple[_Outcome, Callable[[str], None]]]) -> None:
    """Note which faces failed, or raise `RunError` where none came out and some did not."""
    failures = [failure for outcome, _ in outcomes for failure in outcome.failures]
    if failures and not any(outcome.restored for outcome, _ in outcomes):
        more = len(failures) - NAMED
        rest = f" And {more} more." if more > 0 else ""
        raise RunError(f"No face could be restored. {' '.join(failures[:NAMED])}{rest}")
    for outcome, note in outcomes:
        for failure in outcome.failures:
            note(failure)


def crop_each(
    image: Image,
    detector: FaceDetector,
    *,
    landmarker: FaceLandmarker | None = None,
    note: Callable[[str], None],
) -> Image:
    """`crop_faces` of a batch (BHWC); a picture without a face gives a black one (CropFace)."""
    crops = []
    for picture, note_of_it in _each(image, note):
        found = crop_faces(picture, detector, landmarker=landmarker, note=note_of_it)
        if not found:
            note_of_it("No face was found; a black picture stands for it.")
        crops += found or [_NO_FACE]
    return Image(torch.cat(crops).movedim(1, -1))


def crop_faces(
    picture: torch.Tensor,
    detector: FaceDetector,
    *,
    landmarker: FaceLandmarker | None = None,
    note: Callable[[str], None],
) -> list[torch.Tensor]:
    """The faces in a picture (1CHW, float32, 0..1, RGB), upright, 512x512, the surest first."""
    found = find_faces(picture, detector, landmarker=landmarker)
    faces = _large_enough(found, note, otherwise="left out")
    return [_aligned(picture, fit(face.landmarks, TEMPLATE)) for face in faces]


def _each(
    image: Image, note: Callable[[str], None]
) -> Iterator[tuple[torch.Tensor, Callable[[str], None]]]:
    """The colours of each picture of a batch, 1CHW, and a way to say something of it by number."""
    count = len(image)
    for index, picture in enumerate(image[..., :RGB].movedim(-1, 1).contiguous()):
        yield picture[None], _numbered(note, index, count)


def _numbered(note: Callable[[str], None], index: int, count: int) -> Callable[[str], None]:
    return note if count == 1 else lambda what: note(f"Picture {index + 1} of {count}: {what}")


def _large_enough(
    found: Sequence[Face], note: Callable[[str], None], *, otherwise: str
) -> list[Face]:
    kept = [face for face in found if face.eye_distance >= SMALLEST_EYES]
    if len(kept) < len(found):
        count = len(found) - len(kept)
        note(f"Too small to be restored: {count} of {len(found)} faces, {otherwise}.")
    return kept


def _restored(aligned: torch.Tensor, tools: FaceTools) -> torch.Tensor:
    """The aligned face redrawn and blended with what it was (both 1CHW, 0..1).

    Raises `RunError` where the network gave no picture of the face's size.
    """
    restored = tools.restore(aligned)
    # Before clamping, which would make white of infinity.
    if restored.shape != aligned.shape or not bool(restored.isfinite().all()):
        raise RunError("The network gave something that is no picture.")
    return aligned.lerp(restored.clamp(0.0, 1.0), tools.visibility)


def _failure(index: int, faces: list[Face], why: str) -> str:
    x, y = (round(value) for value in faces[index].landmarks[2])
    reason = (why.strip().splitlines() or ["no reason given"])[0].rstrip(".")
    return f"Face {index + 1} of {len(faces)}, at ({x}, {y}), was left as it was: {reason}."


def _aligned(picture: torch.Tensor, upright: Similarity) -> torch.Tensor:
    covered = warp(torch.ones_like(picture[:, :1]), upright, _FRAME, mode="bilinear")
    grey = torch.tensor(AROUND)[:, None, None]
    return (warp(picture, upright, _FRAME) + (1 - covered) * grey).clamp(0.0, 1.0)


def _mask(aligned: torch.Tensor, parser: FaceParser | None) -> torch.Tensor:
    return square(SIDE) if parser is None else soften(parser(aligned).face)


def _paste(
    picture: torch.Tensor, face: torch.Tensor, mask: torch.Tensor, upright: Similarity
) -> None:
    """Blend an aligned face into a picture, in place; `upright` is the picture's way to it."""
    back = upright.inverse
    corners = [back((x, y)) for x in (0, SIDE - 1) for y in (0, SIDE - 1)]
    height, width = picture.shape[-2:]
    left, right = _range([x for x, _ in corners], width)
    top, bottom = _range([y for _, y in corners], height)
    if left >= right or top >= bottom:
        return
    place = back.then(shifted(-left, -top))
    size = Size(right - left, bottom - top)
    there = warp(mask, place, size, mode="bilinear").clamp(0.0, 1.0)
    region = picture[..., top:bottom, left:right]
    region.lerp_(warp(face, place, size).clamp(0.0, 1.0), there.expand_as(region))


def _range(values: list[float], limit: int) -> tuple[int, int]:
    return max(0, math.floor(min(values))), min(limit, math.ceil(max(values)) + 1)
