"""Unknown nodes: whose they are, and what of them cannot be told apart."""

from __future__ import annotations

import pytest

from capdemo.workflow import DocumentNode
from capdemo.workflow.ownership import missing_type, pack_of


@pytest.mark.parametrize(
    ("node_type", "pack"),
    [
        ("UltimateSDUpscale", "ssitu/ComfyUI_UltimateSDUpscale"),
        ("UltimateSDUpscaleNoUpscale", "ssitu/ComfyUI_UltimateSDUpscale"),
        ("ReActorRestoreFace", "Gourieff/ComfyUI-ReActor"),
        ("SUPIR_sample", "kijai/ComfyUI-SUPIR"),
        ("SUPIRApply", "comfy-core"),
        ("SeedVR2VideoUpscaler", "numz/ComfyUI-SeedVR2_VideoUpscaler"),
        ("SeedVR2Preprocess", "comfy-core"),
        ("FlashVSRNodeAdv", "lihaoyun6/ComfyUI-FlashVSR_Ultra_Fast"),
        ("FlashVSR_SM_KSampler", "smthemex/ComfyUI_FlashVSR"),
        ("VHS_VideoCombine", "Kosinkadink/ComfyUI-VideoHelperSuite"),
        ("HYPIRAdvancedRestoration", "11dogzi/Comfyui-HYPIR"),
        ("FaceRestoreCFWithModel", "mav-rik/facerestore_cf"),
        ("Seed (rgthree)", "rgthree/rgthree-comfy"),
        ("Nobodys", ""),
    ],
)
def test_who_owns_a_type_that_the_file_says_nothing_about(node_type: str, pack: str) -> None:
    assert pack_of(DocumentNode("1", node_type)) == pack


def test_what_the_file_records_goes_first() -> None:
    node = DocumentNode("1", "VHS_Mine", properties={"aux_id": "me/fork", "ver": "1.2"})
    assert pack_of(node) == "me/fork 1.2"


def test_a_type_that_is_missing() -> None:
    node = DocumentNode("3", "SUPIR_sample", widgets_values=(1, "fixed", 20))
    problem = missing_type(node, file="w.json", name="7", near="Did you mean 'X'?")
    assert (problem.file, problem.node, problem.input) == ("w.json", "7", None)
    assert problem.kind == "missing_node_type"
    assert problem.message == (
        "No node type 'SUPIR_sample' is known; it belongs to the pack 'kijai/ComfyUI-SUPIR'. "
        "The file does not name the node's 3 widget values."
    )
    assert problem.hint.startswith("Did you mean 'X'? Replace the node or mute it;")


@pytest.mark.parametrize(
    "node",
    [
        DocumentNode("1", "A"),
        DocumentNode("1", "A", widgets_values=()),
        DocumentNode("1", "A", widgets_values={"b": 1}),
        DocumentNode("1", "A", widgets_values=(1,), widgets_values_named={"b": 1}),
    ],
)
def test_nothing_is_lost_of_a_node_whose_values_are_named(node: DocumentNode) -> None:
    assert missing_type(node, file="w.json", name="7").message == "No node type 'A' is known."


def test_one_value_is_one_value() -> None:
    node = DocumentNode("1", "A", widgets_values=(1,))
    assert missing_type(node, file="w", name="7").message.endswith("the node's 1 widget value.")


def test_face_swapping_is_out_of_scope() -> None:
    problem = missing_type(DocumentNode("1", "ReActorFaceSwap"), file="w.json", name="7")
    assert problem.kind == "out_of_scope_node_type"
    assert problem.message == (
        "Node type 'ReActorFaceSwap' swaps faces, which this project leaves out; it belongs to "
        "the pack 'Gourieff/ComfyUI-ReActor'."
    )
