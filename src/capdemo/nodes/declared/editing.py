"""Nodes of models that edit by instruction, newer than ComfyUI 0.3.64; none runs here."""

from __future__ import annotations

from capdemo.node_api import NodeFamily, OutputSchema
from capdemo.node_api.inputs import choice, dynamic_choice, integer, link, number, rows, text
from capdemo.nodes.declared.names import numbered
from capdemo.nodes.limits import LARGEST_SIDE

FAMILY = NodeFamily()

PROMPT = text("prompt", multiline=True, dynamic_prompts=True)
NEGATIVE_PROMPT = text("negative_prompt", multiline=True, dynamic_prompts=True)
VAE = link("vae", "VAE", required=False)
IMAGES = rows("images", "IMAGE", numbered("image_", 16, first=1), minimum=0)

BOTH_PROMPTS = (
    OutputSchema("positive", "CONDITIONING"),
    OutputSchema("negative", "CONDITIONING"),
)
PROMPTS_AND_LATENT = (*BOTH_PROMPTS, OutputSchema("latent", "LATENT"))

FAMILY.declare(
    "TextEncodeBooguEdit",
    category="model/conditioning",
    description="Encodes an instruction and up to 16 pictures for Boogu.",
    inputs=(link("clip", "CLIP"), PROMPT, NEGATIVE_PROMPT, VAE, IMAGES),
    outputs=BOTH_PROMPTS,
)

FAMILY.declare(
    "TextEncodeFibo2",
    category="model/conditioning",
    description="Encodes a caption or an instruction and up to 16 pictures for Fibo 2.",
    inputs=(
        link("clip", "CLIP"),
        PROMPT,
        NEGATIVE_PROMPT,
        VAE,
        IMAGES,
        integer("width", 0, 0, LARGEST_SIDE, 16),
        integer("height", 0, 0, LARGEST_SIDE, 16),
        integer("batch_size", 1, 1, 4096),
    ),
    outputs=PROMPTS_AND_LATENT,
)

FAMILY.declare(
    "TextEncodeMageFlowEdit",
    category="model/conditioning",
    description="Encodes an instruction and up to 16 pictures for Mage-Flow, and makes its latent.",
    inputs=(
        link("clip", "CLIP"),
        PROMPT,
        NEGATIVE_PROMPT,
        VAE,
        IMAGES,
        integer("width", 0, 0, 8192, 16),
        integer("height", 0, 0, 8192, 16),
        integer("batch_size", 1, 1, 4096),
    ),
    outputs=PROMPTS_AND_LATENT,
)

FAMILY.declare(
    "TextEncodeQwenImage21",
    category="model/conditioning",
    description="Encodes prompts and up to 16 pictures for Qwen-Image 2.1, and makes its latent.",
    inputs=(
        link("clip", "CLIP"),
        PROMPT,
        NEGATIVE_PROMPT,
        VAE,
        integer("resolution", 1024, 0, 4096, 32),
        IMAGES,
    ),
    outputs=PROMPTS_AND_LATENT,
)

FAMILY.declare(
    "TextEncodeJoyImageEdit",
    category="model/conditioning",
    description="Encodes an instruction and up to six pictures for JoyImage.",
    inputs=(
        link("clip", "CLIP"),
        PROMPT,
        VAE,
        rows("images", "IMAGE", numbered("image", 6), minimum=0),
    ),
    outputs=("CONDITIONING",),
)

FAMILY.declare(
    "TextEncodeMingImageEdit",
    category="model/conditioning",
    description="Encodes an instruction and up to eight pictures for Ming-Image.",
    inputs=(
        link("clip", "CLIP"),
        VAE,
        PROMPT,
        rows("images", "IMAGE", numbered("image_", 8, first=1), minimum=0),
    ),
    outputs=("CONDITIONING",),
)

FAMILY.declare(
    "TextEncodeMOSSImageEdit",
    category="model/conditioning",
    description="Encodes an instruction and pictures in a form that MOSS-Image was taught.",
    inputs=(
        link("clip", "CLIP"),
        PROMPT,
        VAE,
        choice("edit_format", ("ai-toolkit", "ai-toolkit (kv_cache off)", "Moss-Image-Edit")),
        rows("images", "IMAGE", numbered("image_", 50)),
        number("image_strength", 1.0, 0.0, 100.0, 0.05),
    ),
    outputs=("CONDITIONING",),
)

FAMILY.declare(
    "ReferenceMultiLatent",
    category="model/conditioning",
    description="Gives an editing model several pictures to look at, as they are or resized.",
    inputs=(
        link("positive", "CONDITIONING"),
        link("negative", "CONDITIONING", required=False),
        VAE,
        dynamic_choice(
            "resolution",
            {"keep resolution": (), "resize": (number("megapixels", 1.0, 0.01, 16.0, 0.01),)},
        ),
        rows("images", "IMAGE", numbered("image", 100), minimum=0),
    ),
    outputs=(*BOTH_PROMPTS, OutputSchema("empty_latent", "LATENT")),
)

FAMILY.declare(
    "HiDreamO1ReferenceImages",
    category="model/conditioning",
    description="Gives HiDream-O1 up to a hundred pictures to look at.",
    inputs=(
        link("positive", "CONDITIONING"),
        link("negative", "CONDITIONING"),
        rows("images", "IMAGE", numbered("image_", 100, first=1), minimum=0),
    ),
    outputs=BOTH_PROMPTS,
)

FAMILY.declare(
    "EmptyHiDreamO1LatentImage",
    category="model/latent",
    description="Makes an empty latent of HiDream-O1, which draws at about four megapixels.",
    inputs=(
        integer("width", 2048, 64, 4096, 32),
        integer("height", 2048, 64, 4096, 32),
        integer("batch_size", 1, 1, 64),
    ),
    outputs=("LATENT",),
)

FAMILY.declare(
    "PiDConditioning",
    category="model/conditioning",
    description="Gives the pixel decoder PiD the latent that it turns into a larger picture.",
    inputs=(
        link("positive", "CONDITIONING"),
        link("latent", "LATENT"),
        choice("latent_format", ("flux", "sd3", "sdxl", "qwenimage")),
        number("degrade_sigma", 0.0, 0.0, 1.0, 0.01),
    ),
    outputs=("CONDITIONING",),
)
