"""Samplers, schedules and model patches newer than ComfyUI 0.3.64; none runs here."""

from __future__ import annotations

from capdemo.node_api import NodeFamily
from capdemo.node_api.inputs import choice, integer, link, number, text
from capdemo.nodes.limits import LARGEST_SIDE

FAMILY = NodeFamily()

FAMILY.declare(
    "ManualSigmas",
    category="sampling/custom_sampling/schedulers",
    description="Gives the noise levels that are written as numbers in a text.",
    inputs=(text("sigmas", "1, 0.5"),),
    outputs=("SIGMAS",),
)

FAMILY.declare(
    "Flux2Scheduler",
    category="sampling/custom_sampling/schedulers",
    description="Gives the noise levels of Flux 2 for a picture of a size.",
    inputs=(
        integer("steps", 20, 1, 4096),
        integer("width", 1024, 16, LARGEST_SIDE),
        integer("height", 1024, 16, LARGEST_SIDE),
    ),
    outputs=("SIGMAS",),
)

FAMILY.declare(
    "SamplerLCM",
    category="sampling/custom_sampling/samplers",
    description="Gives the sampler of latent consistency models with its noise options.",
    inputs=(
        number("s_noise", 1.0, 0.0, 64.0, 0.01),
        number("s_noise_end", 1.0, 0.0, 64.0, 0.01),
        number("noise_clip_std", 0.0, 0.0, 10.0, 0.01),
    ),
    outputs=("SAMPLER",),
)

FAMILY.declare(
    "ModelNoiseScale",
    category="model/patch",
    description="Sets how strong the noise is that a model was trained with.",
    inputs=(link("model", "MODEL"), number("noise_scale", 1.0, 0.0, 64.0, 0.01)),
    outputs=("MODEL",),
)

FAMILY.declare(
    "ModelAttentionBackend",
    category="model/patch",
    description="Chooses the implementation of attention that a model uses.",
    inputs=(
        link("model", "MODEL"),
        choice("attention", ("pytorch attention", "comfy kitchen attention")),
    ),
    outputs=("MODEL",),
)

FAMILY.declare(
    "QwenImage21Cache",
    category="model/patch",
    description="Sets where Qwen-Image 2.1 keeps what it computed of its prompt, and how exactly.",
    inputs=(
        link("model", "MODEL"),
        choice("device", ("auto", "gpu", "cpu", "off")),
        choice("dtype", ("default", "int8", "int4")),
    ),
    outputs=("MODEL",),
)

FAMILY.declare(
    "FluxKVCache",
    category="model/patch",
    description="Keeps what Flux computed of its reference pictures from step to step.",
    inputs=(link("model", "MODEL"),),
    outputs=("MODEL",),
)

FAMILY.declare(
    "ScaleROPE",
    category="model/patch",
    description="Scales and shifts the positions that a model gives to places and frames.",
    inputs=(
        link("model", "MODEL"),
        number("scale_x", 1.0, 0.0, 100.0, 0.1),
        number("shift_x", 0.0, -256.0, 256.0, 0.1),
        number("scale_y", 1.0, 0.0, 100.0, 0.1),
        number("shift_y", 0.0, -256.0, 256.0, 0.1),
        number("scale_t", 1.0, 0.0, 100.0, 0.1),
        number("shift_t", 0.0, -256.0, 256.0, 0.1),
    ),
    outputs=("MODEL",),
)

FAMILY.declare(
    "HiDreamO1PatchSeamSmoothing",
    category="model/patch",
    description="Smooths the seams between the patches of HiDream-O1 in the last steps.",
    inputs=(
        link("model", "MODEL"),
        number("start_percent", 0.8, 0.0, 1.0, 0.01),
        number("end_percent", 1.0, 0.0, 1.0, 0.01),
        choice("pattern", ("single_shift", "symmetric")),
        choice("passes", ("2", "4", "ramp_2_4", "ramp_2_4_8")),
        choice("blend", ("average", "window", "median")),
        number("strength", 1.0, 0.0, 1.0, 0.01),
    ),
    outputs=("MODEL",),
)

FAMILY.declare(
    "AnimaLLLiteApply",
    category="model/patch/anima",
    description="Lets a light ControlNet guide the model Anima by a picture, in a mask if wanted.",
    inputs=(
        link("model", "MODEL"),
        link("model_patch", "MODEL_PATCH"),
        link("image", "IMAGE"),
        number("strength", 1.0, -10.0, 10.0, 0.01),
        number("start_percent", 0.0, 0.0, 1.0, 0.001),
        number("end_percent", 1.0, 0.0, 1.0, 0.001),
        link("mask", "MASK", required=False),
    ),
    outputs=("MODEL",),
)

FAMILY.declare(
    "SUPIRApply",
    category="model/patch",
    description="Makes an SDXL model restore a picture by the SUPIR patch.",
    inputs=(
        link("model", "MODEL"),
        link("model_patch", "MODEL_PATCH"),
        link("vae", "VAE"),
        link("image", "IMAGE"),
        number("strength_start", 1.0, 0.0, 10.0, 0.01),
        number("strength_end", 1.0, 0.0, 10.0, 0.01),
        number("restore_cfg", 4.0, 0.0, 20.0, 0.1),
        number("restore_cfg_s_tmin", 0.05, 0.0, 1.0, 0.01),
    ),
    outputs=("MODEL",),
)
