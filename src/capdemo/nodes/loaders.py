"""Nodes that load diffusion models and the networks beside them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias, TypeVar, cast

from capdemo import models
from capdemo.errors import InputError
from capdemo.node_api import (
    Blocker,
    ControlNet,
    DiffusionModel,
    ModelFile,
    NodeFamily,
    Range,
    RunContext,
    TextEncoder,
    Vae,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from capdemo.models.sd_loader import Where

FAMILY = NodeFamily()

LoraStrength: TypeAlias = Annotated[float, Range(-100.0, 100.0, 0.01)]
Device: TypeAlias = Literal["default", "cpu"]
Part = TypeVar("Part")

EMBEDDINGS = "embeddings"


@FAMILY.node("CheckpointLoaderSimple", category="loaders")
def load_checkpoint(
    *, ckpt_name: Annotated[str, ModelFile("checkpoints")], context: RunContext
) -> tuple[DiffusionModel, TextEncoder, Vae]:
    """Load a checkpoint of Stable Diffusion 1, 2 or XL: the model, its text encoder and its VAE.

    Which of them it is, and how large, is recognised from the file's weights. These are read when
    they are first used; on a CPU they then become float32.
    """
    path = context.models.file("checkpoints", ckpt_name)
    where, embeddings = _where(context), _embedding_files(context)
    loaded = context.models.loaded(
        ("checkpoints", path, where),
        lambda: models.sd_loader.load_checkpoint(path, where, embeddings),
    )
    return (
        loaded.model,
        _or_blocker(loaded.text_encoder, f"{ckpt_name} has no text encoder. Add a CLIPLoader."),
        _or_blocker(loaded.vae, f"{ckpt_name} has no VAE. Add a VAELoader."),
    )


@FAMILY.node("UNETLoader", category="advanced/loaders")
def load_diffusion_model(
    *,
    unet_name: Annotated[str, ModelFile("diffusion_models")],
    weight_dtype: Literal["default", "fp8_e4m3fn", "fp8_e4m3fn_fast", "fp8_e5m2"],
    context: RunContext,
) -> DiffusionModel:
    """Load a diffusion model alone: Qwen-Image, or a U-Net of Stable Diffusion."""
    path = context.models.file("diffusion_models", unet_name)
    return models.diffusion_files.load_diffusion_model(path, _where(context), weight_dtype)


@FAMILY.node("CLIPLoader", category="advanced/loaders")
def load_text_encoder(
    *,
    clip_name: Annotated[str, ModelFile("text_encoders")],
    type: Literal[
        "stable_diffusion",
        "stable_cascade",
        "sd3",
        "stable_audio",
        "mochi",
        "ltxv",
        "pixart",
        "cosmos",
        "lumina2",
        "wan",
        "hidream",
        "chroma",
        "ace",
        "omnigen2",
        "qwen_image",
        "hunyuan_image",
        "flux2",
        "ovis",
        "longcat_image",
        "cogvideox",
        "lens",
        "pixeldit",
        "ideogram4",
        "boogu",
        "krea2",
        "joyimage",
        "mage",
        "minimax",
        "yue2",
        "flux3",
        "fibo2",
        "moss_image",
    ],
    device: Device | None = None,
    context: RunContext,
) -> TextEncoder:
    """Load one text encoder; those of Stable Diffusion and of Qwen-Image run here."""
    path = context.models.file("text_encoders", clip_name)
    return models.diffusion_files.load_text_encoder(
        [path], type, _device(device, context), _embedding_files(context)
    )


@FAMILY.node("DualCLIPLoader", category="advanced/loaders")
def load_two_text_encoders(
    *,
    clip_name1: Annotated[str, ModelFile("text_encoders")],
    clip_name2: Annotated[str, ModelFile("text_encoders")],
    type: Literal[
        "sdxl",
        "sd3",
        "flux",
        "hunyuan_video",
        "hidream",
        "hunyuan_image",
        "hunyuan_video_15",
        "kandinsky5",
        "kandinsky5_image",
        "ltxv",
        "newbie",
        "ace",
    ],
    device: Device | None = None,
    context: RunContext,
) -> TextEncoder:
    """Load two text encoders that one model uses together; those of SDXL run here."""
    paths = [context.models.file("text_encoders", name) for name in (clip_name1, clip_name2)]
    return models.diffusion_files.load_text_encoder(
        paths, type, _device(device, context), _embedding_files(context)
    )


@FAMILY.node("VAELoader", category="loaders")
def load_vae(*, vae_name: Annotated[str, ModelFile("vae")], context: RunContext) -> Vae:
    """Load a VAE, which turns pictures into latents and back."""
    path = context.models.file("vae", vae_name)
    return models.diffusion_files.load_vae(path, _where(context))


@FAMILY.node("LoraLoader", category="loaders")
def add_lora(
    *,
    model: DiffusionModel,
    clip: TextEncoder,
    lora_name: Annotated[str, ModelFile("loras")],
    strength_model: LoraStrength = 1.0,
    strength_clip: LoraStrength = 1.0,
    context: RunContext,
) -> tuple[DiffusionModel, TextEncoder]:
    """Add a LoRA to a model and its text encoder, each with a strength of its own.

    LoRA, LoCon, LoHa, LoKr and DoRA are understood. A LoRA for another family of models is an
    error.
    """
    if strength_model == strength_clip == 0:
        return model, clip
    path = context.models.file("loras", lora_name)
    weights = models.diffusion_files.read_weights(path)
    with_text = clip.with_lora(weights, strength_clip) if strength_clip else clip
    if strength_model == 0 or models.lora.is_for_text_alone(weights):
        return model, with_text
    return _model_with_lora(model, path, strength_model), with_text


@FAMILY.node("LoraLoaderModelOnly", category="loaders")
def add_lora_to_model(
    *,
    model: DiffusionModel,
    lora_name: Annotated[str, ModelFile("loras")],
    strength_model: LoraStrength = 1.0,
    context: RunContext,
) -> DiffusionModel:
    """Add a LoRA to a model and leave the text encoder as it is."""
    if strength_model == 0:
        return model
    return _model_with_lora(model, context.models.file("loras", lora_name), strength_model)


@FAMILY.node("ControlNetLoader", category="loaders")
def load_control_net(
    *, control_net_name: Annotated[str, ModelFile("controlnet")], context: RunContext
) -> ControlNet:
    """Load a ControlNet of Stable Diffusion, which makes a model follow a picture."""
    path, where = context.models.file("controlnet", control_net_name), _where(context)
    return context.models.loaded(
        ("controlnet", path, where), lambda: models.sd_loader.load_control_net(path, where)
    )


def _model_with_lora(model: DiffusionModel, path: Path, strength: float) -> DiffusionModel:
    weights = models.diffusion_files.read_weights(path)
    try:
        return replace(model, network=model.network.with_lora(weights, strength))
    except InputError as error:
        raise InputError(error.what, where=error.where or str(path), hint=error.hint) from error


def _where(context: RunContext) -> Where:
    return models.sd_loader.Where(context.device, context.precision)


def _device(wanted: str | None, context: RunContext) -> str:
    return "cpu" if wanted == "cpu" else context.device


def _or_blocker(part: Part | None, message: str) -> Part:
    """The part, or what stops the nodes that need it."""
    return cast("Part", Blocker(message)) if part is None else part


def _embedding_files(context: RunContext) -> Callable[[str], Path | None]:
    def find(name: str) -> Path | None:
        for suffix in models.textual_inversion.SUFFIXES:
            try:
                return context.models.file(EMBEDDINGS, name + suffix)
            except InputError:
                continue
        return None

    return find
