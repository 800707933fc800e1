"""`capdemo run` gives the picture that the workflow describes, from every file that carries it."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
from tests.bfloat16_for_tests import needs_bfloat16
from tests.guide_for_tests import (
    add_example,
    add_workflow,
    invoke,
    model_workflow,
    pixels,
    save_noise,
    save_photograph,
    scale_workflow,
)

SPAN = "spanx2_ch48.pth"


@pytest.fixture
def scale(guide: Path) -> Path:
    return add_workflow(guide, "Scale", scale_workflow())


def test_it_prints_what_it_wrote(guide: Path, scale: Path) -> None:
    answer = invoke("run", scale, "--output-dir", "out")
    assert answer.code == 0
    assert answer.out == f"{guide}/out/scaled_00001_.png\n"
    assert pixels(guide / "out" / "scaled_00001_.png").shape == (24, 32, 3)
    answer = invoke("run", scale, "--output-dir", "out")
    assert answer.out == f"{guide}/out/scaled_00002_.png\n"


def test_json_has_the_shape_of_the_contract(guide: Path, scale: Path) -> None:
    answer = invoke("run", scale, "--output-dir", "out", "--device", "cpu", "--json").json
    assert answer["outputs"] == [
        {"node": "3", "path": f"{guide}/out/scaled_00001_.png", "width": 32, "height": 24},
    ]
    assert answer["device"] == "cpu"
    assert answer["precision"] == "exact"
    assert answer["seconds"] > 0


def test_both_formats_and_a_written_png_give_the_same_pixels(guide: Path, scale: Path) -> None:
    assert invoke("run", scale, "--output-dir", "ui").code == 0
    assert invoke("convert", scale, "-o", "api.json").code == 0
    assert invoke("run", "api.json", "--output-dir", "api").code == 0
    written = guide / "ui" / "scaled_00001_.png"
    assert invoke("run", written, "--output-dir", "again").code == 0
    expected = pixels(written)
    assert np.array_equal(pixels(guide / "api" / "scaled_00001_.png"), expected)
    assert np.array_equal(pixels(guide / "again" / "scaled_00001_.png"), expected)


def test_a_picture_that_lies_elsewhere_runs_in_the_guide_and_with_input_anywhere(
    guide: Path,
    scale: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    invoke("run", scale, "--output-dir", tmp_path / "out")
    written = tmp_path / "out" / "scaled_00001_.png"
    assert invoke("run", written, "--output-dir", "again").code == 0
    monkeypatch.chdir(tmp_path)
    answer = invoke("run", written, "--output-dir", "there")
    assert answer.code == 2
    assert "--input 'noise.png=FILE'" in answer.err
    picture = f"noise.png={guide}/workflows/inputs/noise.png"
    assert invoke("run", written, "--input", picture, "--output-dir", "there").code == 0
    assert np.array_equal(pixels(tmp_path / "there" / "scaled_00001_.png"), pixels(written))


def test_a_picture_carries_prompt_and_workflow(guide: Path, scale: Path) -> None:
    invoke("run", scale, "--output-dir", "out")
    with PIL.Image.open(guide / "out" / "scaled_00001_.png") as picture:
        texts = dict(picture.info)
    assert json.loads(texts["workflow"]) == scale_workflow()
    assert json.loads(texts["prompt"])["2"] == {
        "class_type": "ImageScaleBy",
        "inputs": {"upscale_method": "bicubic", "scale_by": 2.0, "image": ["1", 0]},
    }


def test_set_changes_a_value_and_the_picture_tells_the_truth(guide: Path, scale: Path) -> None:
    answer = invoke("run", scale, "--set", "2.scale_by=3", "--output-dir", "out", "--json")
    assert answer.json["outputs"][0]["width"] == 48
    with PIL.Image.open(guide / "out" / "scaled_00001_.png") as picture:
        assert "workflow" not in picture.info, "the file's workflow is not what ran"
        assert json.loads(picture.info["prompt"])["2"]["inputs"]["scale_by"] == 3.0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("2.scale_bi=3", "Did you mean 'scale_by'?"),
        ("9.scale_by=3", "There are: 1 (LoadImage), 2 (ImageScaleBy), 3 (SaveImage)."),
        ("scale_by=3", "not NODE.WIDGET=VALUE"),
        ("2.scale_by=9", "the most allowed is 8"),
        ("2.scale_by=nan", "scale_by is 'nan', which is no FLOAT"),
        ("2.scale_by=-Infinity", "scale_by is -inf, which is no FLOAT"),
        ("2.upscale_method=lanzcos", "Did you mean 'lanczos'?"),
    ],
)
def test_a_wrong_set_is_explained(scale: Path, change: str, message: str) -> None:
    answer = invoke("run", scale, "--set", change, "--output-dir", "out")
    assert answer.code == 2
    assert message in answer.err


def test_input_replaces_a_picture(guide: Path, scale: Path) -> None:
    save_noise(guide / "mine.png", width=5, height=4, seed=3)
    answer = invoke("run", scale, "--input", "noise.png=mine.png", "--output-dir", "o", "--json")
    assert (answer.json["outputs"][0]["width"], answer.json["outputs"][0]["height"]) == (10, 8)
    assert pixels(guide / "workflows" / "inputs" / "noise.png").shape == (12, 16, 3)


def test_input_of_another_name_is_explained(guide: Path, scale: Path) -> None:
    answer = invoke("run", scale, "--input", "niose.png=mine.png")
    assert answer.code == 2
    assert "Did you mean 'noise.png'?" in answer.err


@pytest.mark.parametrize("width", [40, 700])
def test_exact_equals_plain_spandrel(guide: Path, width: int) -> None:
    """Untiled, and in two tiles, whose blend the oracle repeats in float64."""
    import torch

    from capdemo import models
    from capdemo.models.store import LocalModelStore

    save_photograph(guide / "workflows" / "inputs" / "noise.png", width, height=24)
    path = add_workflow(guide, "Span", model_workflow(SPAN))
    assert invoke("run", path, "--output-dir", "out").code == 0
    store = LocalModelStore.from_environment()
    network = models.upscaler.load_reference_upscale_model(
        store.file("upscale_models", SPAN), "cpu"
    )
    source = pixels(guide / "workflows" / "inputs" / "noise.png").astype(np.float32) / 255
    picture = torch.from_numpy(source).permute(2, 0, 1)[None]
    expected = network(picture)[0].double().numpy() if width <= 512 else blended(network, picture)
    values = np.clip(expected.transpose(1, 2, 0), 0, 1) * 255
    saved = pixels(guide / "out" / "upscaled_00001_.png").astype(np.float64)
    assert np.abs(saved - values).max() <= 1.001


def blended(network: object, picture: object) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """Two tiles, 0..512 and 480..700, each weighted by ramps of 64 output pixels on both ends."""
    total = np.zeros((3, 48, 1400))
    weights = np.zeros((1, 48, 1400))
    for left, right in ((0, 512), (480, 700)):
        tile = network(picture[:, :, :, left:right])[0].double().numpy()  # type: ignore[operator,index]
        position = np.arange(tile.shape[2])
        near = np.minimum(position, position[::-1])
        # A height of 48 is below the ramp's 64, so there is none from top to bottom.
        mask = np.minimum((near + 1) / 64, 1)[None, None]
        total[:, :, 2 * left : 2 * right] += tile * mask
        weights[:, :, 2 * left : 2 * right] += mask
    return total / weights


@needs_bfloat16
def test_fast_is_close_to_exact(guide: Path) -> None:
    save_photograph(guide / "workflows" / "inputs" / "noise.png", 64, 48)
    path = add_workflow(guide, "Span", model_workflow(SPAN))
    for precision in ("exact", "fast"):
        assert invoke("run", path, "--precision", precision, "--output-dir", precision).code == 0
    exact, fast = (
        pixels(guide / name / "upscaled_00001_.png").astype(float) for name in ("exact", "fast")
    )
    error = np.square(exact - fast).mean()
    psnr = 10 * np.log10(255**2 / error)
    assert 40 < psnr < 70, "bfloat16 differs, but little"


def test_bench_has_the_shape_of_the_contract(guide: Path) -> None:
    save_photograph(guide / "workflows" / "inputs" / "noise.png", 64, 48)
    path = add_workflow(guide, "Span", model_workflow(SPAN))
    answer = invoke("bench", path, "--repeats", "1", "--json", "--device", "cpu")
    assert answer.code == 0, answer.err
    assert answer.json["workflow"] == str(path)
    assert answer.json["device"] == "cpu"
    reference, exact, fast = answer.json["runs"]
    assert [r["variant"] for r in (reference, exact, fast)] == ["reference", "exact", "fast"]
    assert (reference["max_abs_diff"], reference["psnr_db"]) == (0.0, None)
    assert exact["max_abs_diff"] <= 1 / 255 + 1e-9
    assert fast["psnr_db"] > 40
    assert all(run["seconds_median"] > 0 and run["peak_bytes"] > 1e7 for run in answer.json["runs"])
    assert set(exact["stages"]) == {
        "1 LoadImage",
        "2 UpscaleModelLoader",
        "3 SaveImage",
        "4 ImageUpscaleWithModel",
    }


def test_nodes_lists_what_runs() -> None:
    listed = {entry["class_type"]: entry for entry in invoke("nodes", "--json").json["nodes"]}
    assert listed["ImageUpscaleWithModel"] == {
        "class_type": "ImageUpscaleWithModel",
        "pack": "comfy-core",
        "licence": "GPL-3.0",
        "revision": 2,
        "inputs": [
            {"name": "upscale_model", "type": "UPSCALE_MODEL", "required": True},
            {"name": "image", "type": "IMAGE", "required": True},
        ],
        "outputs": [{"name": "IMAGE", "type": "IMAGE"}],
        "own_models": [],
        "executable": True,
    }
    assert "LoadImageMask" in invoke("nodes").out


def test_a_bad_output_is_named_and_does_not_stop_a_good_one(guide: Path) -> None:
    workflow = scale_workflow()
    workflow["nodes"] += [
        {"id": 4, "type": "ImageScaleBy", "widgets_values": ["bicubic", 99]},
        {"id": 5, "type": "SaveImage", "widgets_values": ["bad"]},
    ]
    workflow["nodes"][3]["inputs"] = [{"name": "image", "type": "IMAGE", "link": 1}]
    workflow["nodes"][4]["inputs"] = [{"name": "images", "type": "IMAGE", "link": 3}]
    workflow["links"].append([3, 4, 0, 5, 0, "IMAGE"])
    path = add_workflow(guide, "Half", workflow)
    answer = invoke("run", path, "--output-dir", "out", "--json")
    assert answer.code == 1
    assert [output["node"] for output in answer.json["outputs"]] == ["3"]
    assert [problem["kind"] for problem in answer.json["problems"]] == ["value_bigger_than_max"]
    assert "node 4 (ImageScaleBy): scale_by is 99" in answer.err
    assert [entry.name for entry in (guide / "out").iterdir()] == ["scaled_00001_.png"]


def test_where_no_output_can_run_nothing_is_run(guide: Path) -> None:
    path = add_workflow(guide, "Bad", scale_workflow(factor=99))
    answer = invoke("run", path, "--output-dir", "out")
    assert answer.code == 2
    assert "scale_by is 99" in answer.err
    assert not (guide / "out").exists()


def test_dates_and_values_are_filled_into_file_names(guide: Path) -> None:
    workflow = scale_workflow()
    workflow["nodes"][2]["widgets_values"] = ["%date:yyyy-MM-dd%/%ImageScaleBy.scale_by%x"]
    path = add_workflow(guide, "Dated", workflow)
    before = datetime.now().astimezone().date()
    answer = invoke("run", path, "--output-dir", "out")
    after = datetime.now().astimezone().date()
    assert answer.code == 0, answer.err
    written = Path(answer.out.strip())
    assert written.name == "2x_00001_.png"
    assert written.parent.name in {str(before), str(after)}
    again = invoke("run", written, "--output-dir", "again")
    assert Path(again.out.strip()).relative_to(guide / "again") == written.relative_to(
        guide / "out"
    )


def test_a_date_in_a_file_name_makes_no_example_stale(guide: Path) -> None:
    workflow = scale_workflow()
    workflow["nodes"][2]["widgets_values"] = ["%date:yyyyMMddhhmmss%"]
    add_example(guide, "Dated", workflow)
    assert invoke("build", "--examples-only").code == 0
    (status,) = invoke("status", "--json").json["examples"]
    assert status == {"id": "Dated", "state": "fresh", "reasons": []}
