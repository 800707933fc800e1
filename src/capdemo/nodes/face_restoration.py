"""Nodes that find, cut out and restore faces, as two packs have them: same names, own code.

facerestore_cf (no licence stated, June 2025) and ReActor (GPL-3.0, May 2026). Swapping faces is
left out.
"""

from typing import Annotated, Literal

from capdemo import imaging, models
from capdemo.errors import InputError
from capdemo.node_api import Image, ModelFile, NodeFamily, OwnModel, Range, RunContext
from capdemo.node_api.faces import FaceDetector, FaceLandmarker, FaceParser, FaceRestoreModel

FACERESTORE = NodeFamily(pack="facerestore_cf", licence="none stated")
REACTOR = NodeFamily(pack="comfyui-reactor", licence="GPL-3.0")

Detection = Literal["retinaface_resnet50", "retinaface_mobile0.25"]
"""Both packs offer YOLOv5l and YOLOv5n, too, which do not run here."""
Share = Annotated[float, Range(0.0, 1.0, 0.05)]

DETECTOR_FOLDER = "facedetection"
DETECTOR_FILES = {
    "retinaface_resnet50": "detection_Resnet50_Final.pth",
    "retinaface_mobile0.25": "detection_mobilenet0.25_Final.pth",
}
PARSER_FILE = "parsing_bisenet.pth"
LANDMARKER_FILE = "onet.pt"
RESTORER_FOLDER = "facerestore_models"

FINDING = (
    *(
        OwnModel(DETECTOR_FOLDER, file, chosen_by=("facedetection", choice))
        for choice, file in DETECTOR_FILES.items()
    ),
    OwnModel(DETECTOR_FOLDER, LANDMARKER_FILE, needed=False),
)
PASTING = (*FINDING, OwnModel(DETECTOR_FOLDER, PARSER_FILE, needed=False))


@FACERESTORE.node("FaceRestoreModelLoader", category="facerestore_cf")
def load_face_restore_model(
    *,
    model_name: Annotated[str, ModelFile(RESTORER_FOLDER)],
    context: RunContext,
) -> FaceRestoreModel:
    """Load a network that redraws faces: GFPGAN, RestoreFormer or CodeFormer.

    The architecture is recognised from the file's weights. CodeFormer may not be used
    commercially, and needs the extra `extra-architectures`.
    """
    return _restorer(model_name, context)


@FACERESTORE.node(
    "FaceRestoreCFWithModel", category="facerestore_cf", revision=4, own_models=PASTING
)
def restore_faces(
    *,
    facerestore_model: FaceRestoreModel,
    image: Image,
    facedetection: Detection,
    codeformer_fidelity: Share = 0.5,
    context: RunContext,
) -> Image:
    """Find every face in an image, turn it upright, redraw it, and paste it back softly.

    A higher fidelity keeps CodeFormer's face more like the one that there was; other networks
    have no such choice. A face that cannot be restored is named and left as it was.
    """
    tools = imaging.faces.FaceTools(
        _detector(facedetection, context),
        lambda face: facerestore_model(face, fidelity=codeformer_fidelity),
        _parser(context),
        landmarker=_landmarker(context),
    )
    return imaging.faces.restore_each(image, tools, note=context.note, progress=context.progress)


@FACERESTORE.node("CropFace", category="facerestore_cf", revision=4, own_models=FINDING)
def crop_faces(*, image: Image, facedetection: Detection, context: RunContext) -> Image:
    """Cut every face out of an image, upright, 512 pixels wide and high, the surest first.

    An image without a face gives one black picture.
    """
    return imaging.faces.crop_each(
        image,
        _detector(facedetection, context),
        landmarker=_landmarker(context),
        note=context.note,
        progress=context.progress,
    )


@REACTOR.node(
    "ReActorRestoreFace", category="\N{MILKY WAY} ReActor", revision=4, own_models=PASTING
)
def restore_faces_visibly(
    *,
    image: Image,
    facedetection: Detection,
    model: Annotated[str, ModelFile(RESTORER_FOLDER)],
    visibility: Share = 1.0,
    codeformer_weight: Share = 0.5,
    context: RunContext,
) -> Image:
    """Find and redraw every face in an image; `visibility` blends the new face with the old.

    `codeformer_weight` is CodeFormer's fidelity. ReActor's choice `none`, which does nothing, is
    not offered: mute the node instead.
    """
    restorer = _restorer(model, context)
    tools = imaging.faces.FaceTools(
        _detector(facedetection, context),
        lambda face: restorer(face, fidelity=codeformer_weight),
        _parser(context),
        visibility,
        _landmarker(context),
    )
    return imaging.faces.restore_each(image, tools, note=context.note, progress=context.progress)


def _restorer(name: str, context: RunContext) -> FaceRestoreModel:
    path = context.models.file(RESTORER_FOLDER, name)
    return context.models.loaded(
        (RESTORER_FOLDER, path, context.device),
        lambda: models.face_restorer.load_face_restorer(path, device=context.device),
    )


def _detector(name: str, context: RunContext) -> FaceDetector:
    path = context.models.file(DETECTOR_FOLDER, DETECTOR_FILES[name])
    return context.models.loaded(
        (DETECTOR_FOLDER, path, context.device),
        lambda: models.face_detector.load_face_detector(path, device=context.device),
    )


def _landmarker(context: RunContext) -> FaceLandmarker | None:
    try:
        path = context.models.file(DETECTOR_FOLDER, LANDMARKER_FILE)
    except InputError as error:
        context.note(f"Landmarks are the detector's, for want of MTCNN's O-Net. {error}")
        return None
    return context.models.loaded(
        (DETECTOR_FOLDER, path, context.device),
        lambda: models.face_landmarker.load_face_landmarker(path, device=context.device),
    )


def _parser(context: RunContext) -> FaceParser | None:
    try:
        path = context.models.file(DETECTOR_FOLDER, PARSER_FILE)
    except InputError as error:
        context.note(f"Faces are pasted as squares, for want of a face parser. {error}")
        return None
    return context.models.loaded(
        (DETECTOR_FOLDER, path, context.device),
        lambda: models.face_parser.load_face_parser(path, device=context.device),
    )
