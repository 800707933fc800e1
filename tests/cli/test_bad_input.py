"""Wrong input gives one paragraph, exit code 2 or 1, no traceback and no file."""

from __future__ import annotations

import copy
import json
import resource
import struct
import subprocess
import sys
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.guide_for_tests import add_workflow, invoke, model_workflow, node, scale_workflow

if TYPE_CHECKING:
    from collections.abc import Iterator

CAPDEMO = Path(sys.executable).with_name("capdemo")


def refused(*arguments: str | Path, code: int, message: str) -> None:
    """The command fails as said and leaves no file in the output folder."""
    answer = invoke("run", *arguments, "--output-dir", "out")
    assert answer.code == code, answer.err
    assert message in answer.err
    assert answer.err.startswith("capdemo: ")
    assert "Traceback" not in answer.err
    assert answer.out == ""
    assert not [path for path in Path("out").rglob("*") if path.is_file()]


def test_truncated_json(guide: Path) -> None:
    path = add_workflow(guide, "Scale", scale_workflow())
    path.write_text(path.read_text()[:100])
    refused(path, code=2, message="line 1")


def test_no_such_file(guide: Path) -> None:
    refused(guide / "none.json", code=2, message="There is no such file.")


def test_an_unknown_node_names_its_pack_and_what_to_do(guide: Path) -> None:
    workflow = scale_workflow()
    workflow["nodes"][1]["type"] = "ImageScaleByMagic"
    workflow["nodes"][1]["properties"]["cnr_id"] = "magic-pack"
    path = add_workflow(guide, "Magic", workflow)
    refused(path, code=2, message="magic-pack")


def test_a_misspelt_node_gets_a_suggestion(guide: Path) -> None:
    workflow = scale_workflow()
    workflow["nodes"][1]["type"] = "ImageScaelBy"
    refused(add_workflow(guide, "W", workflow), code=2, message="Did you mean 'ImageScaleBy'?")


def test_half_an_ncnn_model_says_what_is_missing(guide: Path, tmp_path: Path) -> None:
    (tmp_path / "models" / "upscale_models").mkdir(parents=True)
    (tmp_path / "models" / "upscale_models" / "net.bin").write_bytes(bytes(8))
    path = add_workflow(guide, "Half", model_workflow("net.bin"))
    models = ("--models", tmp_path / "models")
    refused(path, *models, code=2, message="net.param is not beside this one")


def test_a_known_model_that_is_absent_says_what_to_type(guide: Path) -> None:
    path = add_workflow(guide, "Ultra", model_workflow("4x-UltraSharp.pth"))
    refused(path, code=2, message="node 2 (UpscaleModelLoader): The model '4x-UltraSharp.pth'")


def test_a_misspelt_model_gets_a_suggestion(guide: Path) -> None:
    path = add_workflow(guide, "Model", model_workflow("RealESRGAN_x4pluss.pth"))
    refused(path, code=2, message="Did you mean 'RealESRGAN_x4plus.pth'?")


@pytest.mark.parametrize("name", ["../secret.pth", "/etc/passwd", "a/../../secret.pth", "..\\x"])
def test_a_model_name_stays_in_its_folder(guide: Path, name: str) -> None:
    refused(add_workflow(guide, "M", model_workflow(name)), code=2, message="stay in its folder")


@pytest.mark.parametrize("name", ["../mkdocs.yml", "/etc/passwd", "..\\mkdocs.yml", "../x [temp]"])
def test_a_picture_name_stays_in_its_folder(guide: Path, name: str) -> None:
    path = add_workflow(guide, "P", scale_workflow(name))
    refused(path, code=2, message="leads out of the folder")


@pytest.mark.parametrize("prefix", ["../escaped", "/tmp/escaped", "a/../../escaped"])  # noqa: S108
def test_a_file_prefix_stays_in_the_output_folder(guide: Path, prefix: str) -> None:
    workflow = scale_workflow()
    workflow["nodes"][2]["widgets_values"] = [prefix]
    refused(add_workflow(guide, "S", workflow), code=1, message="leads out of the folder")
    assert not list(guide.parent.rglob("escaped*"))


def test_a_corrupt_picture(guide: Path) -> None:
    picture = guide / "workflows" / "inputs" / "noise.png"
    picture.write_bytes(picture.read_bytes()[:200])
    path = add_workflow(guide, "Scale", scale_workflow())
    refused(path, code=1, message="node 1 (LoadImage)")


def test_a_text_that_is_called_png(guide: Path) -> None:
    (guide / "workflows" / "inputs" / "noise.png").write_text("hello")
    refused(add_workflow(guide, "S", scale_workflow()), code=1, message="node 1 (LoadImage)")


def test_a_decompression_bomb_is_refused_before_it_is_unpacked(guide: Path) -> None:
    def chunk(kind: bytes, content: bytes) -> bytes:
        checksum = struct.pack(">I", zlib.crc32(kind + content))
        return struct.pack(">I", len(content)) + kind + content + checksum

    header = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)
    content = zlib.compress(b"\0" * 1_000_000)
    bomb = (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", content)
        + chunk(b"IEND", b"")
    )
    (guide / "workflows" / "inputs" / "noise.png").write_bytes(bomb)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    path = add_workflow(guide, "S", scale_workflow())
    refused(path, code=1, message="may be a decompression bomb")
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 500_000, "2.7 GB would be more kilobytes than this"


def test_a_circle_names_its_nodes(guide: Path) -> None:
    workflow = copy.deepcopy(scale_workflow())
    workflow["nodes"][1]["inputs"][0]["link"] = 3
    workflow["links"][0] = [3, 2, 0, 2, 0, "IMAGE"]
    refused(add_workflow(guide, "C", workflow), code=2, message="circle")


