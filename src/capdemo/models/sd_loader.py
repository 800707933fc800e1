"""Stable Diffusion's files, recognised by names and shapes alone: checkpoints and their parts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from capdemo.errors import InputError
from capdemo.models.controlnet import LoadedControlNet, make_control_net
from capdemo.models.file_kinds import NOT_HERE, say_what_it_is
from capdemo.models.sd_files import (
    UNET,
    control_sources,
    original_names,
    sized,
    unet_sources,
    vae_sources,
)
from capdemo.models.sd_text import load_text_encoders
from capdemo.models.stored_network import Placing, StoredNetwork, StoredWeights
from capdemo.models.tensor_file import open_tensors
from capdemo.models.unet import Unet, UnetModel, make_unet
from capdemo.models.unet_shape import FAMILIES, REFINER_CONTEXT, measure_unet
from capdemo.models.vae import KlVae, make_vae
from capdemo.node_api.diffusion import DiffusionModel, LatentFormat
from capdemo.node_api.noise_levels import ContinuousLevels, DiscreteLevels

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from capdemo.models.sd_text import EmbeddingFiles
    from capdemo.models.stored_network import Source
    from capdemo.models.tensor_file import TensorFile
    from capdemo.models.unet_shape import UnetShape
    from capdemo.node_api import Precision
    from capdemo.node_api.diffusion import TextEncoder, Vae
    from capdemo.node_api.noise_levels import NoiseLevels

_SECOND_CONTEXT = 1024
_PLAIN = 4
_XL = (REFINER_CONTEXT, 2048)
_SCALE, _XL_SCALE = 0.18215, 0.13025
"""What latents are multiplied by; the inverse of their deviation over the training pictures."""
_CHANNELS = (_PLAIN, 9)
"""Of the input, in the networks that run: plain ones, and those that fill a mask."""
_VELOCITY_DEVIATION = 0.09
"""Of one bias: above it in Stable Diffusion 2's networks that predict velocity. ComfyUI's test."""
_VELOCITY_BIAS = "up_blocks.3.attentions.2.transformer_blocks.0.norm1.bias"


@dataclass(frozen=True, slots=True)
class Where:
    """What a run asks of its networks."""

    device: str
    """A torch device string."""
    precision: Precision


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Checkpoint:
    """The networks of one file; those that it lacks are None."""

    model: DiffusionModel
    text_encoder: TextEncoder | None
    vae: Vae | None


def load_checkpoint(path: Path, where: Where, embeddings: EmbeddingFiles) -> Checkpoint:
    """Find the networks in a file; their weights are read when they are first used.

    Raises `InputError` where the file is no checkpoint of Stable Diffusion 1, 2 or XL, saying
    what else it is, or is damaged.
    """
    file = open_tensors(path)
    if not any(name.startswith(UNET) for name in file.shapes):
        raise _other_file(file, "checkpoint", "checkpoints")
    sources = vae_sources({k: v for k, v in file.shapes.items() if not k.startswith(UNET)})
    return Checkpoint(
        model=_make_model(file, where, "checkpoint that runs here", "checkpoints"),
        text_encoder=load_text_encoders(file, where.device, embeddings),
        vae=_make_vae(file, sources, where) if sources else None,
    )


def load_diffusion_model(path: Path, where: Where) -> DiffusionModel:
    """The U-Net of a file, in the released layout or in diffusers'."""
    file = open_tensors(path)
    return _make_model(file, where, "diffusion model that runs here", "diffusion_models")


def load_vae(path: Path, where: Where) -> KlVae:
    """The VAE of a file, in the released layout or in diffusers'."""
    file = open_tensors(path)
    sources = vae_sources(file.shapes)
    if not sources:
        raise _other_file(file, "VAE", "vae")
    return _make_vae(file, sources, where)


