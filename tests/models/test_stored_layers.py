"""Layers that keep their file's types, carry LoRAs for a while, and live on a device in part."""

from __future__ import annotations

import pytest
import torch
from tests.qwen_for_tests import diffusion_model, lora, numbers, qwen_network
from torch import nn

from capdemo.errors import InputError
from capdemo.models.layer_placing import PlacedLayers, how_many_fit
from capdemo.models.stored_layers import changed, store_linears, stored_linears
from capdemo.models.stored_network import Placing
from capdemo.node_api import NetworkInputs

LATENT = ("latent", 1, 16, 1, 4, 6)
TIME = torch.tensor([0.6])


def inputs() -> NetworkInputs:
    return NetworkInputs(context=numbers("context", 1, 5, 256))


def two_layers() -> nn.Sequential:
    torch.manual_seed(0)
    module = nn.Sequential(nn.Linear(4, 3), nn.LayerNorm(3), nn.Linear(3, 2))
    store_linears(module)
    return module.requires_grad_(requires_grad=False)


def test_a_lightning_lora_is_the_merged_weight() -> None:
    base = {key: weight.float() for key, weight in diffusion_model(prefix="").items()}
    weights, strength = lora(), 0.7
    merged = dict(base)
    for key in weights:
        if key.endswith(".alpha"):
            layer = key.removesuffix(".alpha")
            down, up = (weights[f"{layer}.lora_{part}.weight"].float() for part in ("down", "up"))
            merged[f"{layer}.weight"] = base[f"{layer}.weight"] + strength * 2 / 4 * (up @ down)
    expected = qwen_network(merged)(numbers(*LATENT), TIME, inputs())
    network = qwen_network()
    with_lora = network.with_lora(weights, strength)
    plain = network(numbers(*LATENT), TIME, inputs())
    assert (with_lora(numbers(*LATENT), TIME, inputs()) - expected).abs().max() < 1e-5
    assert (plain - expected).abs().max() > 0.01
    assert torch.equal(network(numbers(*LATENT), TIME, inputs()), plain)


@pytest.mark.parametrize(
    ("prefix", "down", "up"),
    [
        ("", "lora_A", "lora_B"),
        ("transformer.", "lora_A.default", "lora_B.default"),
        ("diffusion_model.", "lora_down", "lora_up"),
    ],
)
def test_other_names_for_the_same_lora(prefix: str, down: str, up: str) -> None:
    renamed = {
        prefix + key.replace("lora_down", down).replace("lora_up", up): weight
        for key, weight in lora().items()
    }
    network = qwen_network()
    expected = network.with_lora(lora(), 1.0)(numbers(*LATENT), TIME, inputs())
    assert torch.equal(network.with_lora(renamed, 1.0)(numbers(*LATENT), TIME, inputs()), expected)


def test_loras_add_up_in_their_order() -> None:
    network = qwen_network()
    twice = network.with_lora(lora(), 0.25).with_lora(lora(), 0.5)
    once = network.with_lora(lora(), 0.75)
    made = twice(numbers(*LATENT), TIME, inputs())
    assert (made - once(numbers(*LATENT), TIME, inputs())).abs().max() < 1e-5


def test_a_lora_of_another_family_is_named() -> None:
    weights = {
        "lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn2_to_k.lora_down.weight": (
            torch.zeros(4, 768)
        ),
        "lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn2_to_k.lora_up.weight": (
            torch.zeros(320, 4)
        ),
    }
    with pytest.raises(InputError, match="for Stable Diffusion 1, and the model is Qwen-Image"):
        qwen_network().with_lora(weights, 1.0)


def test_a_bias_can_be_changed_too() -> None:
    module = two_layers()
    features = numbers("features", 1, 4)
    plain = module[0](features)
    with changed(module, {"0.bias": [lambda bias: bias + 1]}):
        assert torch.allclose(module[0](features), plain + 1)
    assert torch.equal(module[0](features), plain)


def test_layers_are_placed_in_order_while_there_is_room() -> None:
    module = two_layers()
    placing = Placing(torch.device("meta"), torch.float32)
    weights = [layer.weight for layer in stored_linears(module).values()]
    room = weights[0].nbytes + 1
    placed = PlacedLayers(module, placing, working_bytes=100, free=lambda _: 100 + room)
    with placed.ready():
        assert placed.users == 1
        first, second = stored_linears(module).values()
        assert first.resident is not None
        assert first.resident.is_meta
        assert second.resident is None
        assert module[1].weight.is_meta
        assert first.weight.data_ptr() == weights[0].data_ptr()
    assert placed.is_on_device


def test_layers_leave_their_device() -> None:
    module = two_layers()
    placing = Placing(torch.device("meta"), torch.float32)
    placed = PlacedLayers(module, placing, working_bytes=0, free=lambda _: 1 << 20)
    with placed.ready():
        assert all(layer.resident is not None for layer in stored_linears(module).values())
    placed.leave()
    assert all(layer.resident is None for layer in stored_linears(module).values())
    assert not placed.is_on_device


@pytest.mark.parametrize(
    ("room", "fitting"), [(-5, 0), (2, 0), (3, 1), (7, 2), (8, 2), (11, 3), (99, 3)]
)
def test_how_many_fit(room: int, fitting: int) -> None:
    assert how_many_fit([3, 4, 4], room) == fitting
