"""The nodes of two packs for the video upscaler FlashVSR; none runs here.

Devices and files are what a pack finds on a machine, so every name is accepted.
"""

from __future__ import annotations

from capdemo.node_api import NodeFamily, OutputSchema
from capdemo.node_api.inputs import boolean, choice, integer, link, number
from capdemo.nodes.limits import LARGEST_SIDE

ULTRA_FAST = NodeFamily(pack="ComfyUI-FlashVSR_Ultra_Fast", licence="GPL-3.0")
SM = NodeFamily(pack="flashvsr", licence="Apache-2.0")

LARGEST_SEED = 2**50

MODEL = choice("model", ("FlashVSR", "FlashVSR-v1.1"), "FlashVSR-v1.1")
MODE = choice("mode", ("tiny", "tiny-long", "full"))
SCALE = integer("scale", 2, 2, 4)
TILED = (boolean("tiled_vae", True), boolean("tiled_dit", True))
UNLOAD = boolean("unload_dit", False)
SEED = integer("seed", 0, 0, LARGEST_SEED)
IMAGE = (OutputSchema("image", "IMAGE"),)

ULTRA_FAST.declare(
    "FlashVSRInitPipe",
    category="FlashVSR",
    description=(
        "Loads FlashVSR with all its options. The pack changed its widgets several times;"
        " versions before `model` came first are not told apart."
    ),
    inputs=(
        MODEL,
        MODE,
        choice("alt_vae", (), "none"),
        boolean("force_offload", True),
        choice("precision", ("fp16", "bf16", "auto"), "bf16"),
        choice("device", ()),
        choice("attention_mode", ("sparse_sage_attention", "block_sparse_attention")),
    ),
    outputs=(OutputSchema("pipe", "PIPE"),),
)

ULTRA_FAST.declare(
    "FlashVSRNodeAdv",
    category="FlashVSR",
    description=(
        "Enlarges a video by a FlashVSR that is loaded, with all its options. The pack changed its"
        " widgets several times; the last two are in some versions only."
    ),
    inputs=(
        link("pipe", "PIPE"),
        link("frames", "IMAGE"),
        SCALE,
        boolean("color_fix", True),
        *TILED,
        integer("tile_size", 256, 32, 1024, 32),
        integer("tile_overlap", 24, 8, 512, 8),
        UNLOAD,
        number("sparse_ratio", 2.0, 1.5, 2.0, 0.1),
        number("kv_ratio", 3.0, 1.0, 3.0, 0.1),
        integer("local_range", 11, 9, 11, 2),
        SEED,
        boolean("enable_debug", False),
        boolean("keep_models_on_cpu", True),
    ),
    outputs=IMAGE,
)

ULTRA_FAST.declare(
    "FlashVSRNode",
    category="FlashVSR",
    description=(
        "Enlarges a video two to four times by FlashVSR. The pack changed its widgets several"
        " times; this is the order that starts with `model`."
    ),
    inputs=(link("frames", "IMAGE"), MODEL, MODE, SCALE, *TILED, UNLOAD, SEED),
    outputs=IMAGE,
)

SM.declare(
    "FlashVSR_SM_Model",
    category="FlashVSR",
    description="Loads the files of FlashVSR, with its whole VAE or a small decoder.",
    inputs=(
        choice("dit", (), "none"),
        choice("proj_pt", (), "none"),
        choice("vae", (), "none"),
        choice("tcd_encoder", (), "none"),
    ),
    outputs=("FlashVSR_SM_Model",),
)

SM.declare(
    "FlashVSR_SM_KSampler",
    category="FlashVSR",
    description="Enlarges a video to a width and height by a loaded FlashVSR.",
    inputs=(
        link("model", "FlashVSR_SM_Model"),
        link("image", "IMAGE"),
        choice("emb_pt", (), "none"),
        integer("width", 1280, 128, LARGEST_SIDE, 64),
        integer("height", 768, 128, LARGEST_SIDE, 64),
        integer("seed", 0, 0, 2**31 - 1),
        integer("scale", 4, 1, 4),
        number("kv_ratio", 3.5, 0.0, 10.0, 0.1),
        integer("local_range", 11, 1, 50),
        integer("steps", 1, 1, 10000),
        number("cfg", 1.0, 0.0, 100.0, 0.1),
        number("sparse_ratio", 2.0, 0.0, 10.0, 0.1),
        boolean("full_tiled", True),
        boolean("color_fix", True),
    ),
    outputs=(OutputSchema("images", "IMAGE"),),
)
