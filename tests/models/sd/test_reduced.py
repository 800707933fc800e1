"""Reduced networks against other implementations of the same: diffusers' and transformers'."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import torch
from safetensors.torch import save_file

from capdemo.models.clip_keys import clip_shape, clip_sources
from capdemo.models.clip_network import ClipText
from capdemo.models.library_imports import import_library
from capdemo.models.prompt import make_rows
from capdemo.models.sd_inputs import size_vector
from capdemo.models.sd_loader import Where, load_diffusion_model
from capdemo.models.stored_network import Placing, StoredNetwork, StoredWeights
from capdemo.models.tensor_file import LoadedTensors
from capdemo.node_api import Condition, PictureSizes
from capdemo.node_api.diffusion import Canvas

if TYPE_CHECKING:
    from pathlib import Path

CPU = Where("cpu", "exact")


def seeded(module: torch.nn.Module) -> torch.nn.Module:
    """The module with weights under the seed 0, far from those that it was made with."""
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for parameter in module.parameters():
            noise = torch.randn(parameter.shape, generator=generator)
            width = parameter[0].numel() if parameter.ndim > 1 else 100
            parameter.copy_(noise / width**0.5 + (parameter.ndim == 1))
    return module.eval()


def test_sdxls_sizes_are_written_as_diffusers_writes_them(tmp_path: Path) -> None:
    theirs: Any = seeded(
        import_library("diffusers").UNet2DConditionModel(
            block_out_channels=(64, 128),
            down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
            up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
            transformer_layers_per_block=(1, 2),
            attention_head_dim=(1, 2),
            cross_attention_dim=2048,
            use_linear_projection=True,
            addition_embed_type="text_time",
            addition_time_embed_dim=256,
            projection_class_embeddings_input_dim=2816,
        )
    )
    save_file(theirs.state_dict(), tmp_path / "x.safetensors")
    network = load_diffusion_model(tmp_path / "x.safetensors", CPU).network
    generator = torch.Generator().manual_seed(1)
    latent = torch.randn(1, 4, 8, 12, generator=generator)
    text = torch.randn(1, 7, 2048, generator=generator)
    pooled = torch.randn(1, 1280, generator=generator)
    sizes = PictureSizes(width=1152, height=896, crop_left=4, crop_top=8, target_width=1216)
    condition = Condition(text, pooled=pooled, sizes=sizes)
    inputs = network.inputs(condition, Canvas((1, 4, 8, 12), latent))
    found = network(latent, torch.tensor([321.5]), inputs)
    # diffusers wants original size, crop and target, each as (height, width).
    ids = torch.tensor([[896.0, 1152, 8, 4, 896, 1216]])
    with torch.no_grad():
        expected = theirs(
            latent,
            321.5,
            encoder_hidden_states=text,
            added_cond_kwargs={"text_embeds": pooled, "time_ids": ids},
        ).sample
    assert network.latent_format.scale == 0.13025
    assert float((found - expected).abs().max()) < 1e-5 * float(expected.abs().max())


def test_without_sizes_sdxl_is_told_the_latents() -> None:
    condition = Condition(torch.zeros(1, 1, 2048), pooled=torch.zeros(1, 1280))
    canvas = Canvas((1, 4, 8, 12), torch.zeros(1, 4, 8, 12))
    sizes = PictureSizes(width=96, height=64)
    told = Condition(condition.embedding, pooled=condition.pooled, sizes=sizes)
    assert torch.equal(
        size_vector(condition, canvas, is_refiner=False),
        size_vector(told, canvas, is_refiner=False),
    )
    scored = Condition(
        condition.embedding,
        pooled=condition.pooled,
        sizes=PictureSizes(96, 64, aesthetic_score=2.5),
    )
    negative = Canvas((1, 4, 8, 12), canvas.latent, is_negative=True)
    assert torch.equal(
        size_vector(condition, negative, is_refiner=True),
        size_vector(scored, canvas, is_refiner=True),
    )


@pytest.mark.parametrize("layout", ["transformers", "OpenCLIP"])
def test_clip_is_transformers(tmp_path: Path, layout: str) -> None:
    library = import_library("transformers")
    settings = library.CLIPTextConfig(
        hidden_size=128,
        intermediate_size=512,
        num_hidden_layers=3,
        num_attention_heads=2,
        projection_dim=128,
        hidden_act="gelu",
        eos_token_id=49407,
        bos_token_id=49406,
    )
    theirs: Any = seeded(library.CLIPTextModelWithProjection(settings))
    weights = dict(theirs.state_dict())
    if layout == "OpenCLIP":
        weights = as_open_clip(weights)
    file = LoadedTensors(tmp_path, weights)
    sources = clip_sources(file.shapes)
    with torch.device("meta"):
        module = ClipText(clip_shape(file.shapes, sources))
    placing = Placing(torch.device("cpu"), torch.float32)
    rows = make_rows("a boat " * 40, 0, lambda _name: None)
    tokens = torch.tensor([list(row.tokens) for row in rows])
    with torch.no_grad():
        expected = theirs(tokens, output_hidden_states=True)
        normalised = theirs.text_model.final_layer_norm(expected.hidden_states[-2])
        with StoredNetwork(StoredWeights(module, file, sources, placing)).ready() as clip:
            assert isinstance(clip, ClipText)
            embedded = torch.stack([clip.embed([int(t) for t in row]) for row in tokens])
            ends = [row.end for row in rows]
            last = clip(embedded, ends, layer=4, normalised=False)
            earlier = clip(embedded, ends, layer=2, normalised=False)
            with_norm = clip(embedded, ends, layer=2, normalised=True)
    near(last.hidden, expected.last_hidden_state)
    near(earlier.hidden, expected.hidden_states[-2])
    near(with_norm.hidden, normalised)
    near(last.projected, expected.text_embeds)


def as_open_clip(weights: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    model, layers = "text_model.", "text_model.encoder.layers."
    found = {
        "positional_embedding": weights[f"{model}embeddings.position_embedding.weight"],
        "token_embedding.weight": weights[f"{model}embeddings.token_embedding.weight"],
        "ln_final.weight": weights[f"{model}final_layer_norm.weight"],
        "ln_final.bias": weights[f"{model}final_layer_norm.bias"],
        "text_projection": weights["text_projection.weight"].T.contiguous(),
    }
    names = {
        "ln_1": "layer_norm1",
        "ln_2": "layer_norm2",
        "mlp.c_fc": "mlp.fc1",
        "mlp.c_proj": "mlp.fc2",
        "attn.out_proj": "self_attn.out_proj",
    }
    for number in range(3):
        for kind in ("weight", "bias"):
            place = f"transformer.resblocks.{number}."
            for name, ours in names.items():
                found[f"{place}{name}.{kind}"] = weights[f"{layers}{number}.{ours}.{kind}"]
            found[f"{place}attn.in_proj_{kind}"] = torch.cat(
                [weights[f"{layers}{number}.self_attn.{part}_proj.{kind}"] for part in "qkv"]
            )
    return found


def near(found: torch.Tensor, expected: torch.Tensor) -> None:
    assert float((found - expected).abs().max()) < 1e-5 * max(1, float(expected.abs().max()))
