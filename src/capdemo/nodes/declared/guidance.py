"""Patches that change how a model is guided by its two prompts; none runs here."""

from __future__ import annotations

from capdemo.node_api import NodeFamily, OutputSchema
from capdemo.node_api.inputs import integer, link, number, text

FAMILY = NodeFamily()

FAMILY.declare(
    "RenormCFG",
    category="advanced/model",
    description="Bounds how much guidance may lengthen a prediction, as for Lumina 2.",
    inputs=(
        link("model", "MODEL"),
        number("cfg_trunc", 100.0, 0.0, 100.0, 0.01),
        number("renorm_cfg", 1.0, 0.0, 100.0, 0.01),
    ),
    outputs=("MODEL",),
)

FAMILY.declare(
    "TCFG",
    category="advanced/guidance",
    description="Removes from the negative prediction what does not oppose the positive one.",
    inputs=(link("model", "MODEL"),),
    outputs=(OutputSchema("patched_model", "MODEL"),),
)

FAMILY.declare(
    "Mahiro",
    category="_for_testing",
    description="Guides by directions, so that the positive prompt counts for more.",
    inputs=(link("model", "MODEL"),),
    outputs=(OutputSchema("patched_model", "MODEL"),),
)

FAMILY.declare(
    "APG",
    category="sampling/custom_sampling",
    description=("Guides by the part of the difference that is new (adaptive projected guidance)."),
    inputs=(
        link("model", "MODEL"),
        number("eta", 1.0, -10.0, 10.0, 0.01),
        number("norm_threshold", 5.0, 0.0, 50.0, 0.1),
        number("momentum", 0.0, -5.0, 1.0, 0.01),
    ),
    outputs=("MODEL",),
)

FAMILY.declare(
    "PerturbedAttentionGuidance",
    category="model_patches/unet",
    description="Guides away from a prediction made with disturbed attention.",
    inputs=(
        link("model", "MODEL"),
        number("scale", 3.0, 0.0, 100.0, 0.01),
    ),
    outputs=("MODEL",),
)

FAMILY.declare(
    "SelfAttentionGuidance",
    category="_for_testing",
    description=("Guides away from a prediction made from a picture blurred where attention lies."),
    inputs=(
        link("model", "MODEL"),
        number("scale", 0.5, -2.0, 5.0, 0.01),
        number("blur_sigma", 2.0, 0.0, 10.0, 0.1),
    ),
    outputs=("MODEL",),
)

FAMILY.declare(
    "SkipLayerGuidanceSD3",
    category="advanced/guidance",
    description="Guides Stable Diffusion 3 away from a prediction made without some layers.",
    inputs=(
        link("model", "MODEL"),
        text("layers", "7, 8, 9"),
        number("scale", 3.0, 0.0, 10.0, 0.1),
        number("start_percent", 0.01, 0.0, 1.0, 0.001),
        number("end_percent", 0.15, 0.0, 1.0, 0.001),
    ),
    outputs=("MODEL",),
)

FAMILY.declare(
    "SkipLayerGuidanceDiT",
    category="advanced/guidance",
    description="Guides a transformer away from a prediction made without some layers.",
    inputs=(
        link("model", "MODEL"),
        text("double_layers", "7, 8, 9"),
        text("single_layers", "7, 8, 9"),
        number("scale", 3.0, 0.0, 10.0, 0.1),
        number("start_percent", 0.01, 0.0, 1.0, 0.001),
        number("end_percent", 0.15, 0.0, 1.0, 0.001),
        number("rescaling_scale", 0.0, 0.0, 10.0, 0.01),
    ),
    outputs=("MODEL",),
)

FAMILY.declare(
    "SkipLayerGuidanceDiTSimple",
    category="advanced/guidance",
    description="Leaves some layers out of the negative prediction only.",
    inputs=(
        link("model", "MODEL"),
        text("double_layers", "7, 8, 9"),
        text("single_layers", "7, 8, 9"),
        number("start_percent", 0.0, 0.0, 1.0, 0.001),
        number("end_percent", 1.0, 0.0, 1.0, 0.001),
    ),
    outputs=("MODEL",),
)

FAMILY.declare(
    "VideoLinearCFGGuidance",
    category="sampling/video_models",
    description="Lets guidance grow from the first frame to the last.",
    inputs=(
        link("model", "MODEL"),
        number("min_cfg", 1.0, 0.0, 100.0, 0.5),
    ),
    outputs=("MODEL",),
)

FAMILY.declare(
    "VideoTriangleCFGGuidance",
    category="sampling/video_models",
    description="Lets guidance rise and fall over the frames.",
    inputs=(
        link("model", "MODEL"),
        number("min_cfg", 1.0, 0.0, 100.0, 0.5),
    ),
    outputs=("MODEL",),
)

FAMILY.declare(
    "LatentApplyOperationCFG",
    category="latent/advanced/operations",
    description="Applies an operation on latents to the guided difference at every step.",
    inputs=(
        link("model", "MODEL"),
        link("operation", "LATENT_OPERATION"),
        number("start_percent", 0.0, 0.0, 1.0, 0.001, required=False),
        number("end_percent", 1.0, 0.0, 1.0, 0.001, required=False),
    ),
    outputs=("MODEL",),
)

FAMILY.declare(
    "LatentOperationTonemapReinhard",
    category="latent/advanced/operations",
    description="Gives an operation that compresses strong contrasts of a latent.",
    inputs=(number("multiplier", 1.0, 0.0, 100.0, 0.01),),
    outputs=("LATENT_OPERATION",),
)

FAMILY.declare(
    "LatentOperationSharpen",
    category="latent/advanced/operations",
    description="Gives an operation that sharpens a latent.",
    inputs=(
        integer("sharpen_radius", 9, 1, 31),
        number("sigma", 1.0, 0.1, 10.0, 0.1),
        number("alpha", 0.1, 0.0, 5.0, 0.01),
    ),
    outputs=("LATENT_OPERATION",),
)
