"""Nodes of Wan video models that came after ComfyUI 0.3.64; none runs here."""

from __future__ import annotations

from capdemo.node_api import NodeFamily, OutputSchema
from capdemo.node_api.inputs import boolean, choice, dynamic_choice, integer, link, number, text
from capdemo.nodes.limits import LARGEST_SIDE

FAMILY = NodeFamily()

FAMILY.declare(
    "WanInfiniteTalkToVideo",
    category="conditioning/video_models",
    description="Makes a video of one or two people that speak to a sound.",
    inputs=(
        dynamic_choice(
            "mode",
            {
                "single_speaker": (),
                "two_speakers": (
                    link("audio_encoder_output_2", "AUDIO_ENCODER_OUTPUT", required=False),
                    link("mask_1", "MASK", required=False),
                    link("mask_2", "MASK", required=False),
                ),
            },
        ),
        link("model", "MODEL"),
        link("model_patch", "MODEL_PATCH"),
        link("positive", "CONDITIONING"),
        link("negative", "CONDITIONING"),
        link("vae", "VAE"),
        integer("width", 832, 16, LARGEST_SIDE, 16),
        integer("height", 480, 16, LARGEST_SIDE, 16),
        integer("length", 81, 1, LARGEST_SIDE, 4),
        link("clip_vision_output", "CLIP_VISION_OUTPUT", required=False),
        link("start_image", "IMAGE", required=False),
        link("audio_encoder_output_1", "AUDIO_ENCODER_OUTPUT"),
        integer("motion_frame_count", 9, 1, 33),
        number("audio_scale", 1.0, -10.0, 10.0, 0.01),
        link("previous_frames", "IMAGE", required=False),
    ),
    outputs=(
        OutputSchema("model", "MODEL"),
        OutputSchema("positive", "CONDITIONING"),
        OutputSchema("negative", "CONDITIONING"),
        OutputSchema("latent", "LATENT"),
        OutputSchema("trim_image", "INT"),
    ),
)

FAMILY.declare(
    "WanAnimate2ToVideo",
    category="conditioning/video_models",
    description="Lets a character move like a person in a video, by Wan Animate 2.",
    inputs=(
        link("positive", "CONDITIONING"),
        link("negative", "CONDITIONING"),
        link("vae", "VAE"),
        integer("width", 832, 16, LARGEST_SIDE, 16),
        integer("height", 480, 16, LARGEST_SIDE, 16),
        integer("length", 81, 1, LARGEST_SIDE, 4),
        integer("batch_size", 1, 1, 4096),
        link("reference_image", "IMAGE", required=False),
        link("pose_video", "IMAGE", required=False),
        link("clip_vision_output", "CLIP_VISION_OUTPUT", required=False),
        link("positive_pose", "CONDITIONING", required=False),
        link("clip_vision_output_pose", "CLIP_VISION_OUTPUT", required=False),
        link("continue_motion", "IMAGE", required=False),
        integer("video_frame_offset", 0, 0, LARGEST_SIDE),
        number("pose_strength", 1.0, 0.0, 10.0, 0.01),
        number("pose_start_percent", 0.0, 0.0, 1.0, 0.01),
        number("pose_end_percent", 1.0, 0.0, 1.0, 0.01),
        number("reference_image_strength", 1.0, 0.0, 10.0, 0.01),
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
    "WanAnimate2Cache",
    category="model/patch",
    description="Sets where Wan Animate 2 keeps what it computed of its reference.",
    inputs=(
        link("model", "MODEL"),
        choice("device", ("cpu", "gpu")),
        choice("dtype", ("default", "int8", "int4")),
    ),
    outputs=("MODEL",),
)

FAMILY.declare(
    "WanSCAILToVideo",
    category="conditioning/video_models",
    description="Lets people move like those in a video, by SCAIL.",
    inputs=(
        link("positive", "CONDITIONING"),
        link("negative", "CONDITIONING"),
        link("vae", "VAE"),
        integer("width", 512, 32, LARGEST_SIDE),
        integer("height", 896, 32, LARGEST_SIDE),
        integer("length", 81, 1, LARGEST_SIDE),
        integer("batch_size", 1, 1, 4096),
        link("pose_video", "IMAGE", required=False),
        link("pose_video_mask", "IMAGE", required=False),
        number("pose_strength", 1.0, 0.0, 10.0),
        number("pose_start", 0.0, 0.0, 1.0),
        number("pose_end", 1.0, 0.0, 1.0),
        link("reference_image", "IMAGE", required=False),
        link("reference_image_mask", "IMAGE", required=False),
        link("clip_vision_output", "CLIP_VISION_OUTPUT", required=False),
        integer("video_frame_offset", 0, 0, LARGEST_SIDE),
        integer("previous_frame_count", 5, 1, LARGEST_SIDE),
        link("previous_frames", "IMAGE", required=False),
        boolean("replacement_mode", False, required=False),
    ),
    outputs=(
        OutputSchema("positive", "CONDITIONING"),
        OutputSchema("negative", "CONDITIONING"),
        OutputSchema("latent", "LATENT"),
        OutputSchema("video_frame_offset", "INT"),
    ),
)

FAMILY.declare(
    "SCAIL2ColoredMask",
    category="conditioning/video_models",
    description="Colours the people that were tracked, so that SCAIL 2 tells them apart.",
    inputs=(
        link("driving_track_data", "SAM3_TRACK_DATA"),
        text("object_indices"),
        choice("sort_by", ("none", "left_to_right", "area"), "left_to_right"),
        boolean("replacement_mode", False),
        link("ref_track_data", "SAM3_TRACK_DATA,MASK", required=False),
    ),
    outputs=(
        OutputSchema("pose_video_mask", "IMAGE"),
        OutputSchema("reference_image_mask", "IMAGE"),
    ),
)

FAMILY.declare(
    "SAM3_VideoTrack",
    category="detection",
    description="Follows what a text or masks name through a video.",
    inputs=(
        link("images", "IMAGE"),
        link("model", "MODEL"),
        link("initial_mask", "MASK", required=False),
        link("conditioning", "CONDITIONING", required=False),
        number("detection_threshold", 0.5, 0.0, 1.0, 0.01, required=False),
        integer("max_objects", 4, 0, 64, required=False),
        integer("detect_interval", 1, 1, required=False),
    ),
    outputs=(OutputSchema("track_data", "SAM3_TRACK_DATA"),),
)
