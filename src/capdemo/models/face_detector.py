"""Finds faces and their five landmarks with RetinaFace, in pictures just as they are given."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from capdemo.models.face_anchors import anchors, decode_boxes, decode_landmarks
from capdemo.models.face_retinaface import large_retinaface, small_retinaface
from capdemo.models.face_weights import load_strictly
from capdemo.node_api.faces import Face, without_doubles

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from capdemo.models.face_retinaface import RetinaFace
    from capdemo.node_api.faces import Landmarks

MEAN = (104.0, 117.0, 123.0)
"""Of blue, green and red, 0..255, as both networks were trained."""
SURE = 0.8
"""Below this score nothing counts as a face."""


class RetinaFaceDetector:
    """A loaded network; implements `node_api.faces.FaceDetector`."""

    def __init__(self, network: RetinaFace, device: str) -> None:
        self._network = network
        self._device = device

    def __call__(self, pictures: torch.Tensor, /) -> tuple[tuple[Face, ...], ...]:
        """The faces in each picture (BCHW, float32, 0..1, RGB), the surest first."""
        mean = torch.tensor(MEAN)[:, None, None]
        with torch.inference_mode():
            blue_first = pictures.flip(1) * 255.0 - mean
            outputs = [output.cpu() for output in self._network(blue_first.to(self._device))]
        priors = anchors(*pictures.shape[-2:])
        return tuple(
            _faces(logits, boxes, landmarks, priors)
            for logits, boxes, landmarks in zip(*outputs, strict=True)
        )


def load_face_detector(path: Path, *, device: str) -> RetinaFaceDetector:
    """Load RetinaFace over a quarter of MobileNet or over ResNet-50, whichever the file holds.

    Raises `InputError` where it holds neither.
    """
    networks = {
        "RetinaFace over MobileNet 0.25": small_retinaface,
        "RetinaFace over ResNet-50": large_retinaface,
    }
    return RetinaFaceDetector(load_strictly(path, networks).to(device), device)


def _faces(
    logits: torch.Tensor, boxes: torch.Tensor, landmarks: torch.Tensor, priors: torch.Tensor
) -> tuple[Face, ...]:
    scores = logits.softmax(-1)[:, 1]
    sure = scores > SURE
    found = zip(
        decode_boxes(boxes[sure], priors[sure]).tolist(),
        decode_landmarks(landmarks[sure], priors[sure]).tolist(),
        scores[sure].tolist(),
        strict=True,
    )
    return without_doubles(Face(_box(box), _five(points), score) for box, points, score in found)


def _box(values: Sequence[float]) -> tuple[float, float, float, float]:
    left, top, right, bottom = values
    return left, top, right, bottom


def _five(points: Sequence[Sequence[float]]) -> Landmarks:
    one, two, three, four, five = ((x, y) for x, y in points)
    return one, two, three, four, five
