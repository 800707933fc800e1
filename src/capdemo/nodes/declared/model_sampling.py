"""Patches of noise levels, and of how long a video is sampled at once; none runs here."""

from __future__ import annotations

from capdemo.node_api import NodeFamily
from capdemo.node_api.inputs import boolean, choice, integer, link, number, text
from capdemo.nodes.limits import LARGEST_SIDE

FAMILY = NodeFamily()

FAMILY.declare(
    "ModelSamplingLTXV",
    category="advanced/model",
    description="Shifts the noise levels of LTX-Video by the size of the video.",
    inputs=(
        link("model", "MODEL"),
        number("max_shift", 2.05, 0.0, 100.0, 0.01),
        number("base_shift", 0.95, 0.0, 100.0, 0.01),
        link("latent", "LATENT", required=False),
    ),
    outputs=("MODEL",),
)

FAMILY.declare(
    "ContextWindowsManual",
    category="context",
    description="Samples a long video in overlapping windows.",
    inputs=(
        link("model", "MODEL"),
        integer("context_length", 16, 1),
        integer("context_overlap", 4, 0),
        choice(
            "context_schedule", ("standard_static", "standard_uniform", "looped_uniform", "batched")
        ),
        integer("context_stride", 1, 1),
        boolean("closed_loop", False),
        choice("fuse_method", ("pyramid", "relative", "flat", "overlap-linear")),
        integer("dim", 0, 0, 5),
        boolean("freenoise", False),
        text("cond_retain_index_list", required=False),
        boolean("split_conds_to_windows", False, required=False),
        text("latent_retain_index_list", required=False),
        boolean("causal_window_fix", True, required=False),
    ),
    outputs=("MODEL",),
)

FAMILY.declare(
    "WanContextWindowsManual",
    category="context",
    description="Samples a long video of a Wan model in overlapping windows.",
    inputs=(
        link("model", "MODEL"),
        integer("context_length", 81, 1, LARGEST_SIDE, 4),
        integer("context_overlap", 30, 0),
        choice(
            "context_schedule", ("standard_static", "standard_uniform", "looped_uniform", "batched")
        ),
        integer("context_stride", 1, 1),
        boolean("closed_loop", False),
        choice("fuse_method", ("pyramid", "relative", "flat", "overlap-linear")),
    ),
    outputs=("MODEL",),
)

FAMILY.declare(
    "ChromaRadianceOptions",
    category="model_patches/chroma_radiance",
    description="Sets how Chroma Radiance turns its output into pixels.",
    inputs=(
        link("model", "MODEL"),
        boolean("preserve_wrapper", True),
        number("start_sigma", 1.0, 0.0, 1.0),
        number("end_sigma", 0.0, 0.0, 1.0),
        integer("nerf_tile_size", -1, -1),
        boolean("force_sequential_txt_ids", False, required=False),
    ),
    outputs=("MODEL",),
)
