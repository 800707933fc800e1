"""The nodes that capdemo knows: every one that it executes is an adapter of ComfyUI's semantics.

`declared` holds the schemas of nodes that do not run here, so that their workflows can be read.

The list is explicit, so that a broken module is an `ImportError` and not a missing node. No
module here imports torch or PIL before a node runs.
"""

from __future__ import annotations

from capdemo.node_api import NodeFamily, NodeRegistry
from capdemo.nodes import (
    advanced_pictures,
    animations,
    arranging,
    colours,
    compositing,
    conditionings,
    control_nets,
    declared,
    empty_latents,
    essentials,
    face_restoration,
    filtering,
    guiders,
    image_batches,
    kjnodes,
    latent_batches,
    latents,
    loaders,
    masks,
    mathematics,
    model_patches,
    noise_levels,
    patterns,
    picture_files,
    picture_previews,
    previews,
    primitives,
    qwen_image,
    resize_image_mask,
    resizing,
    samplers,
    sampling,
    simple_math,
    strings,
    structured_text,
    switches,
    text_encoding,
    tiles,
    upscaling,
    vae_coding,
    video_combine,
    video_files,
    video_helper_suite,
)

FAMILIES: tuple[NodeFamily, ...] = (
    picture_files.FAMILY,
    advanced_pictures.FAMILY,
    animations.FAMILY,
    video_files.FAMILY,
    video_helper_suite.FAMILY,
    video_combine.FAMILY,
    resizing.FAMILY,
    filtering.FAMILY,
    upscaling.FAMILY,
    primitives.FAMILY,
    strings.FAMILY,
    patterns.FAMILY,
    structured_text.FAMILY,
    mathematics.FAMILY,
    simple_math.FAMILY,
    switches.FAMILY,
    previews.FAMILY,
    empty_latents.FAMILY,
    latents.FAMILY,
    latent_batches.FAMILY,
    masks.FAMILY,
    compositing.FAMILY,
    image_batches.FAMILY,
    arranging.FAMILY,
    colours.FAMILY,
    tiles.FAMILY,
    resize_image_mask.FAMILY,
    picture_previews.FAMILY,
    kjnodes.FAMILY,
    essentials.FAMILY,
    face_restoration.FACERESTORE,
    face_restoration.REACTOR,
    qwen_image.FAMILY,
    loaders.FAMILY,
    text_encoding.FAMILY,
    vae_coding.FAMILY,
    control_nets.FAMILY,
    sampling.FAMILY,
    samplers.FAMILY,
    noise_levels.FAMILY,
    guiders.FAMILY,
    model_patches.FAMILY,
    conditionings.FAMILY,
    *declared.FAMILIES,
)

NODES = NodeRegistry(FAMILIES)
"""What a run gets unless it is given another registry."""

__all__ = ["FAMILIES", "NODES"]
