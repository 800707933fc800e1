"""From prompts, and the pictures they speak of, to conditionings; none runs here."""

from __future__ import annotations

from capdemo.node_api import NodeFamily
from capdemo.node_api.inputs import choice, integer, link, number, text
from capdemo.nodes.limits import LARGEST_SIDE

FAMILY = NodeFamily()

FAMILY.declare(
    "CLIPTextEncodeSD3",
    category="advanced/conditioning",
    description=(
        "Encodes a prompt for the three text encoders of Stable Diffusion 3, each with a text "
        "of its own."
    ),
    inputs=(
        link("clip", "CLIP"),
        text("clip_l", multiline=True, dynamic_prompts=True),
        text("clip_g", multiline=True, dynamic_prompts=True),
        text("t5xxl", multiline=True, dynamic_prompts=True),
        choice("empty_padding", ("none", "empty_prompt")),
    ),
    outputs=("CONDITIONING",),
)

FAMILY.declare(
    "CLIPTextEncodeFlux",
    category="advanced/conditioning/flux",
    description="Encodes a prompt for both text encoders of Flux and sets its guidance.",
    inputs=(
        link("clip", "CLIP"),
        text("clip_l", multiline=True, dynamic_prompts=True),
        text("t5xxl", multiline=True, dynamic_prompts=True),
        number("guidance", 3.5, 0.0, 100.0, 0.1),
    ),
    outputs=("CONDITIONING",),
)

FAMILY.declare(
    "CLIPTextEncodeHiDream",
    category="advanced/conditioning",
    description=(
        "Encodes a prompt for the four text encoders of HiDream, each with a text of its own."
    ),
    inputs=(
        link("clip", "CLIP"),
        text("clip_l", multiline=True, dynamic_prompts=True),
        text("clip_g", multiline=True, dynamic_prompts=True),
        text("t5xxl", multiline=True, dynamic_prompts=True),
        text("llama", multiline=True, dynamic_prompts=True),
    ),
    outputs=("CONDITIONING",),
)

FAMILY.declare(
    "CLIPTextEncodeHunyuanDiT",
    category="advanced/conditioning",
    description="Encodes a prompt for the two text encoders of Hunyuan-DiT.",
    inputs=(
        link("clip", "CLIP"),
        text("bert", multiline=True, dynamic_prompts=True),
        text("mt5xl", multiline=True, dynamic_prompts=True),
    ),
    outputs=("CONDITIONING",),
)

FAMILY.declare(
    "CLIPTextEncodeLumina2",
    category="conditioning",
    description="Encodes a prompt for Lumina 2, behind one of its system prompts.",
    inputs=(
        choice("system_prompt", ("superior", "alignment")),
        text("user_prompt", multiline=True, dynamic_prompts=True),
        link("clip", "CLIP"),
    ),
    outputs=("CONDITIONING",),
)

FAMILY.declare(
    "CLIPTextEncodePixArtAlpha",
    category="advanced/conditioning",
    description="Encodes a prompt for PixArt Alpha together with a picture size.",
    inputs=(
        integer("width", 1024, 0, LARGEST_SIDE),
        integer("height", 1024, 0, LARGEST_SIDE),
        text("text", multiline=True, dynamic_prompts=True),
        link("clip", "CLIP"),
    ),
    outputs=("CONDITIONING",),
)

FAMILY.declare(
    "CLIPTextEncodeControlnet",
    category="_for_testing/conditioning",
    description="Encodes a prompt for a ControlNet that has a text input of its own.",
    inputs=(
        link("clip", "CLIP"),
        link("conditioning", "CONDITIONING"),
        text("text", multiline=True, dynamic_prompts=True),
    ),
    outputs=("CONDITIONING",),
)

FAMILY.declare(
    "T5TokenizerOptions",
    category="_for_testing/conditioning",
    description="Sets how long the texts must be that a T5 text encoder is given.",
    inputs=(
        link("clip", "CLIP"),
        integer("min_padding", 0, 0, 10000),
        integer("min_length", 0, 0, 10000),
    ),
    outputs=("CLIP",),
)

FAMILY.declare(
    "TextEncodeHunyuanVideo_ImageToVideo",
    category="advanced/conditioning",
    description="Encodes a prompt and a described picture for HunyuanVideo.",
    inputs=(
        link("clip", "CLIP"),
        link("clip_vision_output", "CLIP_VISION_OUTPUT"),
        text("prompt", multiline=True, dynamic_prompts=True),
        integer("image_interleave", 2, 1, 512),
    ),
    outputs=("CONDITIONING",),
)

FAMILY.declare(
    "CLIPVisionEncode",
    category="conditioning",
    description="Describes a picture by a CLIP vision model.",
    inputs=(
        link("clip_vision", "CLIP_VISION"),
        link("image", "IMAGE"),
        choice("crop", ("center", "none")),
    ),
    outputs=("CLIP_VISION_OUTPUT",),
)
