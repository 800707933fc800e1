"""The size of a Stable Diffusion U-Net or ControlNet, read from the shapes of its weights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from capdemo.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

REFINER_CONTEXT = 1280
"""Channels of the text that only SDXL's refiner takes."""
FAMILIES = {
    768: "Stable Diffusion 1",
    1024: "Stable Diffusion 2",
    REFINER_CONTEXT: "SDXL's refiner",
    2048: "SDXL",
}
"""By the channels of the text that a network attends to."""
_HEAD = 64
"""Channels of an attention head in every U-Net but Stable Diffusion 1's, which has 8 heads."""
_SD1_HEADS = 8
_SD1_CONTEXT = 768
_MATRIX = 2


@dataclass(frozen=True, slots=True)
class UnetShape:
    """What distinguishes one U-Net from another."""

    channels: tuple[int, ...]
    """At each resolution, the finest first."""
    layers: int
    """Residual blocks at each resolution."""
    depths: tuple[int, ...]
    """Transformer blocks in each attention at a resolution; 0 where there is none."""
    context: int
    """Channels of the text."""
    in_channels: int
    out_channels: int
    has_linear_projections: bool
    vector: int | None
    """Channels of the pooled text with the sizes; None where the network takes none."""

    @property
    def heads(self) -> tuple[int, ...]:
        """Attention heads at each resolution."""
        if self.context == _SD1_CONTEXT:
            return (_SD1_HEADS,) * len(self.channels)
        return tuple(channels // _HEAD for channels in self.channels)


def measure_unet(shapes: Mapping[str, tuple[int, ...]]) -> UnetShape:
    """Measure a U-Net or the half of one that is a ControlNet, by diffusers' names.

    Raises `InputError` where its blocks are not alike within a resolution, which no network of
    Stable Diffusion 1, 2 or XL itself does, but some that were pruned from them.
    """
    levels = _count(shapes, "down_blocks.{}.resnets.0.conv1.weight")
    layers = _count(shapes, "down_blocks.0.resnets.{}.conv1.weight")
    depths = tuple(_depth(shapes, f"down_blocks.{level}", layers) for level in range(levels))
    attentions = [name for name in shapes if name.endswith("attn2.to_k.weight")]
    if not levels or not attentions:
        raise InputError("The network is no U-Net of Stable Diffusion.")
    projection = next(shape for name, shape in shapes.items() if name.endswith("proj_in.weight"))
    embedding = shapes.get("class_embedding.linear_1.weight")
    return UnetShape(
        channels=tuple(
            shapes[f"down_blocks.{level}.resnets.0.conv1.weight"][0] for level in range(levels)
        ),
        layers=layers,
        depths=depths,
        context=shapes[attentions[0]][1],
        in_channels=shapes["conv_in.weight"][1],
        out_channels=shapes["conv_out.weight"][0] if "conv_out.weight" in shapes else 4,
        has_linear_projections=len(projection) == _MATRIX,
        vector=embedding[1] if embedding else None,
    )


def diffusers_settings(shape: UnetShape) -> dict[str, Any]:
    """The arguments that diffusers' `UNet2DConditionModel` and `ControlNetModel` share."""
    return {
        "in_channels": shape.in_channels,
        "block_out_channels": shape.channels,
        "layers_per_block": shape.layers,
        "down_block_types": tuple(
            "CrossAttnDownBlock2D" if depth else "DownBlock2D" for depth in shape.depths
        ),
        "transformer_layers_per_block": [depth or 1 for depth in shape.depths],
        "cross_attention_dim": shape.context,
        # diffusers means the number of heads by this name.
        "attention_head_dim": shape.heads,
        "use_linear_projection": shape.has_linear_projections,
        "class_embed_type": "projection" if shape.vector else None,
        "projection_class_embeddings_input_dim": shape.vector,
    }


def _depth(shapes: Mapping[str, tuple[int, ...]], block: str, layers: int) -> int:
    found = {
        _count(shapes, f"{block}.attentions.{layer}.transformer_blocks.{{}}.norm1.weight")
        for layer in range(layers)
    }
    if len(found) != 1:
        raise InputError(
            "The U-Net was pruned: its attentions differ within a resolution, as in SSD-1B.",
            hint="Only the full networks of Stable Diffusion 1, 2 and XL run here.",
        )
    return found.pop()


def _count(shapes: Mapping[str, tuple[int, ...]], pattern: str) -> int:
    count = 0
    while pattern.format(count) in shapes:
        count += 1
    return count
