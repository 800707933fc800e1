"""Patches of the attention, the layers and the speed of a model; none runs here."""

from __future__ import annotations

from capdemo.node_api import NodeFamily
from capdemo.node_api.inputs import boolean, choice, integer, link, number

FAMILY = NodeFamily()

FAMILY.declare(
    "FreeU",
    category="model_patches/unet",
    description="Weighs the backbone and the skip connections of a U-Net anew.",
    inputs=(
        link("model", "MODEL"),
        number("b1", 1.1, 0.0, 10.0, 0.01),
        number("b2", 1.2, 0.0, 10.0, 0.01),
        number("s1", 0.9, 0.0, 10.0, 0.01),
        number("s2", 0.2, 0.0, 10.0, 0.01),
    ),
    outputs=("MODEL",),
)

FAMILY.declare(
    "FreeU_V2",
    category="model_patches/unet",
    description=(
        "Weighs the backbone and the skip connections of a U-Net anew, by what they hold."
    ),
    inputs=(
        link("model", "MODEL"),
        number("b1", 1.3, 0.0, 10.0, 0.01),
        number("b2", 1.4, 0.0, 10.0, 0.01),
        number("s1", 0.9, 0.0, 10.0, 0.01),
        number("s2", 0.2, 0.0, 10.0, 0.01),
    ),
    outputs=("MODEL",),
)

FAMILY.declare(
    "UNetSelfAttentionMultiply",
    category="_for_testing/attention_experiments",
    description="Multiplies the weights of self-attention in a U-Net.",
    inputs=(
        link("model", "MODEL"),
        number("q", 1.0, 0.0, 10.0, 0.01),
        number("k", 1.0, 0.0, 10.0, 0.01),
        number("v", 1.0, 0.0, 10.0, 0.01),
        number("out", 1.0, 0.0, 10.0, 0.01),
    ),
    outputs=("MODEL",),
)

FAMILY.declare(
    "UNetCrossAttentionMultiply",
    category="_for_testing/attention_experiments",
    description="Multiplies the weights of cross-attention in a U-Net.",
    inputs=(
        link("model", "MODEL"),
        number("q", 1.0, 0.0, 10.0, 0.01),
        number("k", 1.0, 0.0, 10.0, 0.01),
        number("v", 1.0, 0.0, 10.0, 0.01),
        number("out", 1.0, 0.0, 10.0, 0.01),
    ),
    outputs=("MODEL",),
)

FAMILY.declare(
    "UNetTemporalAttentionMultiply",
    category="_for_testing/attention_experiments",
    description="Multiplies the weights of attention over time and over space.",
    inputs=(
        link("model", "MODEL"),
        number("self_structural", 1.0, 0.0, 10.0, 0.01),
        number("self_temporal", 1.0, 0.0, 10.0, 0.01),
        number("cross_structural", 1.0, 0.0, 10.0, 0.01),
        number("cross_temporal", 1.0, 0.0, 10.0, 0.01),
    ),
    outputs=("MODEL",),
)

FAMILY.declare(
    "CLIPAttentionMultiply",
    category="_for_testing/attention_experiments",
    description="Multiplies the weights of attention in a text encoder.",
    inputs=(
        link("clip", "CLIP"),
        number("q", 1.0, 0.0, 10.0, 0.01),
        number("k", 1.0, 0.0, 10.0, 0.01),
        number("v", 1.0, 0.0, 10.0, 0.01),
        number("out", 1.0, 0.0, 10.0, 0.01),
    ),
    outputs=("CLIP",),
)

FAMILY.declare(
    "PatchModelAddDownscale",
    category="model_patches/unet",
    description="Lets a U-Net work at a smaller size in its first steps.",
    inputs=(
        link("model", "MODEL"),
        integer("block_number", 3, 1, 32),
        number("downscale_factor", 2.0, 0.1, 9.0, 0.001),
        number("start_percent", 0.0, 0.0, 1.0, 0.001),
        number("end_percent", 0.35, 0.0, 1.0, 0.001),
        boolean("downscale_after_skip", True),
        choice("downscale_method", ("bicubic", "nearest-exact", "bilinear", "area", "bislerp")),
        choice("upscale_method", ("bicubic", "nearest-exact", "bilinear", "area", "bislerp")),
    ),
    outputs=("MODEL",),
)

FAMILY.declare(
    "HyperTile",
    category="model_patches/unet",
    description="Splits self-attention into tiles, which saves time.",
    inputs=(
        link("model", "MODEL"),
        integer("tile_size", 256, 1, 2048),
        integer("swap_size", 2, 1, 128),
        integer("max_depth", 0, 0, 10),
        boolean("scale_depth", False),
    ),
    outputs=("MODEL",),
)

FAMILY.declare(
    "TomePatchModel",
    category="model_patches/unet",
    description="Merges tokens that are similar, to save time.",
    inputs=(
        link("model", "MODEL"),
        number("ratio", 0.3, 0.0, 1.0, 0.01),
    ),
    outputs=("MODEL",),
)

FAMILY.declare(
    "TorchCompileModel",
    category="_for_testing",
    description="Compiles a model by PyTorch before it runs.",
    inputs=(
        link("model", "MODEL"),
        choice("backend", ("inductor", "cudagraphs")),
    ),
    outputs=("MODEL",),
)

FAMILY.declare(
    "ModelComputeDtype",
    category="advanced/debug/model",
    description="Sets the number type that a model computes in.",
    inputs=(
        link("model", "MODEL"),
        choice("dtype", ("default", "fp32", "fp16", "bf16")),
    ),
    outputs=("MODEL",),
)

FAMILY.declare(
    "EasyCache",
    category="advanced/debug/model",
    description="Skips steps in which a model would change little.",
    inputs=(
        link("model", "MODEL"),
        number("reuse_threshold", 0.2, 0.0, 3.0, 0.01),
        number("start_percent", 0.15, 0.0, 1.0, 0.01),
        number("end_percent", 0.95, 0.0, 1.0, 0.01),
        boolean("verbose", False),
    ),
    outputs=("MODEL",),
)

FAMILY.declare(
    "LazyCache",
    category="advanced/debug/model",
    description="Skips steps in which a model would change little, decided outside the model.",
    inputs=(
        link("model", "MODEL"),
        number("reuse_threshold", 0.2, 0.0, 3.0, 0.01),
        number("start_percent", 0.15, 0.0, 1.0, 0.01),
        number("end_percent", 0.95, 0.0, 1.0, 0.01),
        boolean("verbose", False),
    ),
    outputs=("MODEL",),
)
