"""Nodes that combine prompts, limit them to places and steps, or give them pictures to look at."""

from dataclasses import replace
from typing import Annotated, Literal, TypeAlias

from capdemo import diffusion
from capdemo.node_api import (
    Area,
    Conditioning,
    Image,
    Latent,
    Mask,
    Name,
    NodeFamily,
    Range,
    Vae,
)
from capdemo.nodes.limits import LARGEST_SIDE

FAMILY = NodeFamily()

_PIXELS = 8
"""Of a cell, in ComfyUI's arithmetic of areas."""

Side: TypeAlias = Annotated[int, Range(64, LARGEST_SIDE, 8)]
Place: TypeAlias = Annotated[int, Range(0, LARGEST_SIDE, 8)]
Share: TypeAlias = Annotated[float, Range(0.0, 1.0, 0.01)]
FineShare: TypeAlias = Annotated[float, Range(0.0, 1.0, 0.001)]
Strength: TypeAlias = Annotated[float, Range(0.0, 10.0, 0.01)]
Positive: TypeAlias = Annotated[Conditioning, Name("positive")]
Negative: TypeAlias = Annotated[Conditioning, Name("negative")]
Encoded: TypeAlias = Annotated[Latent, Name("latent")]


@FAMILY.node("ConditioningAverage", category="conditioning")
def average_conditionings(
    *,
    conditioning_to: Conditioning,
    conditioning_from: Conditioning,
    conditioning_to_strength: Share = 1.0,
) -> Conditioning:
    """Mix two conditionings into a single one."""
    return diffusion.conditions.averaged(
        conditioning_to, conditioning_from, conditioning_to_strength
    )


@FAMILY.node("ConditioningCombine", category="conditioning")
def combine_conditionings(
    *, conditioning_1: Conditioning, conditioning_2: Conditioning
) -> Conditioning:
    """Apply two conditionings at once, each by itself."""
    return Conditioning((*conditioning_1, *conditioning_2))


@FAMILY.node("ConditioningConcat", category="conditioning")
def concatenate_conditionings(
    *, conditioning_to: Conditioning, conditioning_from: Conditioning
) -> Conditioning:
    """Put one conditioning behind another, as one longer prompt."""
    return diffusion.conditions.joined(conditioning_to, conditioning_from)


