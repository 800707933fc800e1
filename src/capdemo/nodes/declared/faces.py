"""The nodes of ReActor that swap faces; they are left out of what runs here."""

from __future__ import annotations

from capdemo.node_api import NodeFamily, OutputSchema
from capdemo.node_api.inputs import boolean, choice, link, model_file, number, text

REACTOR = NodeFamily(pack="comfyui-reactor", licence="GPL-3.0")

DETECTION = choice(
    "facedetection",
    ("retinaface_resnet50", "retinaface_mobile0.25", "YOLOv5l", "YOLOv5n"),
)
GENDERS = ("no", "female", "male")
WEIGHT = number("codeformer_weight", 0.5, 0.0, 1.0, 0.05)

# The combo of restorers holds "none" beside the files that are found: every name is accepted.
REACTOR.declare(
    "ReActorFaceSwap",
    category="\N{MILKY WAY} ReActor",
    description="Replaces faces in a picture by the face of another picture, and restores them.",
    inputs=(
        boolean("enabled", True),
        link("input_image", "IMAGE"),
        model_file("swap_model", "insightface"),
        DETECTION,
        choice("face_restore_model", ()),
        number("face_restore_visibility", 1.0, 0.1, 1.0, 0.05),
        WEIGHT,
        choice("detect_gender_input", GENDERS),
        choice("detect_gender_source", GENDERS),
        text("input_faces_index", "0"),
        text("source_faces_index", "0"),
        choice("console_log_level", (0, 1, 2), 1),
        link("source_image", "IMAGE", required=False),
        link("face_model", "FACE_MODEL", required=False),
        link("face_boost", "FACE_BOOST", required=False),
    ),
    outputs=(
        OutputSchema("SWAPPED_IMAGE", "IMAGE"),
        OutputSchema("FACE_MODEL", "FACE_MODEL"),
        OutputSchema("ORIGINAL_IMAGE", "IMAGE"),
    ),
)
