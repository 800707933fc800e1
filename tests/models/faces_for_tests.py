"""Photographs with marked landmarks, and the networks that find faces in them."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from PIL import Image

from capdemo.models.face_detector import RetinaFaceDetector, load_face_detector
from capdemo.models.face_landmarker import ONetLandmarker, load_face_landmarker
from capdemo.models.face_parser import BiSeNetParser, load_face_parser
from capdemo.models.store import LocalModelStore

if TYPE_CHECKING:
    from capdemo.node_api.faces import Point

FOLDER = Path(__file__).parent / "faces"
DETECTOR = ("facedetection", "detection_mobilenet0.25_Final.pth")
LANDMARKER = ("facedetection", "onet.pt")
PARSER = ("facedetection", "parsing_bisenet.pth")
TRUTH: dict[str, list[Point]] = {
    name: [(x, y) for x, y in points]
    for name, points in json.loads((FOLDER / "truth.json").read_text("utf-8")).items()
}


def photograph(name: str) -> torch.Tensor:
    """1CHW, float32, 0..1, RGB."""
    with Image.open(FOLDER / f"{name}.jpg") as picture:
        pixels = np.array(picture.convert("RGB"))
    return torch.from_numpy(pixels).permute(2, 0, 1)[None].float() / 255


@lru_cache
def detector() -> RetinaFaceDetector:
    """The released RetinaFace over MobileNet."""
    path = LocalModelStore.from_environment().file(*DETECTOR)
    return load_face_detector(path, device="cpu")


@lru_cache
def landmarker() -> ONetLandmarker:
    """MTCNN's O-Net, as facenet-pytorch has it."""
    path = LocalModelStore.from_environment().file(*LANDMARKER)
    return load_face_landmarker(path, device="cpu")


@lru_cache
def parser() -> BiSeNetParser:
    """The released BiSeNet."""
    return load_face_parser(LocalModelStore.from_environment().file(*PARSER), device="cpu")
