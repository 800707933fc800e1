"""Nodes of single models, newer than ComfyUI 0.3.64; none runs here."""

from __future__ import annotations

from capdemo.node_api import NodeFamily, OutputSchema
from capdemo.node_api.inputs import choice, integer, link, number, text
from capdemo.nodes.limits import LARGEST_SIDE

FAMILY = NodeFamily()

FAMILY.declare(
    "MOSSImageLayoutPrompt",
    category="text",
    description="Writes a prompt for MOSS-Image that says what lies in which box.",
    inputs=(
        text("prompt"),
        link("element", "ARRAY"),
        integer("width", 1024, 16, LARGEST_SIDE, 16),
        integer("height", 1024, 16, LARGEST_SIDE, 16),
        text("character_boxes"),
    ),
    outputs=(OutputSchema("prompt", "STRING"),),
)

FAMILY.declare(
    "MOSSImageControl",
    category="conditioning/controlnet",
    description="Lets a map of colours and a map of depth guide MOSS-Image.",
    inputs=(
        link("positive", "CONDITIONING"),
        link("negative", "CONDITIONING"),
        link("vae", "VAE"),
        link("color_map", "IMAGE", required=False),
        link("depth_map", "IMAGE", required=False),
        number("strength", 1.0, 0.0, 10.0, 0.01),
        number("start_percent", 0.0, 0.0, 1.0, 0.001),
        number("end_percent", 1.0, 0.0, 1.0, 0.001),
    ),
    outputs=(
        OutputSchema("positive", "CONDITIONING"),
        OutputSchema("negative", "CONDITIONING"),
    ),
)

FAMILY.declare(
    "TemporalScoreRescaling",
    category="model/patch",
    description="Weighs the predictions of the steps anew, for more or less detail.",
    inputs=(
        link("model", "MODEL"),
        number("tsr_k", 0.95, 0.01, 100.0),
        number("tsr_sigma", 1.0, 0.01, 100.0),
    ),
    outputs=(OutputSchema("patched_model", "MODEL"),),
)

FAMILY.declare(
    "CFGOverride",
    category="model/patch",
    description="Sets another guidance for a part of the steps.",
    inputs=(
        link("model", "MODEL"),
        number("cfg", 1.0, 0.0, 100.0, 0.1),
        number("start_percent", 0.0, 0.0, 1.0, 0.001),
        number("end_percent", 1.0, 0.0, 1.0, 0.001),
    ),
    outputs=("MODEL",),
)

FAMILY.declare(
    "DualModelGuider",
    category="sampling/custom_sampling/guiders",
    description="Asks one model with the positive and another with the negative prompt.",
    inputs=(
        link("model", "MODEL"),
        link("model_negative", "MODEL", required=False),
        link("positive", "CONDITIONING"),
        number("cfg", 4.0, 0.0, 100.0, 0.1),
        link("negative", "CONDITIONING", required=False),
    ),
    outputs=("GUIDER",),
)

FAMILY.declare(
    "Ideogram4Scheduler",
    category="sampling/custom_sampling/schedulers",
    description="Gives the noise levels of Ideogram 4 for a picture of a size.",
    inputs=(
        integer("steps", 20, 1, 200),
        integer("width", 1024, 256, 8192, 16),
        integer("height", 1024, 256, 8192, 16),
        number("mu", 0.0, -10.0, 10.0, 0.05),
        number("std", 1.75, 0.1, 5.0, 0.05),
    ),
    outputs=("SIGMAS",),
)

FAMILY.declare(
    "LatentCutToBatch",
    category="latent/advanced",
    description="Cuts latents into slices along a side and makes a batch of them.",
    inputs=(
        link("samples", "LATENT"),
        choice("dim", ("t", "x", "y")),
        integer("slice_size", 1, 1, LARGEST_SIDE),
    ),
    outputs=("LATENT",),
)

FAMILY.declare(
    "NormalizeVideoLatentStart",
    category="latent/video",
    description="Fits the first frames of a latent video to those that follow.",
    inputs=(
        link("latent", "LATENT"),
        integer("start_frame_count", 4, 1, LARGEST_SIDE),
        integer("reference_frame_count", 5, 1, LARGEST_SIDE),
    ),
    outputs=(OutputSchema("latent", "LATENT"),),
)

FAMILY.declare(
    "ReplaceVideoLatentFrames",
    category="latent/video",
    description="Replaces frames of a latent video by those of another.",
    inputs=(
        link("destination", "LATENT"),
        link("source", "LATENT", required=False),
        integer("index", 0, -LARGEST_SIDE, LARGEST_SIDE),
    ),
    outputs=("LATENT",),
)

FAMILY.declare(
    "Kandinsky5ImageToVideo",
    category="conditioning/video_models",
    description="Starts a video of Kandinsky 5 from a picture.",
    inputs=(
        link("positive", "CONDITIONING"),
        link("negative", "CONDITIONING"),
        link("vae", "VAE"),
        integer("width", 768, 16, LARGEST_SIDE, 16),
        integer("height", 512, 16, LARGEST_SIDE, 16),
        integer("length", 121, 1, LARGEST_SIDE, 4),
        integer("batch_size", 1, 1, 4096),
        link("start_image", "IMAGE", required=False),
    ),
    outputs=(
        OutputSchema("positive", "CONDITIONING"),
        OutputSchema("negative", "CONDITIONING"),
        OutputSchema("latent", "LATENT"),
        OutputSchema("cond_latent", "LATENT"),
    ),
)

FAMILY.declare(
    "EmptyHunyuanVideo15Latent",
    category="latent/video",
    description="Makes the empty latent of a video for HunyuanVideo 1.5.",
    inputs=(
        integer("width", 848, 16, LARGEST_SIDE, 16),
        integer("height", 480, 16, LARGEST_SIDE, 16),
        integer("length", 25, 1, LARGEST_SIDE, 4),
        integer("batch_size", 1, 1, 4096),
    ),
    outputs=("LATENT",),
)

FAMILY.declare(
    "HunyuanVideo15LatentUpscaleWithModel",
    category="latent",
    description="Enlarges the latent of HunyuanVideo 1.5 by a network.",
    inputs=(
        link("model", "LATENT_UPSCALE_MODEL"),
        link("samples", "LATENT"),
        choice(
            "upscale_method",
            ("nearest-exact", "bilinear", "area", "bicubic", "bislerp"),
            "bilinear",
        ),
        integer("width", 1280, 0, LARGEST_SIDE, 8),
        integer("height", 720, 0, LARGEST_SIDE, 8),
        choice("crop", ("disabled", "center")),
    ),
    outputs=("LATENT",),
)

FAMILY.declare(
    "HunyuanVideo15SuperResolution",
    category="conditioning/video_models",
    description="Gives HunyuanVideo 1.5 a latent to make sharper.",
    inputs=(
        link("positive", "CONDITIONING"),
        link("negative", "CONDITIONING"),
        link("vae", "VAE", required=False),
        link("start_image", "IMAGE", required=False),
        link("clip_vision_output", "CLIP_VISION_OUTPUT", required=False),
        link("latent", "LATENT"),
        number("noise_augmentation", 0.7, 0.0, 1.0, 0.01),
    ),
    outputs=(
        OutputSchema("positive", "CONDITIONING"),
        OutputSchema("negative", "CONDITIONING"),
        OutputSchema("latent", "LATENT"),
    ),
)
