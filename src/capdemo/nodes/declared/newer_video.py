"""Video models, segmentation and drawing newer than ComfyUI 0.3.64; none runs here."""

from __future__ import annotations

from capdemo.node_api import NodeFamily, OutputSchema
from capdemo.node_api.inputs import boolean, custom, integer, link, model_file, number, rows, text
from capdemo.nodes.declared.names import numbered
from capdemo.nodes.limits import LARGEST_SIDE

FAMILY = NodeFamily()

PROMPTS = (link("positive", "CONDITIONING"), link("negative", "CONDITIONING"))
PROMPTS_AND_LATENT = (
    OutputSchema("positive", "CONDITIONING"),
    OutputSchema("negative", "CONDITIONING"),
    OutputSchema("latent", "LATENT"),
)

VOID_SIZE = (
    integer("width", 672, 16, LARGEST_SIDE, 8),
    integer("height", 384, 16, LARGEST_SIDE, 8),
    integer("length", 45, 1, LARGEST_SIDE),
    integer("batch_size", 1, 1, 64),
)

FAMILY.declare(
    "HunyuanVideo15ImageToVideo",
    category="conditioning/video_models",
    description="Starts a video of HunyuanVideo 1.5 from a picture.",
    inputs=(
        *PROMPTS,
        link("vae", "VAE"),
        integer("width", 848, 16, LARGEST_SIDE, 16),
        integer("height", 480, 16, LARGEST_SIDE, 16),
        integer("length", 33, 1, LARGEST_SIDE, 4),
        integer("batch_size", 1, 1, 4096),
        link("start_image", "IMAGE", required=False),
        link("clip_vision_output", "CLIP_VISION_OUTPUT", required=False),
    ),
    outputs=PROMPTS_AND_LATENT,
)

FAMILY.declare(
    "BerniniConditioning",
    category="conditioning/video_models",
    description="Gives Bernini a video to edit, and pictures or a video to take over from.",
    inputs=(
        *PROMPTS,
        link("vae", "VAE"),
        integer("width", 832, 16, 8192, 16),
        integer("height", 480, 16, 8192, 16),
        integer("length", 81, 1, 8192, 4),
        integer("batch_size", 1, 1, 4096),
        link("source_video", "IMAGE", required=False),
        link("reference_video", "IMAGE", required=False),
        rows("reference_images", "IMAGE", numbered("reference_image_", 8), minimum=0),
        integer("ref_max_size", 848, 16, 8192, 16, required=False),
    ),
    outputs=PROMPTS_AND_LATENT,
)

FAMILY.declare(
    "VOIDInpaintConditioning",
    category="conditioning/video_models",
    description="Gives VOID a video and the mask of what is to be removed from it.",
    inputs=(
        *PROMPTS,
        link("vae", "VAE"),
        link("video", "IMAGE"),
        link("quadmask", "MASK"),
        *VOID_SIZE,
    ),
    outputs=PROMPTS_AND_LATENT,
)

FAMILY.declare(
    "VOIDWarpedNoise",
    category="model/latent",
    description="Makes noise that moves along with a video, for the second pass of VOID.",
    inputs=(link("optical_flow", "OPTICAL_FLOW"), link("video", "IMAGE"), *VOID_SIZE),
    outputs=(OutputSchema("warped_noise", "LATENT"),),
)

FAMILY.declare(
    "VOIDWarpedNoiseSource",
    category="model/noise",
    description="Gives noise that was made beforehand to a sampler.",
    inputs=(link("warped_noise", "LATENT"),),
    outputs=("NOISE",),
)

FAMILY.declare(
    "VOIDSampler",
    category="sampling/custom_sampling/samplers",
    description="Gives the sampler that VOID was trained for.",
    outputs=("SAMPLER",),
)

FAMILY.declare(
    "OpticalFlowLoader",
    category="loaders",
    description="Loads a network that sees how the things in a video move.",
    inputs=(model_file("model_name", "optical_flow"),),
    outputs=("OPTICAL_FLOW",),
)

FAMILY.declare(
    "SAM3_Detect",
    category="detection",
    description="Finds what a text, boxes or points name in a picture, as masks and boxes.",
    inputs=(
        link("model", "MODEL"),
        link("image", "IMAGE"),
        link("conditioning", "CONDITIONING", required=False),
        link("bboxes", "BOUNDING_BOX", required=False),
        link("positive_coords", "STRING", required=False),
        link("negative_coords", "STRING", required=False),
        number("threshold", 0.5, 0.0, 1.0, 0.01, required=False),
        integer("refine_iterations", 2, 0, 5, required=False),
        boolean("individual_masks", False, required=False),
    ),
    outputs=(OutputSchema("masks", "MASK"), OutputSchema("bboxes", "BOUNDING_BOX")),
)

FAMILY.declare(
    "Painter",
    category="image",
    description="Holds what was painted in the editor, upon a picture or a blank canvas.",
    inputs=(
        link("image", "IMAGE", required=False),
        text("mask"),
        integer("width", 512, 64, 4096, 64),
        integer("height", 512, 64, 4096, 64),
        custom("bg_color", "COLOR"),
    ),
    outputs=("IMAGE", "MASK"),
)

FAMILY.declare(
    "CameraAngle",
    category="3d",
    description="Describes the angle of a camera, set in the editor, for models that turn things.",
    inputs=(
        integer("horizontal_angle", 0, 0, 360),
        integer("vertical_angle", 0, -30, 60),
        number("zoom", 5.0, 0.0, 10.0, 0.1),
        link("image", "IMAGE", required=False),
    ),
    outputs=(OutputSchema("camera_info", "LOAD3D_CAMERA"), OutputSchema("prompt", "STRING")),
)