def load_control_net(path: Path, where: Where) -> LoadedControlNet:
    """The ControlNet of a file, in the original layout or in diffusers'."""
    file = open_tensors(path)
    if "lora_controlnet" in file.shapes:
        raise InputError(
            "The file is a Control-LoRA, which does not run here.",
            where=str(path),
            hint="Choose a whole ControlNet.",
        )
    if "difference" in file.shapes:
        raise InputError(
            "The file holds only the difference of a ControlNet from its checkpoint.",
            where=str(path),
            hint="Choose a whole ControlNet.",
        )
    sources = control_sources(file.shapes)
    if not sources:
        raise _other_file(file, "ControlNet of Stable Diffusion", "controlnet")
    shapes = sized(file.shapes, sources)
    module = make_control_net(measure_unet(shapes), shapes)
    dtype = file.dtype(sources["conv_in.weight"].name)
    weights = StoredWeights(module, file, sources, _placing(where, dtype))
    return LoadedControlNet(StoredNetwork(weights))


def _make_model(file: TensorFile, where: Where, wanted: str, folder: str) -> DiffusionModel:
    sources = unet_sources(file.shapes)
    if not sources or control_sources(file.shapes):
        raise _other_file(file, wanted, folder)
    shape = measure_unet(sized(file.shapes, sources))
    family = FAMILIES.get(shape.context, "")
    if not family or shape.in_channels not in _CHANNELS:
        raise InputError(
            f"The U-Net takes texts of {shape.context} and pictures of {shape.in_channels} "
            "channels, which none does that runs here.",
            where=str(file.path),
            hint="Stable Diffusion 1, 2 and XL run, and their inpainting models.",
        )
    scale = _XL_SCALE if shape.context in _XL else _SCALE
    placing = _placing(where, file.dtype(sources["conv_in.weight"].name))
    network = StoredNetwork(StoredWeights(make_unet(shape), file, sources, placing))
    model = UnetModel(family, shape, LatentFormat(scale=scale), original_names(sources))
    return DiffusionModel(Unet(model, network), _levels(file, sources, shape))


def _make_vae(file: TensorFile, sources: Mapping[str, Source], where: Where) -> KlVae:
    shapes = sized(file.shapes, sources)
    placing = Placing(torch.device(where.device), torch.float32)
    weights = StoredWeights(make_vae(shapes), file, sources, placing)
    return KlVae(StoredNetwork(weights), shapes["decoder.conv_in.weight"][1])


def _levels(file: TensorFile, sources: Mapping[str, Source], shape: UnetShape) -> NoiseLevels:
    """How a network was trained; what SDXL's derivatives say by tensors of their own."""
    if "edm_mean" in file.shapes and "edm_std" in file.shapes:
        raise InputError(
            "The checkpoint is Playground 2.5, whose latents are scaled in a way of its own.",
            where=str(file.path),
            hint="Choose another derivative of SDXL.",
        )
    if "edm_vpred.sigma_max" in file.shapes:
        largest = float(file.read("edm_vpred.sigma_max"))
        smallest = 0.002
        if "edm_vpred.sigma_min" in file.shapes:
            smallest = float(file.read("edm_vpred.sigma_min"))
        return ContinuousLevels("v_prediction", smallest, largest)
    if "v_pred" in file.shapes:
        return DiscreteLevels("v_prediction", has_zero_terminal_snr="ztsnr" in file.shapes)
    if shape.context == _SECOND_CONTEXT and shape.in_channels == _PLAIN:
        bias = file.read(sources[_VELOCITY_BIAS].name).float()
        if float(bias.std(correction=0)) > _VELOCITY_DEVIATION:
            return DiscreteLevels("v_prediction")
    return DiscreteLevels()


def _placing(where: Where, stored: torch.dtype) -> Placing:
    """Where a diffusion network computes: on a CPU in float32, on a GPU in its file's type."""
    device = torch.device(where.device)
    if device.type == "cpu":
        return Placing(device, torch.float32)
    if stored in {torch.float16, torch.bfloat16}:
        return Placing(device, stored)
    is_exact = stored == torch.float32 and where.precision == "exact"
    return Placing(device, torch.float32 if is_exact else torch.float16)


def _other_file(file: TensorFile, wanted: str, folder: str) -> InputError:
    found = say_what_it_is(file.shapes)
    if found.endswith(folder):
        found = ""
    if found.endswith(NOT_HERE):
        return InputError(
            f"The file is {found}.",
            where=str(file.path),
            hint="Stable Diffusion 1, 2 and XL and Qwen-Image run: capdemo models list",
        )
    return InputError(
        f"The file is no {wanted}" + (f", but {found}." if found else "."),
        where=str(file.path),
        hint=f"Choose one of the folder {folder}: capdemo models list",
    )
