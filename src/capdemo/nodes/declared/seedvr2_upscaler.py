"""The nodes of SeedVR2_VideoUpscaler (4490bd1, 2025-12-24); none runs here.

Devices and models are what the pack finds on a machine, so every name is accepted.
"""

from __future__ import annotations

from capdemo.node_api import NodeFamily
from capdemo.node_api.inputs import boolean, choice, integer, link, number

FAMILY = NodeFamily(pack="seedvr2_videoupscaler", licence="Apache-2.0")

COMPILE_SETTINGS = link("torch_compile_args", "TORCH_COMPILE_ARGS", required=False)
CACHE_MODEL = boolean("cache_model", False, required=False)
OFFLOAD_DEVICE = choice("offload_device", (), "none", required=False)

FAMILY.declare(
    "SeedVR2LoadDiTModel",
    category="SEEDVR2",
    description="Loads the transformer of SeedVR2, of 3 or 7 thousand million weights.",
    inputs=(
        choice("model", (), "seedvr2_ema_3b_fp8_e4m3fn.safetensors"),
        choice("device", ()),
        integer("blocks_to_swap", 0, 0, 36, required=False),
        boolean("swap_io_components", False, required=False),
        OFFLOAD_DEVICE,
        CACHE_MODEL,
        choice(
            "attention_mode",
            ("sdpa", "flash_attn_2", "flash_attn_3", "sageattn_2", "sageattn_3"),
            required=False,
        ),
        COMPILE_SETTINGS,
    ),
    outputs=("SEEDVR2_DIT",),
)

FAMILY.declare(
    "SeedVR2LoadVAEModel",
    category="SEEDVR2",
    description="Loads the VAE of SeedVR2, which may work in tiles.",
    inputs=(
        choice("model", (), "ema_vae_fp16.safetensors"),
        choice("device", ()),
        boolean("encode_tiled", False, required=False),
        integer("encode_tile_size", 1024, 64, None, 32, required=False),
        integer("encode_tile_overlap", 128, 0, None, 32, required=False),
        boolean("decode_tiled", False, required=False),
        integer("decode_tile_size", 1024, 64, None, 32, required=False),
        integer("decode_tile_overlap", 128, 0, None, 32, required=False),
        choice("tile_debug", ("false", "encode", "decode"), required=False),
        OFFLOAD_DEVICE,
        CACHE_MODEL,
        COMPILE_SETTINGS,
    ),
    outputs=("SEEDVR2_VAE",),
)

FAMILY.declare(
    "SeedVR2TorchCompileSettings",
    category="SEEDVR2",
    description="Sets how PyTorch compiles the networks of SeedVR2.",
    inputs=(
        choice("backend", ("inductor", "cudagraphs")),
        choice(
            "mode",
            ("default", "reduce-overhead", "max-autotune", "max-autotune-no-cudagraphs"),
        ),
        boolean("fullgraph", False),
        boolean("dynamic", False),
        integer("dynamo_cache_size_limit", 64, 0, 1024),
        integer("dynamo_recompile_limit", 128, 0, 1024),
    ),
    outputs=("TORCH_COMPILE_ARGS",),
)

FAMILY.declare(
    "SeedVR2VideoUpscaler",
    category="SEEDVR2",
    description="Enlarges and restores pictures or a video by SeedVR2.",
    inputs=(
        link("image", "IMAGE"),
        link("dit", "SEEDVR2_DIT"),
        link("vae", "SEEDVR2_VAE"),
        integer("seed", 42, 0, 2**32 - 1),
        integer("resolution", 1080, 16, 16384, 2),
        integer("max_resolution", 0, 0, 16384, 2),
        integer("batch_size", 5, 1, 16384, 4),
        boolean("uniform_batch_size", False),
        choice(
            "color_correction",
            ("lab", "wavelet", "wavelet_adaptive", "hsv", "adain", "none"),
        ),
        integer("temporal_overlap", 0, 0, 16, required=False),
        integer("prepend_frames", 0, 0, 32, required=False),
        number("input_noise_scale", 0.0, 0.0, 1.0, 0.001, required=False),
        number("latent_noise_scale", 0.0, 0.0, 1.0, 0.001, required=False),
        choice("offload_device", (), "cpu", required=False),
        boolean("enable_debug", False, required=False),
    ),
    outputs=("IMAGE",),
)
