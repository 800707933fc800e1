"""Nodes of the MiniMax H3 video model, newer than ComfyUI 0.3.64; none runs here."""

from __future__ import annotations

from capdemo.node_api import NodeFamily, OutputSchema
from capdemo.node_api.inputs import (
    boolean,
    choice,
    dynamic_choice,
    integer,
    link,
    number,
    rows,
    text,
)
from capdemo.nodes.declared.names import numbered
from capdemo.nodes.limits import LARGEST_SIDE

FAMILY = NodeFamily()

KEPT = number("keep_percent", 10.0, 0.5, 95.0, 0.5)

FAMILY.declare(
    "MiniMaxH3ImageToVideo",
    category="conditioning/video_models",
    description="Starts or ends a video of MiniMax H3 with pictures.",
    inputs=(
        link("clip", "CLIP"),
        link("vae", "VAE"),
        text("prompt", multiline=True, dynamic_prompts=True),
        integer("width", 1344, 32, LARGEST_SIDE, 32),
        integer("height", 768, 32, LARGEST_SIDE, 32),
        integer("length", 124, 5, 3600, 17),
        link("first_frame", "IMAGE", required=False),
        link("last_frame", "IMAGE", required=False),
    ),
    outputs=(
        OutputSchema("positive", "CONDITIONING"),
        "LATENT",
    ),
)

FAMILY.declare(
    "MiniMaxH3ReferenceToVideo",
    category="conditioning/video_models",
    description="Makes a video of MiniMax H3 that takes over pictures, videos and sounds.",
    inputs=(
        link("clip", "CLIP"),
        link("vae", "VAE", required=False),
        link("audio_vae", "VAE", required=False),
        text("prompt", multiline=True, dynamic_prompts=True),
        integer("width", 1344, 32, LARGEST_SIDE, 32),
        integer("height", 768, 32, LARGEST_SIDE, 32),
        integer("length", 124, 5, 3600, 17),
        choice("ref_image_size", ("match", "max")),
        rows("ref_images", "IMAGE", numbered("ref_image_", 9), minimum=0),
        rows("ref_videos", "IMAGE", numbered("ref_video_", 3), minimum=0),
        rows("ref_video_audios", "AUDIO", numbered("ref_video_audio_", 3), minimum=0),
        rows("ref_audios", "AUDIO", numbered("ref_audio_", 3), minimum=0),
    ),
    outputs=(
        OutputSchema("positive", "CONDITIONING"),
        "LATENT",
    ),
)

FAMILY.declare(
    "MiniMaxH3AddGuide",
    category="conditioning/video_models",
    description="Fixes frames or the sound of a video of MiniMax H3.",
    inputs=(
        link("positive", "CONDITIONING"),
        link("vae", "VAE", required=False),
        link("audio_vae", "VAE", required=False),
        link("latent", "LATENT"),
        link("image", "IMAGE", required=False),
        link("audio", "AUDIO", required=False),
        integer("frame_idx", 0, -9999, 9999),
    ),
    outputs=(OutputSchema("positive", "CONDITIONING"),),
)

FAMILY.declare(
    "MiniMaxH3FunControlNetApply",
    category="model/patch",
    description="Lets a ControlNet guide MiniMax H3 by a video, in a mask if wanted.",
    inputs=(
        link("model", "MODEL"),
        link("model_patch", "MODEL_PATCH"),
        link("vae", "VAE"),
        number("strength", 1.0, 0.0, 10.0, 0.01),
        number("start_percent", 0.0, 0.0, 1.0, 0.001),
        number("end_percent", 1.0, 0.0, 1.0, 0.001),
        link("control_video", "IMAGE", required=False),
        link("mask", "MASK", required=False),
        link("source_video", "IMAGE", required=False),
    ),
    outputs=("MODEL",),
)

FAMILY.declare(
    "MiniMaxH3SigmaShift",
    category="model/patch",
    description="Shifts the noise levels of MiniMax H3, for picture and sound.",
    inputs=(
        link("model", "MODEL"),
        number("shift_video", 12.0, 0.01, 100.0),
        number("shift_audio", 3.0, 0.01, 100.0),
    ),
    outputs=("MODEL",),
)

FAMILY.declare(
    "BlockSparseAttention",
    category="model/patch",
    description="Leaves out blocks of attention that matter little, to save time.",
    inputs=(
        link("model", "MODEL"),
        dynamic_choice(
            "selection",
            {"sol-attn": (number("tau", 1.3, 0.0, 4.0, 0.05),), "sla": (KEPT,), "vsa": (KEPT,)},
        ),
        number("start_percent", 0.2, 0.0, 1.0, 0.01, required=False),
        number("end_percent", 1.0, 0.0, 1.0, 0.01, required=False),
        text("dense_blocks", required=False),
        integer("min_tokens", 12288, 0, 1048576, 512, required=False),
        integer("extra_tokens", 256, 0, 256, 64, required=False),
        choice(
            "sink_conditioning",
            ("exact_kv", "exact_kv_and_rows", "off"),
            "exact_kv_and_rows",
            required=False,
        ),
        boolean("verbose", False, required=False),
    ),
    outputs=(OutputSchema("model", "MODEL"),),
)
