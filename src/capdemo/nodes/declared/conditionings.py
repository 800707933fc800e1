"""Conditionings combined, limited to areas or steps, or joined by pictures; none runs here."""

from __future__ import annotations

from capdemo.node_api import NodeFamily, OutputSchema
from capdemo.node_api.inputs import boolean, choice, integer, link, number, text
from capdemo.nodes.limits import LARGEST_SIDE

FAMILY = NodeFamily()

FAMILY.declare(
    "ConditioningAverage",
    category="conditioning",
    description="Mixes two conditionings into a single one.",
    inputs=(
        link("conditioning_to", "CONDITIONING"),
        link("conditioning_from", "CONDITIONING"),
        number("conditioning_to_strength", 1.0, 0.0, 1.0, 0.01),
    ),
    outputs=("CONDITIONING",),
)

FAMILY.declare(
    "ConditioningCombine",
    category="conditioning",
    description="Applies two conditionings at once, each by itself.",
    inputs=(
        link("conditioning_1", "CONDITIONING"),
        link("conditioning_2", "CONDITIONING"),
    ),
    outputs=("CONDITIONING",),
)

FAMILY.declare(
    "ConditioningConcat",
    category="conditioning",
    description="Puts one conditioning behind another, as one longer prompt.",
    inputs=(
        link("conditioning_to", "CONDITIONING"),
        link("conditioning_from", "CONDITIONING"),
    ),
    outputs=("CONDITIONING",),
)

FAMILY.declare(
    "ConditioningSetArea",
    category="conditioning",
    description="Limits a conditioning to a rectangle, in pixels.",
    inputs=(
        link("conditioning", "CONDITIONING"),
        integer("width", 64, 64, LARGEST_SIDE, 8),
        integer("height", 64, 64, LARGEST_SIDE, 8),
        integer("x", 0, 0, LARGEST_SIDE, 8),
        integer("y", 0, 0, LARGEST_SIDE, 8),
        number("strength", 1.0, 0.0, 10.0, 0.01),
    ),
    outputs=("CONDITIONING",),
)

FAMILY.declare(
    "ConditioningSetAreaPercentage",
    category="conditioning",
    description="Limits a conditioning to a rectangle given as parts of the picture.",
    inputs=(
        link("conditioning", "CONDITIONING"),
        number("width", 1.0, 0.0, 1.0, 0.01),
        number("height", 1.0, 0.0, 1.0, 0.01),
        number("x", 0.0, 0.0, 1.0, 0.01),
        number("y", 0.0, 0.0, 1.0, 0.01),
        number("strength", 1.0, 0.0, 10.0, 0.01),
    ),
    outputs=("CONDITIONING",),
)

FAMILY.declare(
    "ConditioningSetAreaStrength",
    category="conditioning",
    description="Sets how strongly a conditioning counts in its area.",
    inputs=(
        link("conditioning", "CONDITIONING"),
        number("strength", 1.0, 0.0, 10.0, 0.01),
    ),
    outputs=("CONDITIONING",),
)

FAMILY.declare(
    "ConditioningSetMask",
    category="conditioning",
    description="Limits a conditioning to the white part of a mask.",
    inputs=(
        link("conditioning", "CONDITIONING"),
        link("mask", "MASK"),
        number("strength", 1.0, 0.0, 10.0, 0.01),
        choice("set_cond_area", ("default", "mask bounds")),
    ),
    outputs=("CONDITIONING",),
)

FAMILY.declare(
    "ConditioningSetTimestepRange",
    category="advanced/conditioning",
    description="Limits a conditioning to a part of the steps.",
    inputs=(
        link("conditioning", "CONDITIONING"),
        number("start", 0.0, 0.0, 1.0, 0.001),
        number("end", 1.0, 0.0, 1.0, 0.001),
    ),
    outputs=("CONDITIONING",),
)

FAMILY.declare(
    "ConditioningZeroOut",
    category="advanced/conditioning",
    description=(
        "Replaces a conditioning by zeros, as an empty negative prompt for models trained so."
    ),
    inputs=(link("conditioning", "CONDITIONING"),),
    outputs=("CONDITIONING",),
)

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
    "ReferenceLatent",
    category="advanced/conditioning/edit_models",
    description="Gives an editing model a latent to look at.",
    inputs=(
        link("conditioning", "CONDITIONING"),
        link("latent", "LATENT", required=False),
    ),
    outputs=("CONDITIONING",),
)

FAMILY.declare(
    "InpaintModelConditioning",
    category="conditioning/inpaint",
    description="Gives an inpainting model the picture and the mask that it continues.",
    inputs=(
        link("positive", "CONDITIONING"),
        link("negative", "CONDITIONING"),
        link("vae", "VAE"),
        link("pixels", "IMAGE"),
        link("mask", "MASK"),
        boolean("noise_mask", True),
    ),
    outputs=(
        OutputSchema("positive", "CONDITIONING"),
        OutputSchema("negative", "CONDITIONING"),
        OutputSchema("latent", "LATENT"),
    ),
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

FAMILY.declare(
    "FluxGuidance",
    category="advanced/conditioning/flux",
    description="Sets the guidance that Flux takes as a number of its conditioning.",
    inputs=(
        link("conditioning", "CONDITIONING"),
        number("guidance", 3.5, 0.0, 100.0, 0.1),
    ),
    outputs=("CONDITIONING",),
)

FAMILY.declare(
    "FluxDisableGuidance",
    category="advanced/conditioning/flux",
    description="Removes the guidance number from a conditioning of Flux.",
    inputs=(link("conditioning", "CONDITIONING"),),
    outputs=("CONDITIONING",),
)

FAMILY.declare(
    "FluxKontextMultiReferenceLatentMethod",
    category="advanced/conditioning/flux",
    description="Sets how an editing model tells several reference latents apart.",
    inputs=(
        link("conditioning", "CONDITIONING"),
        choice(
            "reference_latents_method",
            (
                "offset",
                "index",
                "uxo/uno",
                "index_timestep_zero",
                "index_timestep_zero_isolated",
                "index_timestep_zero_text_start",
            ),
        ),
    ),
    outputs=("CONDITIONING",),
)
