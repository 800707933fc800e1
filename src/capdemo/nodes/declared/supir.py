"""The nodes of ComfyUI-SUPIR (0613a92, 2026-02-04); none runs here."""

from __future__ import annotations

from capdemo.node_api import NodeFamily, OutputSchema
from capdemo.node_api.inputs import boolean, choice, integer, link, model_file, number, text
from capdemo.nodes.limits import LARGEST_SEED

FAMILY = NodeFamily(pack="comfyui-supir", licence="SUPIR (non-commercial)")

DIFFUSION_TYPES = ("fp16", "bf16", "fp32", "auto")
VAE_TYPES = ("bf16", "fp32", "auto")

SUPIR_MODEL = model_file("supir_model", "checkpoints")
SUPIR_VAE = link("SUPIR_VAE", "SUPIRVAE")
FP8_UNET = boolean("fp8_unet", False)
DIFFUSION_TYPE = choice("diffusion_dtype", DIFFUSION_TYPES, "auto")
ENCODER_TYPE = choice("encoder_dtype", VAE_TYPES, "auto")
ENCODER_TILE = integer("encoder_tile_size", 512, 64, 8192, 64)
DECODER_TILE = integer("decoder_tile_size", 512, 64, 8192, 64)
USE_TILED_VAE = boolean("use_tiled_vae", True)
SEED = integer("seed", 123, 0, LARGEST_SEED)
STEPS = integer("steps", 45, 3, 4096)
NOISE = number("s_noise", 1.003, 1.0, 1.1, 0.001)
SAMPLER_TILE = integer("sampler_tile_size", 1024, 64, 4096, 32, required=False)
SAMPLER_STRIDE = integer("sampler_tile_stride", 512, 32, 2048, 32, required=False)
CAPTIONS = link("captions", "STRING", required=False)

LOADED = (OutputSchema("SUPIR_model", "SUPIRMODEL"), OutputSchema("SUPIR_VAE", "SUPIRVAE"))

FAMILY.declare(
    "SUPIR_model_loader",
    category="SUPIR",
    description="Loads SUPIR and the SDXL checkpoint that it works with.",
    inputs=(SUPIR_MODEL, model_file("sdxl_model", "checkpoints"), FP8_UNET, DIFFUSION_TYPE),
    outputs=LOADED,
)

FAMILY.declare(
    "SUPIR_model_loader_v2",
    category="SUPIR",
    description="Loads SUPIR on an SDXL model that is loaded already.",
    inputs=(
        link("model", "MODEL"),
        link("clip", "CLIP"),
        link("vae", "VAE"),
        SUPIR_MODEL,
        FP8_UNET,
        DIFFUSION_TYPE,
        boolean("high_vram", False, required=False),
    ),
    outputs=LOADED,
)

FAMILY.declare(
    "SUPIR_model_loader_v2_clip",
    category="SUPIR",
    description="Loads SUPIR on an SDXL model whose two text encoders come one by one.",
    inputs=(
        link("model", "MODEL"),
        link("clip_l", "CLIP"),
        link("clip_g", "CLIP"),
        link("vae", "VAE"),
        SUPIR_MODEL,
        FP8_UNET,
        DIFFUSION_TYPE,
        boolean("high_vram", False, required=False),
    ),
    outputs=LOADED,
)

FAMILY.declare(
    "SUPIR_first_stage",
    category="SUPIR",
    description="Cleans a picture by SUPIR's own VAE before it is restored.",
    inputs=(
        SUPIR_VAE,
        link("image", "IMAGE"),
        USE_TILED_VAE,
        ENCODER_TILE,
        DECODER_TILE,
        ENCODER_TYPE,
    ),
    outputs=(
        OutputSchema("SUPIR_VAE", "SUPIRVAE"),
        OutputSchema("denoised_image", "IMAGE"),
        OutputSchema("denoised_latents", "LATENT"),
    ),
)

FAMILY.declare(
    "SUPIR_encode",
    category="SUPIR",
    description="Turns a picture into the latent that SUPIR restores.",
    inputs=(SUPIR_VAE, link("image", "IMAGE"), USE_TILED_VAE, ENCODER_TILE, ENCODER_TYPE),
    outputs=(OutputSchema("latent", "LATENT"),),
)

FAMILY.declare(
    "SUPIR_decode",
    category="SUPIR",
    description="Turns a latent that SUPIR restored into a picture.",
    inputs=(
        SUPIR_VAE,
        link("latents", "LATENT"),
        USE_TILED_VAE,
        DECODER_TILE,
        choice("decoder_dtype", VAE_TYPES, "auto", required=False),
    ),
    outputs=(OutputSchema("image", "IMAGE"),),
)

