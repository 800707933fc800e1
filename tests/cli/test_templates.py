"""The official templates through the command line: all convert, and what can run here runs."""

from __future__ import annotations

import importlib.util
import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.guide_for_tests import invoke, save_photograph
from tests.videos_for_tests import smooth_frames, write_tiny_video

from capdemo.engine.plan import ancestors
from capdemo.examples.keys import model_names
from capdemo.nodes import NODES
from capdemo.workflow import load_graph, read_workflow

if TYPE_CHECKING:
    from collections.abc import Iterator

    from capdemo.workflow import Graph

ONLY_PREVIEWS = {"basic_datatype_conversion", "basic_mask_operations_and_compositing"}
"""Templates that show what they made and save nothing."""


@cache
def templates() -> dict[str, Path]:
    package = importlib.util.find_spec("comfyui_workflow_templates_json")
    assert package is not None
    assert package.origin is not None
    files = sorted((Path(package.origin).parent / "templates").glob("*.json"))
    others = ("index", "fuse_options")
    return {file.stem: file for file in files if not file.name.startswith(others)}


@cache
def runnable() -> dict[str, Graph]:
    """The templates whose nodes have code here and whose models, if any, come with packages."""
    graphs = {name: graph_of(path) for name, path in templates().items()}
    return {
        name: graph
        for name, graph in graphs.items()
        if all(
            (known := NODES.get(node.class_type)) is not None and known.schema.executable
            for node in graph.nodes.values()
        )
        and {folder for folder, _ in model_names(graph)} <= {"upscale_models"}
    }


def graph_of(path: Path) -> Graph:
    return load_graph(read_workflow(path), NODES.schemas)[0]


def links(prompt: dict[str, Any]) -> Iterator[str]:
    """The ids that a prompt's links name."""
    for node in prompt.values():
        for value in node["inputs"].values():
            if isinstance(value, list):
                assert len(value) == 2, "any other list is wrapped"
                yield value[0]


def test_every_template_converts_to_a_prompt_that_converts_to_itself(tmp_path: Path) -> None:
    assert len(templates()) == 644
    first, second = tmp_path / "first.json", tmp_path / "second.json"
    for name, path in templates().items():
        answer = invoke("convert", path, "-o", first)
        assert answer.code in {0, 3}, f"{name}: {answer.err}"
        prompt = json.loads(first.read_text("ascii"))
        assert all(node.keys() <= {"class_type", "inputs", "_meta"} for node in prompt.values())
        assert set(links(prompt)) <= prompt.keys(), name
        unknown = {n["class_type"] for n in prompt.values()} - NODES.keys()
        assert all(repr(class_type) in answer.err for class_type in unknown), name
        assert (answer.code == 3) <= bool(unknown), f"{name}: {answer.err}"
        assert invoke("convert", first, "-o", second).code == 0
        assert second.read_bytes() == first.read_bytes(), name


def test_these_templates_need_no_code_that_is_not_here() -> None:
    assert runnable().keys() >= {
        *ONLY_PREVIEWS,
        "utility-gan_upscaler",
        "utility_image_stitch",
        "utility_interpolation_image_upscale",
    }


@pytest.mark.parametrize("name", sorted(runnable()))
def test_a_template_that_can_run_here_runs_to_its_output(name: str, tmp_path: Path) -> None:
    picture, video = tmp_path / "picture.png", tmp_path / "video.mp4"
    save_photograph(picture, 40, 32)
    write_tiny_video(video, smooth_frames(2, height=16, width=16))
    graph = runnable()[name]
    outputs = [i for i, n in graph.nodes.items() if NODES.schemas[n.class_type].is_output]
    uploads = {
        (widget.widget.upload, value)
        for node in (graph.nodes[node_id] for node_id in ancestors(graph, outputs))
        for widget in NODES.schemas[node.class_type].widgets
        if widget.widget is not None
        and widget.widget.upload
        and isinstance(value := node.inputs.get(widget.name), str)
    }
    given = [
        f"--input={value}={video if upload == 'video' else picture}" for upload, value in uploads
    ]
    answer = invoke("run", templates()[name], "--output-dir", tmp_path / "out", *given)
    assert answer.code == 0, answer.err
    written = [Path(line) for line in answer.out.splitlines()]
    assert bool(written) != (name in ONLY_PREVIEWS)
    assert all(path.stat().st_size > 0 for path in written)
