"""ControlNets and other patches that make a model follow a picture; none runs here."""

from __future__ import annotations

from capdemo.node_api import NodeFamily, OutputSchema
from capdemo.node_api.inputs import link, number

FAMILY = NodeFamily()

FAMILY.declare(
    "ControlNetApplySD3",
    category="conditioning/controlnet",
    description="Lets a ControlNet that works on latents guide both prompts by a picture.",
    inputs=(
        link("positive", "CONDITIONING"),
        link("negative", "CONDITIONING"),
        link("control_net", "CONTROL_NET"),
        link("vae", "VAE"),
        link("image", "IMAGE"),
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
    "ControlNetInpaintingAliMamaApply",
    category="conditioning/controlnet",
    description="Lets an inpainting ControlNet fill a mask in a picture.",
    inputs=(
        link("positive", "CONDITIONING"),
        link("negative", "CONDITIONING"),
        link("control_net", "CONTROL_NET"),
        link("vae", "VAE"),
        link("image", "IMAGE"),
        link("mask", "MASK"),
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
    "QwenImageDiffsynthControlnet",
    category="advanced/loaders/qwen",
    description="Lets a DiffSynth patch guide Qwen-Image or Z-Image by a picture.",
    inputs=(
        link("model", "MODEL"),
        link("model_patch", "MODEL_PATCH"),
        link("vae", "VAE"),
        link("image", "IMAGE"),
        number("strength", 1.0, -10.0, 10.0, 0.01),
        link("mask", "MASK", required=False),
        number("start_percent", 0.0, 0.0, 1.0, 0.001, required=False),
        number("end_percent", 1.0, 0.0, 1.0, 0.001, required=False),
    ),
    outputs=("MODEL",),
)

FAMILY.declare(
    "USOStyleReference",
    category="advanced/model_patches/flux",
    description="Lets Flux take over a style by the USO patch and a described picture.",
    inputs=(
        link("model", "MODEL"),
        link("model_patch", "MODEL_PATCH"),
        link("clip_vision_output", "CLIP_VISION_OUTPUT"),
    ),
    outputs=("MODEL",),
)
