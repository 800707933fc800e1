"""Whole runs of the reduced Qwen-Image-Edit: against ComfyUI's, and composed by hand."""

from __future__ import annotations

import functools
import itertools
import math
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from tests.qwen_for_tests import (
    diffusion_model,
    lora,
    numbers,
    picture,
    qwen_encoder,
    qwen_network,
)

from capdemo.diffusion.after_guidance import normed
from capdemo.diffusion.sampling import Settings, sample
from capdemo.models.library_imports import import_library
from capdemo.models.qwen_pictures import cut_into_patches
from capdemo.models.qwen_tokenizer import IMAGE_PAD, tokenize
from capdemo.models.stored_layers import stored_linears
from capdemo.models.wan_latents import WAN_LATENTS
from capdemo.node_api import Condition, Conditioning, DiffusionModel, FlowLevels, Image, Latent
from capdemo.nodes.qwen_image import ANSWER, PICTURE, SYSTEM

CALLED = f"Picture 1: {PICTURE}Picture 2: {PICTURE}"
TEMPLATE = SYSTEM + ANSWER
SHIFT, CFG = 3.1, 2.5


def difference(ours: torch.Tensor, name: str) -> float:
    theirs = load_file(Path(__file__).parent / "qwen" / "comfyui.safetensors")[name]
    assert ours.shape == theirs.shape
    return float((ours - theirs).abs().max())


def prompts(
    pictures: list[Image], kept: tuple[torch.Tensor, ...]
) -> tuple[Conditioning, Conditioning]:
    encoder = qwen_encoder()
    texts = (CALLED + "Replace the cat", CALLED)
    encoded = (encoder.encode_with_pictures(text, pictures, TEMPLATE) for text in texts)
    positive, negative = (
        Conditioning((Condition(condition.embedding, reference_latents=kept),))
        for condition in encoded
    )
    return positive, negative


def run(latent: torch.Tensor, given: tuple[Conditioning, Conditioning], **options: Any) -> Any:
    network = options.get("network", qwen_network())
    cfg, sampler = options.get("cfg", CFG), options.get("sampler", "res_multistep")
    model = DiffusionModel(
        network,
        FlowLevels(SHIFT, multiplier=1.0),
        after_guidance=(functools.partial(normed, strength=1.0),),
    )
    settings = Settings(1234, 4, cfg, sampler, "simple")
    return sample(model, given, Latent(latent), settings, lambda *_: None).samples


def comfyui_s_inputs() -> tuple[torch.Tensor, tuple[Conditioning, Conditioning]]:
    pictures = [Image(picture("picture 1", 150, 200)), Image(picture("picture 2", 120, 90))]
    kept = (2 * numbers("kept 1", 1, 16, 1, 8, 6), 2 * numbers("kept 2", 1, 16, 1, 5, 9))
    return 2 * numbers("start", 1, 16, 1, 6, 8), prompts(pictures, kept)


def test_a_run_is_comfyui_s_and_twice_the_same() -> None:
    """Shift 3.1, CFGNorm, guidance 2.5, four steps of res_multistep over `simple`, seed 1234."""
    latent, given = comfyui_s_inputs()
    made = run(latent, given)
    assert difference(made, "run") < 1e-4
    assert torch.equal(run(latent, given), made)


def test_a_run_with_a_lightning_lora_is_comfyui_s() -> None:
    """The same with a LoRA at 0.7, without guidance, by `euler`."""
    latent, given = comfyui_s_inputs()
    network = qwen_network().with_lora(lora(), 0.7)
    made = run(latent, given, network=network, cfg=1.0, sampler="euler")
    assert difference(made, "run.lora") < 1e-4


def test_a_run_is_what_diffusers_and_transformers_give_by_hand() -> None:
    """Where the two place tokens as ComfyUI does: even sides, and pictures of one window."""
    pictures = [Image(picture(f"seen {number}", 112, 112)) for number in (1, 2)]
    latent = torch.zeros(1, 16, 1, 8, 12)
    kept = (2 * numbers("even 1", 1, 16, 1, 8, 8), 2 * numbers("even 2", 1, 16, 1, 4, 8))
    embeddings = [by_transformers(text, pictures) for text in ("Replace the cat", "")]
    expected = by_hand(numbers_of_seed(latent.shape), embeddings, kept)
    made = run(latent, prompts(pictures, kept))
    assert (made - expected).abs().max() < 1e-4


def numbers_of_seed(shape: torch.Size) -> torch.Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(1234))


