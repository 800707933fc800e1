"""HYPIR (5118cd6, 2025-08-03) and Tiled Diffusion (a155b1b, 2025-03-18); neither runs here."""

from __future__ import annotations

from capdemo.node_api import NodeFamily
from capdemo.node_api.inputs import boolean, choice, integer, link, text
from capdemo.nodes.limits import LARGEST_SEED, LARGEST_SIDE

HYPIR = NodeFamily(pack="Comfyui-HYPIR", licence="none stated; the model is non-commercial")
TILED_DIFFUSION = NodeFamily(pack="ComfyUI-TiledDiffusion", licence="GPL-3.0, CC-BY-NC-SA-4.0")

HYPIR.declare(
    "HYPIRAdvancedRestoration",
    category="HYPIR",
    description="Enlarges and restores a picture by HYPIR in one step.",
    inputs=(
        link("image", "IMAGE"),
        text("prompt", "high quality, detailed", multiline=True),
        integer("upscale_factor", 1, 1, 8),
        integer("seed", -1, -1, LARGEST_SEED),
        choice("model_name", ("HYPIR_sd2",)),
        choice("base_model_path", ("stable-diffusion-2-1-base",)),
        integer("model_t", 200, 1, 1000),
        integer("coeff_t", 100, 1, 1000),
        integer("lora_rank", 256, 1, 512),
        integer("patch_size", 512, 256, 1024, 64),
        integer("encode_patch_size", 512, 256, 1024, 64),
        integer("decode_patch_size", 512, 256, 1024, 64),
        integer("batch_size", 1, 1, 8),
        boolean("unload_model_after", False),
    ),
    outputs=("IMAGE", "STRING"),
)

TILED_DIFFUSION.declare(
    "TiledDiffusion",
    category="_for_testing",
    description="Makes a model work in tiles that overlap, so that large pictures fit into memory.",
    inputs=(
        link("model", "MODEL"),
        choice(
            "method",
            ("MultiDiffusion", "Mixture of Diffusers", "SpotDiffusion"),
            "Mixture of Diffusers",
        ),
        integer("tile_width", 768, 16, LARGEST_SIDE, 16),
        integer("tile_height", 768, 16, LARGEST_SIDE, 16),
        integer("tile_overlap", 64, 0, 2048, 32),
        integer("tile_batch_size", 4, 1, LARGEST_SIDE),
    ),
    outputs=("MODEL",),
)
