"""Conditionings combined, limited to areas or steps, or joined by pictures; none runs here."""

from __future__ import annotations

from capdemo.node_api import NodeFamily, OutputSchema
from capdemo.node_api.inputs import choice, integer, link, number, text
from capdemo.nodes.limits import LARGEST_SIDE

FAMILY = NodeFamily()

FAMILY.declare(
    "unCLIPConditioning",
    category="conditioning",
    description="Adds a described picture to a conditioning of an unCLIP model.",
    inputs=(
        link("conditioning", "CONDITIONING"),
        link("clip_vision_output", "CLIP_VISION_OUTPUT"),
        number("strength", 1.0, -10.0, 10.0, 0.01),
        number("noise_augmentation", 0.0, 0.0, 1.0, 0.01),
    ),
    outputs=("CONDITIONING",),
)

FAMILY.declare(
    "GLIGENTextBoxApply",
    category="conditioning/gligen",
    description="Places what a text names in a box.",
    inputs=(
        link("conditioning_to", "CONDITIONING"),
        link("clip", "CLIP"),
        link("gligen_textbox_model", "GLIGEN"),
        text("text", multiline=True, dynamic_prompts=True),
        integer("width", 64, 8, LARGEST_SIDE, 8),
        integer("height", 64, 8, LARGEST_SIDE, 8),
        integer("x", 0, 0, LARGEST_SIDE, 8),
        integer("y", 0, 0, LARGEST_SIDE, 8),
    ),
    outputs=("CONDITIONING",),
)

FAMILY.declare(
    "StyleModelApply",
    category="conditioning/style_model",
    description="Adds the style of a described picture to a conditioning.",
    inputs=(
        link("conditioning", "CONDITIONING"),
        link("style_model", "STYLE_MODEL"),
        link("clip_vision_output", "CLIP_VISION_OUTPUT"),
        number("strength", 1.0, 0.0, 10.0, 0.001),
        choice("strength_type", ("multiply", "attn_bias")),
    ),
    outputs=("CONDITIONING",),
)

FAMILY.declare(
    "InstructPixToPixConditioning",
    category="conditioning/instructpix2pix",
    description="Gives a model that edits by instruction the picture to edit.",
    inputs=(
        link("positive", "CONDITIONING"),
        link("negative", "CONDITIONING"),
        link("vae", "VAE"),
        link("pixels", "IMAGE"),
    ),
    outputs=(
        OutputSchema("positive", "CONDITIONING"),
        OutputSchema("negative", "CONDITIONING"),
        OutputSchema("latent", "LATENT"),
    ),
)

FAMILY.declare(
    "SD_4XUpscale_Conditioning",
    category="conditioning/upscale_diffusion",
    description="Gives the Stable Diffusion 4x upscaler the picture to enlarge.",
    inputs=(
        link("images", "IMAGE"),
        link("positive", "CONDITIONING"),
        link("negative", "CONDITIONING"),
        number("scale_ratio", 4.0, 0.0, 10.0, 0.01),
        number("noise_augmentation", 0.0, 0.0, 1.0, 0.001),
    ),
    outputs=(
        OutputSchema("positive", "CONDITIONING"),
        OutputSchema("negative", "CONDITIONING"),
        OutputSchema("latent", "LATENT"),
    ),
)

FAMILY.declare(
    "LotusConditioning",
    category="conditioning/lotus",
    description="Gives the fixed conditioning that the Lotus depth model was trained with.",
    outputs=(OutputSchema("conditioning", "CONDITIONING"),),
)
