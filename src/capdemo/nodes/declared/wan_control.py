"""Videos of the Wan models that follow a sound, a camera, tracks or a video; none runs here."""

from __future__ import annotations

from capdemo.node_api import NodeFamily, OutputSchema
from capdemo.node_api.inputs import choice, integer, link, number, text
from capdemo.nodes.limits import LARGEST_SIDE

FAMILY = NodeFamily()

FAMILY.declare(
    "WanFunControlToVideo",
    category="conditioning/video_models",
    description="Makes a video of Wan Fun that follows a control video.",
    inputs=(
        link("positive", "CONDITIONING"),
        link("negative", "CONDITIONING"),
        link("vae", "VAE"),
        integer("width", 832, 16, LARGEST_SIDE, 16),
        integer("height", 480, 16, LARGEST_SIDE, 16),
        integer("length", 81, 1, LARGEST_SIDE, 4),
        integer("batch_size", 1, 1, 4096),
        link("clip_vision_output", "CLIP_VISION_OUTPUT", required=False),
        link("start_image", "IMAGE", required=False),
        link("control_video", "IMAGE", required=False),
    ),
    outputs=(
        OutputSchema("positive", "CONDITIONING"),
        OutputSchema("negative", "CONDITIONING"),
        OutputSchema("latent", "LATENT"),
    ),
)

FAMILY.declare(
    "Wan22FunControlToVideo",
    category="conditioning/video_models",
    description=(
        "Makes a video of Wan 2.2 Fun that follows a control video and a reference picture."
    ),
    inputs=(
        link("positive", "CONDITIONING"),
        link("negative", "CONDITIONING"),
        link("vae", "VAE"),
        integer("width", 832, 16, LARGEST_SIDE, 16),
        integer("height", 480, 16, LARGEST_SIDE, 16),
        integer("length", 81, 1, LARGEST_SIDE, 4),
        integer("batch_size", 1, 1, 4096),
        link("ref_image", "IMAGE", required=False),
        link("control_video", "IMAGE", required=False),
    ),
    outputs=(
        OutputSchema("positive", "CONDITIONING"),
        OutputSchema("negative", "CONDITIONING"),
        OutputSchema("latent", "LATENT"),
    ),
)

FAMILY.declare(
    "WanVaceToVideo",
    category="conditioning/video_models",
    description=(
        "Makes a video of Wan VACE that follows a control video, its masks and a reference picture."
    ),
    inputs=(
        link("positive", "CONDITIONING"),
        link("negative", "CONDITIONING"),
        link("vae", "VAE"),
        integer("width", 832, 16, LARGEST_SIDE, 16),
        integer("height", 480, 16, LARGEST_SIDE, 16),
        integer("length", 81, 1, LARGEST_SIDE, 4),
        integer("batch_size", 1, 1, 4096),
        number("strength", 1.0, 0.0, 1000.0, 0.01),
        link("control_video", "IMAGE", required=False),
        link("control_masks", "MASK", required=False),
        link("reference_image", "IMAGE", required=False),
    ),
    outputs=(
        OutputSchema("positive", "CONDITIONING"),
        OutputSchema("negative", "CONDITIONING"),
        OutputSchema("latent", "LATENT"),
        OutputSchema("trim_latent", "INT"),
    ),
)

FAMILY.declare(
    "WanCameraEmbedding",
    category="camera",
    description="Describes a movement of the camera to Wan.",
    inputs=(
        choice(
            "camera_pose",
            (
                "Static",
                "Pan Up",
                "Pan Down",
                "Pan Left",
                "Pan Right",
                "Zoom In",
                "Zoom Out",
                "Anti Clockwise (ACW)",
                "ClockWise (CW)",
            ),
        ),
        integer("width", 832, 16, LARGEST_SIDE, 16),
        integer("height", 480, 16, LARGEST_SIDE, 16),
        integer("length", 81, 1, LARGEST_SIDE, 4),
        number("speed", 1.0, 0.0, 10.0, 0.1, required=False),
        number("fx", 0.5, 0.0, 1.0, 1e-09, required=False),
        number("fy", 0.5, 0.0, 1.0, 1e-09, required=False),
        number("cx", 0.5, 0.0, 1.0, 0.01, required=False),
        number("cy", 0.5, 0.0, 1.0, 0.01, required=False),
    ),
    outputs=(
        OutputSchema("camera_embedding", "WAN_CAMERA_EMBEDDING"),
        OutputSchema("width", "INT"),
        OutputSchema("height", "INT"),
        OutputSchema("length", "INT"),
    ),
)

