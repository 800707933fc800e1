"""`run_workflow` is `capdemo run` as a function."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import PIL.Image
import pytest
from tests.guide_for_tests import add_workflow, invoke, save_noise, scale_workflow

from capdemo.errors import InputError, ProblemsError
from capdemo.examples import RunOptions, run_workflow

if TYPE_CHECKING:
    from pathlib import Path


def test_it_writes_what_the_command_writes(guide: Path, tmp_path: Path) -> None:
    workflow = add_workflow(guide, "part/Scale", scale_workflow())
    run = run_workflow(workflow, output_dir=tmp_path / "one")
    (output,) = run.outputs
    assert (output.node, output.file.width, output.file.height) == ("3", 32, 24)
    answer = invoke("run", workflow, "--output-dir", tmp_path / "two", "--json")
    other = PIL.Image.open(answer.json["outputs"][0]["path"])
    assert np.array_equal(np.asarray(PIL.Image.open(output.file.path)), np.asarray(other))
    assert run.machine.device == "cpu"
    assert run.errors == []


def test_inputs_changes_and_options_are_the_commands(guide: Path, tmp_path: Path) -> None:
    workflow = add_workflow(guide, "part/Scale", scale_workflow())
    save_noise(tmp_path / "own.png", width=20, height=10)
    told: list[str] = []
    run = run_workflow(
        str(workflow),
        inputs={"noise.png": str(tmp_path / "own.png")},
        changes=["2.scale_by=3", "SaveImage.filename_prefix=mine"],
        output_dir=str(tmp_path / "out"),
        options=RunOptions(progress=lambda node, _done, _total: told.append(node)),
    )
    file = run.outputs[0].file
    assert (file.width, file.height, file.path.name) == (60, 30, "mine_00001_.png")
    assert "2 ImageScaleBy" in told


def test_what_cannot_run_is_refused_before_anything_is_written(guide: Path, tmp_path: Path) -> None:
    workflow = add_workflow(guide, "part/Scale", scale_workflow(picture="gone.png"))
    with pytest.raises(ProblemsError, match=r"gone\.png"):
        run_workflow(workflow, output_dir=tmp_path / "out")
    assert not (tmp_path / "out").exists()
    with pytest.raises(InputError, match="no picture of this name"):
        run_workflow(workflow, inputs={"nosie.png": workflow}, output_dir=tmp_path / "out")


def test_what_a_node_says_of_every_picture_of_a_list_is_said_once(tmp_path: Path) -> None:
    crop = {"image": ["2", 0], "facedetection": "retinaface_mobile0.25"}
    black = {"width": 64, "height": 64, "batch_size": 3, "color": 0}
    nodes = {
        "1": {"class_type": "EmptyImage", "inputs": black},
        "2": {"class_type": "RebatchImages", "inputs": {"images": ["1", 0], "batch_size": 1}},
        "3": {"class_type": "CropFace", "inputs": crop},
        "4": {"class_type": "PreviewImage", "inputs": {"images": ["3", 0]}},
    }
    path = tmp_path / "list.json"
    path.write_text(json.dumps(nodes))
    (note,) = run_workflow(path, output_dir=tmp_path / "out").result.notes
    assert note == "node 3 CropFace: No face was found; a black picture stands for it. (3 times)"
