"""The nodes of Qwen-Image-Edit, and whole workflows on reduced files with random weights."""

from __future__ import annotations

from importlib.metadata import distribution
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch
from tests.guide_for_tests import invoke, pixels, save_photograph
from tests.qwen_for_tests import picture, qwen_encoder, write_models

from capdemo.errors import InputError
from capdemo.imaging.sizes import Size
from capdemo.node_api import Condition, Image
from capdemo.nodes.qwen_image import encode_edit, encode_edit_plus

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).parents[2]
OURS = ROOT / "workflows/ai-capabilities/instruction-based-image-editing/Qwen-Image-Edit-2509.json"
TEMPLATE = "comfyui_workflow_templates_json/templates/image_qwen_image_edit_2509.json"


class Looking:
    """Notes what a text encoder and a VAE are given."""

    def __init__(self) -> None:
        self.text = ""
        self.template = ""
        self.seen: list[tuple[int, ...]] = []
        self.kept: list[tuple[int, ...]] = []

    def encode_with_pictures(
        self, text: str, pictures: Sequence[Image], template: str
    ) -> Condition:
        self.text, self.template = text, template
        self.seen = [tuple(shown.shape) for shown in pictures]
        return Condition(torch.zeros(1, 2, 4))

    def encode(self, given: str | torch.Tensor) -> Condition | torch.Tensor:
        if isinstance(given, str):
            self.text = given
            return Condition(torch.zeros(1, 2, 4))
        self.kept.append(tuple(given.shape))
        return torch.full((1, 16, 1, 2, 2), float(len(self.kept)))


def test_each_picture_is_seen_small_and_kept_large() -> None:
    # The sizes are those that ComfyUI 0.3.64 gave the same pictures.
    looking: Any = Looking()
    wide, tall = Image(picture("wide", 48, 64)), Image(picture("tall", 40, 24))
    (condition,) = encode_edit_plus(
        clip=looking, prompt="swap them", vae=looking, image1=wide, image3=tall
    )
    assert looking.seen == [(1, 333, 443, 3), (1, 496, 297, 3)]
    assert looking.kept == [(1, 888, 1184, 3), (1, 1320, 792, 3)]
    place = "<|vision_start|><|image_pad|><|vision_end|>"
    assert looking.text == f"Picture 1: {place}Picture 3: {place}swap them"
    assert looking.template.startswith("<|im_start|>system\nDescribe the key features of the input")
    assert [float(kept.mean()) for kept in condition.reference_latents] == [1.0, 2.0]


def test_without_a_vae_nothing_is_kept() -> None:
    looking: Any = Looking()
    wide = Image(picture("wide", 48, 64))
    (condition,) = encode_edit_plus(clip=looking, prompt="x", image2=wide)
    assert condition.reference_latents == ()
    assert looking.text.startswith("Picture 2: ")


def test_the_first_model_sees_and_keeps_the_same_megapixel() -> None:
    looking: Any = Looking()
    wide = Image(picture("wide", 48, 64))
    encode_edit(clip=looking, prompt="x", vae=looking, image=wide)
    assert looking.seen == looking.kept == [(1, 887, 1182, 3)]
    assert looking.text == "x"
    assert "<|image_pad|>" in looking.template


def test_without_a_picture_the_first_model_reads_a_plain_prompt() -> None:
    looking: Any = Looking()
    encode_edit(clip=looking, prompt="a harbour")
    assert looking.text == "a harbour"
    assert looking.template == ""


def test_an_encoder_that_cannot_look_is_refused() -> None:
    class Blind:
        def encode(self, text: str) -> Condition:
            return Condition(torch.zeros(1, 77, 768))

    blind: Any = Blind()
    with pytest.raises(InputError, match="cannot look at pictures"):
        encode_edit_plus(clip=blind, prompt="x")


def test_clip_skip_is_refused() -> None:
    with pytest.raises(InputError, match="is not stopped at layer -2"):
        qwen_encoder().with_last_layer(-2)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The reduced files and a photograph."""
    folder = tmp_path_factory.mktemp("qwen")
    write_models(folder / "models")
    save_photograph(folder / "photograph.png", 90, 80)
    return folder


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch, files: Path) -> Path:
    """The same, with pictures of a sixteenth of a megapixel to work on."""
    monkeypatch.setattr("capdemo.nodes.qwen_image._KEPT_MEGAPIXELS", 1 / 16)
    monkeypatch.setattr("capdemo.imaging.sizes.for_kontext", lambda _: Size(272, 240))
    return files


def run(small: Path, workflow: Path, name: str, *options: str) -> np.ndarray:
    given = ("--input", f"{name}={small / 'photograph.png'}", "--models", str(small / "models"))
    place = ("--output-dir", str(small / "out"), "--device", "cpu", "--json")
    answer = invoke("run", workflow, *given, *options, *place)
    assert answer.code == 0, answer.err
    (output,) = answer.json["outputs"]
    return pixels(Path(output["path"]))


def test_the_official_template_runs_and_gives_the_same_picture_twice(small: Path) -> None:
    """With the Lightning LoRA, in four steps without guidance, through subgraph and switches."""
    template = Path(str(distribution("comfyui-workflow-templates-json").locate_file(TEMPLATE)))
    name = "image_qwen_image_edit_2509_input_image.png"
    first = run(small, template, name)
    assert first.shape == (240, 272, 3)
    assert first.std() > 5
    assert np.array_equal(run(small, template, name), first)


def test_the_workflow_of_the_guide_runs_and_follows_its_sentence(small: Path) -> None:
    options = ("--set", "12.steps=2")
    made = run(small, OURS, "portrait-1865.png", *options)
    other = run(small, OURS, "portrait-1865.png", *options, "--set", "7.prompt=Paint it blue")
    assert made.shape == (240, 272, 3)
    assert not np.array_equal(made, other)
