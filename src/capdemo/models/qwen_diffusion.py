"""Qwen-Image and Qwen-Image-Edit as a diffusion network, from ComfyUI's single file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import torch

from capdemo.errors import InputError
from capdemo.models.layer_placing import PlacedLayers
from capdemo.models.lora import find_changes, unfit
from capdemo.models.qwen_network import QwenImageNetwork
from capdemo.models.scaled_float8 import give_factors, take_factors
from capdemo.models.stored_layers import changed, fill, stored_linears
from capdemo.models.stored_network import Placing
from capdemo.models.wan_latents import WAN_LATENTS
from capdemo.node_api.diffusion import NetworkInputs

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from contextlib import AbstractContextManager

    from capdemo.models.stored_network import Change
    from capdemo.node_api.conditioning import Condition
    from capdemo.node_api.diffusion import Canvas

_PREFIXES = ("model.diffusion_model.", "")
"""Before the keys; the released float8 file has the first."""
_MARK = "txt_norm.weight"
_BLOCK = "transformer_blocks."
_WORKING_BYTES = 3 << 30
"""For one picture of a megapixel with three references, in bfloat16."""
_STORED_TYPES: Mapping[str, torch.dtype] = {
    "fp8_e4m3fn": torch.float8_e4m3fn,
    # ComfyUI multiplies in float8 as well here, where the GPU can; the weights are the same.
    "fp8_e4m3fn_fast": torch.float8_e4m3fn,
    "fp8_e5m2": torch.float8_e5m2,
}


def is_qwen_image(keys: Iterable[str]) -> bool:
    """Whether these are the keys of a Qwen-Image transformer."""
    present = set(keys)
    return any(prefix + _MARK in present for prefix in _PREFIXES)


class QwenImage:
    """The loaded network; implements `node_api.DiffusionNetwork`."""

    latent_format = WAN_LATENTS

    def __init__(
        self,
        layers: PlacedLayers[QwenImageNetwork],
        changes: Mapping[str, tuple[Change, ...]] | None = None,
    ) -> None:
        self._layers = layers
        self._changes = changes or {}

    @property
    def module(self) -> QwenImageNetwork:
        """The layers, with their weights as they are stored."""
        return self._layers.module

    @property
    def device(self) -> torch.device:
        """As `DiffusionNetwork`."""
        return self._layers.placing.device

    def inputs(self, condition: Condition, canvas: Canvas) -> NetworkInputs:
        """As `DiffusionNetwork`; what SDXL or Flux would take is passed over."""
        del canvas
        return NetworkInputs(
            context=condition.embedding.to(self.device),
            may_repeat_context=False,
            reference_latents=tuple(
                _scaled(latent.to(self.device)) for latent in condition.reference_latents
            ),
            reference_method=condition.reference_method,
        )

    def __call__(
        self, latent: torch.Tensor, timestep: torch.Tensor, inputs: NetworkInputs, /
    ) -> torch.Tensor:
        """As `DiffusionNetwork`. Raises `InputError` where the prompt is of another encoder."""
        network = self.module
        if inputs.context is None or inputs.context.shape[-1] != network.context_features:
            raise InputError(
                "The prompt was not encoded for Qwen-Image.",
                hint="Load the text encoder by CLIPLoader with the type qwen_image.",
            )
        dtype, batch = self._layers.placing.dtype, len(latent)
        with torch.no_grad(), changed(network.layers, self._changes):
            velocity: torch.Tensor = network(
                latent.to(dtype),
                timestep.expand(batch),
                _for_batch(inputs.context, batch).to(dtype),
                [_for_batch(kept, batch).to(dtype) for kept in inputs.reference_latents],
                inputs.reference_method or "index",
            )
        return velocity.float()

    def with_lora(self, weights: Mapping[str, torch.Tensor], strength: float) -> Self:
        """As `DiffusionNetwork`; the names may be diffusers', kohya's, peft's or LyCORIS's."""
        network = self.module
        layers = stored_linears(network.layers)
        shapes = {f"{name}.weight": tuple(layer.weight.shape) for name, layer in layers.items()}
        shapes |= {f"{name}.bias": (layer.out_features,) for name, layer in layers.items()}
        places = {called: f"{name}.weight" for name in layers for called in _lora_names(name)}
        changes = find_changes(weights, places, shapes, strength)
        if not changes:
            raise unfit(weights, "Qwen-Image")
        merged = dict(self._changes)
        for name, change in changes.items():
            merged[name] = (*merged.get(name, ()), change)
        return type(self)(self._layers, merged)

    def ready(self) -> AbstractContextManager[None]:
        """As `DiffusionNetwork`."""
        return self._layers.ready()


def load_qwen_image(
    weights: Mapping[str, torch.Tensor],
    *,
    where: str,
    device: str,
    weight_dtype: str = "default",
) -> QwenImage:
    """Build the network from the file's tensors, which stay where they are.

    Its weights keep their type, or take that of `weight_dtype` (the names of UNETLoader); it
    computes in bfloat16 on a GPU and in float32 on a CPU, as ComfyUI does. Raises `InputError`.
    """
    place = torch.device(device)
    dtype = torch.float32 if place.type == "cpu" else torch.bfloat16
    plain = take_factors(_without_prefix(weights), where)
    stored = _STORED_TYPES.get(weight_dtype)
    tensors = {
        key: weight if stored is None else weight.to(stored)
        for key, weight in plain.weights.items()
    }
    network = QwenImageNetwork(_config(tensors))
    fill(network.layers, tensors, dtype, where)
    give_factors(stored_linears(network.layers), plain, where)
    return QwenImage(PlacedLayers(network, Placing(place, dtype), _WORKING_BYTES))


def _without_prefix(weights: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    prefix = next(start for start in _PREFIXES if start + _MARK in weights)
    return {
        key.removeprefix(prefix): weight
        for key, weight in weights.items()
        if key.startswith(prefix)
    }


def _config(weights: Mapping[str, torch.Tensor]) -> dict[str, Any]:
    """What the shapes say; the features a head are read from the norm of a query."""
    head = weights[f"{_BLOCK}0.attn.norm_q.weight"].shape[0]
    blocks = {key.split(".")[1] for key in weights if key.startswith(_BLOCK)}
    return {
        "in_channels": weights["img_in.weight"].shape[1],
        "out_channels": weights["proj_out.weight"].shape[0] // 4,
        "num_layers": len(blocks),
        "attention_head_dim": head,
        "num_attention_heads": weights["img_in.weight"].shape[0] // head,
        "joint_attention_dim": weights["txt_in.weight"].shape[1],
    }


def _lora_names(layer: str) -> Iterator[str]:
    """What LoRA files call a layer."""
    yield from (layer, f"transformer.{layer}", f"diffusion_model.{layer}")
    flat = layer.replace(".", "_")
    yield from (f"lora_unet_{flat}", f"lycoris_{flat}")


def _scaled(latent: torch.Tensor) -> torch.Tensor:
    """As the network wants it."""
    shape = (1, -1, *(1,) * (latent.ndim - 2))
    mean, std = (
        torch.tensor(values, device=latent.device).reshape(shape)
        for values in (WAN_LATENTS.mean, WAN_LATENTS.std)
    )
    return (latent - mean) / std


def _for_batch(value: torch.Tensor, batch: int) -> torch.Tensor:
    return value.expand(batch, *value.shape[1:]) if len(value) == 1 else value
