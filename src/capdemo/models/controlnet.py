"""ControlNets of Stable Diffusion 1, 2 and XL (arXiv 2302.05543), union nets among them.

The layers are diffusers'; the order of the computation is written here, because ComfyUI's union
nets look at the hint alone, where the original also looks at the latent.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any, cast

import torch
from torch import nn
from torch.nn import functional

from capdemo.errors import InputError
from capdemo.models.full_precision import full_precision
from capdemo.models.library_imports import import_library
from capdemo.models.unet import for_batch
from capdemo.models.unet_shape import FAMILIES, diffusers_settings
from capdemo.node_api.diffusion import ControlResiduals

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from capdemo.models.stored_network import StoredNetwork
    from capdemo.models.unet_shape import UnetShape
    from capdemo.node_api import Image
    from capdemo.node_api.conditioning import Control
    from capdemo.node_api.diffusion import NetworkInputs

_PIXELS = 8
_NUMBER = 256
"""Channels that a union net writes each of its kinds in."""
_HEADS = 8


class LoadedControlNet:
    """A net that steers a U-Net; implements `node_api.ControlNet`."""

    strength_rises = False

    def __init__(self, network: StoredNetwork, kind: int | None = None) -> None:
        self._network = network
        self._kind = kind
        self._module: nn.Module | None = None

    def with_kind(self, kind: int | None) -> LoadedControlNet:
        """The same net that takes its pictures as of one kind (`SetUnionControlNetType`)."""
        return LoadedControlNet(self._network, kind)

    def hint(self, control: Control, shape: tuple[int, ...]) -> torch.Tensor:
        """As `ControlNet`: the features that are added to the latent's, BCHW."""
        placing = self._network.weights.placing
        picture = _fit(control.image, shape[-2] * _PIXELS, shape[-1] * _PIXELS)
        with torch.inference_mode(), full_precision(placing.dtype), self._network.ready() as module:
            net: Any = module
            features: torch.Tensor = net.controlnet_cond_embedding(
                picture.to(placing.device, placing.dtype)
            )
            union, kind = _union(net), self._kind_for(control)
            if union and kind is not None:
                features = union.fuse(features, kind)
        return features.clone()

    def __call__(
        self,
        hint: torch.Tensor,
        latent: torch.Tensor,
        timestep: torch.Tensor,
        inputs: NetworkInputs,
        control: Control,
        /,
    ) -> ControlResiduals:
        """As `ControlNet`. Raises `InputError` where the net was made for another family."""
        if self._module is None:
            with self.ready():
                return self(hint, latent, timestep, inputs, control)
        dtype = self._network.weights.placing.dtype
        net: Any = self._module
        _check_model(net, inputs)
        with torch.inference_mode(), full_precision(dtype):
            embedded = self._embed_time(net, latent, timestep, inputs, self._kind_for(control))
            context = for_batch(inputs.context, latent, dtype)
            features = net.conv_in(latent.to(dtype)) + hint.to(dtype)
            skips = [features]
            for block in net.down_blocks:
                features, states = _through(block, features, embedded, context)
                skips.extend(states)
            features = net.mid_block(features, embedded, encoder_hidden_states=context)
            outputs = [
                convolution(skip)
                for convolution, skip in zip(net.controlnet_down_blocks, skips, strict=True)
            ]
            middle = net.controlnet_mid_block(features)
        return ControlResiduals(
            middle=(middle.float().clone(),),
            output=tuple(output.float().clone() for output in outputs),
        )

    @contextlib.contextmanager
    def ready(self) -> Iterator[None]:
        """As `ControlNet`."""
        with self._network.ready() as module:
            outer, self._module = self._module, module
            try:
                yield
            finally:
                self._module = outer

    def _embed_time(
        self,
        net: Any,
        latent: torch.Tensor,
        timestep: torch.Tensor,
        inputs: NetworkInputs,
        kind: int | None,
    ) -> torch.Tensor:
        dtype = self._network.weights.placing.dtype
        waves = net.time_proj(timestep.expand(len(latent))).to(dtype)
        embedded: torch.Tensor = net.time_embedding(waves)
        union = _union(net)
        if union:
            embedded = embedded + union.embed_kind(kind)
        if net.class_embedding is not None:
            embedded = embedded + net.class_embedding(for_batch(inputs.vector, latent, dtype))
        return embedded

    def _kind_for(self, control: Control) -> int | None:
        return self._kind if control.kind is None else control.kind


