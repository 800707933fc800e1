"""From a model file to the network in it, whichever family it is of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from capdemo.errors import InputError
from capdemo.models import sd_loader
from capdemo.models.file_kinds import say_what_it_is
from capdemo.models.qwen_diffusion import is_qwen_image, load_qwen_image
from capdemo.models.qwen_text_encoder import is_qwen_text_encoder, load_qwen_text_encoder
from capdemo.models.sd_text import load_text_encoder_files
from capdemo.models.tensor_file import open_tensors
from capdemo.models.wan_vae import is_wan_vae, load_wan_vae
from capdemo.node_api.diffusion import DiffusionModel
from capdemo.node_api.noise_levels import ExponentialFlowLevels

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import torch

    from capdemo.models.sd_loader import Where
    from capdemo.models.sd_text import EmbeddingFiles
    from capdemo.node_api.diffusion import TextEncoder, Vae

_QWEN_TYPE = "qwen_image"
_SHARING_TYPE = "hunyuan_image"
_SD_TYPES = ("stable_diffusion", "sdxl")


def read_weights(path: Path) -> Mapping[str, torch.Tensor]:
    """All tensors of a file, mapped rather than read. Raises `InputError` as `open_tensors`."""
    file = open_tensors(path)
    return {name: file.read(name) for name in file.shapes}


def load_diffusion_model(path: Path, where: Where, weight_dtype: str) -> DiffusionModel:
    """A diffusion model alone; `weight_dtype` is UNETLoader's choice."""
    if is_qwen_image(open_tensors(path).shapes):
        network = load_qwen_image(
            read_weights(path), where=str(path), device=where.device, weight_dtype=weight_dtype
        )
        return DiffusionModel(network, ExponentialFlowLevels())
    if weight_dtype != "default":
        raise InputError(
            f"A U-Net is not kept in {weight_dtype} here.",
            where=str(path),
            hint="Set weight_dtype to default.",
        )
    return sd_loader.load_diffusion_model(path, where)


def load_text_encoder(
    paths: Sequence[Path], kind: str, device: str, embeddings: EmbeddingFiles
) -> TextEncoder:
    """Text encoders from files of their own; `kind` is the loader's choice of a family."""
    shapes = open_tensors(paths[0]).shapes
    # ComfyUI recognises the file, whatever the type says, but for the model that shares it.
    if is_qwen_text_encoder(shapes) and kind != _SHARING_TYPE:
        return load_qwen_text_encoder(read_weights(paths[0]), where=str(paths[0]), device=device)
    if kind == _QWEN_TYPE:
        found = say_what_it_is(shapes) or "something else"
        raise InputError(
            f"The type {kind} needs Qwen2.5-VL 7B, but the file is {found}.",
            where=str(paths[0]),
            hint="Choose qwen_2.5_vl_7b_fp8_scaled.safetensors: capdemo models list",
        )
    if kind not in _SD_TYPES:
        raise InputError(
            f"This text encoder does not run here for {kind}.",
            where=str(paths[0]),
            hint=f"Those for {', '.join(_SD_TYPES)} and {_QWEN_TYPE} do.",
        )
    return load_text_encoder_files(paths, device, embeddings)


def load_vae(path: Path, where: Where) -> Vae:
    """A VAE from a file of its own."""
    if is_wan_vae(open_tensors(path).shapes):
        return load_wan_vae(read_weights(path), where=str(path), device=where.device)
    return sd_loader.load_vae(path, where)
