"""Samplers as values for the nodes that take one; none runs here."""

from __future__ import annotations

from capdemo.node_api import NodeFamily
from capdemo.node_api.inputs import boolean, choice, integer, link, number
from capdemo.nodes.declared.names import SAMPLERS

FAMILY = NodeFamily()

FAMILY.declare(
    "KSamplerSelect",
    category="sampling/custom_sampling/samplers",
    description="Gives the sampler that a name stands for.",
    inputs=(choice("sampler_name", SAMPLERS),),
    outputs=("SAMPLER",),
)

FAMILY.declare(
    "SamplerEulerAncestral",
    category="sampling/custom_sampling/samplers",
    description="Gives the ancestral Euler sampler, which adds new noise at every step.",
    inputs=(
        number("eta", 1.0, 0.0, 100.0, 0.01),
        number("s_noise", 1.0, 0.0, 100.0, 0.01),
    ),
    outputs=("SAMPLER",),
)

FAMILY.declare(
    "SamplerEulerAncestralCFGPP",
    category="sampling/custom_sampling/samplers",
    description="Gives the ancestral Euler sampler in its CFG++ form.",
    inputs=(
        number("eta", 1.0, 0.0, 1.0, 0.01),
        number("s_noise", 1.0, 0.0, 10.0, 0.01),
    ),
    outputs=("SAMPLER",),
)

FAMILY.declare(
    "SamplerEulerCFGpp",
    category="_for_testing",
    description="Gives the Euler sampler in its CFG++ form.",
    inputs=(choice("version", ("regular", "alternative")),),
    outputs=("SAMPLER",),
)

FAMILY.declare(
    "SamplerLMS",
    category="sampling/custom_sampling/samplers",
    description="Gives the linear multistep sampler of a given order.",
    inputs=(integer("order", 4, 1, 100),),
    outputs=("SAMPLER",),
)

FAMILY.declare(
    "SamplerDPMPP_3M_SDE",
    category="sampling/custom_sampling/samplers",
    description="Gives the DPM++ 3M SDE sampler with its options.",
    inputs=(
        number("eta", 1.0, 0.0, 100.0, 0.01),
        number("s_noise", 1.0, 0.0, 100.0, 0.01),
        choice("noise_device", ("gpu", "cpu")),
    ),
    outputs=("SAMPLER",),
)

FAMILY.declare(
    "SamplerDPMPP_2M_SDE",
    category="sampling/custom_sampling/samplers",
    description="Gives the DPM++ 2M SDE sampler with its options.",
    inputs=(
        choice("solver_type", ("midpoint", "heun")),
        number("eta", 1.0, 0.0, 100.0, 0.01),
        number("s_noise", 1.0, 0.0, 100.0, 0.01),
        choice("noise_device", ("gpu", "cpu")),
    ),
    outputs=("SAMPLER",),
)

FAMILY.declare(
    "SamplerDPMPP_SDE",
    category="sampling/custom_sampling/samplers",
    description="Gives the DPM++ SDE sampler with its options.",
    inputs=(
        number("eta", 1.0, 0.0, 100.0, 0.01),
        number("s_noise", 1.0, 0.0, 100.0, 0.01),
        number("r", 0.5, 0.0, 100.0, 0.01),
        choice("noise_device", ("gpu", "cpu")),
    ),
    outputs=("SAMPLER",),
)

FAMILY.declare(
    "SamplerDPMPP_2S_Ancestral",
    category="sampling/custom_sampling/samplers",
    description="Gives the ancestral DPM++ 2S sampler with its options.",
    inputs=(
        number("eta", 1.0, 0.0, 100.0, 0.01),
        number("s_noise", 1.0, 0.0, 100.0, 0.01),
    ),
    outputs=("SAMPLER",),
)

FAMILY.declare(
    "SamplerDPMAdaptative",
    category="sampling/custom_sampling/samplers",
    description="Gives the DPM solver that chooses its steps itself.",
    inputs=(
        integer("order", 3, 2, 3),
        number("rtol", 0.05, 0.0, 100.0, 0.01),
        number("atol", 0.0078, 0.0, 100.0, 0.01),
        number("h_init", 0.05, 0.0, 100.0, 0.01),
        number("pcoeff", 0.0, 0.0, 100.0, 0.01),
        number("icoeff", 1.0, 0.0, 100.0, 0.01),
        number("dcoeff", 0.0, 0.0, 100.0, 0.01),
        number("accept_safety", 0.81, 0.0, 100.0, 0.01),
        number("eta", 0.0, 0.0, 100.0, 0.01),
        number("s_noise", 1.0, 0.0, 100.0, 0.01),
    ),
    outputs=("SAMPLER",),
)

FAMILY.declare(
    "SamplerER_SDE",
    category="sampling/custom_sampling/samplers",
    description="Gives the extended reverse-time SDE sampler.",
    inputs=(
        choice("solver_type", ("ER-SDE", "Reverse-time SDE", "ODE")),
        integer("max_stage", 3, 1, 3),
        number("eta", 1.0, 0.0, 100.0, 0.01),
        number("s_noise", 1.0, 0.0, 100.0, 0.01),
    ),
    outputs=("SAMPLER",),
)

FAMILY.declare(
    "SamplerSASolver",
    category="sampling/custom_sampling/samplers",
    description="Gives the stochastic Adams solver with its options.",
    inputs=(
        link("model", "MODEL"),
        number("eta", 1.0, 0.0, 10.0, 0.01),
        number("sde_start_percent", 0.2, 0.0, 1.0, 0.001),
        number("sde_end_percent", 0.8, 0.0, 1.0, 0.001),
        number("s_noise", 1.0, 0.0, 100.0, 0.01),
        integer("predictor_order", 3, 1, 6),
        integer("corrector_order", 4, 0, 6),
        boolean("use_pece", False),
        boolean("simple_order_2", False),
    ),
    outputs=("SAMPLER",),
)

FAMILY.declare(
    "SamplerLCMUpscale",
    category="sampling/custom_sampling/samplers",
    description="Gives a sampler for LCM models that enlarges the latent on the way.",
    inputs=(
        number("scale_ratio", 1.0, 0.1, 20.0, 0.01),
        integer("scale_steps", -1, -1, 1000),
        choice("upscale_method", ("bislerp", "nearest-exact", "bilinear", "area", "bicubic")),
    ),
    outputs=("SAMPLER",),
)
