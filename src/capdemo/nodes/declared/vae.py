"""VAE nodes: from pictures to latents and back; none runs here."""

from __future__ import annotations

from capdemo.node_api import NodeFamily
from capdemo.node_api.inputs import integer, link
from capdemo.nodes.limits import LARGEST_SIDE

FAMILY = NodeFamily()

FAMILY.declare(
    "EmptyChromaRadianceLatentImage",
    category="latent/chroma_radiance",
    description="Makes an empty latent of Chroma Radiance, which draws pixels.",
    inputs=(
        integer("width", 1024, 16, LARGEST_SIDE, 16),
        integer("height", 1024, 16, LARGEST_SIDE, 16),
        integer("batch_size", 1, 1, 4096),
    ),
    outputs=("LATENT",),
)

FAMILY.declare(
    "EmptyCosmosLatentVideo",
    category="latent/video",
    description="Makes the empty latent of a video for Cosmos.",
    inputs=(
        integer("width", 1280, 16, LARGEST_SIDE, 16),
        integer("height", 704, 16, LARGEST_SIDE, 16),
        integer("length", 121, 1, LARGEST_SIDE, 8),
        integer("batch_size", 1, 1, 4096),
    ),
    outputs=("LATENT",),
)

FAMILY.declare(
    "EmptyMochiLatentVideo",
    category="latent/video",
    description="Makes the empty latent of a video for Mochi.",
    inputs=(
        integer("width", 848, 16, LARGEST_SIDE, 16),
        integer("height", 480, 16, LARGEST_SIDE, 16),
        integer("length", 25, 7, LARGEST_SIDE, 6),
        integer("batch_size", 1, 1, 4096),
    ),
    outputs=("LATENT",),
)

FAMILY.declare(
    "EmptyHunyuanImageLatent",
    category="latent",
    description="Makes an empty latent for HunyuanImage 2.1.",
    inputs=(
        integer("width", 2048, 64, LARGEST_SIDE, 32),
        integer("height", 2048, 64, LARGEST_SIDE, 32),
        integer("batch_size", 1, 1, 4096),
    ),
    outputs=("LATENT",),
)

FAMILY.declare(
    "LatentApplyOperation",
    category="latent/advanced/operations",
    description="Applies an operation on latents to a latent.",
    inputs=(
        link("samples", "LATENT"),
        link("operation", "LATENT_OPERATION"),
    ),
    outputs=("LATENT",),
)

FAMILY.declare(
    "TrimVideoLatent",
    category="latent/video",
    description="Cuts frames off the start of a latent video.",
    inputs=(
        link("samples", "LATENT"),
        integer("trim_amount", 0, 0, 99999),
    ),
    outputs=("LATENT",),
)
