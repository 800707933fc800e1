"""Nodes of the LTX video models; none runs here."""

from __future__ import annotations

from capdemo.node_api import NodeFamily, OutputSchema
from capdemo.node_api.inputs import boolean, integer, link, number
from capdemo.nodes.limits import LARGEST_SIDE

FAMILY = NodeFamily()

FAMILY.declare(
    "EmptyLTXVLatentVideo",
    category="latent/video/ltxv",
    description="Makes the empty latent of a video for LTX-Video.",
    inputs=(
        integer("width", 768, 64, LARGEST_SIDE, 32),
        integer("height", 512, 64, LARGEST_SIDE, 32),
        integer("length", 97, 1, LARGEST_SIDE, 8),
        integer("batch_size", 1, 1, 4096),
    ),
    outputs=("LATENT",),
)

FAMILY.declare(
    "LTXVImgToVideo",
    category="conditioning/video_models",
    description="Starts a video of LTX-Video from a picture.",
    inputs=(
        link("positive", "CONDITIONING"),
        link("negative", "CONDITIONING"),
        link("vae", "VAE"),
        link("image", "IMAGE"),
        integer("width", 768, 64, LARGEST_SIDE, 32),
        integer("height", 512, 64, LARGEST_SIDE, 32),
        integer("length", 97, 9, LARGEST_SIDE, 8),
        integer("batch_size", 1, 1, 4096),
        number("strength", 1.0, 0.0, 1.0),
    ),
    outputs=(
        OutputSchema("positive", "CONDITIONING"),
        OutputSchema("negative", "CONDITIONING"),
        OutputSchema("latent", "LATENT"),
    ),
)

FAMILY.declare(
    "LTXVConditioning",
    category="conditioning/video_models",
    description="Tells LTX-Video the frame rate of the video.",
    inputs=(
        link("positive", "CONDITIONING"),
        link("negative", "CONDITIONING"),
        number("frame_rate", 25.0, 0.0, 1000.0, 0.01),
    ),
    outputs=(
        OutputSchema("positive", "CONDITIONING"),
        OutputSchema("negative", "CONDITIONING"),
    ),
)

FAMILY.declare(
    "LTXVScheduler",
    category="sampling/custom_sampling/schedulers",
    description="Gives the noise levels of LTX-Video for a size.",
    inputs=(
        integer("steps", 20, 1, 10000),
        number("max_shift", 2.05, 0.0, 100.0, 0.01),
        number("base_shift", 0.95, 0.0, 100.0, 0.01),
        boolean("stretch", True),
        number("terminal", 0.1, 0.0, 0.99, 0.01),
        link("latent", "LATENT", required=False),
    ),
    outputs=("SIGMAS",),
)

FAMILY.declare(
    "LTXVAddGuide",
    category="conditioning/video_models",
    description="Fixes frames of a video of LTX-Video by a picture or a video.",
    inputs=(
        link("positive", "CONDITIONING"),
        link("negative", "CONDITIONING"),
        link("vae", "VAE"),
        link("latent", "LATENT"),
        link("image", "IMAGE"),
        integer("frame_idx", 0, -9999, 9999),
        number("strength", 1.0, 0.0, 10.0, 0.01),
        link("attention_mask", "MASK", required=False),
        link("iclora_parameters", "IC_LORA_PARAMETERS", required=False),
    ),
    outputs=(
        OutputSchema("positive", "CONDITIONING"),
        OutputSchema("negative", "CONDITIONING"),
        OutputSchema("latent", "LATENT"),
    ),
)

FAMILY.declare(
    "LTXVCropGuides",
    category="conditioning/video_models",
    description="Removes the frames that guides added to a latent.",
    inputs=(
        link("positive", "CONDITIONING"),
        link("negative", "CONDITIONING"),
        link("latent", "LATENT"),
    ),
    outputs=(
        OutputSchema("positive", "CONDITIONING"),
        OutputSchema("negative", "CONDITIONING"),
        OutputSchema("latent", "LATENT"),
    ),
)

FAMILY.declare(
    "LTXVPreprocess",
    category="image",
    description="Compresses a picture as a video would be, which LTX-Video expects.",
    inputs=(
        link("image", "IMAGE"),
        integer("img_compression", 35, 0, 100),
    ),
    outputs=(OutputSchema("output_image", "IMAGE"),),
)
