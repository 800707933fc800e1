"""Videos of Wan models that follow a beat or tracks, newer than ComfyUI 0.3.64; none runs here."""

from __future__ import annotations

from capdemo.node_api import NodeFamily, OutputSchema
from capdemo.node_api.inputs import boolean, choice, integer, link, number
from capdemo.nodes.limits import LARGEST_SIDE

FAMILY = NodeFamily()

FAMILY.declare(
    "WanDancerEncodeAudio",
    category="conditioning/video_models",
    description="Describes the beat of a sound to Wan Dancer.",
    inputs=(
        link("audio", "AUDIO"),
        integer("video_frames", 149, 1, LARGEST_SIDE, 4),
        number("audio_inject_scale", 1.0, 0.0, 10.0, 0.01),
    ),
    outputs=(
        OutputSchema("audio_encoder_output", "AUDIO_ENCODER_OUTPUT"),
        OutputSchema("fps_string", "STRING"),
    ),
)

FAMILY.declare(
    "WanDancerPadKeyframesList",
    category="conditioning/video_models",
    description="Cuts pictures and a sound into pieces for Wan Dancer.",
    inputs=(
        link("images", "IMAGE"),
        integer("segment_length", 149, 1, 10000),
        integer("num_segments", 1, 1, 100),
        link("audio", "AUDIO", required=False),
    ),
    outputs=(
        OutputSchema("keyframes_sequence", "IMAGE", is_list=True),
        OutputSchema("keyframes_mask", "MASK", is_list=True),
        OutputSchema("audio_segment", "AUDIO", is_list=True),
    ),
)

FAMILY.declare(
    "WanDancerVideo",
    category="conditioning/video_models",
    description="Makes a video of Wan Dancer that moves to a sound.",
    inputs=(
        link("positive", "CONDITIONING"),
        link("negative", "CONDITIONING"),
        link("vae", "VAE"),
        integer("width", 480, 16, LARGEST_SIDE, 16),
        integer("height", 832, 16, LARGEST_SIDE, 16),
        integer("length", 149, 1, LARGEST_SIDE, 4),
        link("clip_vision_output", "CLIP_VISION_OUTPUT", required=False),
        link("clip_vision_output_ref", "CLIP_VISION_OUTPUT", required=False),
        link("start_image", "IMAGE", required=False),
        link("mask", "MASK", required=False),
        link("audio_encoder_output", "AUDIO_ENCODER_OUTPUT", required=False),
    ),
    outputs=(
        OutputSchema("positive", "CONDITIONING"),
        OutputSchema("negative", "CONDITIONING"),
        OutputSchema("latent", "LATENT"),
    ),
)

FAMILY.declare(
    "GenerateTracks",
    category="conditioning/video_models",
    description="Draws tracks along a line or a curve, for Wan Move.",
    inputs=(
        integer("width", 832, 16, 4096),
        integer("height", 480, 16, 4096),
        number("start_x", 0.0, 0.0, 1.0),
        number("start_y", 0.0, 0.0, 1.0),
        number("end_x", 1.0, 0.0, 1.0),
        number("end_y", 1.0, 0.0, 1.0),
        integer("num_frames", 81, 1, 1024),
        integer("num_tracks", 5, 1, 100),
        number("track_spread", 0.025, 0.0, 1.0),
        boolean("bezier", False),
        number("mid_x", 0.5, 0.0, 1.0),
        number("mid_y", 0.5, 0.0, 1.0),
        choice("interpolation", ("linear", "ease_in", "ease_out", "ease_in_out", "constant")),
        link("track_mask", "MASK", required=False),
    ),
    outputs=(
        "TRACKS",
        OutputSchema("track_length", "INT"),
    ),
)

FAMILY.declare(
    "WanMoveTracksFromCoords",
    category="conditioning/video_models",
    description="Reads tracks from a text of coordinates, for Wan Move.",
    inputs=(
        link("track_coords", "STRING", required=False),
        link("track_mask", "MASK", required=False),
    ),
    outputs=(
        "TRACKS",
        OutputSchema("track_length", "INT"),
    ),
)

FAMILY.declare(
    "WanMoveConcatTrack",
    category="conditioning/video_models",
    description="Joins two sets of tracks for Wan Move.",
    inputs=(
        link("tracks_1", "TRACKS"),
        link("tracks_2", "TRACKS", required=False),
    ),
    outputs=("TRACKS",),
)

FAMILY.declare(
    "WanMoveVisualizeTracks",
    category="conditioning/video_models",
    description="Draws the tracks of Wan Move upon pictures.",
    inputs=(
        link("images", "IMAGE"),
        link("tracks", "TRACKS", required=False),
        integer("line_resolution", 24, 1, 1024),
        integer("circle_size", 12, 1, 128),
        number("opacity", 0.75, 0.0, 1.0),
        integer("line_width", 16, 1, 128),
    ),
    outputs=("IMAGE",),
)

FAMILY.declare(
    "WanMoveTrackToVideo",
    category="conditioning/video_models",
    description="Moves parts of a picture along tracks, by Wan Move.",
    inputs=(
        link("positive", "CONDITIONING"),
        link("negative", "CONDITIONING"),
        link("vae", "VAE"),
        link("tracks", "TRACKS", required=False),
        number("strength", 1.0, 0.0, 100.0),
        integer("width", 832, 16, LARGEST_SIDE),
        integer("height", 480, 16, LARGEST_SIDE),
        integer("length", 81, 1, LARGEST_SIDE),
        integer("batch_size", 1, 1, 4096),
        link("start_image", "IMAGE"),
        link("clip_vision_output", "CLIP_VISION_OUTPUT", required=False),
    ),
    outputs=(
        OutputSchema("positive", "CONDITIONING"),
        OutputSchema("negative", "CONDITIONING"),
        OutputSchema("latent", "LATENT"),
    ),
)

FAMILY.declare(
    "ARVideoI2V",
    category="conditioning/video_models",
    description="Starts a video of a model that draws frame by frame from a picture.",
    inputs=(
        link("model", "MODEL"),
        link("vae", "VAE"),
        link("start_image", "IMAGE"),
        integer("width", 832, 16, 8192, 16),
        integer("height", 480, 16, 8192, 16),
        integer("length", 81, 1, 1024, 4),
        integer("batch_size", 1, 1, 64),
    ),
    outputs=(
        "MODEL",
        "LATENT",
    ),
)

FAMILY.declare(
    "SamplerARVideo",
    category="sampling/custom_sampling/samplers",
    description="Gives the sampler of models that draw a video frame by frame.",
    inputs=(integer("num_frame_per_block", 1, 1, 64),),
    outputs=("SAMPLER",),
)
