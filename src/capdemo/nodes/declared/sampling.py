"""Sampling as a whole, the noise it starts from and the guiders that it asks; none runs here."""

from __future__ import annotations

from capdemo.node_api import NodeFamily
from capdemo.node_api.inputs import link, number

FAMILY = NodeFamily()

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