@FAMILY.node("ConditioningSetArea", category="conditioning")
def set_area(
    *,
    conditioning: Conditioning,
    width: Side = 64,
    height: Side = 64,
    x: Place = 0,
    y: Place = 0,
    strength: Strength = 1.0,
) -> Conditioning:
    """Limit a conditioning to a rectangle, in pixels."""
    area = Area((height // _PIXELS, width // _PIXELS), (y // _PIXELS, x // _PIXELS))
    return _limited(conditioning, area, strength)


@FAMILY.node("ConditioningSetAreaPercentage", category="conditioning")
def set_area_by_share(
    *,
    conditioning: Conditioning,
    width: Share = 1.0,
    height: Share = 1.0,
    x: Share = 0.0,
    y: Share = 0.0,
    strength: Strength = 1.0,
) -> Conditioning:
    """Limit a conditioning to a rectangle given as parts of the picture."""
    return _limited(conditioning, Area((height, width), (y, x), is_share=True), strength)


def _limited(conditioning: Conditioning, area: Area, strength: float) -> Conditioning:
    return diffusion.conditions.changed(
        conditioning,
        lambda one: replace(one, area=area, strength=strength, area_is_mask_bounds=False),
    )


@FAMILY.node("ConditioningSetAreaStrength", category="conditioning")
def set_area_strength(*, conditioning: Conditioning, strength: Strength = 1.0) -> Conditioning:
    """Set how strongly a conditioning counts in its area."""
    return diffusion.conditions.changed(conditioning, lambda one: replace(one, strength=strength))


@FAMILY.node("ConditioningSetMask", category="conditioning")
def set_mask(
    *,
    conditioning: Conditioning,
    mask: Mask,
    strength: Strength = 1.0,
    set_cond_area: Literal["default", "mask bounds"],
) -> Conditioning:
    """Limit a conditioning to the white part of a mask.

    By the mask's bounds the model sees only the smallest rectangle around that part.
    """
    return diffusion.conditions.changed(
        conditioning,
        lambda one: replace(
            one,
            mask=mask,
            mask_strength=strength,
            area_is_mask_bounds=set_cond_area == "mask bounds",
        ),
    )


@FAMILY.node("ConditioningSetTimestepRange", category="advanced/conditioning")
def set_steps(
    *, conditioning: Conditioning, start: FineShare = 0.0, end: FineShare = 1.0
) -> Conditioning:
    """Limit a conditioning to a part of the steps."""
    return diffusion.conditions.changed(
        conditioning, lambda one: replace(one, start_percent=start, end_percent=end)
    )


@FAMILY.node("ConditioningZeroOut", category="advanced/conditioning")
def zero_conditioning(*, conditioning: Conditioning) -> Conditioning:
    """Replace a conditioning by zeros, as an empty negative prompt for models trained so."""
    return diffusion.conditions.zeroed(conditioning)


@FAMILY.node("ReferenceLatent", category="advanced/conditioning/edit_models")
def add_reference(*, conditioning: Conditioning, latent: Latent | None = None) -> Conditioning:
    """Give an editing model a latent to look at."""
    if latent is None:
        return conditioning
    added = latent.samples
    return diffusion.conditions.changed(
        conditioning,
        lambda one: replace(one, reference_latents=(*one.reference_latents, added)),
    )


@FAMILY.node("InpaintModelConditioning", category="conditioning/inpaint")
def condition_inpainting(
    *,
    positive: Conditioning,
    negative: Conditioning,
    vae: Vae,
    pixels: Image,
    mask: Mask,
    noise_mask: bool = True,
) -> tuple[Positive, Negative, Encoded]:
    """Give an inpainting model the picture and the mask that it continues.

    With the noise mask, nothing outside the mask is redrawn.
    """
    masked, fitted = diffusion.inpaint.masked_picture(pixels, mask)
    concat = vae.encode(Image(masked))
    latent = Latent(vae.encode(pixels), fitted if noise_mask else None)
    first, second = (
        diffusion.conditions.changed(
            prompts, lambda one: replace(one, concat_latent=concat, concat_mask=fitted)
        )
        for prompts in (positive, negative)
    )
    return first, second, latent


@FAMILY.node("FluxGuidance", category="advanced/conditioning/flux")
def set_guidance(
    *,
    conditioning: Conditioning,
    guidance: Annotated[float, Range(0.0, 100.0, 0.1)] = 3.5,
) -> Conditioning:
    """Set the guidance that Flux takes as a number of its conditioning."""
    return diffusion.conditions.changed(
        conditioning, lambda one: replace(one, guidance=guidance, has_guidance=True)
    )


@FAMILY.node("FluxDisableGuidance", category="advanced/conditioning/flux")
def remove_guidance(*, conditioning: Conditioning) -> Conditioning:
    """Remove the guidance number from a conditioning of Flux."""
    return diffusion.conditions.changed(
        conditioning, lambda one: replace(one, guidance=None, has_guidance=False)
    )


ReferenceMethod: TypeAlias = Literal[
    "offset",
    "index",
    "uxo/uno",
    "index_timestep_zero",
    "index_timestep_zero_isolated",
    "index_timestep_zero_text_start",
]


@FAMILY.node("FluxKontextMultiReferenceLatentMethod", category="advanced/conditioning/flux")
def set_reference_method(
    *, conditioning: Conditioning, reference_latents_method: ReferenceMethod
) -> Conditioning:
    """Set how an editing model tells several reference latents apart."""
    method = "uxo" if reference_latents_method == "uxo/uno" else reference_latents_method
    return diffusion.conditions.changed(
        conditioning, lambda one: replace(one, reference_method=method)
    )