def by_transformers(text: str, pictures: list[Image]) -> torch.Tensor:
    """The embedding by transformers' own `Qwen2_5_VLModel`, with its placing of tokens."""
    ours = qwen_encoder().module
    part = "transformers.models.qwen2_5_vl."
    config = import_library(part + "configuration_qwen2_5_vl").Qwen2_5_VLConfig(
        text_config=ours.model.config.to_dict(), vision_config=ours.visual.config.to_dict()
    )
    theirs = import_library(part + "modeling_qwen2_5_vl").Qwen2_5_VLModel(config).eval()
    weights = plain_weights(ours)
    theirs.load_state_dict(
        {
            key.replace("model.", "language_model.", 1) if key.startswith("model.") else key: value
            for key, value in weights.items()
        }
    )
    patches = [cut_into_patches(seen[0]) for seen in pictures]
    tokens: list[int] = []
    coming = iter(patches)
    for token in tokenize(TEMPLATE.format(CALLED + text)):
        tokens += [token] * (next(coming).tokens if token == IMAGE_PAD else 1)
    ids = torch.tensor([tokens])
    with torch.no_grad():
        hidden: torch.Tensor = theirs(
            input_ids=ids,
            pixel_values=torch.cat([cut.values for cut in patches]),
            image_grid_thw=torch.tensor([[1, cut.rows, cut.columns] for cut in patches]),
            mm_token_type_ids=(ids == IMAGE_PAD).long(),
        ).last_hidden_state
    return hidden[:, 64:]


def plain_weights(module: torch.nn.Module) -> dict[str, torch.Tensor]:
    """Its weights in float32, their factors multiplied in."""
    factors = {
        f"{name}.weight": layer.scale
        for name, layer in stored_linears(module).items()
        if layer.scale is not None
    }
    return {
        key: weight.float() * factors.get(key, 1.0) for key, weight in module.state_dict().items()
    }


def by_hand(
    noise: torch.Tensor, embeddings: list[torch.Tensor], kept: tuple[torch.Tensor, ...]
) -> torch.Tensor:
    """Shift, guidance, its norm, and the second-order exponential steps of RES (2308.02157)."""
    mean, std = (
        torch.tensor(values).view(1, 16, 1, 1, 1) for values in (WAN_LATENTS.mean, WAN_LATENTS.std)
    )
    velocity = by_diffusers([(latent - mean) / std for latent in kept])
    sigmas = [SHIFT * t / (1 + (SHIFT - 1) * t) for t in (1.0, 0.75, 0.5, 0.25)] + [0.0]
    latent, before = noise, noise
    for step, (sigma, after) in enumerate(itertools.pairwise(sigmas)):
        positive, negative = (latent - sigma * velocity(latent, sigma, e) for e in embeddings)
        guided = negative + CFG * (positive - negative)
        length = guided.norm(dim=1, keepdim=True) + 1e-8
        guided = guided * (positive.norm(dim=1, keepdim=True) / length).clamp(0, 1)
        if step == 0 or after == 0:
            latent = latent + (latent - guided) / sigma * (after - sigma)
        else:
            h = math.log(sigma / after)
            ratio = math.log(sigma / sigmas[step - 1]) / h
            first = (math.exp(-h) - 1) / -h
            second = (first - 1) / -h
            mixed = (first - second / ratio) * guided + second / ratio * before
            latent = math.exp(-h) * latent + h * mixed
        before = guided
    return latent * std + mean


def by_diffusers(references: list[torch.Tensor]) -> Any:
    """One call of diffusers' own transformer, its pictures packed as its pipeline packs them."""
    library = import_library("diffusers")
    config = {"num_layers": 2, "num_attention_heads": 2, "joint_attention_dim": 256}
    theirs = library.QwenImageTransformer2DModel(**config).eval()
    theirs.load_state_dict(
        {key: weight.float() for key, weight in diffusion_model(prefix="").items()}
    )
    pack = library.QwenImageEditPlusPipeline._pack_latents
    unpack = library.QwenImageEditPlusPipeline._unpack_latents

    def velocity(latent: torch.Tensor, sigma: float, embedding: torch.Tensor) -> torch.Tensor:
        pictures = [latent, *references]
        sides = [tuple(picture.shape[-2:]) for picture in pictures]
        packed = [pack(p, 1, 16, *side) for p, side in zip(pictures, sides, strict=True)]
        with torch.no_grad():
            made = theirs(
                hidden_states=torch.cat(packed, dim=1),
                encoder_hidden_states=embedding,
                timestep=torch.tensor([sigma]),
                img_shapes=[[(1, height // 2, width // 2) for height, width in sides]],
                return_dict=False,
            )[0]
        height, width = sides[0]
        result: torch.Tensor = unpack(made[:, : packed[0].shape[1]], 8 * height, 8 * width, 8)
        return result

    return velocity