class UnionParts(nn.Module):
    """What tells the kinds of a union net apart (xinsir's ControlNet++, Apache-2.0).

    The names of the weights are its file's.
    """

    def __init__(self, kinds: int, channels: int, embedding: int) -> None:
        super().__init__()
        self._kinds = kinds
        self.task_embedding = nn.Parameter(torch.empty(kinds, channels))
        self.transformer_layes = nn.ModuleList([_Attended(channels)])
        self.spatial_ch_projs = nn.Linear(channels, channels)
        self.control_add_embedding = nn.ModuleDict(
            {
                "linear_1": nn.Linear(_NUMBER * kinds, embedding),
                "linear_2": nn.Linear(embedding, embedding),
            }
        )

    def fuse(self, features: torch.Tensor, kind: int) -> torch.Tensor:
        """Shift a hint's features by what its kind and its mean say; BCHW."""
        self._check(kind)
        mean = features.mean(dim=(2, 3)) + self.task_embedding[kind]
        shift = self.spatial_ch_projs(self.transformer_layes[0](mean[:, None])[:, 0])
        result: torch.Tensor = features + shift[..., None, None]
        return result

    def embed_kind(self, kind: int | None) -> torch.Tensor:
        """What is added to the embedding of time; 1C."""
        chosen = torch.zeros(self._kinds, device=self.task_embedding.device)
        if kind is not None:
            self._check(kind)
            chosen[kind] = 1
        half = _NUMBER // 2
        waves = torch.exp(-torch.log(torch.tensor(10_000.0)) * torch.arange(half) / half).to(chosen)
        angles = chosen[:, None] * waves
        written = torch.cat([angles.cos(), angles.sin()], dim=-1).reshape(1, -1)
        layers = self.control_add_embedding
        hidden = functional.silu(layers["linear_1"](written.to(self.task_embedding.dtype)))
        result: torch.Tensor = layers["linear_2"](hidden)
        return result

    def _check(self, kind: int) -> None:
        if kind >= self._kinds:
            raise InputError(
                f"The union ControlNet has {self._kinds} kinds; tile and repaint are not "
                "among them.",
                hint="Take the ProMax file of xinsir/controlnet-union-sdxl-1.0.",
            )


class _Attended(nn.Module):
    """A transformer layer over a sequence of hints, of which ComfyUI gives it one."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.attn = nn.MultiheadAttention(channels, _HEADS, batch_first=True)
        self.ln_1 = nn.LayerNorm(channels)
        self.mlp = nn.ModuleDict(
            {
                "c_fc": nn.Linear(channels, 4 * channels),
                "c_proj": nn.Linear(4 * channels, channels),
            }
        )
        self.ln_2 = nn.LayerNorm(channels)

    def forward(self, sequence: torch.Tensor) -> torch.Tensor:
        normalised = self.ln_1(sequence)
        sequence = sequence + self.attn(normalised, normalised, normalised, need_weights=False)[0]
        hidden = self.mlp["c_fc"](self.ln_2(sequence))
        result: torch.Tensor = sequence + self.mlp["c_proj"](hidden * torch.sigmoid(1.702 * hidden))
        return result


def make_control_net(shape: UnetShape, shapes: Mapping[str, tuple[int, ...]]) -> nn.Module:
    """The module of a size, without values; a union net where the file is one."""
    settings = {
        **diffusers_settings(shape),
        "conditioning_channels": shapes["controlnet_cond_embedding.conv_in.weight"][1],
    }
    kinds = shapes.get("union.task_embedding")
    with torch.device("meta"):
        module = import_library("diffusers").ControlNetModel(**settings)
        if kinds:
            embedding = module.time_embedding.linear_2.out_features
            module.add_module("union", UnionParts(kinds[0], shape.channels[0], embedding))
    return cast("nn.Module", module)


def _check_model(net: Any, inputs: NetworkInputs) -> None:
    made_for = net.config.cross_attention_dim
    given = 0 if inputs.context is None else inputs.context.shape[-1]
    if given != made_for:
        raise InputError(
            f"The ControlNet is for {FAMILIES.get(made_for, 'another model')}, and the model is "
            f"{FAMILIES.get(given, 'another one')}.",
            hint=f"Choose a ControlNet that was made for {FAMILIES.get(given, 'the model')}.",
        )


def _union(net: Any) -> UnionParts | None:
    """What a union net has beside a plain one's layers."""
    return getattr(net, "union", None)


def _through(
    block: Any, features: torch.Tensor, embedded: torch.Tensor, context: torch.Tensor | None
) -> tuple[torch.Tensor, tuple[torch.Tensor, ...]]:
    text = {"encoder_hidden_states": context} if hasattr(block, "attentions") else {}
    result: tuple[torch.Tensor, tuple[torch.Tensor, ...]] = block(features, embedded, **text)
    return result


def _fit(image: Image, height: int, width: int) -> torch.Tensor:
    """BCHW: the centre of a picture, of the wanted proportions, by the nearest pixels."""
    picture = image[..., :3].movedim(-1, 1)
    old_height, old_width = picture.shape[-2:]
    had, wanted = old_width / old_height, width / height
    left = round((old_width - old_width * (wanted / had)) / 2) if had > wanted else 0
    top = round((old_height - old_height * (had / wanted)) / 2) if had < wanted else 0
    centre = picture[..., top : old_height - top, left : old_width - left]
    return functional.interpolate(centre, size=(height, width), mode="nearest-exact")
