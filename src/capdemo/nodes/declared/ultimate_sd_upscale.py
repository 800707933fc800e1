"""The nodes of Ultimate SD Upscale (34a3c2c, 2026-02-27); none runs here."""

from __future__ import annotations

from capdemo.node_api import NodeFamily
from capdemo.node_api.inputs import boolean, choice, integer, link, number
from capdemo.nodes.declared.names import SAMPLERS, SCHEDULERS
from capdemo.nodes.limits import LARGEST_SEED

FAMILY = NodeFamily(pack="comfyui_ultimatesdupscale", licence="GPL-3.0")

LARGEST_TILE = 8192

PROMPTS = (
    link("model", "MODEL"),
    link("positive", "CONDITIONING"),
    link("negative", "CONDITIONING"),
    link("vae", "VAE"),
)
UPSCALE_BY = number("upscale_by", 2.0, 0.05, 4.0, 0.05)
SAMPLING = (
    integer("seed", 0, 0, LARGEST_SEED),
    integer("steps", 20, 1, 10000),
    number("cfg", 8.0, 0.0, 100.0),
    choice("sampler_name", SAMPLERS),
    choice("scheduler", SCHEDULERS),
    number("denoise", 0.2, 0.0, 1.0, 0.01),
)
TILES = (
    choice("mode_type", ("Linear", "Chess", "None")),
    integer("tile_width", 512, 64, LARGEST_TILE, 8),
    integer("tile_height", 512, 64, LARGEST_TILE, 8),
    integer("mask_blur", 8, 0, 64),
    integer("tile_padding", 32, 0, LARGEST_TILE, 8),
    choice("seam_fix_mode", ("None", "Band Pass", "Half Tile", "Half Tile + Intersections")),
    number("seam_fix_denoise", 1.0, 0.0, 1.0, 0.01),
    integer("seam_fix_width", 64, 0, LARGEST_TILE, 8),
    integer("seam_fix_mask_blur", 8, 0, 64),
    integer("seam_fix_padding", 16, 0, LARGEST_TILE, 8),
    boolean("force_uniform_tiles", True),
    boolean("tiled_decode", False),
    integer("batch_size", 1, 1, 4096),
)

FAMILY.declare(
    "UltimateSDUpscale",
    category="image/upscaling",
    description="Enlarges a picture by an upscale model and redraws it tile by tile.",
    inputs=(
        link("image", "IMAGE"),
        *PROMPTS,
        UPSCALE_BY,
        *SAMPLING,
        link("upscale_model", "UPSCALE_MODEL"),
        *TILES,
    ),
    outputs=("IMAGE",),
)

FAMILY.declare(
    "UltimateSDUpscaleNoUpscale",
    category="image/upscaling",
    description="Redraws a picture tile by tile and keeps its size.",
    inputs=(link("upscaled_image", "IMAGE"), *PROMPTS, *SAMPLING, *TILES),
    outputs=("IMAGE",),
)

FAMILY.declare(
    "UltimateSDUpscaleCustomSample",
    category="image/upscaling",
    description="Enlarges and redraws a picture tile by tile, with a sampler given as an input.",
    inputs=(
        link("image", "IMAGE"),
        *PROMPTS,
        UPSCALE_BY,
        *SAMPLING,
        *TILES,
        link("upscale_model", "UPSCALE_MODEL", required=False),
        link("custom_sampler", "SAMPLER", required=False),
        link("custom_sigmas", "SIGMAS", required=False),
    ),
    outputs=("IMAGE",),
)
