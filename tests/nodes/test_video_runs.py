"""Whole workflows on videos, from the editor's file to the written video, by `capdemo run`."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass, field
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


@dataclass(frozen=True)
class Wired:
    """A node of a workflow in the editor's format, and where its inputs come from."""

    class_type: str
    values: list[object] | Json
    outputs: dict[str, str]
    """Types by name, in order."""
    inputs: dict[str, tuple[int, str]] = field(default_factory=dict)
    """From which node, and which output of it."""
    widget: str | None = None
    """The input that was a widget before it was linked."""


def wired(*nodes: Wired) -> Json:
    """The workflow of these nodes, whose ids count from 1."""
    links: list[list[Any]] = []
    entries = []
    for number, node in enumerate(nodes, 1):
        inputs = []
        for place, (name, (source, output)) in enumerate(node.inputs.items()):
            outputs = nodes[source - 1].outputs
            link = [len(links) + 1, source, [*outputs].index(output), number, place]
            links.append([*link, outputs[output]])
            widget = {"widget": {"name": name}} if name == node.widget else {}
            inputs.append({"name": name, "type": outputs[output], "link": link[0], **widget})
        entries.append(entry(number, node, inputs))
    for number, made in enumerate(entries, 1):
        for place, output in enumerate(made["outputs"]):
            output["links"] = [link[0] for link in links if link[1:3] == [number, place]]
    return document(entries, links)


def entry(number: int, node: Wired, inputs: list[Json]) -> Json:
    return {
        "id": number,
        "type": node.class_type,
        "pos": [300 * number, 0],
        "size": [270, 100],
        "flags": {},
        "order": number,
        "mode": 0,
        "inputs": inputs,
        "outputs": [{"name": name, "type": kind} for name, kind in node.outputs.items()],
        "properties": {"Node name for S&R": node.class_type},
        "widgets_values": node.values,
    }


def scaled(source: int, output: str) -> Wired:
    return Wired("ImageScaleBy", ["bilinear", 2], {"IMAGE": "IMAGE"}, {"image": (source, output)})


def core_workflow(save: list[object]) -> Json:
    parts = {"images": "IMAGE", "audio": "AUDIO", "fps": "FLOAT"}
    made = {"images": (3, "IMAGE"), "audio": (2, "audio"), "fps": (2, "fps")}
    return wired(
        Wired("LoadVideo", ["in.mp4", "image"], {"VIDEO": "VIDEO"}),
        Wired("GetVideoComponents", [], parts, {"video": (1, "VIDEO")}),
        scaled(2, "images"),
        Wired("CreateVideo", [30], {"VIDEO": "VIDEO"}, made, widget="fps"),
        Wired("SaveVideo", save, {}, {"video": (4, "VIDEO")}),
    )


VHS_LOAD = {
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
VHS_COMBINE = {
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


def pack_workflow() -> Json:
    loaded = {
        "IMAGE": "IMAGE",
        "frame_count": "INT",
        "audio": "AUDIO",
        "video_info": "VHS_VIDEOINFO",
    }
    combined = {"images": (2, "IMAGE"), "audio": (1, "audio"), "frame_rate": (3, "fps")}
    names = {"Filenames": "VHS_FILENAMES"}
    return wired(
        Wired("VHS_LoadVideo", VHS_LOAD, loaded),
        scaled(1, "IMAGE"),
        Wired("VHS_VideoInfoLoaded", {}, {"fps": "FLOAT"}, {"video_info": (1, "video_info")}),
        Wired("VHS_VideoCombine", VHS_COMBINE, names, combined, widget="frame_rate"),
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
