"""VideoHelperSuite's nodes, through their functions and files."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

import av
import numpy as np
import PIL.Image
import pytest
import torch
from PIL import ImageSequence
from tests.videos_for_tests import (
    decoded,
    psnr,
    random_frames,
    smooth_frames,
    tone,
    write_tiny_video,
)

from capdemo.errors import CancelledError, InputError, RunError
from capdemo.node_api import Audio, FileNames, VideoInfo
from capdemo.nodes import NODES
from capdemo.workflow import read_workflow

if TYPE_CHECKING:
    from pathlib import Path

    from tests.nodes.bench_for_tests import Bench

METADATA = {
    "prompt": '{"1": {"class_type": "VHS_LoadVideo", "inputs": {"video": "é.mp4"}}}',
    "workflow": '{"nodes": [], "links": [], "extra": {"note": "Größe 😀"}}',
}
EXPECTED_TEXTS = {key: json.loads(text) for key, text in METADATA.items()}

FRAMES = smooth_frames(5, 31, 17)
IMAGES = torch.from_numpy(FRAMES.astype(np.float32) / 255)
SOUND = Audio(torch.from_numpy(tone(3.0))[None], 44100)

WIDGETS: dict[str, Any] = {
    "frame_rate": 8,
    "loop_count": 0,
    "filename_prefix": "v",
    "pingpong": False,
}


@pytest.fixture
def vhs_bench(bench: Bench) -> Bench:
    bench.context = replace(bench.context, metadata=METADATA)
    return bench


def combine(bench: Bench, video_format: str, **widgets: object) -> FileNames:
    given = {**WIDGETS, "images": IMAGES, "save_output": True, **widgets, "format": video_format}
    (names,) = bench.run("VHS_VideoCombine", **given)
    return cast("FileNames", names)


def carried(path: Path) -> dict[str, Any]:
    return {key: json.loads(text) for key, text in read_workflow(path).raw.items()}


def test_frames_are_loaded_with_their_facts(vhs_bench: Bench) -> None:
    frames = random_frames(12, 32, 48)
    write_tiny_video(
        vhs_bench.folders.input / "in.mov",
        frames,
        encoder="qtrle",
        pixel_format="rgb24",
        sound=tone(0.5, 8000),
        sample_rate=8000,
        sound_encoder="pcm_s16le",
    )
    images, count, audio, info = vhs_bench.run(
        "VHS_LoadVideo",
        video="in.mov",
        force_rate=0,
        custom_width=0,
        custom_height=0,
        frame_load_cap=3,
        skip_first_frames=2,
        select_every_nth=3,
        format="AnimateDiff",
    )
    assert count == 3
    assert np.array_equal((cast("torch.Tensor", images) * 255).numpy(), frames[[2, 5, 8]])
    assert isinstance(audio, Audio)
    assert audio.waveform.shape == (1, 2, 3000)
    assert vhs_bench.run("VHS_VideoInfoLoaded", video_info=info) == (8.0, 3, 0.375, 48, 32)
    assert vhs_bench.run("VHS_VideoInfoSource", video_info=info) == (24.0, 12, 0.5, 48, 32)
    both = vhs_bench.run("VHS_VideoInfo", video_info=info)
    assert both == (24.0, 12, 0.5, 48, 32, 8.0, 3, 0.375, 48, 32)
    assert isinstance(info, VideoInfo)


@pytest.mark.parametrize("class_type", ["VHS_LoadVideo", "VHS_LoadVideoPath"])
def test_defaults_make_sides_multiples_of_8(vhs_bench: Bench, class_type: str) -> None:
    (vhs_bench.folders.input / "sub").mkdir()
    write_tiny_video(vhs_bench.folders.input / "sub" / "in.mkv", FRAMES)
    images, *_ = vhs_bench.run(class_type, video=' "sub\\in.mkv"')
    assert cast("torch.Tensor", images).shape == (5, 32, 16, 3)


def test_a_path_stays_in_the_input_folder(vhs_bench: Bench, tmp_path: Path) -> None:
    write_tiny_video(tmp_path / "secret.mkv", FRAMES)
    for name in (str(tmp_path / "secret.mkv"), "../secret.mkv"):
        with pytest.raises(RunError, match="leads out of the folder"):
            vhs_bench.run("VHS_LoadVideoPath", video=name)


@pytest.mark.parametrize(
    ("video_format", "audio", "name", "least"),
    [
        ("video/h264-mp4", None, "v_00001.mp4", 38),
        ("video/h264-mp4", SOUND, "v_00001-audio.mp4", 38),
        ("video/h265-mp4", SOUND, "v_00001-audio.mp4", 37),
        ("video/webm", None, "v_00001.webm", 36),
        ("video/webm", SOUND, "v_00001-audio.webm", 36),
        ("video/av1-webm", SOUND, "v_00001-audio.webm", 37),
        ("video/ffv1-mkv", SOUND, "v_00001-audio.mkv", 60),
    ],
)
def test_a_video_is_written_with_its_first_frame_beside_it(
    vhs_bench: Bench, video_format: str, audio: Audio | None, name: str, least: float
) -> None:
    names = combine(vhs_bench, video_format, audio=audio)
    folder = vhs_bench.folders.output
    assert names == FileNames(is_output=True, paths=(folder / "v_00001.png", folder / name))
    assert sorted(path.name for path in folder.iterdir()) == sorted(["v_00001.png", name])
    (saved,) = vhs_bench.saved
    assert (saved.path, saved.width, saved.height) == (folder / name, 18, 32)
    assert psnr(decoded(saved.path)[:, :31, :17], FRAMES) > least
    with PIL.Image.open(folder / "v_00001.png") as cover:
        assert np.array_equal(np.asarray(cover), (IMAGES[0] * 255).numpy().astype(np.uint8))
    for path in names.paths:
        assert carried(path) == EXPECTED_TEXTS
    with av.open(str(saved.path)) as container:
        assert container.streams.video[0].average_rate == 8
        assert len(container.streams.audio) == (audio is not None)
        assert container.duration is not None
        assert container.duration / av.time_base == pytest.approx(5 / 8, abs=0.05)


@pytest.mark.parametrize(
    ("video_format", "name"), [("image/gif", "v_00001.gif"), ("image/webp", "v_00001.webp")]
)
def test_an_animated_picture_is_written_with_its_first_frame(
    vhs_bench: Bench, video_format: str, name: str
) -> None:
    names = combine(vhs_bench, video_format, pingpong=True, loop_count=2, frame_rate=12.5)
    (saved,) = vhs_bench.saved
    assert saved.path == names.paths[1] == vhs_bench.folders.output / name
    assert (saved.width, saved.height) == (17, 31)
    with PIL.Image.open(saved.path) as picture:
        frames = [np.asarray(frame.convert("RGB")) for frame in ImageSequence.Iterator(picture)]
        assert (picture.info["loop"], picture.info["duration"]) == (2, 80)
    expected = (IMAGES[[0, 1, 2, 3, 4, 3, 2, 1]] * 255).numpy().astype(np.uint8)
    assert np.array_equal(np.stack(frames), expected)
    assert carried(saved.path) == EXPECTED_TEXTS


def test_webp_may_be_lossy(vhs_bench: Bench) -> None:
    noise = torch.rand(2, 32, 32, 3, generator=torch.Generator().manual_seed(1))
    for lossless in (True, False):
        combine(vhs_bench, "image/webp", images=noise, lossless=lossless)
    sizes = [saved.path.stat().st_size for saved in vhs_bench.saved]
    assert sizes[1] < sizes[0] / 2


def test_frames_run_back_and_again(vhs_bench: Bench) -> None:
    combine(vhs_bench, "video/ffv1-mkv", pingpong=True, loop_count=1, pix_fmt="bgra")
    (saved,) = vhs_bench.saved
    expected = FRAMES[[0, 1, 2, 3, 4, 3, 2, 1] * 2]
    assert psnr(decoded(saved.path)[:, :31, :17], expected) > 60


def test_a_video_may_end_with_its_sound(vhs_bench: Bench) -> None:
    short = Audio(SOUND.waveform[..., :11025], 44100)
    combine(vhs_bench, "video/h264-mp4", audio=short, trim_to_audio=True)
    assert len(decoded(vhs_bench.saved[0].path)) == 2
    combine(vhs_bench, "video/h264-mp4", audio=short)
    assert len(decoded(vhs_bench.saved[1].path)) == 5


def test_texts_may_be_left_out_of_the_video(vhs_bench: Bench) -> None:
    names = combine(vhs_bench, "video/h264-mp4", save_metadata=False)
    assert carried(names.paths[0]) == EXPECTED_TEXTS
    with pytest.raises(InputError, match="carries no workflow"):
        read_workflow(names.paths[1])


def test_temporary_files_are_not_reported(vhs_bench: Bench) -> None:
    names = combine(vhs_bench, "video/h264-mp4", save_output=False)
    assert not names.is_output
    assert {path.parent for path in names.paths} == {vhs_bench.folders.temp}
    assert vhs_bench.saved == []
    assert not vhs_bench.folders.output.exists()


@pytest.mark.parametrize("video_format", ["video/h264-mp4", "image/gif"])
def test_a_stop_leaves_nothing(vhs_bench: Bench, video_format: str) -> None:
    def stop(done: int, _total: int) -> None:
        if done == 2:
            raise CancelledError("Stopped.")

    vhs_bench.context = replace(vhs_bench.context, progress=stop)
    with pytest.raises(CancelledError):
        combine(vhs_bench, video_format)
    folder = vhs_bench.folders.output
    assert not folder.exists() or list(folder.iterdir()) == []


def test_a_wrong_pixel_format_is_an_input_error(vhs_bench: Bench) -> None:
    with pytest.raises(InputError, match="pix_fmt is 'yuv420p12'"):
        combine(vhs_bench, "video/h264-mp4", pix_fmt="yuv420p12")


def test_counters_go_on_over_formats(vhs_bench: Bench) -> None:
    combine(vhs_bench, "video/h264-mp4", audio=SOUND)
    combine(vhs_bench, "image/gif")
    combine(vhs_bench, "video/webm")
    names = [saved.path.name for saved in vhs_bench.saved]
    assert names == ["v_00001-audio.mp4", "v_00002.gif", "v_00003.webm"]


def test_the_pack_is_named_and_rates_may_be_linked_from_whole_numbers() -> None:
    schemas = {name: node.schema for name, node in NODES.items() if name.startswith("VHS_")}
    assert {"VHS_LoadVideo", "VHS_LoadVideoPath", "VHS_VideoCombine"} <= set(schemas)
    ours = [schemas[name] for name in schemas if schemas[name].executable]
    assert {(schema.pack, schema.licence) for schema in ours} == {
        ("comfyui-videohelpersuite", "GPL-3.0")
    }
    rate = schemas["VHS_VideoCombine"].input("frame_rate")
    assert rate is not None
    assert rate.type == "FLOAT,INT"
    outputs = [output.type for output in schemas["VHS_LoadVideo"].outputs]
    assert outputs == ["IMAGE", "INT", "AUDIO", "VHS_VIDEOINFO"]
    assert [output.type for output in schemas["VHS_VideoCombine"].outputs] == ["VHS_FILENAMES"]
    assert [output.type for output in schemas["VHS_VideoInfo"].outputs] == [
        *("FLOAT", "INT", "FLOAT", "INT", "INT"),
        *("FLOAT", "INT", "FLOAT", "INT", "INT"),
    ]
