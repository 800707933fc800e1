"""Whole workflows on videos, from the editor's file to the written video, by `capdemo run`."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from tests.guide_for_tests import document, invoke
from tests.videos_for_tests import decoded, psnr, smooth_frames, tone, write_tiny_video

from capdemo.imaging.resize import common_upscale
from capdemo.imaging.sizes import Size
from capdemo.imaging.video import open_video
from capdemo.node_api import Image
from capdemo.workflow import read_workflow

if TYPE_CHECKING:
    from pathlib import Path

    from tests.videos_for_tests import Frames

Json = dict[str, Any]


def node(
    node_id: int,
    class_type: str,
    inputs: list[Json],
    outputs: list[Json],
    values: list[object] | Json,
) -> Json:
    return {
        "id": node_id,
        "type": class_type,
        "pos": [300 * node_id, 0],
        "size": [270, 100],
        "flags": {},
        "order": node_id,
        "mode": 0,
        "inputs": inputs,
        "outputs": outputs,
        "properties": {"Node name for S&R": class_type},
        "widgets_values": values,
    }


def taken(name: str, kind: str, link: int, widget: str | None = None) -> Json:
    return {"name": name, "type": kind, "link": link} | (
        {"widget": {"name": widget}} if widget else {}
    )


def given(name: str, kind: str, *links: int) -> Json:
    return {"name": name, "type": kind, "links": [*links]}


def core_workflow(save: list[object]) -> Json:
    """LoadVideo, GetVideoComponents, ImageScaleBy, CreateVideo, SaveVideo."""
    return document(
        [
            node(1, "LoadVideo", [], [given("VIDEO", "VIDEO", 1)], ["in.mp4", "image"]),
            node(
                2,
                "GetVideoComponents",
                [taken("video", "VIDEO", 1)],
                [
                    given("images", "IMAGE", 2),
                    given("audio", "AUDIO", 3),
                    given("fps", "FLOAT", 4),
                ],
                [],
            ),
            node(
                3,
                "ImageScaleBy",
                [taken("image", "IMAGE", 2)],
                [given("IMAGE", "IMAGE", 5)],
                ["bilinear", 2],
            ),
            node(
                4,
                "CreateVideo",
                [
                    taken("images", "IMAGE", 5),
                    taken("audio", "AUDIO", 3),
                    taken("fps", "FLOAT", 4, "fps"),
                ],
                [given("VIDEO", "VIDEO", 6)],
                [30],
            ),
            node(5, "SaveVideo", [taken("video", "VIDEO", 6)], [], save),
        ],
        [
            [1, 1, 0, 2, 0, "VIDEO"],
            [2, 2, 0, 3, 0, "IMAGE"],
            [3, 2, 1, 4, 1, "AUDIO"],
            [4, 2, 2, 4, 2, "FLOAT"],
            [5, 3, 0, 4, 0, "IMAGE"],
            [6, 4, 0, 5, 0, "VIDEO"],
        ],
    )


def pack_workflow() -> Json:
    """VHS_LoadVideo, ImageScaleBy, VHS_VideoInfoLoaded, VHS_VideoCombine, with dict widgets."""
    load = {
        "video": "in.mp4",
        "force_rate": 0,
        "custom_width": 0,
        "custom_height": 0,
        "frame_load_cap": 5,
        "skip_first_frames": 1,
        "select_every_nth": 2,
        "format": "AnimateDiff",
        "choose video to upload": "image",
        "videopreview": {"hidden": False, "params": {"filename": "C:\\Users\\me\\in.mp4"}},
    }
    combine = {
        "frame_rate": 8,
        "loop_count": 0,
        "filename_prefix": "pack",
        "format": "video/h264-mp4",
        "pix_fmt": "yuv420p",
        "crf": 5,
        "save_metadata": True,
        "trim_to_audio": False,
        "pingpong": False,
        "save_output": True,
        "videopreview": {"hidden": False, "paused": False, "params": {}},
    }
    return document(
        [
            node(
                1,
                "VHS_LoadVideo",
                [],
                [
                    given("IMAGE", "IMAGE", 1),
                    given("frame_count", "INT"),
                    given("audio", "AUDIO", 2),
                    given("video_info", "VHS_VIDEOINFO", 3),
                ],
                load,
            ),
            node(
                2,
                "ImageScaleBy",
                [taken("image", "IMAGE", 1)],
                [given("IMAGE", "IMAGE", 4)],
                ["bilinear", 2],
            ),
            node(
                3,
                "VHS_VideoInfoLoaded",
                [taken("video_info", "VHS_VIDEOINFO", 3)],
                [given("fps", "FLOAT", 5)],
                {},
            ),
            node(
                4,
                "VHS_VideoCombine",
                [
                    taken("images", "IMAGE", 4),
                    taken("audio", "AUDIO", 2),
                    taken("frame_rate", "FLOAT", 5, "frame_rate"),
                ],
                [given("Filenames", "VHS_FILENAMES")],
                combine,
            ),
        ],
        [
            [1, 1, 0, 2, 0, "IMAGE"],
            [2, 1, 2, 4, 1, "AUDIO"],
            [3, 1, 3, 3, 0, "VHS_VIDEOINFO"],
            [4, 2, 0, 4, 0, "IMAGE"],
            [5, 3, 0, 4, 2, "FLOAT"],
        ],
    )


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a video to read, and this process in it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "inputs").mkdir()
    write_tiny_video(
        tmp_path / "inputs" / "in.mp4",
        smooth_frames(12, 32, 48),
        encoder="libx264",
        pixel_format="yuv420p",
        sound=tone(0.5),
        sound_encoder="aac",
    )
    return tmp_path


def enlarged(path: Path) -> Frames:
    images = open_video(path).components().images
    larger = common_upscale(Image(images), Size(96, 64), method="bilinear")
    return (larger * 255).clamp(0, 255).byte().numpy()


@pytest.mark.parametrize(
    ("save", "name"),
    [
        (["video/%width%", "auto", "auto"], "video/96_00001_.mp4"),
        (["video/v", "mp4", "h264", "re-encode", 5.0, "auto"], "video/v_00001_.mp4"),
        (["v", "webm", "auto", "auto"], "v_00001_.webm"),
    ],
)
def test_a_video_is_read_enlarged_and_written(folder: Path, save: list[object], name: str) -> None:
    workflow = core_workflow(save)
    (folder / "core.json").write_text(json.dumps(workflow))
    answer = invoke("run", "core.json", "--output-dir", "out", "--json")
    assert answer.code == 0, answer.err
    path = folder / "out" / name
    assert answer.json["outputs"] == [{"node": "5", "path": str(path), "width": 96, "height": 64}]
    assert psnr(decoded(path), enlarged(folder / "inputs" / "in.mp4")) > 38
    facts = open_video(path).facts
    assert facts.frame_rate == 24
    assert facts.sound_codec == ("opus" if "webm" in name else "aac")
    assert json.loads(read_workflow(path).raw["workflow"]) == workflow


def test_the_packs_nodes_do_the_same(folder: Path) -> None:
    (folder / "pack.json").write_text(json.dumps(pack_workflow()))
    answer = invoke("run", "pack.json", "--output-dir", "out", "--json")
    assert answer.code == 0, answer.err
    path = folder / "out" / "pack_00001-audio.mp4"
    assert answer.json["outputs"] == [{"node": "4", "path": str(path), "width": 96, "height": 64}]
    assert (folder / "out" / "pack_00001.png").is_file()
    assert open_video(path).facts.frame_rate == 12  # every other frame of 24 a second
    expected = enlarged(folder / "inputs" / "in.mp4")[[1, 3, 5, 7, 9]]
    assert psnr(decoded(path), expected) > 40


def test_a_written_video_runs_again(folder: Path) -> None:
    (folder / "core.json").write_text(json.dumps(core_workflow(["a", "auto", "auto"])))
    assert invoke("run", "core.json", "--output-dir", "out").code == 0
    first = folder / "out" / "a_00001_.mp4"
    answer = invoke("run", first, "--output-dir", "again")
    assert answer.code == 0, answer.err
    assert (folder / "again" / "a_00001_.mp4").read_bytes() == first.read_bytes()


def test_another_video_may_be_given(folder: Path) -> None:
    write_tiny_video(folder / "other.mkv", smooth_frames(3, 16, 24))
    (folder / "core.json").write_text(json.dumps(core_workflow(["a", "auto", "auto"])))
    answer = invoke("run", "core.json", "--input", "in.mp4=other.mkv", "--output-dir", "out")
    assert answer.code == 0, answer.err
    assert decoded(folder / "out" / "a_00001_.mp4").shape == (3, 32, 48, 3)


def test_a_broken_video_ends_with_one_sentence(folder: Path) -> None:
    (folder / "inputs" / "in.mp4").write_bytes(b"nothing")
    (folder / "core.json").write_text(json.dumps(core_workflow(["a", "auto", "auto"])))
    answer = invoke("run", "core.json", "--output-dir", "out")
    assert answer.code == 2
    assert "node 1 (LoadVideo)" in answer.err
    assert "damaged, or no video" in answer.err
    assert "Traceback" not in answer.err


def test_knowing_the_video_nodes_loads_no_decoder() -> None:
    program = (
        "import sys; from capdemo.nodes import NODES; import capdemo.workflow;"
        "assert NODES['SaveVideo'].schema and NODES['VHS_VideoCombine'].schema;"
        "print(sorted({'av', 'torch', 'PIL', 'numpy'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"
