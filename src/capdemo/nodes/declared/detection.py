"""People, things and backgrounds found in pictures, newer than ComfyUI 0.3.64; none runs here."""

from __future__ import annotations

from capdemo.node_api import NodeFamily, OutputSchema
from capdemo.node_api.inputs import boolean, choice, integer, link, model_file, number

FAMILY = NodeFamily()

FAMILY.declare(
    "LoadBackgroundRemovalModel",
    category="loaders",
    description="Loads a network that tells a subject from its background.",
    inputs=(model_file("bg_removal_name", "background_removal"),),
    outputs=(OutputSchema("bg_model", "BACKGROUND_REMOVAL"),),
)

FAMILY.declare(
    "RemoveBackground",
    category="image",
    description="Finds the background of a picture, as a mask of the subject.",
    inputs=(
        link("bg_removal_model", "BACKGROUND_REMOVAL"),
        link("image", "IMAGE"),
    ),
    outputs=(OutputSchema("mask", "MASK"),),
)

FAMILY.declare(
    "RTDETR_detect",
    category="detection",
    description="Finds things of a class in a picture, as boxes.",
    inputs=(
        link("model", "MODEL"),
        link("image", "IMAGE"),
        number("threshold", 0.5),
        choice(
            "class_name",
            (
                "all",
                "person",
                "bicycle",
                "car",
                "motorcycle",
                "airplane",
                "bus",
                "train",
                "truck",
                "boat",
                "traffic light",
                "fire hydrant",
                "stop sign",
                "parking meter",
                "bench",
                "bird",
                "cat",
                "dog",
                "horse",
                "sheep",
                "cow",
                "elephant",
                "bear",
                "zebra",
                "giraffe",
                "backpack",
                "umbrella",
                "handbag",
                "tie",
                "suitcase",
                "frisbee",
                "skis",
                "snowboard",
                "sports ball",
                "kite",
                "baseball bat",
                "baseball glove",
                "skateboard",
                "surfboard",
                "tennis racket",
                "bottle",
                "wine glass",
                "cup",
                "fork",
                "knife",
                "spoon",
                "bowl",
                "banana",
                "apple",
                "sandwich",
                "orange",
                "broccoli",
                "carrot",
                "hot dog",
                "pizza",
                "donut",
                "cake",
                "chair",
                "couch",
                "potted plant",
                "bed",
                "dining table",
                "toilet",
                "tv",
                "laptop",
                "mouse",
                "remote",
                "keyboard",
                "cell phone",
                "microwave",
                "oven",
                "toaster",
                "sink",
                "refrigerator",
                "book",
                "clock",
                "vase",
                "scissors",
                "teddy bear",
                "hair drier",
                "toothbrush",
            ),
        ),
        integer("max_detections", 100),
    ),
    outputs=(OutputSchema("bboxes", "BOUNDING_BOX"),),
)

FAMILY.declare(
    "DrawBBoxes",
    category="detection",
    description="Draws boxes upon a picture or a blank canvas.",
    inputs=(
        link("image", "IMAGE", required=False),
        link("bboxes", "BOUNDING_BOX"),
    ),
    outputs=(OutputSchema("out_image", "IMAGE"),),
)

FAMILY.declare(
    "SDPoseKeypointExtractor",
    category="detection",
    description="Finds the poses of people in a picture.",
    inputs=(
        link("model", "MODEL"),
        link("vae", "VAE"),
        link("image", "IMAGE"),
        integer("batch_size", 16, 1, 10000, required=False),
        link("bboxes", "BOUNDING_BOX", required=False),
    ),
    outputs=(OutputSchema("keypoints", "POSE_KEYPOINT"),),
)

FAMILY.declare(
    "SDPoseDrawKeypoints",
    category="detection",
    description="Draws the poses of people as coloured lines.",
    inputs=(
        link("keypoints", "POSE_KEYPOINT"),
        boolean("draw_body", True, required=False),
        boolean("draw_hands", True, required=False),
        boolean("draw_face", True, required=False),
        boolean("draw_feet", False, required=False),
        integer("stick_width", 4, 1, 10, required=False),
        integer("face_point_size", 3, 1, 10, required=False),
        number("score_threshold", 0.3, 0.0, 1.0, required=False),
        boolean("draw_head", True, required=False),
    ),
    outputs=("IMAGE",),
)

FAMILY.declare(
    "FrameInterpolationModelLoader",
    category="loaders",
    description="Loads a network that draws frames between frames.",
    inputs=(model_file("model_name", "frame_interpolation"),),
    outputs=("INTERP_MODEL",),
)

FAMILY.declare(
    "FrameInterpolate",
    category="image/video",
    description="Draws new frames between those of a video.",
    inputs=(
        link("interp_model", "INTERP_MODEL"),
        link("images", "IMAGE"),
        integer("multiplier", 2, 2, 16),
    ),
    outputs=("IMAGE",),
)