FAMILY.declare(
    "WanCameraImageToVideo",
    category="conditioning/video_models",
    description="Starts a video of Wan from a picture and moves the camera.",
    inputs=(
        link("positive", "CONDITIONING"),
        link("negative", "CONDITIONING"),
        link("vae", "VAE"),
        integer("width", 832, 16, LARGEST_SIDE, 16),
        integer("height", 480, 16, LARGEST_SIDE, 16),
        integer("length", 81, 1, LARGEST_SIDE, 4),
        integer("batch_size", 1, 1, 4096),
        link("clip_vision_output", "CLIP_VISION_OUTPUT", required=False),
        link("start_image", "IMAGE", required=False),
        link("camera_conditions", "WAN_CAMERA_EMBEDDING", required=False),
    ),
    outputs=(
        OutputSchema("positive", "CONDITIONING"),
        OutputSchema("negative", "CONDITIONING"),
        OutputSchema("latent", "LATENT"),
    ),
)

FAMILY.declare(
    "WanSoundImageToVideo",
    category="conditioning/video_models",
    description="Makes a video of Wan that moves to a sound.",
    inputs=(
        link("positive", "CONDITIONING"),
        link("negative", "CONDITIONING"),
        link("vae", "VAE"),
        integer("width", 832, 16, LARGEST_SIDE, 16),
        integer("height", 480, 16, LARGEST_SIDE, 16),
        integer("length", 77, 1, LARGEST_SIDE, 4),
        integer("batch_size", 1, 1, 4096),
        link("audio_encoder_output", "AUDIO_ENCODER_OUTPUT", required=False),
        link("ref_image", "IMAGE", required=False),
        link("control_video", "IMAGE", required=False),
        link("ref_motion", "IMAGE", required=False),
    ),
    outputs=(
        OutputSchema("positive", "CONDITIONING"),
        OutputSchema("negative", "CONDITIONING"),
        OutputSchema("latent", "LATENT"),
    ),
)

FAMILY.declare(
    "WanSoundImageToVideoExtend",
    category="conditioning/video_models",
    description="Goes on with a video of Wan that moves to a sound.",
    inputs=(
        link("positive", "CONDITIONING"),
        link("negative", "CONDITIONING"),
        link("vae", "VAE"),
        integer("length", 77, 1, LARGEST_SIDE, 4),
        link("video_latent", "LATENT"),
        link("audio_encoder_output", "AUDIO_ENCODER_OUTPUT", required=False),
        link("ref_image", "IMAGE", required=False),
        link("control_video", "IMAGE", required=False),
    ),
    outputs=(
        OutputSchema("positive", "CONDITIONING"),
        OutputSchema("negative", "CONDITIONING"),
        OutputSchema("latent", "LATENT"),
    ),
)

FAMILY.declare(
    "WanAnimateToVideo",
    category="conditioning/video_models",
    description="Lets a character move like a person in a video, by Wan Animate.",
    inputs=(
        link("positive", "CONDITIONING"),
        link("negative", "CONDITIONING"),
        link("vae", "VAE"),
        integer("width", 832, 16, LARGEST_SIDE, 16),
        integer("height", 480, 16, LARGEST_SIDE, 16),
        integer("length", 77, 1, LARGEST_SIDE, 4),
        integer("batch_size", 1, 1, 4096),
        integer("continue_motion_max_frames", 5, 1, LARGEST_SIDE, 4),
        integer("video_frame_offset", 0, 0, LARGEST_SIDE),
        link("clip_vision_output", "CLIP_VISION_OUTPUT", required=False),
        link("reference_image", "IMAGE", required=False),
        link("face_video", "IMAGE", required=False),
        link("pose_video", "IMAGE", required=False),
        link("background_video", "IMAGE", required=False),
        link("character_mask", "MASK", required=False),
        link("continue_motion", "IMAGE", required=False),
    ),
    outputs=(
        OutputSchema("positive", "CONDITIONING"),
        OutputSchema("negative", "CONDITIONING"),
        OutputSchema("latent", "LATENT"),
        OutputSchema("trim_latent", "INT"),
        OutputSchema("trim_image", "INT"),
        OutputSchema("video_frame_offset", "INT"),
    ),
)

FAMILY.declare(
    "WanTrackToVideo",
    category="conditioning/video_models",
    description="Moves parts of a picture along tracks, by Wan.",
    inputs=(
        link("positive", "CONDITIONING"),
        link("negative", "CONDITIONING"),
        link("vae", "VAE"),
        text("tracks", "[]", multiline=True),
        integer("width", 832, 16, LARGEST_SIDE, 16),
        integer("height", 480, 16, LARGEST_SIDE, 16),
        integer("length", 81, 1, LARGEST_SIDE, 4),
        integer("batch_size", 1, 1, 4096),
        number("temperature", 220.0, 1.0, 1000.0, 0.1),
        integer("topk", 2, 1, 10),
        link("start_image", "IMAGE"),
        link("clip_vision_output", "CLIP_VISION_OUTPUT", required=False),
    ),
    outputs=(
        OutputSchema("positive", "CONDITIONING"),
        OutputSchema("negative", "CONDITIONING"),
        OutputSchema("latent", "LATENT"),
    ),
)
