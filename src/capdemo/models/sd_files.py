"""Where the networks of a Stable Diffusion file are among its weights, and what family they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from capdemo.models.stored_network import Source
from capdemo.models.unet_keys import unet_name
from capdemo.models.vae import count_levels
from capdemo.models.vae_keys import vae_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    Shapes = Mapping[str, tuple[int, ...]]

UNET = "model.diffusion_model."
_BARE_UNET = "input_blocks.0.0.weight"
_DIFFUSERS_UNET = "down_blocks.0.resnets.0.conv1.weight"
_LAYERS = 2
"""Residual blocks at a resolution; the released layout cannot be read without knowing it."""
_VAE = ("first_stage_model.", "vae.", "")
_CONTROL = "control_model."
_UNION = ("task_embedding", "transformer_layes.", "spatial_ch_projs.", "control_add_embedding.")


def unet_sources(shapes: Shapes) -> dict[str, Source]:
    """The weights of a U-Net by diffusers' names; empty where the file has none."""
    for prefix in (UNET, ""):
        if prefix + _BARE_UNET in shapes:
            return _renamed(shapes, prefix)
    if _DIFFUSERS_UNET in shapes and "conv_out.weight" in shapes:
        return {_class_embedding(name): Source(name) for name in shapes}
    return {}


def original_names(sources: Mapping[str, Source]) -> dict[str, str]:
    """From diffusers' names to the released ones, without a prefix."""
    return {name: source.name.removeprefix(UNET) for name, source in sources.items()}


def control_sources(shapes: Shapes) -> dict[str, Source]:
    """The weights of a ControlNet by diffusers' names; empty where the file has none."""
    if "controlnet_cond_embedding.conv_in.weight" in shapes:
        return {
            _class_embedding(_union(name)): Source(name)
            for name in shapes
            if not name.startswith("add_embedding.") or "class_embedding" not in name
        }
    for prefix in (_CONTROL, ""):
        if f"{prefix}zero_convs.0.0.weight" in shapes:
            return _renamed(shapes, prefix)
    return {}


def vae_sources(shapes: Shapes) -> dict[str, Source]:
    """The weights of a VAE by diffusers' names; empty where the file has none."""
    for prefix in _VAE:
        inner = {
            name.removeprefix(prefix): shape
            for name, shape in shapes.items()
            if name.startswith(prefix)
        }
        levels = count_levels(inner)
        if levels and "decoder.conv_in.weight" in inner:
            return {
                vae_name(name, levels): Source(prefix + name)
                for name in inner
                if name.startswith(("encoder.", "decoder.", "quant_conv.", "post_quant_conv."))
            }
    return {}


def sized(shapes: Shapes, sources: Mapping[str, Source]) -> dict[str, tuple[int, ...]]:
    """The shapes of weights under their new names."""
    return {name: shapes[source.name] for name, source in sources.items()}


def _renamed(shapes: Shapes, prefix: str) -> dict[str, Source]:
    found = {}
    for name in shapes:
        if not name.startswith(prefix):
            continue
        inner = name.removeprefix(prefix)
        if inner.startswith(_UNION):
            found[_union(inner)] = Source(name)
            continue
        try:
            found[unet_name(inner, _LAYERS)] = Source(name)
        except KeyError:
            continue  # Counters and averages that training left behind.
    return found


def _union(name: str) -> str:
    """Under `union.`, and with torch's own names for an attention's weights."""
    if not name.startswith(_UNION):
        return name
    return "union." + name.replace(".attn.in_proj.", ".attn.in_proj_")


def _class_embedding(name: str) -> str:
    """SDXL's sizes, which diffusers adds elsewhere than other classes; it comes to the same."""
    return (
        name.replace("add_embedding.linear", "class_embedding.linear", 1)
        if (name.startswith("add_embedding."))
        else name
    )
