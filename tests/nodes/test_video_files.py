"""ComfyUI's video nodes, through their functions and files."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any, cast

import av
import numpy as np
import pytest
import torch
from tests.videos_for_tests import (
    decoded,
    packets,
    psnr,
    random_frames,
    smooth_frames,
    tone,
    write_tiny_video,
)

from capdemo.errors import CancelledError, InputError, RunError
from capdemo.imaging.video import FileVideo, open_video
from capdemo.node_api import Audio, Video
from capdemo.node_api.dynamic import flat_inputs
from capdemo.nodes import NODES
from capdemo.workflow import read_workflow

if TYPE_CHECKING:
    from pathlib import Path

    from tests.nodes.bench_for_tests import Bench

METADATA = {
    "prompt": '{"1": {"class_type": "LoadVideo", "inputs": {"file": "é=;#\\\\ \\n.mp4"}}}',
    "workflow": '{"nodes": [], "links": [], "extra": {"note": "Größe 😀"}}',
}


@pytest.fixture
def video_bench(bench: Bench) -> Bench:
    """A bench whose files carry real workflows, with a video in its input folder."""
    bench.context = replace(bench.context, metadata=METADATA)
    write_tiny_video(
        bench.folders.input / "in.mp4",
        smooth_frames(12, 32, 48),
        encoder="libx264",
        pixel_format="yuv420p",
        sound=tone(0.5),
        sound_encoder="aac",
    )
    return bench


def only_video(bench: Bench, class_type: str, **inputs: object) -> Video:
    (video,) = bench.run(class_type, **inputs)
    return cast("Video", video)


def carried(path: Path) -> dict[str, Any]:
    """The texts' values; ComfyUI's front end reads only ASCII from some videos."""
    assert all(text.isascii() for text in read_workflow(path).raw.values())
    return {key: json.loads(text) for key, text in read_workflow(path).raw.items()}


EXPECTED_TEXTS = {key: json.loads(text) for key, text in METADATA.items()}


def test_a_video_is_loaded_and_taken_apart(video_bench: Bench) -> None:
    video = only_video(video_bench, "LoadVideo", file="in.mp4")
    images, audio, fps, bit_depth, color_space = video_bench.run("GetVideoComponents", video=video)
    frames = decoded(video_bench.folders.input / "in.mp4")
    assert np.array_equal((cast("torch.Tensor", images) * 255).round().numpy(), frames)
    assert isinstance(audio, Audio)
    assert (audio.sample_rate, audio.waveform.shape[:2]) == (44100, (1, 2))
    assert (fps, bit_depth, color_space) == (24.0, 8, "sRGB")


def test_a_video_without_sound_gives_none(video_bench: Bench) -> None:
    write_tiny_video(video_bench.folders.input / "b.mkv", random_frames(2))
    video = only_video(video_bench, "LoadVideo", file="b.mkv")
    assert video_bench.run("GetVideoComponents", video=video)[1] is None


def test_a_missing_file_says_what_to_do(video_bench: Bench) -> None:
    with pytest.raises(RunError, match=r"There is no file 'im\.mp4'.* Did you mean 'in\.mp4'"):
        video_bench.run("LoadVideo", file="im.mp4")
    with pytest.raises(RunError, match="leads out of the folder"):
        video_bench.run("LoadVideo", file="../../etc/passwd")


def test_a_broken_file_is_an_input_error(video_bench: Bench) -> None:
    (video_bench.folders.input / "bad.mp4").write_bytes(b"nothing")
    with pytest.raises(InputError, match="damaged, or no video"):
        video_bench.run("LoadVideo", file="bad.mp4")


@pytest.mark.parametrize(
    ("bit_depth", "color_space", "expected"),
    [
        ("auto", "sRGB", (8, "sRGB")),
        ("auto", "HDR", (10, "HDR")),
        (8, "HDR PQ", (8, "HDR PQ")),
        (10, "sRGB", (10, "sRGB")),
    ],
)
def test_a_made_video_knows_its_bits_and_colours(
    bench: Bench, bit_depth: object, color_space: str, expected: tuple[int, str]
) -> None:
    video = only_video(
        bench,
        "CreateVideo",
        images=torch.rand(3, 4, 6, 3),
        fps=29.97,
        bit_depth=bit_depth,
        color_space=color_space,
    )
    images, audio, fps, *rest = bench.run("GetVideoComponents", video=video)
    assert (audio, fps, tuple(rest)) == (None, 29.97, expected)
    assert cast("torch.Tensor", images).shape == (3, 4, 6, 3)


@pytest.mark.parametrize(
    ("inputs", "name"),
    [
        ({"format": "auto", "codec": "auto"}, "v_00001_.mp4"),  # as of 2025
        ({"format": "auto", "format.codec": "auto"}, "v_00001_.mp4"),
        ({"format": "mp4", "format.codec": "h264"}, "v_00001_.mp4"),
        ({"format": "auto", "format.codec": "av1"}, "v_00001_.webm"),
        ({"format": "auto", "codec": "av1"}, "v_00001_.webm"),
        ({"format": "webm"}, "v_00001_.webm"),
        (
            {
                "format": "mkv",
                "format.codec": "h264",
                "format.codec.encoding": "re-encode",
                "format.codec.encoding.crf": 5.0,
            },
            "v_00001_.mkv",
        ),
    ],
)
def test_pictures_become_a_video_file_that_carries_the_workflow(
    video_bench: Bench, inputs: dict[str, object], name: str
) -> None:
    frames = smooth_frames(6, 31, 17)
    images = torch.from_numpy(frames.astype(np.float32) / 255)
    audio = Audio(torch.from_numpy(tone(0.25))[None], 44100)
    video = only_video(video_bench, "CreateVideo", images=images, fps=24.0, audio=audio)
    (passed,) = video_bench.run("SaveVideo", video=video, filename_prefix="sub/v", **inputs)
    assert passed is video
    (saved,) = video_bench.saved
    assert saved.path == video_bench.folders.output / "sub" / name
    assert (saved.width, saved.height) == (18, 32)
    assert psnr(decoded(saved.path)[:, :31, :17], frames) > 36
    assert carried(saved.path) == EXPECTED_TEXTS
    assert open_video(saved.path).facts.frame_rate == 24
    assert open_video(saved.path).facts.sound_codec in ("aac", "opus")
    assert video_bench.progress == [(done, 6) for done in range(1, 7)]


def test_the_quality_widget_counts(video_bench: Bench) -> None:
    images = torch.rand(3, 64, 64, 3, generator=torch.Generator().manual_seed(2))
    video = only_video(video_bench, "CreateVideo", images=images, fps=8.0)
    reencode = {"format.codec": "h264", "format.codec.encoding": "re-encode"}
    for crf in (1.0, 40.0):
        inputs = {**reencode, "format.codec.encoding.crf": crf}
        video_bench.run("SaveVideo", video=video, filename_prefix="v", format="mp4", **inputs)
    sizes = [saved.path.stat().st_size for saved in video_bench.saved]
    assert sizes[0] > 3 * sizes[1]


def test_a_loaded_video_is_copied_when_nothing_is_asked(video_bench: Bench) -> None:
    video = only_video(video_bench, "LoadVideo", file="in.mp4")
    video_bench.run("SaveVideo", video=video, filename_prefix="%width%", format="auto")
    (saved,) = video_bench.saved
    assert saved.path.name == "48_00001_.mp4"
    assert packets(saved.path) == packets(video_bench.folders.input / "in.mp4")
    assert carried(saved.path) == EXPECTED_TEXTS


def test_a_slice_is_a_part_and_decodes_nothing(video_bench: Bench) -> None:
    video = only_video(video_bench, "LoadVideo", file="in.mp4")
    part = only_video(
        video_bench,
        "Video Slice",
        video=video,
        start_time=0.25,
        duration=0.125,
        strict_duration=True,
    )
    assert isinstance(part, FileVideo)
    video_bench.run("SaveVideo", video=part, filename_prefix="part", format="auto")
    (saved,) = video_bench.saved
    expected = decoded(video_bench.folders.input / "in.mp4")[6:9]
    assert psnr(decoded(saved.path), expected) > 38
    with pytest.raises(InputError, match="longer than the video"):
        video_bench.run(
            "Video Slice", video=video, start_time=0.25, duration=9.0, strict_duration=True
        )


@pytest.mark.parametrize("class_type", ["LoadVideo", "CreateVideo"])
def test_a_stop_leaves_no_file(video_bench: Bench, class_type: str) -> None:
    def stop(done: int, _total: int) -> None:
        if done == 2:
            raise CancelledError("Stopped.")

    images = torch.rand(4, 32, 48, 3)
    inputs = {"file": "in.mp4"} if class_type == "LoadVideo" else {"images": images, "fps": 8.0}
    video = only_video(video_bench, class_type, **inputs)
    video_bench.context = replace(video_bench.context, progress=stop)
    with pytest.raises(CancelledError):
        video_bench.run("SaveVideo", video=video, filename_prefix="v", format="auto")
    assert list(video_bench.folders.output.iterdir()) == []
    assert video_bench.saved == []


def test_a_prefix_that_leads_out_writes_nothing(video_bench: Bench) -> None:
    video = only_video(video_bench, "LoadVideo", file="in.mp4")
    with pytest.raises(RunError, match="leads out of the folder"):
        video_bench.run("SaveVideo", video=video, filename_prefix="../v", format="auto")
    assert not video_bench.folders.output.exists()


def test_saving_again_overwrites_nothing(video_bench: Bench) -> None:
    video = only_video(video_bench, "LoadVideo", file="in.mp4")
    for _ in range(2):
        video_bench.run("SaveVideo", video=video, filename_prefix="v", format="auto")
    names = [saved.path.name for saved in video_bench.saved]
    assert names == ["v_00001_.mp4", "v_00002_.mp4"]


@pytest.mark.parametrize(("codec", "least"), [("vp9", 36), ("av1", 36)])
def test_pictures_become_a_webm(video_bench: Bench, codec: str, least: float) -> None:
    frames = smooth_frames(6, 31, 17)
    images = torch.from_numpy(frames.astype(np.float32) / 255)
    (passed,) = video_bench.run(
        "SaveWEBM", images=images, filename_prefix="w", codec=codec, fps=12.5, crf=20.0
    )
    assert passed is images
    (saved,) = video_bench.saved
    assert (saved.path.name, saved.width, saved.height) == ("w_00001_.webm", 18, 32)
    assert psnr(decoded(saved.path)[:, :31, :17], frames) > least
    assert carried(saved.path) == EXPECTED_TEXTS
    facts = open_video(saved.path).facts
    assert (facts.codec, facts.frame_rate) == (codec, Fraction(25, 2))
    assert facts.bit_depth == (10 if codec == "av1" else 8)


def test_vp9_keeps_transparency(video_bench: Bench) -> None:
    images = torch.full((2, 32, 32, 4), 0.5)
    video_bench.run("SaveWEBM", images=images, filename_prefix="w", codec="vp9", fps=8.0, crf=9.0)
    with av.open(str(video_bench.saved[0].path)) as container:
        assert container.streams.video[0].metadata["alpha_mode"] == "1"


# The widgets as ComfyUI of 2026 has them, in the order of saved files.
@pytest.mark.parametrize(
    ("class_type", "given", "expected"),
    [
        ("LoadVideo", {}, ["file"]),
        ("CreateVideo", {}, ["fps", "bit_depth", "color_space", "codec"]),
        ("Video Slice", {}, ["start_time", "duration", "strict_duration"]),
        ("SaveVideo", {}, ["filename_prefix", "format", "format.codec", "codec"]),
        (
            "SaveVideo",
            {"format": "mkv", "format.codec": "av1", "format.codec.encoding": "re-encode"},
            [
                *("filename_prefix", "format", "format.codec", "format.codec.encoding"),
                *("format.codec.encoding.crf", "codec"),
            ],
        ),
        ("GetVideoComponents", {}, []),
    ],
)
def test_widgets_have_comfyuis_order(
    class_type: str, given: dict[str, object], expected: list[str]
) -> None:
    entries = flat_inputs(NODES[class_type].schema, given)
    assert [entry.name for entry in entries if entry.widget is not None] == expected


def test_sockets_are_comfyuis() -> None:
    outputs = {name: NODES[name].schema.outputs for name in ("GetVideoComponents", "SaveVideo")}
    components = [(output.name, output.type) for output in outputs["GetVideoComponents"]]
    assert components == [
        ("images", "IMAGE"),
        ("audio", "AUDIO"),
        ("fps", "FLOAT"),
        ("bit_depth", "COMBO"),
        ("color_space", "COMBO"),
    ]
    assert [output.type for output in outputs["SaveVideo"]] == ["VIDEO"]
    audio = NODES["CreateVideo"].schema.input("audio")
    assert audio is not None
    assert (audio.type, audio.required) == ("AUDIO", False)
    codec = NODES["SaveVideo"].schema.input("format")
    assert codec is not None
    assert codec.widget is not None
    choices = {
        option.name: option.inputs[0].widget.choices if option.inputs[0].widget else ()
        for option in codec.widget.options
    }
    every = ("auto", "h264", "av1")
    assert choices == {"auto": every, "mp4": every, "mkv": every, "webm": ("auto", "av1")}
