"""Videos of the Wan models that start from pictures; none runs here."""

from __future__ import annotations

from capdemo.node_api import NodeFamily, OutputSchema
from capdemo.node_api.inputs import integer, link
from capdemo.nodes.limits import LARGEST_SIDE

FAMILY = NodeFamily()

FAMILY.declare(
    "WanImageToVideo",
    category="conditioning/video_models",
    description="Starts a video of Wan from a picture.",
    inputs=(
        link("positive", "CONDITIONING"),
        link("negative", "CONDITIONING"),
        link("vae", "VAE"),
        integer("width", 832, 16, LARGEST_SIDE, 16),
        integer("height", 480, 16, LARGEST_SIDE, 16),
        integer("length", 81, 1, LARGEST_SIDE, 4),
        integer("batch_size", 1, 1, 4096),
        link("clip_vision_output", "CLIP_VISION_OUTPUT", required=False),
        link("start_image", "IMAGE", required=False),
        link("ref_pad_image", "IMAGE", required=False),
    ),
    outputs=(
        OutputSchema("positive", "CONDITIONING"),
        OutputSchema("negative", "CONDITIONING"),
        OutputSchema("latent", "LATENT"),
    ),
)

FAMILY.declare(
    "WanFirstLastFrameToVideo",
    category="conditioning/video_models",
    description="Makes a video of Wan between two pictures.",
    inputs=(
        link("positive", "CONDITIONING"),
        link("negative", "CONDITIONING"),
        link("vae", "VAE"),
        integer("width", 832, 16, LARGEST_SIDE, 16),
        integer("height", 480, 16, LARGEST_SIDE, 16),
        integer("length", 81, 1, LARGEST_SIDE, 4),
        integer("batch_size", 1, 1, 4096),
        link("clip_vision_start_image", "CLIP_VISION_OUTPUT", required=False),
        link("clip_vision_end_image", "CLIP_VISION_OUTPUT", required=False),
        link("start_image", "IMAGE", required=False),
        link("end_image", "IMAGE", required=False),
    ),
    outputs=(
        OutputSchema("positive", "CONDITIONING"),
        OutputSchema("negative", "CONDITIONING"),
        OutputSchema("latent", "LATENT"),
    ),
)

FAMILY.declare(
    "WanFunInpaintToVideo",
    category="conditioning/video_models",
    description="Makes a video of Wan Fun between two pictures.",
    inputs=(
        link("positive", "CONDITIONING"),
        link("negative", "CONDITIONING"),
        link("vae", "VAE"),
        integer("width", 832, 16, LARGEST_SIDE, 16),
        integer("height", 480, 16, LARGEST_SIDE, 16),
        integer("length", 81, 1, LARGEST_SIDE, 4),
        integer("batch_size", 1, 1, 4096),
        link("clip_vision_output", "CLIP_VISION_OUTPUT", required=False),
        link("start_image", "IMAGE", required=False),
        link("end_image", "IMAGE", required=False),
    ),
    outputs=(
        OutputSchema("positive", "CONDITIONING"),
        OutputSchema("negative", "CONDITIONING"),
        OutputSchema("latent", "LATENT"),
    ),
)

FAMILY.declare(
    "WanPhantomSubjectToVideo",
    category="conditioning/video_models",
    description="Makes a video of Wan with subjects from pictures.",
    inputs=(
        link("positive", "CONDITIONING"),
        link("negative", "CONDITIONING"),
        link("vae", "VAE"),
        integer("width", 832, 16, LARGEST_SIDE, 16),
        integer("height", 480, 16, LARGEST_SIDE, 16),
        integer("length", 81, 1, LARGEST_SIDE, 4),
        integer("batch_size", 1, 1, 4096),
        link("images", "IMAGE", required=False),
    ),
    outputs=(
        OutputSchema("positive", "CONDITIONING"),
        OutputSchema("negative_text", "CONDITIONING"),
        OutputSchema("negative_img_text", "CONDITIONING"),
        OutputSchema("latent", "LATENT"),
    ),
)

FAMILY.declare(
    "WanHuMoImageToVideo",
    category="conditioning/video_models",
    description="Makes a video of people that speak, by Wan HuMo.",
    inputs=(
        link("positive", "CONDITIONING"),
        link("negative", "CONDITIONING"),
        link("vae", "VAE"),
        integer("width", 832, 16, LARGEST_SIDE, 16),
        integer("height", 480, 16, LARGEST_SIDE, 16),
        integer("length", 97, 1, LARGEST_SIDE, 4),
        integer("batch_size", 1, 1, 4096),
        link("audio_encoder_output", "AUDIO_ENCODER_OUTPUT", required=False),
        link("ref_image", "IMAGE", required=False),
    ),
    outputs=(
        OutputSchema("positive", "CONDITIONING"),
        OutputSchema("negative", "CONDITIONING"),
        OutputSchema("latent", "LATENT"),
    ),
)

FAMILY.declare(
    "Wan22ImageToVideoLatent",
    category="conditioning/inpaint",
    description="Makes the latent of a video of Wan 2.2 (5B), which may start from a picture.",
    inputs=(
        link("vae", "VAE"),
        integer("width", 1280, 32, LARGEST_SIDE, 32),
        integer("height", 704, 32, LARGEST_SIDE, 32),
        integer("length", 49, 1, LARGEST_SIDE, 4),
        integer("batch_size", 1, 1, 4096),
        link("start_image", "IMAGE", required=False),
    ),
    outputs=("LATENT",),
)
