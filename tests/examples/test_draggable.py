"""What a build writes can be dropped on ComfyUI: each file gives the workflow back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.guide_for_tests import add_example, film_workflow, invoke, save_noise, scale_workflow
from tests.videos_for_tests import smooth_frames, write_tiny_video

from capdemo.errors import InputError
from capdemo.outputs.lock import read_lock
from capdemo.site.downloads import made_files
from capdemo.workflow import read_workflow

if TYPE_CHECKING:
    from capdemo.outputs.lock import Picture

ROOT = Path(__file__).parents[2]
LOCK = read_lock(ROOT / "workflows" / "examples.lock.json")
STRANGE = 'Größe ✓ 😀 ]]> </metadata> "quoted" \\ back'


def as_json(path: Path) -> str:
    """The canonical text of a workflow file's value."""
    return json.dumps(json.loads(path.read_text(encoding="utf-8")))


def carried(path: Path) -> str:
    return json.dumps(json.loads(read_workflow(path).raw["workflow"]))


def files_of(picture: Picture, docs: Path) -> list[Path]:
    return [docs / name for name in (picture.original, *(v.file for v in picture.variants))]


@pytest.fixture
def built(guide: Path) -> Path:
    """A guide with a picture and a film, whose workflows have a title of all kinds of signs."""
    save_noise(guide / "workflows" / "inputs" / "wide.png", 700, 40)
    frames = smooth_frames(3, 32, 48)
    clip = guide / "workflows" / "inputs" / "clip.mp4"
    write_tiny_video(clip, frames, encoder="libx264", pixel_format="yuv420p")
    for name, workflow in (("Scale", scale_workflow("wide.png")), ("Film", film_workflow())):
        workflow["nodes"][0]["title"] = STRANGE
        add_example(guide, name, workflow)
    assert invoke("build", "--examples-only").code == 0
    return guide


@pytest.mark.parametrize("name", ["Scale", "Film"])
def test_every_format_gives_the_workflow_back(built: Path, name: str) -> None:
    record = read_lock(built / "workflows" / "examples.lock.json").examples[name].record
    assert record is not None
    given, made = record.pictures
    expected = as_json(built / "workflows" / f"{name}.json")
    files = files_of(made, built / "docs")
    endings = {"Scale": [".avif", ".png", ".webp"], "Film": [".avif", ".mp4", ".webp"]}
    assert sorted({path.suffix for path in files}) == endings[name]
    for path in files:
        assert carried(path) == expected, path.suffix
        assert json.loads(carried(path))["nodes"][0]["title"] == STRANGE
        assert json.loads(read_workflow(path).raw["prompt"])
    for path in files_of(given, built / "docs"):
        with pytest.raises(InputError, match="carries no workflow"):
            read_workflow(path)


def test_a_drawing_gives_the_workflow_back(built: Path, tmp_path: Path) -> None:
    made = dict(made_files(built))
    assert sorted(made) == [
        f"workflows/{name}.{ending}" for name in ("Film", "Scale") for ending in ("json.js", "svg")
    ]
    svg = tmp_path / "Film.svg"
    svg.write_text(made["workflows/Film.svg"], encoding="utf-8")
    assert carried(svg) == as_json(built / "workflows" / "Film.json")
    assert invoke("graph", built / "workflows" / "Film.json", "-o", tmp_path / "G.svg").code == 0
    assert (tmp_path / "G.svg").read_bytes() == svg.read_bytes(), "the command writes the same"


def test_the_script_is_the_workflows_own_text(built: Path) -> None:
    script = dict(made_files(built))["workflows/Scale.json.js"]
    text = script.removeprefix("self.capdemoFile=").removesuffix(";\n")
    assert json.loads(text) == (built / "workflows" / "Scale.json").read_text(encoding="utf-8")
    assert script.isascii()


OWN = sorted(name for name in LOCK.examples if (ROOT / "workflows" / f"{name}.json").is_file())
COMPARED = sorted(LOCK.examples.keys() - set(OWN))


@pytest.mark.parametrize("name", COMPARED)
def test_a_compared_picture_carries_the_prompt_that_made_it(name: str) -> None:
    record = LOCK.examples[name].record
    assert record is not None
    shown = {picture.role: picture.variants for picture in record.pictures}
    for variant in shown["output"]:
        prompt = read_workflow(ROOT / "docs" / variant.file).api
        assert prompt is not None
        loaded = [n.inputs["image"] for n in prompt.nodes.values() if n.class_type == "LoadImage"]
        assert [used.name for used in record.key.inputs] == loaded


@pytest.mark.parametrize("name", OWN)
def test_the_guides_own_pictures_give_their_workflows_back(name: str) -> None:
    record = LOCK.examples[name].record
    if record is None:  # then the page shows no result of it
        return
    expected = as_json(ROOT / "workflows" / f"{name}.json")
    for picture in record.pictures:
        for variant in picture.variants:
            path = ROOT / "docs" / variant.file
            if picture.role == "output":
                assert carried(path) == expected, variant.file
            else:
                with pytest.raises(InputError, match="carries no workflow"):
                    read_workflow(path)
