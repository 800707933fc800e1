"""What LoRA files call the weights that they change: kohya's, diffusers' and peft's names.

ComfyUI 0.3.64 passes over a U-Net's attentions that are named without `processor`, as diffusers
saves them today, and over names that begin with `base_model`; here they count.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_WEIGHT = ".weight"


def unet_places(originals: Mapping[str, str]) -> dict[str, str]:
    """From the names of modules in LoRA files to the weights of a U-Net in diffusers' names.

    `originals` gives for each weight its name in the released layout, without a prefix.
    """
    places = {}
    for weight, original in originals.items():
        if weight.endswith(_WEIGHT):
            for name in _unet_names(weight.removesuffix(_WEIGHT), original.removesuffix(_WEIGHT)):
                places[name] = weight
    return places


def clip_places(weights: Iterable[str], marks: tuple[str, ...]) -> dict[str, str]:
    """The same for a text encoder, which `marks` names: `lora_te1`, `text_encoder_2`."""
    places = {}
    for weight in weights:
        if not weight.endswith(_WEIGHT):
            continue
        module = weight.removesuffix(_WEIGHT)
        for mark in marks:
            joined = f"{mark}_{module.replace('.', '_')}"
            places[joined if mark.startswith("lora_") else f"{mark}.{module}"] = weight
    return places


def _unet_names(module: str, original: str) -> Iterator[str]:
    flat = module.replace(".", "_")
    yield f"lora_unet_{original.replace('.', '_')}"
    yield f"lora_unet_{flat}"
    yield f"lycoris_{flat}"
    yield f"diffusion_model.{original}"
    # diffusers once kept its LoRAs in attention processors.
    processor = module.replace(".to_", ".processor.to_").removesuffix(".0")
    for dotted in (module, processor):
        yield dotted
        yield f"unet.{dotted}"
        yield f"base_model.model.{dotted}"
