"""Files that nodes load by themselves count as those that a workflow names: in keys and checks."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest
import torch
from tests.guide_for_tests import (
    add_example,
    add_workflow,
    document,
    invoke,
    node,
    scale_workflow,
)
from tests.models.faces_for_tests import DETECTOR, FOLDER, LANDMARKER

from capdemo.examples.checks import check_workflow
from capdemo.examples.keys import model_names
from capdemo.examples.prepare import check
from capdemo.models.store import LocalModelStore
from capdemo.outputs.lock import read_lock
from capdemo.workflow import input_folder, read_workflow

if TYPE_CHECKING:
    from pathlib import Path


def crop_workflow(detector: str = "retinaface_mobile0.25") -> dict[str, Any]:
    """LoadImage -> CropFace -> SaveImage."""
    crop = {"image": ("IMAGE", 1)}
    return document(
        [
            node(1, "LoadImage", values=["face.jpg", "image"], outputs=("IMAGE", "MASK")),
            node(2, "CropFace", values=[detector], inputs=crop, outputs=("IMAGE",)),
            node(3, "SaveImage", values=["face"], inputs={"images": ("IMAGE", 2)}),
        ],
        [[1, 1, 0, 2, 0, "IMAGE"], [2, 2, 0, 3, 0, "IMAGE"]],
    )


@pytest.fixture
def models(tmp_path: Path) -> Path:
    """A models folder with the files that cropping needs."""
    folder = tmp_path / "models"
    store = LocalModelStore.from_environment()
    for kind, name in (DETECTOR, LANDMARKER):
        (folder / kind).mkdir(parents=True, exist_ok=True)
        shutil.copyfile(store.file(kind, name), folder / kind / name)
    return folder


@pytest.fixture
def built(guide: Path, models: Path) -> Path:
    """A guide with an example that loads models by itself, and one that loads none."""
    shutil.copyfile(FOLDER / "astronaut.jpg", guide / "workflows" / "inputs" / "face.jpg")
    add_example(guide, "Crop", crop_workflow())
    add_example(guide, "Scale", scale_workflow())
    answer = invoke("build", "--examples-only", "--models", models)
    assert answer.code == 0, answer.err
    return guide


def _states(*options: str | Path) -> list[tuple[str, list[str]]]:
    answer = invoke("status", "--json", *options)
    return [(entry["state"], entry["reasons"]) for entry in answer.json["examples"]]


def test_another_file_makes_its_examples_stale_and_no_others(built: Path, models: Path) -> None:
    record = read_lock(built / "workflows" / "examples.lock.json").examples["Crop"].record
    assert record is not None
    assert [used.name for used in record.key.models] == [DETECTOR[1], LANDMARKER[1]]
    assert record.key.models[1].size == (models / "facedetection" / "onet.pt").stat().st_size
    assert _states("--models", models) == [("fresh", []), ("fresh", [])]
    path = models / "facedetection" / "onet.pt"
    state = torch.load(path, weights_only=True)
    torch.save({name: tensor * 0.9 for name, tensor in state.items()}, path)
    assert _states("--models", models) == [
        ("stale", ["model: onet.pt has another content"]),
        ("fresh", []),
    ]


def test_an_example_is_not_rebuilt_without_a_file_that_its_node_could_do_without(
    built: Path, models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("capdemo.models.resolve._package_files", lambda _source: ())
    (models / "facedetection" / "onet.pt").unlink()
    (state, reasons), _ = _states("--models", models)
    assert (state, "'onet.pt' (MTCNN O-Net" in reasons[0]) == ("fresh", True)
    before = (built / "workflows" / "examples.lock.json").read_bytes()
    answer = invoke("build", "Crop", "--force", "--examples-only", "--models", models)
    assert (answer.code, answer.out) == (3, "Crop: not rebuilt here\n")
    assert "pip install --no-deps 'facenet-pytorch==2.6.0'" in answer.err
    assert (built / "workflows" / "examples.lock.json").read_bytes() == before


def test_a_file_that_a_node_needs_is_missed_before_anything_runs(guide: Path) -> None:
    shutil.copyfile(FOLDER / "astronaut.jpg", guide / "workflows" / "inputs" / "face.jpg")
    path = add_workflow(guide, "Crop", crop_workflow("retinaface_resnet50"))
    answer = invoke("run", path)
    assert answer.code == 2
    assert "node 2 (CropFace): The model 'detection_Resnet50" in answer.err
    assert "capdemo models fetch RetinaFace_resnet50" in answer.err
    assert invoke("check", path).code == 0, "the catalogue knows it"


def test_a_damaged_file_is_a_problem_of_the_node_that_loads_it(guide: Path, models: Path) -> None:
    (models / "facedetection" / DETECTOR[1]).write_text("<html>Not found</html>")
    shutil.copyfile(FOLDER / "astronaut.jpg", guide / "workflows" / "inputs" / "face.jpg")
    path = add_workflow(guide, "Crop", crop_workflow())
    (problem,) = check_workflow(path, LocalModelStore.from_environment([models]))
    assert problem.node == "2 (CropFace)"
    assert problem.message.endswith(
        "The file is a web page, not the file that its address promised."
    )


def test_restoring_counts_the_restorer_the_detector_the_landmarker_and_the_parser(
    guide: Path,
) -> None:
    inputs = {"facedetection": "retinaface_resnet50", "model": "GFPGANv1.4.pth"}
    nodes = {
        "1": {"class_type": "LoadImage", "inputs": {"image": "noise.png"}},
        "2": {"class_type": "ReActorRestoreFace", "inputs": {"image": ["1", 0], **inputs}},
        "3": {"class_type": "PreviewImage", "inputs": {"images": ["2", 0]}},
    }
    path = guide / "workflows" / "React.json"
    path.write_text(json.dumps(nodes))
    store = LocalModelStore.from_environment()
    prepared, _ = check(read_workflow(path), store, input_folder(path), runs_here=False)
    assert model_names(prepared.graph) == [
        ("facedetection", "detection_Resnet50_Final.pth"),
        ("facedetection", "onet.pt"),
        ("facedetection", "parsing_bisenet.pth"),
        ("facerestore_models", "GFPGANv1.4.pth"),
    ]
