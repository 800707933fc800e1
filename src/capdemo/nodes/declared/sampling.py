"""Sampling as a whole, the noise it starts from and the guiders that it asks; none runs here."""

from __future__ import annotations

from capdemo.node_api import NodeFamily, OutputSchema
from capdemo.node_api.inputs import boolean, choice, integer, link, number
from capdemo.nodes.declared.names import SAMPLERS, SCHEDULERS
from capdemo.nodes.limits import LARGEST_SEED

FAMILY = NodeFamily()

FAMILY.declare(
    "KSampler",
    category="sampling",
    description=(
        "Draws a picture: turns noise into a latent that fits the prompts, in a number of steps."
    ),
    inputs=(
        link("model", "MODEL"),
        integer("seed", 0, 0, LARGEST_SEED, seed=True),
        integer("steps", 20, 1, 10000),
        number("cfg", 8.0, 0.0, 100.0, 0.1),
        choice("sampler_name", SAMPLERS),
        choice("scheduler", SCHEDULERS),
        link("positive", "CONDITIONING"),
        link("negative", "CONDITIONING"),
        link("latent_image", "LATENT"),
        number("denoise", 1.0, 0.0, 1.0, 0.01),
    ),
    outputs=("LATENT",),
)

FAMILY.declare(
    "KSamplerAdvanced",
    category="sampling",
    description=(
        "Draws a picture from a step to a step, so that several samplers can share the work."
    ),
    inputs=(
        link("model", "MODEL"),
        choice("add_noise", ("enable", "disable")),
        integer("noise_seed", 0, 0, LARGEST_SEED, seed=True),
        integer("steps", 20, 1, 10000),
        number("cfg", 8.0, 0.0, 100.0, 0.1),
        choice("sampler_name", SAMPLERS),
        choice("scheduler", SCHEDULERS),
        link("positive", "CONDITIONING"),
        link("negative", "CONDITIONING"),
        link("latent_image", "LATENT"),
        integer("start_at_step", 0, 0, 10000),
        integer("end_at_step", 10000, 0, 10000),
        choice("return_with_leftover_noise", ("disable", "enable")),
    ),
    outputs=("LATENT",),
)

FAMILY.declare(
    "SamplerCustom",
    category="sampling/custom_sampling",
    description="Draws a picture with a sampler and noise levels that are given as inputs.",
    inputs=(
        link("model", "MODEL"),
        boolean("add_noise", True),
        integer("noise_seed", 0, 0, LARGEST_SEED, seed=True),
        number("cfg", 8.0, 0.0, 100.0, 0.1),
        link("positive", "CONDITIONING"),
        link("negative", "CONDITIONING"),
        link("sampler", "SAMPLER"),
        link("sigmas", "SIGMAS"),
        link("latent_image", "LATENT"),
    ),
    outputs=(
        OutputSchema("output", "LATENT"),
        OutputSchema("denoised_output", "LATENT"),
    ),
)

FAMILY.declare(
    "SamplerCustomAdvanced",
    category="sampling/custom_sampling",
    description="Draws a picture with noise, guider, sampler and noise levels given as inputs.",
    inputs=(
        link("noise", "NOISE"),
        link("guider", "GUIDER"),
        link("sampler", "SAMPLER"),
        link("sigmas", "SIGMAS"),
        link("latent_image", "LATENT"),
    ),
    outputs=(
        OutputSchema("output", "LATENT"),
        OutputSchema("denoised_output", "LATENT"),
    ),
)

FAMILY.declare(
    "RandomNoise",
    category="sampling/custom_sampling/noise",
    description="Gives the noise that a seed stands for.",
    inputs=(integer("noise_seed", 0, 0, LARGEST_SEED, seed=True),),
    outputs=("NOISE",),
)

FAMILY.declare(
    "DisableNoise",
    category="sampling/custom_sampling/noise",
    description="Gives no noise, to go on with a latent that is not finished.",
    outputs=("NOISE",),
)

FAMILY.declare(
    "AddNoise",
    category="_for_testing/custom_sampling/noise",
    description="Adds noise of the first noise level to a latent.",
    inputs=(
        link("model", "MODEL"),
        link("noise", "NOISE"),
        link("sigmas", "SIGMAS"),
        link("latent_image", "LATENT"),
    ),
    outputs=("LATENT",),
)

FAMILY.declare(
    "BasicGuider",
    category="sampling/custom_sampling/guiders",
    description="Asks a model with one prompt only.",
    inputs=(
        link("model", "MODEL"),
        link("conditioning", "CONDITIONING"),
    ),
    outputs=("GUIDER",),
)

FAMILY.declare(
    "CFGGuider",
    category="sampling/custom_sampling/guiders",
    description=(
        "Asks a model with a positive and a negative prompt and moves away from the latter."
    ),
    inputs=(
        link("model", "MODEL"),
        link("positive", "CONDITIONING"),
        link("negative", "CONDITIONING"),
        number("cfg", 8.0, 0.0, 100.0, 0.1),
    ),
    outputs=("GUIDER",),
)

FAMILY.declare(
    "DualCFGGuider",
    category="sampling/custom_sampling/guiders",
    description="Asks a model with two positive prompts and a negative one.",
    inputs=(
        link("model", "MODEL"),
        link("cond1", "CONDITIONING"),
        link("cond2", "CONDITIONING"),
        link("negative", "CONDITIONING"),
        number("cfg_conds", 8.0, 0.0, 100.0, 0.1),
        number("cfg_cond2_negative", 8.0, 0.0, 100.0, 0.1),
        choice("style", ("regular", "nested")),
    ),
    outputs=("GUIDER",),
)

FAMILY.declare(
    "PerpNegGuider",
    category="_for_testing",
    description=(
        "Asks a model with a negative prompt of which only the part counts that opposes the "
        "positive one."
    ),
    inputs=(
        link("model", "MODEL"),
        link("positive", "CONDITIONING"),
        link("negative", "CONDITIONING"),
        link("empty_conditioning", "CONDITIONING"),
        number("cfg", 8.0, 0.0, 100.0, 0.1),
        number("neg_scale", 1.0, 0.0, 100.0, 0.01),
    ),
    outputs=("GUIDER",),
)
