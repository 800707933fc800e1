"""Schedules: the noise levels that a sampler goes through; none runs here."""

from __future__ import annotations

from capdemo.node_api import NodeFamily, OutputSchema
from capdemo.node_api.inputs import boolean, choice, integer, link, number
from capdemo.nodes.declared.names import SCHEDULERS

FAMILY = NodeFamily()

FAMILY.declare(
    "BasicScheduler",
    category="sampling/custom_sampling/schedulers",
    description="Gives the noise levels of a named schedule for a model.",
    inputs=(
        link("model", "MODEL"),
        choice("scheduler", SCHEDULERS),
        integer("steps", 20, 1, 10000),
        number("denoise", 1.0, 0.0, 1.0, 0.01),
    ),
    outputs=("SIGMAS",),
)

FAMILY.declare(
    "KarrasScheduler",
    category="sampling/custom_sampling/schedulers",
    description="Gives noise levels spaced as by Karras and others.",
    inputs=(
        integer("steps", 20, 1, 10000),
        number("sigma_max", 14.614642, 0.0, 5000.0, 0.01),
        number("sigma_min", 0.0291675, 0.0, 5000.0, 0.01),
        number("rho", 7.0, 0.0, 100.0, 0.01),
    ),
    outputs=("SIGMAS",),
)

FAMILY.declare(
    "ExponentialScheduler",
    category="sampling/custom_sampling/schedulers",
    description="Gives noise levels spaced evenly in their logarithm.",
    inputs=(
        integer("steps", 20, 1, 10000),
        number("sigma_max", 14.614642, 0.0, 5000.0, 0.01),
        number("sigma_min", 0.0291675, 0.0, 5000.0, 0.01),
    ),
    outputs=("SIGMAS",),
)

FAMILY.declare(
    "PolyexponentialScheduler",
    category="sampling/custom_sampling/schedulers",
    description="Gives noise levels spaced by a power of an exponential.",
    inputs=(
        integer("steps", 20, 1, 10000),
        number("sigma_max", 14.614642, 0.0, 5000.0, 0.01),
        number("sigma_min", 0.0291675, 0.0, 5000.0, 0.01),
        number("rho", 1.0, 0.0, 100.0, 0.01),
    ),
    outputs=("SIGMAS",),
)

FAMILY.declare(
    "LaplaceScheduler",
    category="sampling/custom_sampling/schedulers",
    description="Gives noise levels spaced by a Laplace distribution.",
    inputs=(
        integer("steps", 20, 1, 10000),
        number("sigma_max", 14.614642, 0.0, 5000.0, 0.01),
        number("sigma_min", 0.0291675, 0.0, 5000.0, 0.01),
        number("mu", 0.0, -10.0, 10.0, 0.1),
        number("beta", 0.5, 0.0, 10.0, 0.1),
    ),
    outputs=("SIGMAS",),
)

FAMILY.declare(
    "VPScheduler",
    category="sampling/custom_sampling/schedulers",
    description="Gives the noise levels of a variance-preserving process.",
    inputs=(
        integer("steps", 20, 1, 10000),
        number("beta_d", 19.9, 0.0, 5000.0, 0.01),
        number("beta_min", 0.1, 0.0, 5000.0, 0.01),
        number("eps_s", 0.001, 0.0, 1.0, 0.0001),
    ),
    outputs=("SIGMAS",),
)

FAMILY.declare(
    "BetaSamplingScheduler",
    category="sampling/custom_sampling/schedulers",
    description="Gives noise levels spaced by a beta distribution.",
    inputs=(
        link("model", "MODEL"),
        integer("steps", 20, 1, 10000),
        number("alpha", 0.6, 0.0, 50.0, 0.01),
        number("beta", 0.6, 0.0, 50.0, 0.01),
    ),
    outputs=("SIGMAS",),
)

