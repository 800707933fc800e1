"""Samplers as values for the nodes that take one; none runs here."""

from __future__ import annotations

from capdemo.node_api import NodeFamily
from capdemo.node_api.inputs import choice, integer, number

FAMILY = NodeFamily()

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
