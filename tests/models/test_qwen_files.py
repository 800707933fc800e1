"""What is read from Qwen-Image's files: keys, types, factors, and what a wrong file is called."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
import torch
from safetensors.torch import save_file
from tests.qwen_for_tests import (
    FLOAT8,
    Weights,
    diffusion_model,
    full_shapes,
    numbers,
    qwen_network,
    text_encoder,
    vae,
)

from capdemo.errors import InputError
from capdemo.models.diffusion_files import load_diffusion_model, load_text_encoder, load_vae
from capdemo.models.qwen_diffusion import QwenImage, is_qwen_image, load_qwen_image
from capdemo.models.qwen_text_encoder import (
    QwenTextEncoder,
    is_qwen_text_encoder,
    load_qwen_text_encoder,
)
from capdemo.models.scaled_float8 import take_factors
from capdemo.models.sd_loader import Where
from capdemo.models.stored_layers import stored_linears
from capdemo.models.wan_vae import build_wan_vae, is_wan_vae
from capdemo.node_api import ExponentialFlowLevels, NetworkInputs

if TYPE_CHECKING:
    from pathlib import Path

CPU = Where("cpu", "exact")


def full(part: str, prefix: str = "") -> Weights:
    """The released file without its numbers."""
    shapes = full_shapes(part)
    with torch.device("meta"):
        weights = {prefix + key: torch.empty(shape) for key, shape in shapes.items()}
    if "scaled_fp8" in weights:
        weights["scaled_fp8"] = torch.empty(0, dtype=FLOAT8)
        weights |= {key: torch.ones(()) for key in shapes if key.endswith("scale_weight")}
    return weights


@pytest.mark.parametrize("prefix", ["", "model.diffusion_model."])
def test_the_released_transformer_loads_key_for_key(prefix: str) -> None:
    weights = full("diffusion_model", prefix)
    assert is_qwen_image(weights)
    network = load_qwen_image(weights, where="a file", device="cpu")
    layers = network.module.layers
    assert {prefix + key for key in layers.state_dict()} == weights.keys()
    assert len(layers.transformer_blocks) == 60
    assert sum(weight.numel() for weight in layers.parameters()) == 20_430_401_088


def test_the_released_text_encoder_loads_key_for_key() -> None:
    weights = full("text_encoder")
    assert is_qwen_text_encoder(weights)
    encoder = load_qwen_text_encoder(weights, where="a file", device="cpu")
    linear = {f"{name}.scale_weight" for name in stored_linears(encoder.module)}
    assert {*encoder.module.state_dict(), *linear, "scaled_fp8"} == weights.keys()


def test_the_released_vae_loads_key_for_key() -> None:
    weights = full("vae")
    assert is_wan_vae(weights)
    autoencoder = build_wan_vae(weights, "a file")
    assert len(autoencoder.state_dict()) == len(weights) == 194
    assert sum(weight.numel() for weight in autoencoder.parameters()) == 126_892_531


def test_float8_is_stored_as_it_is_and_cast_per_call() -> None:
    weights = diffusion_model()
    name = "transformer_blocks.1.img_mlp.net.2"
    layer = stored_linears(qwen_network(weights).module.layers)[name]
    stored = weights[f"model.diffusion_model.{name}.weight"]
    assert layer.weight.dtype == FLOAT8
    assert layer.weight.data_ptr() == stored.data_ptr()
    features = numbers("features", 3, 1024)
    bias = weights[f"model.diffusion_model.{name}.bias"].float()
    expected = torch.nn.functional.linear(features, stored.float(), bias)
    assert torch.equal(layer(features), expected)


@pytest.mark.parametrize(
    ("weight_dtype", "dtype"),
    [
        ("default", torch.bfloat16),
        ("fp8_e4m3fn", torch.float8_e4m3fn),
        ("fp8_e4m3fn_fast", torch.float8_e4m3fn),
        ("fp8_e5m2", torch.float8_e5m2),
    ],
)
def test_weight_dtype_is_torch_s_cast_of_everything(weight_dtype: str, dtype: torch.dtype) -> None:
    weights = diffusion_model(torch.bfloat16)
    network = load_qwen_image(
        weights, where="a file", device="cpu", weight_dtype=weight_dtype
    ).module
    for key in ("txt_in.weight", "txt_in.bias", "txt_norm.weight"):
        expected = weights[f"model.diffusion_model.{key}"].to(dtype).float()
        assert torch.equal(network.layers.state_dict()[key].float(), expected)
    assert network.layers.state_dict()["txt_in.weight"].dtype == dtype


def test_scaled_float8_is_the_weight_times_its_factor() -> None:
    weights = text_encoder()
    name = "model.layers.0.mlp.down_proj"
    encoder = load_qwen_text_encoder(weights, where="a file", device="cpu")
    layer = stored_linears(encoder.module)[name]
    features = numbers("features", 2, 320)
    dequantised = weights[f"{name}.weight"].float() * weights[f"{name}.scale_weight"]
    assert torch.equal(layer(features), features @ dequantised.T)


def test_biases_of_a_marked_file_are_rounded_as_comfyui_does() -> None:
    weights = text_encoder()
    name = "model.layers.1.self_attn.q_proj.bias"
    encoder = load_qwen_text_encoder(weights, where="a file", device="cpu")
    assert torch.equal(encoder.module.get_parameter(name).float(), weights[name].to(FLOAT8).float())


def test_the_newer_spelling_of_factors_is_read() -> None:
    note = torch.tensor(list(json.dumps({"format": "float8_e4m3fn"}).encode()), dtype=torch.uint8)
    scaled = take_factors(
        {
            "layer.weight": torch.zeros(2, 2, dtype=FLOAT8),
            "layer.weight_scale": torch.tensor([0.5]),
            "layer.input_scale": torch.tensor(2.0),
            "layer.comfy_quant": note,
        },
        "a file",
    )
    assert list(scaled.weights) == ["layer.weight"]
    assert scaled.factors == {"layer": torch.tensor(0.5)}
    assert scaled.marked is None


def test_another_format_is_named() -> None:
    note = torch.tensor(list(json.dumps({"format": "nvfp4"}).encode()), dtype=torch.uint8)
    with pytest.raises(InputError, match="stores its weights as nvfp4"):
        take_factors({"layer.comfy_quant": note}, "a file")


def test_a_missing_weight_is_named() -> None:
    weights = diffusion_model()
    del weights["model.diffusion_model.img_in.bias"]
    with pytest.raises(
        InputError, match=r"1 weights are missing and 0 are left over.*img_in\.bias"
    ):
        load_qwen_image(weights, where="a file", device="cpu")


def test_a_weight_of_another_size_is_named() -> None:
    weights = diffusion_model()
    weights["model.diffusion_model.proj_out.bias"] = torch.zeros(3)
    with pytest.raises(InputError, match=r"proj_out\.bias has the shape \(3,\)"):
        load_qwen_image(weights, where="a file", device="cpu")


def test_the_smaller_language_model_is_named() -> None:
    weights = text_encoder()
    weights["model.embed_tokens.weight"] = torch.empty(8, 2048)
    with pytest.raises(InputError, match=r"Qwen2\.5-VL 3B, the text encoder of OmniGen2"):
        load_qwen_text_encoder(weights, where="a file", device="cpu")


def test_the_vae_of_wan_2_2_is_named() -> None:
    weights = vae() | {"decoder.upsamples.0.upsamples.0.residual.2.weight": torch.empty(1)}
    with pytest.raises(InputError, match=r"the VAE of Wan 2\.2"):
        build_wan_vae(weights, "a file")


def test_a_prompt_of_another_encoder_is_named() -> None:
    inputs = NetworkInputs(context=torch.zeros(1, 77, 768))
    with pytest.raises(InputError, match="was not encoded for Qwen-Image"):
        qwen_network()(numbers("latent", 1, 16, 1, 4, 4), torch.tensor([0.5]), inputs)


def test_several_frames_are_refused() -> None:
    inputs = NetworkInputs(context=numbers("context", 1, 3, 256))
    with pytest.raises(InputError, match="this latent holds 2 frames"):
        qwen_network()(numbers("latent", 1, 16, 2, 4, 4), torch.tensor([0.5]), inputs)


def saved(path: Path, weights: Weights) -> Path:
    save_file(weights, path)
    return path


CLIP = {"text_model.encoder.layers.0.mlp.fc1.weight": torch.zeros(4, 4)}


@pytest.mark.parametrize(
    ("weights", "told"),
    [
        (CLIP, "but the file is a text encoder; it belongs in"),
        (
            {"encoder.block.0.layer.0.SelfAttention.k.weight": torch.zeros(4, 4)},
            "but the file is T5",
        ),
        ({"model.layers.0.self_attn.q_proj.weight": torch.zeros(4, 4)}, "is a language model"),
        ({"model.diffusion_model.txt_norm.weight": torch.zeros(4)}, "is Qwen-Image, a diffusion"),
        ({"decoder.middle.0.residual.0.gamma": torch.zeros(4)}, "is a VAE of Wan or Qwen-Image"),
    ],
)
def test_what_is_no_qwen_text_encoder_is_named(tmp_path: Path, weights: Weights, told: str) -> None:
    path = saved(tmp_path / "wrong.safetensors", weights)
    with pytest.raises(InputError, match=told):
        load_text_encoder([path], "qwen_image", "cpu", lambda _name: None)


def test_what_is_no_transformer_or_vae_is_named(tmp_path: Path) -> None:
    path = saved(tmp_path / "wrong.safetensors", {"visual.patch_embed.proj.weight": torch.zeros(1)})
    with pytest.raises(InputError, match=r"but Qwen2\.5-VL, a text encoder"):
        load_diffusion_model(path, CPU, "default")
    with pytest.raises(InputError, match=r"is no VAE, but Qwen2\.5-VL, a text encoder"):
        load_vae(path, CPU)


def test_a_checkpoint_of_stable_diffusion_is_not_taken_for_qwen_image(tmp_path: Path) -> None:
    weights = {"model.diffusion_model.input_blocks.0.0.weight": torch.zeros(1, 1, 1, 1)}
    path = saved(tmp_path / "sd.safetensors", weights)
    with pytest.raises(InputError, match="A U-Net is not kept in fp8_e4m3fn"):
        load_diffusion_model(path, CPU, "fp8_e4m3fn")


def test_the_file_decides_where_the_type_of_the_loader_is_another(tmp_path: Path) -> None:
    path = saved(tmp_path / "qwen.safetensors", text_encoder())
    encoder = load_text_encoder([path], "stable_diffusion", "cpu", lambda _name: None)
    assert isinstance(encoder, QwenTextEncoder)


def test_the_released_layout_is_loaded_by_the_nodes_loader(tmp_path: Path) -> None:
    path = saved(tmp_path / "model.safetensors", diffusion_model())
    model = load_diffusion_model(path, CPU, "default")
    assert isinstance(model.network, QwenImage)
    assert model.levels == ExponentialFlowLevels(1.15)
