"""Restorers that people's workflows name and that cannot run here are refused with a way out."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from tests.guide_for_tests import invoke

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

INSTEAD = "Take GFPGANv1.4.pth or RestoreFormer.pth, or codeformer.pth where its licence"
REFUSED = {
    "GPEN-BFR-512.onnx": ("'GPEN-BFR-512.onnx' is GPEN, which does not run here", INSTEAD),
    "GPEN-BFR-1024.pth": ("'GPEN-BFR-1024.pth' is GPEN, which", INSTEAD),
    "RestoreFormer_PP.onnx": ("'RestoreFormer_PP.onnx' is in the ONNX format", INSTEAD),
    "sub\\codeformer.onnx": (
        "'codeformer.onnx' is in the ONNX format",
        "Take codeformer.pth, which is the same network: capdemo models fetch CodeFormer",
    ),
    "GFPGANv1.4.onnx": (
        "'GFPGANv1.4.onnx' is in the ONNX format",
        "Take GFPGANv1.4.pth, which is the same network: capdemo models fetch GFPGANv1.4",
    ),
    "none": ("The choice 'none' restores nothing.", "Bypass the node"),
}


def _react(name: str) -> dict[str, object]:
    inputs = {"image": ["1", 0], "facedetection": "retinaface_mobile0.25", "model": name}
    return {"2": {"class_type": "ReActorRestoreFace", "inputs": inputs}}


def _restore(name: str) -> dict[str, object]:
    inputs = {"image": ["1", 0], "facedetection": "retinaface_mobile0.25"}
    return {
        "5": {"class_type": "FaceRestoreModelLoader", "inputs": {"model_name": name}},
        "2": {
            "class_type": "FaceRestoreCFWithModel",
            "inputs": {"facerestore_model": ["5", 0], **inputs},
        },
    }


@pytest.mark.parametrize("content", [None, b"\x08\x07\x12\x07pytorch"], ids=["absent", "here"])
@pytest.mark.parametrize("nodes", [_react, _restore])
@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_run_is_refused_before_the_run_and_says_what_can(
    name: str, nodes: Callable[[str], dict[str, object]], content: bytes | None, guide: Path
) -> None:
    folder = guide / "models" / "facerestore_models"
    file = folder / name.replace("\\", "/")
    file.parent.mkdir(parents=True)
    if content is not None:
        file.write_bytes(content)
    workflow = guide / "w.json"
    ends = {
        "1": {"class_type": "EmptyImage", "inputs": {"width": 8, "height": 8}},
        "3": {"class_type": "PreviewImage", "inputs": {"images": ["2", 0]}},
    }
    workflow.write_text(json.dumps({**ends, **nodes(name)}))
    for command in ("check", "run"):
        answer = invoke(command, workflow, "--models", guide / "models")
        assert answer.code == 2
        for words in REFUSED[name]:
            assert words in answer.out + answer.err
