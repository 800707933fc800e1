"""`capdemo run --input NAME=FILE`: every message names the user's files, and nothing is written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.guide_for_tests import Answer, add_workflow, invoke, pixels, save_noise, scale_workflow


@pytest.fixture
def two_pictures(guide: Path) -> Path:
    """A workflow that reads noise.png, and under "second/b.png" another one that is not there."""
    workflow = scale_workflow()
    first, scale, save = workflow["nodes"]
    second = {**first, "id": 4, "widgets_values": ["second/b.png", "image"]}
    second["outputs"] = [{"name": "IMAGE", "type": "IMAGE", "links": [3]}]
    save_second = {**save, "id": 5, "inputs": [{"name": "images", "type": "IMAGE", "link": 3}]}
    workflow["nodes"] = [first, scale, save, second, save_second]
    workflow["links"].append([3, 4, 0, 5, 0, "IMAGE"])
    return add_workflow(guide, "Two", workflow)


def run(workflow: Path, *given: str) -> Answer:
    pairs = [argument for pair in given for argument in ("--input", pair)]
    return invoke("run", workflow, *pairs, "--output-dir", "out")


def refused(answer: Answer, guide: Path, *, code: int, message: str) -> None:
    assert answer.code == code
    assert message in answer.err
    assert "capdemo-inputs-" not in answer.err
    assert not (guide / "out").exists()


@pytest.mark.parametrize("name", ["bad.png", "my pictures/schlecht \N{SNOWMAN}.png"])
def test_a_picture_that_cannot_be_read_is_called_as_it_was_given(
    guide: Path, two_pictures: Path, name: str
) -> None:
    Path(name).parent.mkdir(exist_ok=True)
    Path(name).write_text("hello")
    answer = run(two_pictures, f"second/b.png={name}")
    assert answer.code == 1
    assert f"node 4 (LoadImage): {name}: This is not a picture" in answer.err
    assert "capdemo-inputs-" not in answer.err


def test_of_two_pictures_the_one_that_is_not_given_is_missed_in_the_own_folder(
    guide: Path, two_pictures: Path
) -> None:
    save_noise(guide / "mine.png", width=5, height=4, seed=3)
    refused(
        run(two_pictures, "noise.png=mine.png"),
        guide,
        code=2,
        message=f"There is no file 'second/b.png' in the folder {guide}/workflows/inputs.",
    )


def test_a_damaged_picture_that_is_not_given_is_called_as_it_lies(
    guide: Path, two_pictures: Path
) -> None:
    own = guide / "workflows" / "inputs" / "noise.png"
    own.write_text("hello")
    save_noise(guide / "mine.png", width=5, height=4, seed=3)
    refused(run(two_pictures, "second/b.png=mine.png"), guide, code=1, message=f"{own}: This is")


@pytest.fixture
def earlier_file(guide: Path) -> Path:
    """A workflow that reads noise.png, and what an earlier run wrote."""
    workflow = scale_workflow("old.png [output]")
    workflow["nodes"] += scale_workflow()["nodes"]
    for index, node in enumerate(workflow["nodes"][3:], 4):
        node["id"] = index
    workflow["nodes"][4]["inputs"][0]["link"] = 3
    workflow["nodes"][5]["inputs"][0]["link"] = 4
    workflow["links"] += [[3, 4, 0, 5, 0, "IMAGE"], [4, 5, 0, 6, 0, "IMAGE"]]
    for folder in (guide / "out", guide / "workflows" / "inputs"):
        save_noise(folder / "old.png", width=7, height=6, seed=1)
    return add_workflow(guide, "Again", workflow)


def test_what_an_earlier_run_wrote_is_read_beside_a_given_picture(
    guide: Path, earlier_file: Path
) -> None:
    save_noise(guide / "mine.png", width=5, height=4, seed=3)
    assert run(earlier_file, "noise.png=mine.png").code == 0
    widths = [pixels(path).shape[1] for path in sorted((guide / "out").glob("scaled_*"))]
    assert widths == [14, 10]


def test_what_an_earlier_run_wrote_is_not_replaced(guide: Path, earlier_file: Path) -> None:
    answer = run(earlier_file, "old.png [output]=mine.png")
    assert answer.code == 2
    assert "this name means a file that an earlier run wrote" in answer.err


def test_a_folder_is_no_picture(guide: Path, two_pictures: Path) -> None:
    refused(run(two_pictures, "noise.png=."), guide, code=2, message="there is no file .")


def test_where_a_file_was_written_before_wrong_input_showed_the_code_is_1(guide: Path) -> None:
    (guide / "models" / "upscale_models").mkdir(parents=True)
    (guide / "models" / "upscale_models" / "net.pth").write_text("hello")
    prompt = {
        "1": {"class_type": "LoadImage", "inputs": {"image": "noise.png"}},
        "2": {"class_type": "SaveImage", "inputs": {"images": ["1", 0], "filename_prefix": "a"}},
        "3": {"class_type": "UpscaleModelLoader", "inputs": {"model_name": "net.pth"}},
        "4": {
            "class_type": "ImageUpscaleWithModel",
            "inputs": {"upscale_model": ["3", 0], "image": ["1", 0]},
        },
        "5": {"class_type": "SaveImage", "inputs": {"images": ["4", 0], "filename_prefix": "b"}},
    }
    workflow = guide / "two.json"
    workflow.write_text(json.dumps(prompt))
    options = ("--output-dir", "out", "--models", "models")
    answer = invoke("run", workflow, *options)
    assert answer.code == 1
    assert "node 3 (UpscaleModelLoader)" in answer.err
    assert f"Before that was written: {guide}/out/a_00001_.png." in answer.err
    del prompt["2"]
    workflow.write_text(json.dumps(prompt))
    assert invoke("run", workflow, *options).code == 2
