"""Depth and surfaces estimated from a picture, newer than ComfyUI 0.3.64; none runs here."""

from __future__ import annotations

from capdemo.node_api import NodeFamily, OutputSchema
from capdemo.node_api.inputs import (
    boolean,
    choice,
    dynamic_choice,
    integer,
    link,
    model_file,
    number,
)

FAMILY = NodeFamily()

DEPTH = (
    choice("normalization", ("v2_style", "min_max", "raw")),
    boolean("apply_sky_clip", False),
)

FAMILY.declare(
    "LoadMoGeModel",
    category="loaders",
    description="Loads a MoGe network, which sees depth and surfaces.",
    inputs=(model_file("model_name", "geometry_estimation"),),
    outputs=("MOGE_MODEL",),
)

FAMILY.declare(
    "MoGeInference",
    category="image/geometry",
    description="Estimates the depth and the surfaces of a picture by MoGe.",
    inputs=(
        link("moge_model", "MOGE_MODEL"),
        link("image", "IMAGE"),
        integer("resolution_level", 9, 0, 9),
        number("fov_x_degrees", 0.0, 0.0, 170.0, 0.1),
        integer("batch_size", 4, 1, 64),
        boolean("force_projection", True),
        boolean("apply_mask", True),
        integer("refine_steps", 3, 0, 8),
    ),
    outputs=(OutputSchema("moge_geometry", "MOGE_GEOMETRY"),),
)

FAMILY.declare(
    "MoGePanoramaInference",
    category="image/geometry",
    description="Estimates the depth of a panorama by MoGe.",
    inputs=(
        link("moge_model", "MOGE_MODEL"),
        link("image", "IMAGE"),
        integer("resolution_level", 9, 0, 9),
        integer("split_resolution", 512, 256, 1024),
        integer("merge_resolution", 1920, 256, 8192),
        integer("batch_size", 4, 1, 12),
        integer("refine_steps", 3, 0, 8),
    ),
    outputs=(OutputSchema("moge_geometry", "MOGE_GEOMETRY"),),
)

FAMILY.declare(
    "MoGeRender",
    category="image/geometry",
    description="Shows what MoGe estimated, as depth, as surfaces or as a mask.",
    inputs=(
        link("moge_geometry", "MOGE_GEOMETRY"),
        choice("output", ("depth", "depth_colored", "normal_opengl", "normal_directx", "mask")),
    ),
    outputs=("IMAGE",),
)

FAMILY.declare(
    "MoGePointMapToMesh",
    category="image/geometry",
    description="Turns what MoGe estimated into a mesh.",
    inputs=(
        link("moge_geometry", "MOGE_GEOMETRY"),
        integer("batch_index", 0, 0, 4096),
        integer("decimation", 1, 1, 8),
        number("discontinuity_threshold", 0.04, 0.0, 1.0),
        boolean("texture", True),
    ),
    outputs=("MESH",),
)

FAMILY.declare(
    "LoadDA3Model",
    category="loaders",
    description="Loads a Depth Anything 3 network, which sees depth.",
    inputs=(
        model_file("model_name", "geometry_estimation"),
        choice("weight_dtype", ("default", "fp16", "bf16", "fp32"), required=False),
    ),
    outputs=("DA3_MODEL",),
)

FAMILY.declare(
    "DA3Inference",
    category="image/geometry",
    description="Estimates the depth of one or several pictures by Depth Anything 3.",
    inputs=(
        link("da3_model", "DA3_MODEL"),
        link("image", "IMAGE"),
        integer("resolution", 504, 140, 2520, 14),
        choice("resize_method", ("upper_bound_resize", "lower_bound_resize")),
        dynamic_choice(
            "mode",
            {
                "mono": (),
                "multiview": (
                    choice(
                        "ref_view_strategy",
                        ("saddle_balanced", "saddle_sim_range", "first", "middle"),
                    ),
                    choice("pose_method", ("cam_dec", "ray_pose")),
                ),
            },
        ),
    ),
    outputs=(OutputSchema("da3_geometry", "DA3_GEOMETRY"),),
)

FAMILY.declare(
    "DA3Render",
    category="image/geometry",
    description="Shows what Depth Anything 3 estimated, in grey or in colours.",
    inputs=(
        link("da3_geometry", "DA3_GEOMETRY"),
        dynamic_choice(
            "output",
            {
                "depth": DEPTH,
                "depth_colored": DEPTH,
                "sky_mask": (boolean("colored", False),),
                "confidence": (boolean("colored", False),),
            },
        ),
    ),
    outputs=("IMAGE",),
)

FAMILY.declare(
    "ConditioningLoader",
    category="loaders",
    description="Loads a conditioning that was saved as a file.",
    inputs=(model_file("conditioning_name", "embeddings"),),
    outputs=("CONDITIONING",),
)

FAMILY.declare(
    "MarigoldV2PostProcess",
    category="image/geometry",
    description="Turns the output of Marigold 2 into depth, surfaces or plain colours.",
    inputs=(
        link("image", "IMAGE"),
        choice("prediction", ("depth", "normals", "albedo")),
    ),
    outputs=("IMAGE",),
)
