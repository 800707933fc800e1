"""ControlNets and other patches that make a model follow a picture; none runs here."""

from __future__ import annotations

from capdemo.node_api import NodeFamily, OutputSchema
from capdemo.node_api.inputs import choice, link, number

FAMILY = NodeFamily()

FAMILY.declare(
    "ControlNetApply",
    category="conditioning/controlnet",
    description=(
        "Lets a ControlNet guide a conditioning; the node is deprecated in favour of the "
        "advanced one."
    ),
    inputs=(
        link("conditioning", "CONDITIONING"),
        link("control_net", "CONTROL_NET"),
        link("image", "IMAGE"),
        number("strength", 1.0, 0.0, 10.0, 0.01),
    ),
    outputs=("CONDITIONING",),
)

FAMILY.declare(
    "ControlNetApplyAdvanced",
    category="conditioning/controlnet",
    description="Lets a ControlNet guide both prompts by a picture, during a part of the steps.",
    inputs=(
        link("positive", "CONDITIONING"),
        link("negative", "CONDITIONING"),
        link("control_net", "CONTROL_NET"),
        link("image", "IMAGE"),
        number("strength", 1.0, 0.0, 10.0, 0.01),
        number("start_percent", 0.0, 0.0, 1.0, 0.001),
        number("end_percent", 1.0, 0.0, 1.0, 0.001),
        link("vae", "VAE", required=False),
    ),
    outputs=(
        OutputSchema("positive", "CONDITIONING"),
        OutputSchema("negative", "CONDITIONING"),
    ),
)

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
    "SetUnionControlNetType",
    category="conditioning/controlnet",
    description="Tells a ControlNet of several kinds which kind of picture it is given.",
    inputs=(
        link("control_net", "CONTROL_NET"),
        choice(
            "type",
            (
                "auto",
                "openpose",
                "depth",
                "hed/pidi/scribble/ted",
                "canny/lineart/anime_lineart/mlsd",
                "normal",
                "segment",
                "tile",
                "repaint",
            ),
        ),
    ),
    outputs=("CONTROL_NET",),
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
