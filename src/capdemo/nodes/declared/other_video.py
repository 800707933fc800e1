"""Conditionings of other video models; none runs here."""

from __future__ import annotations

from capdemo.node_api import NodeFamily, OutputSchema
from capdemo.node_api.inputs import choice, integer, link, number
from capdemo.nodes.limits import LARGEST_SIDE

FAMILY = NodeFamily()

FAMILY.declare(
    "SVD_img2vid_Conditioning",
    category="conditioning/video_models",
    description="Starts a video of Stable Video Diffusion from a picture.",
    inputs=(
        link("clip_vision", "CLIP_VISION"),
        link("init_image", "IMAGE"),
        link("vae", "VAE"),
        integer("width", 1024, 16, LARGEST_SIDE, 8),
        integer("height", 576, 16, LARGEST_SIDE, 8),
        integer("video_frames", 14, 1, 4096),
        integer("motion_bucket_id", 127, 1, 1023),
        integer("fps", 6, 1, 1024),
        number("augmentation_level", 0.0, 0.0, 10.0, 0.01),
    ),
    outputs=(
        OutputSchema("positive", "CONDITIONING"),
        OutputSchema("negative", "CONDITIONING"),
        OutputSchema("latent", "LATENT"),
    ),
)

FAMILY.declare(
    "HunyuanImageToVideo",
    category="conditioning/video_models",
    description="Starts a video of HunyuanVideo from a picture.",
    inputs=(
        link("positive", "CONDITIONING"),
        link("vae", "VAE"),
        integer("width", 848, 16, LARGEST_SIDE, 16),
        integer("height", 480, 16, LARGEST_SIDE, 16),
        integer("length", 53, 1, LARGEST_SIDE, 4),
        integer("batch_size", 1, 1, 4096),
        choice("guidance_type", ("v1 (concat)", "v2 (replace)", "custom")),
        link("start_image", "IMAGE", required=False),
    ),
    outputs=(
        OutputSchema("positive", "CONDITIONING"),
        OutputSchema("latent", "LATENT"),
    ),
)

FAMILY.declare(
    "HunyuanRefinerLatent",
    category="",
    description="Gives the refiner of HunyuanImage the latent to refine.",
    inputs=(
        link("positive", "CONDITIONING"),
        link("negative", "CONDITIONING"),
        link("latent", "LATENT"),
        number("noise_augmentation", 0.1, 0.0, 1.0, 0.01),
    ),
    outputs=(
        OutputSchema("positive", "CONDITIONING"),
        OutputSchema("negative", "CONDITIONING"),
        OutputSchema("latent", "LATENT"),
    ),
)

FAMILY.declare(
    "CosmosImageToVideoLatent",
    category="conditioning/inpaint",
    description="Makes the latent of a video of Cosmos that starts or ends with a picture.",
    inputs=(
        link("vae", "VAE"),
        integer("width", 1280, 16, LARGEST_SIDE, 16),
        integer("height", 704, 16, LARGEST_SIDE, 16),
        integer("length", 121, 1, LARGEST_SIDE, 8),
        integer("batch_size", 1, 1, 4096),
        link("start_image", "IMAGE", required=False),
        link("end_image", "IMAGE", required=False),
    ),
    outputs=("LATENT",),
)

FAMILY.declare(
    "CosmosPredict2ImageToVideoLatent",
    category="conditioning/inpaint",
    description=(
        "Makes the latent of a video of Cosmos Predict 2 that starts or ends with a picture."
    ),
    inputs=(
        link("vae", "VAE"),
        integer("width", 848, 16, LARGEST_SIDE, 16),
        integer("height", 480, 16, LARGEST_SIDE, 16),
        integer("length", 93, 1, LARGEST_SIDE, 4),
        integer("batch_size", 1, 1, 4096),
        link("start_image", "IMAGE", required=False),
        link("end_image", "IMAGE", required=False),
    ),
    outputs=("LATENT",),
)