def test_every_problem_is_reported_at_once(guide: Path) -> None:
    workflow = scale_workflow("absent.png", 99.0)
    workflow["nodes"].append(node(5, "Unheard", values=[]))
    answer = invoke("run", add_workflow(guide, "Many", workflow))
    assert answer.code == 2
    for expected in ("absent.png", "the most allowed is 8", "Unheard"):
        assert expected in answer.err


def test_a_device_that_is_not_here(guide: Path) -> None:
    path = add_workflow(guide, "S", scale_workflow())
    refused(path, "--device", "cuda:99", code=2, message="is not on this machine")
    refused(path, "--device", "tpu", code=2, message="is no device")


def test_a_full_disk_leaves_no_partial_file(guide: Path) -> None:
    """A limit on the size of files stands in for the disk: the kernel refuses the same write."""
    path = add_workflow(guide, "S", scale_workflow(factor=8.0))

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))

    answer = subprocess.run(
        [CAPDEMO, "run", path, "--output-dir", "out"],
        preexec_fn=limit,
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 1, answer.stderr
    assert "could not be written" in answer.stderr
    assert "Traceback" not in answer.stderr
    assert list(Path("out").iterdir()) == []


def test_check_reports_problems_as_json(guide: Path) -> None:
    path = add_workflow(guide, "Bad", scale_workflow(factor=9.0))
    answer = invoke("check", path, "--json")
    assert answer.code == 2
    assert answer.json == {
        "problems": [
            {
                "file": str(path),
                "node": "2 (ImageScaleBy)",
                "input": "scale_by",
                "kind": "value_bigger_than_max",
                "message": "scale_by is 9.0; the most allowed is 8.",
                "hint": "",
                "severity": "error",
            },
        ],
    }


def test_check_of_a_good_guide_finds_nothing(guide: Path) -> None:
    add_workflow(guide, "Good", scale_workflow())
    answer = invoke("check")
    assert (answer.code, answer.out) == (0, "")


def test_check_finds_an_example_that_never_ran_and_a_broken_spec(guide: Path) -> None:
    path = add_workflow(guide, "Example", scale_workflow())
    spec = path.with_suffix(".toml")
    spec.write_text('title = "T"\ncapton = "C"\n')
    assert "Did you mean 'caption'?" in invoke("check").out
    words = '{node = "%d", alt = "A house of %d storeys.", label = "L"}'
    lines = [
        'title = "T"',
        'caption = "C"',
        f"input = {words % (1, 1)}",
        f"output = {words % (3, 3)}",
    ]
    spec.write_text("\n".join(lines))
    found: list[dict[str, Any]] = invoke("check", "--json").json["problems"]
    assert [problem["kind"] for problem in found] == ["missing"]


def test_check_says_kindly_that_faces_are_not_swapped(guide: Path) -> None:
    prompt = {"1": {"class_type": "ReActorFaceSwap", "inputs": {}}}
    path = guide / "swap.json"
    path.write_text(json.dumps(prompt))
    answer = invoke("check", path)
    assert answer.code == 2
    assert answer.out.count("\n") <= 3, "what it lacks beside does not matter"
    assert "ReActorFaceSwap swaps faces, which this project leaves out." in answer.out
    assert "ReActorRestoreFace" in answer.out


def test_outside_a_guide_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    answer = invoke("status")
    assert answer.code == 2
    assert "in no guide" in answer.err


def test_a_damaged_lock_stops_a_build(guide: Path) -> None:
    (guide / "workflows" / "examples.lock.json").write_text("{")
    answer = invoke("build", "--examples-only")
    assert answer.code == 2
    assert "The lock is damaged" in answer.err


def test_check_knows_models_that_are_not_here_from_those_that_nobody_knows(guide: Path) -> None:
    add_workflow(guide, "Known", model_workflow("4x-UltraSharp.pth"))
    assert invoke("check").code == 0
    add_workflow(guide, "Unknown", model_workflow("5x-UltraSharp.pth"))
    (problem,) = invoke("check", "--json").json["problems"]
    assert problem["file"].endswith("Unknown.json")
    assert problem["node"] == "2 (UpscaleModelLoader)"
    assert problem["kind"] == "value_not_in_list"
    assert "Did you mean '4x-UltraSharp.pth'?" in problem["hint"]


def test_a_folder_without_a_workflow_is_not_called_free_of_problems(guide: Path) -> None:
    (guide / "empty").mkdir()
    answer = invoke("check", "empty")
    assert answer.code == 2
    assert "There is no workflow (.json) in this folder" in answer.err


def test_a_graph_is_not_written_under_another_kind_of_name(guide: Path) -> None:
    path = add_workflow(guide, "Scale", scale_workflow())
    answer = invoke("graph", path, "-o", "graph.png")
    assert answer.code == 2
    assert "drawn as SVG only" in answer.err
    assert not (guide / "graph.png").exists()


def test_stopping_by_the_keyboard_is_said_and_nothing_is_half_written(
    guide: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def begun(*_: object) -> Iterator[bytes]:
        yield b"\x89PNG"
        raise KeyboardInterrupt

    monkeypatch.setattr("capdemo.imaging.encode.png", begun)
    path = add_workflow(guide, "Scale", scale_workflow())
    answer = invoke("run", path, "--output-dir", "out")
    assert answer.code == 1
    assert answer.err == "capdemo: Stopped. What was finished is kept.\n"
    assert not list((guide / "out").glob("*"))
