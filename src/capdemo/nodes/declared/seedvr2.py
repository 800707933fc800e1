"""ComfyUI's own nodes of the upscaler SeedVR2, newer than 0.3.64; none runs here."""

from __future__ import annotations

from capdemo.node_api import NodeFamily, OutputSchema
from capdemo.node_api.inputs import choice, dynamic_choice, integer, link

FAMILY = NodeFamily()

FAMILY.declare(
    "SeedVR2Preprocess",
    category="image/upscaling",
    description="Prepares resized pictures for the VAE of SeedVR2.",
    inputs=(link("resized_images", "IMAGE"),),
    outputs=(OutputSchema("images", "IMAGE"),),
)

FAMILY.declare(
    "SeedVR2Conditioning",
    category="model/conditioning",
    description="Gives SeedVR2 the latent of the pictures to restore.",
    inputs=(link("model", "MODEL"), link("vae_conditioning", "LATENT")),
    outputs=(
        OutputSchema("positive", "CONDITIONING"),
        OutputSchema("negative", "CONDITIONING"),
    ),
)

FAMILY.declare(
    "SeedVR2PostProcessing",
    category="image/upscaling",
    description="Gives restored pictures the colours of the pictures they were made from.",
    inputs=(
        link("images", "IMAGE"),
        link("original_resized_images", "IMAGE"),
        choice("color_correction_method", ("lab", "wavelet", "adain", "none")),
    ),
    outputs=(OutputSchema("images", "IMAGE"),),
)

FAMILY.declare(
    "SeedVR2TemporalChunk",
    category="model/latent/batch",
    description="Cuts the latent of a video into pieces that fit into memory one by one.",
    inputs=(
        link("latent", "LATENT"),
        integer("temporal_overlap", 0, 0, 16384),
        dynamic_choice(
            "chunking_mode",
            {"auto": (), "manual": (integer("frames_per_chunk", 21, 1, 16384, 4),)},
        ),
    ),
    outputs=(
        OutputSchema("latents", "LATENT", is_list=True),
        OutputSchema("temporal_overlap", "INT"),
    ),
)

FAMILY.declare(
    "SeedVR2TemporalMerge",
    category="model/latent/batch",
    description="Joins the pieces of a video, fading from one to the next where they overlap.",
    inputs=(link("latents", "LATENT"), link("temporal_overlap", "INT")),
    outputs=(OutputSchema("latent", "LATENT"),),
    input_is_list=True,
)