FAMILY.declare(
    "SUPIR_conditioner",
    category="SUPIR",
    description="Encodes what SUPIR should aim at and what it should avoid.",
    inputs=(
        link("SUPIR_model", "SUPIRMODEL"),
        link("latents", "LATENT"),
        text("positive_prompt", "high quality, detailed", multiline=True),
        text("negative_prompt", "bad quality, blurry, messy", multiline=True),
        CAPTIONS,
    ),
    outputs=(
        OutputSchema("positive", "SUPIR_cond_pos"),
        OutputSchema("negative", "SUPIR_cond_neg"),
    ),
)

FAMILY.declare(
    "SUPIR_sample",
    category="SUPIR",
    description="Restores a picture by SUPIR, whole or in tiles.",
    inputs=(
        link("SUPIR_model", "SUPIRMODEL"),
        link("latents", "LATENT"),
        link("positive", "SUPIR_cond_pos"),
        link("negative", "SUPIR_cond_neg"),
        SEED,
        STEPS,
        number("cfg_scale_start", 4.0, 0.0, 100.0, 0.01),
        number("cfg_scale_end", 4.0, 0.0, 100.0, 0.01),
        integer("EDM_s_churn", 5, 0, 40),
        NOISE,
        number("DPMPP_eta", 1.0, 0.0, 10.0, 0.01),
        number("control_scale_start", 1.0, 0.0, 10.0, 0.01),
        number("control_scale_end", 1.0, 0.0, 10.0, 0.01),
        number("restore_cfg", -1.0, -1.0, 20.0, 0.01),
        boolean("keep_model_loaded", False),
        choice(
            "sampler",
            (
                "RestoreDPMPP2MSampler",
                "RestoreEDMSampler",
                "TiledRestoreDPMPP2MSampler",
                "TiledRestoreEDMSampler",
            ),
            "RestoreEDMSampler",
        ),
        SAMPLER_TILE,
        SAMPLER_STRIDE,
    ),
    outputs=(OutputSchema("latent", "LATENT"),),
)

FAMILY.declare(
    "SUPIR_tiles",
    category="SUPIR",
    description="Shows the tiles into which SUPIR would cut a picture.",
    inputs=(
        link("image", "IMAGE"),
        integer("tile_size", 512, 64, 8192, 64),
        integer("tile_stride", 256, 64, 8192, 64),
    ),
    outputs=(
        OutputSchema("image_tiles", "IMAGE"),
        OutputSchema("tile_size", "INT"),
        OutputSchema("tile_stride", "INT"),
    ),
)

FAMILY.declare(
    "SUPIR_Upscale",
    category="SUPIR",
    description="Enlarges and restores a picture by SUPIR in one node, the pack's oldest.",
    inputs=(
        SUPIR_MODEL,
        model_file("sdxl_model", "checkpoints"),
        link("image", "IMAGE"),
        SEED,
        choice(
            "resize_method", ("nearest-exact", "bilinear", "area", "bicubic", "lanczos"), "lanczos"
        ),
        number("scale_by", 1.0, 0.01, 20.0, 0.01),
        STEPS,
        number("restoration_scale", -1.0, -1.0, 6.0, 1.0),
        number("cfg_scale", 4.0, 0.0, 100.0, 0.01),
        text("a_prompt", "high quality, detailed", multiline=True),
        text("n_prompt", "bad quality, blurry, messy", multiline=True),
        integer("s_churn", 5, 0, 40),
        NOISE,
        number("control_scale", 1.0, 0.0, 10.0, 0.05),
        number("cfg_scale_start", 4.0, 0.0, 100.0, 0.05),
        number("control_scale_start", 0.0, 0.0, 1.0, 0.05),
        choice("color_fix_type", ("None", "AdaIn", "Wavelet"), "Wavelet"),
        boolean("keep_model_loaded", True),
        USE_TILED_VAE,
        integer("encoder_tile_size_pixels", 512, 64, 8192, 64),
        integer("decoder_tile_size_latent", 64, 32, 8192, 64),
        CAPTIONS,
        choice("diffusion_dtype", DIFFUSION_TYPES, "auto", required=False),
        choice("encoder_dtype", VAE_TYPES, "auto", required=False),
        integer("batch_size", 1, 1, 128, required=False),
        boolean("use_tiled_sampling", False, required=False),
        SAMPLER_TILE,
        SAMPLER_STRIDE,
        boolean("fp8_unet", False, required=False),
        boolean("fp8_vae", False, required=False),
        choice(
            "sampler",
            ("RestoreDPMPP2MSampler", "RestoreEDMSampler"),
            "RestoreEDMSampler",
            required=False,
        ),
    ),
    outputs=(OutputSchema("upscaled_image", "IMAGE"),),
)
