"""Three-dimensional shapes from pictures; none runs here."""

from __future__ import annotations

from capdemo.node_api import NodeFamily, OutputSchema
from capdemo.node_api.inputs import choice, integer, link, number, text

FAMILY = NodeFamily()

FAMILY.declare(
    "EmptyLatentHunyuan3Dv2",
    category="latent/3d",
    description="Makes the empty latent of a shape for Hunyuan3D 2.",
    inputs=(
        integer("resolution", 3072, 1, 8192),
        integer("batch_size", 1, 1, 4096),
    ),
    outputs=("LATENT",),
)

FAMILY.declare(
    "Hunyuan3Dv2Conditioning",
    category="conditioning/video_models",
    description="Gives Hunyuan3D 2 a described picture of a thing.",
    inputs=(link("clip_vision_output", "CLIP_VISION_OUTPUT"),),
    outputs=(
        OutputSchema("positive", "CONDITIONING"),
        OutputSchema("negative", "CONDITIONING"),
    ),
)

FAMILY.declare(
    "Hunyuan3Dv2ConditioningMultiView",
    category="conditioning/video_models",
    description="Gives Hunyuan3D 2 up to four described views of a thing.",
    inputs=(
        link("front", "CLIP_VISION_OUTPUT", required=False),
        link("left", "CLIP_VISION_OUTPUT", required=False),
        link("back", "CLIP_VISION_OUTPUT", required=False),
        link("right", "CLIP_VISION_OUTPUT", required=False),
    ),
    outputs=(
        OutputSchema("positive", "CONDITIONING"),
        OutputSchema("negative", "CONDITIONING"),
    ),
)

FAMILY.declare(
    "VAEDecodeHunyuan3D",
    category="latent/3d",
    description="Turns a latent into a shape of voxels.",
    inputs=(
        link("samples", "LATENT"),
        link("vae", "VAE"),
        integer("num_chunks", 8000, 1000, 500000),
        integer("octree_resolution", 256, 16, 512),
    ),
    outputs=("VOXEL",),
)

FAMILY.declare(
    "VoxelToMesh",
    category="3d",
    description="Turns a shape of voxels into a mesh.",
    inputs=(
        link("voxel", "VOXEL"),
        choice("algorithm", ("surface net", "basic")),
        number("threshold", 0.6, -1.0, 1.0, 0.01),
    ),
    outputs=("MESH",),
)

FAMILY.declare(
    "SaveGLB",
    category="3d",
    description="Writes a mesh as a GLB file.",
    inputs=(
        link("mesh", "MESH"),
        text("filename_prefix", "mesh/ComfyUI"),
    ),
    is_output=True,
)