FAMILY.declare(
    "SDTurboScheduler",
    category="sampling/custom_sampling/schedulers",
    description="Gives the few noise levels that SD Turbo was trained for.",
    inputs=(
        link("model", "MODEL"),
        integer("steps", 1, 1, 10),
        number("denoise", 1.0, 0.0, 1.0, 0.01),
    ),
    outputs=("SIGMAS",),
)

FAMILY.declare(
    "AlignYourStepsScheduler",
    category="sampling/custom_sampling/schedulers",
    description="Gives the noise levels that were found best for few steps, by kind of model.",
    inputs=(
        choice("model_type", ("SD1", "SDXL", "SVD")),
        integer("steps", 10, 1, 10000),
        number("denoise", 1.0, 0.0, 1.0, 0.01),
    ),
    outputs=("SIGMAS",),
)

FAMILY.declare(
    "GITSScheduler",
    category="sampling/custom_sampling/schedulers",
    description="Gives noise levels found by the geometry of sampling paths.",
    inputs=(
        number("coeff", 1.2, 0.8, 1.5, 0.05),
        integer("steps", 10, 2, 1000),
        number("denoise", 1.0, 0.0, 1.0, 0.01),
    ),
    outputs=("SIGMAS",),
)

FAMILY.declare(
    "OptimalStepsScheduler",
    category="sampling/custom_sampling/schedulers",
    description="Gives the noise levels that were found best for Flux, Wan or Chroma.",
    inputs=(
        choice("model_type", ("FLUX", "Wan", "Chroma")),
        integer("steps", 20, 3, 1000),
        number("denoise", 1.0, 0.0, 1.0, 0.01),
    ),
    outputs=("SIGMAS",),
)

FAMILY.declare(
    "SplitSigmas",
    category="sampling/custom_sampling/sigmas",
    description="Cuts noise levels in two at a step.",
    inputs=(
        link("sigmas", "SIGMAS"),
        integer("step", 0, 0, 10000),
    ),
    outputs=(
        OutputSchema("high_sigmas", "SIGMAS"),
        OutputSchema("low_sigmas", "SIGMAS"),
    ),
)

FAMILY.declare(
    "SplitSigmasDenoise",
    category="sampling/custom_sampling/sigmas",
    description="Cuts noise levels in two so that the second part is a share of them.",
    inputs=(
        link("sigmas", "SIGMAS"),
        number("denoise", 1.0, 0.0, 1.0, 0.01),
    ),
    outputs=(
        OutputSchema("high_sigmas", "SIGMAS"),
        OutputSchema("low_sigmas", "SIGMAS"),
    ),
)

FAMILY.declare(
    "FlipSigmas",
    category="sampling/custom_sampling/sigmas",
    description="Turns noise levels around, to go from picture to noise.",
    inputs=(link("sigmas", "SIGMAS"),),
    outputs=("SIGMAS",),
)

FAMILY.declare(
    "SetFirstSigma",
    category="sampling/custom_sampling/sigmas",
    description="Replaces the first of the noise levels.",
    inputs=(
        link("sigmas", "SIGMAS"),
        number("sigma", 136.0, 0.0, 20000.0, 0.001),
    ),
    outputs=("SIGMAS",),
)

FAMILY.declare(
    "ExtendIntermediateSigmas",
    category="sampling/custom_sampling/sigmas",
    description="Inserts more steps between the noise levels.",
    inputs=(
        link("sigmas", "SIGMAS"),
        integer("steps", 2, 1, 100),
        number("start_at_sigma", -1.0, -1.0, 20000.0, 0.01),
        number("end_at_sigma", 12.0, 0.0, 20000.0, 0.01),
        choice("spacing", ("linear", "cosine", "sine")),
    ),
    outputs=("SIGMAS",),
)

FAMILY.declare(
    "SamplingPercentToSigma",
    category="sampling/custom_sampling/sigmas",
    description="Gives the noise level at a share of the way.",
    inputs=(
        link("model", "MODEL"),
        number("sampling_percent", 0.0, 0.0, 1.0, 0.0001),
        boolean("return_actual_sigma", False),
    ),
    outputs=(OutputSchema("sigma_value", "FLOAT"),),
)
