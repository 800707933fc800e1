"""The nodes of two packs that find, restore and swap faces; none runs here."""

from __future__ import annotations

from capdemo.node_api import NodeFamily, OutputSchema
from capdemo.node_api.inputs import boolean, choice, link, model_file, number, text

FACERESTORE = NodeFamily(pack="facerestore_cf", licence="none stated")
REACTOR = NodeFamily(pack="comfyui-reactor", licence="GPL-3.0")

DETECTION = choice(
    "facedetection",
    ("retinaface_resnet50", "retinaface_mobile0.25", "YOLOv5l", "YOLOv5n"),
)
GENDERS = ("no", "female", "male")
WEIGHT = number("codeformer_weight", 0.5, 0.0, 1.0, 0.05)

FACERESTORE.declare(
    "FaceRestoreModelLoader",
    category="facerestore_cf",
    description="Loads GFPGAN, CodeFormer or another network that restores faces.",
    inputs=(model_file("model_name", "facerestore_models"),),
    outputs=("FACERESTORE_MODEL",),
)

FACERESTORE.declare(
    "FaceRestoreCFWithModel",
    category="facerestore_cf",
    description="Finds the faces in a picture and restores each of them.",
    inputs=(
        link("facerestore_model", "FACERESTORE_MODEL"),
        link("image", "IMAGE"),
        DETECTION,
        number("codeformer_fidelity", 0.5, 0.0, 1.0, 0.05),
    ),
    outputs=("IMAGE",),
)

FACERESTORE.declare(
    "CropFace",
    category="facerestore_cf",
    description="Finds the faces in a picture and cuts them out, upright.",
    inputs=(link("image", "IMAGE"), DETECTION),
    outputs=("IMAGE",),
)

# The combos of restorers hold "none" beside the files that are found, so every name is accepted.
REACTOR.declare(
    "ReActorRestoreFace",
    category="\N{MILKY WAY} ReActor",
    description="Finds the faces in a picture, restores them and blends the result with it.",
    inputs=(
        link("image", "IMAGE"),
        DETECTION,
        choice("model", ()),
        number("visibility", 1.0, 0.0, 1.0, 0.05),
        WEIGHT,
    ),
    outputs=("IMAGE",),
)

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
