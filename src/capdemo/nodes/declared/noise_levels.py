"""Schedules: the noise levels that a sampler goes through; none runs here."""

from __future__ import annotations

from capdemo.node_api import NodeFamily
from capdemo.node_api.inputs import choice, integer, number

FAMILY = NodeFamily()

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
