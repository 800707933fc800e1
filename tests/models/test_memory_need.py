"""What networks need of a device at once: which of them stay, take turns, or travel."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest
from tests.sd_for_tests import released_shapes, write_hollow

from capdemo.models.memory_need import WORKING, Weights, bytes_needed, room, weights_of

if TYPE_CHECKING:
    from pathlib import Path

UNET, CONTROL, FIRST_TEXT, SECOND_TEXT, LAYERS, MORE_LAYERS = (
    Weights("steered", 50),
    Weights("steered", 40),
    Weights("beside", 70),
    Weights("beside", 60),
    Weights("travelling", 300),
    Weights("travelling", 200),
)


@pytest.mark.parametrize(
    ("found", "cpu", "gpu"),
    [
        ([UNET], 50, 50),
        ([UNET, CONTROL], 90, 90),
        ([UNET, FIRST_TEXT, SECOND_TEXT], 180, 70),
        ([UNET, CONTROL, FIRST_TEXT], 160, 90),
        ([LAYERS, MORE_LAYERS], 300, 0),
        ([UNET, LAYERS, MORE_LAYERS], 350, 50),
    ],
)
def test_what_is_in_use_together_is_added(found: list[Weights], cpu: int, gpu: int) -> None:
    assert bytes_needed(found, "cpu") == cpu + WORKING
    assert bytes_needed(found, "cuda") == gpu + WORKING


def test_without_networks_nothing_is_needed() -> None:
    assert bytes_needed([], "cpu") == bytes_needed([], "cuda") == 0


@pytest.mark.parametrize("prefix", ["", "control_model."])
def test_a_controlnet_is_held_with_the_network_that_it_steers(tmp_path: Path, prefix: str) -> None:
    shapes = {prefix + name: shape for name, shape in released_shapes("control_sd15").items()}
    path = write_hollow(tmp_path / "control.safetensors", shapes)
    numbers = sum(map(math.prod, shapes.values()))
    assert weights_of(path, "cpu") == [Weights("steered", 4 * numbers)]
    assert weights_of(path, "cuda") == [Weights("steered", 2 * numbers)]


@pytest.mark.parametrize("device", ["cpu", "cuda"])
@pytest.mark.parametrize(
    "names",
    [
        ["txt_norm.weight"],
        ["model.diffusion_model.txt_norm.weight"],
        ["visual.patch_embed.proj.weight", "model.layers.0.self_attn.k_proj.bias"],
    ],
)
def test_layers_of_qwen_travel_as_they_are_stored(
    tmp_path: Path, names: list[str], device: str
) -> None:
    path = write_hollow(tmp_path / "qwen.safetensors", dict.fromkeys(names, (30, 2)))
    assert weights_of(path, device) == [Weights("travelling", 2 * 60 * len(names))]


def test_an_upscaler_is_none_of_them(tmp_path: Path) -> None:
    path = write_hollow(tmp_path / "net.safetensors", {"conv_first.weight": (64, 3, 3, 3)})
    assert weights_of(path, "cpu") == []


def test_the_room_of_a_cpu_is_in_bytes() -> None:
    found = room("cpu")
    assert found.total / 200 < found.free <= found.total
