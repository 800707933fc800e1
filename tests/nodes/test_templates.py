"""The 644 official templates prove our schemas: the values that they save by position must fit.

A value that landed on the wrong widget shows as a wrong type or as a choice that is not one.
"""

from __future__ import annotations

import importlib.util
import json
from collections import Counter
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.nodes.placing_for_tests import placed

from capdemo.nodes import NODES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

NOT_WORKFLOWS = ("index", "fuse_options")
EDITING_TAGS = {
    "Image Upscale",
    "Video Upscale",
    "Image Edit",
    "Inpainting",
    "Outpainting",
    "Relight",
}
EDITOR_ONLY = {"Note", "MarkdownNote", "PrimitiveNode", "Reroute", "SetNode", "GetNode"}


@cache
def folder() -> Path:
    package = importlib.util.find_spec("comfyui_workflow_templates_json")
    assert package is not None
    assert package.origin is not None
    return Path(package.origin).parent / "templates"


@cache
def templates() -> dict[str, dict[str, Any]]:
    files = sorted(folder().glob("*.json"))
    names = {file.stem: file for file in files if not file.name.startswith(NOT_WORKFLOWS)}
    return {name: json.loads(file.read_text("utf-8-sig")) for name, file in names.items()}


@cache
def index() -> dict[str, dict[str, Any]]:
    groups = json.loads((folder() / "index.json").read_text("utf-8"))
    return {entry["name"]: entry for group in groups for entry in group["templates"]}


def local() -> list[str]:
    """The templates that call no paid service."""
    return [name for name in templates() if index()[name].get("openSource") is not False]


def editing() -> list[str]:
    return [name for name in local() if EDITING_TAGS & set(index()[name].get("tags", []))]


def saved_nodes(name: str) -> Iterator[dict[str, Any]]:
    """Of the top level and of every subgraph, without instances and what only the editor knows."""
    root = templates()[name]
    subgraphs = root.get("definitions", {}).get("subgraphs", [])
    instances = {subgraph["id"] for subgraph in subgraphs}
    for level in (root, *subgraphs):
        for node in level["nodes"]:
            if node["type"] not in instances | EDITOR_ONLY:
                yield node


def uncovered(names: Iterable[str]) -> dict[str, list[str]]:
    missing = {name: {node["type"] for node in saved_nodes(name)} - set(NODES) for name in names}
    return {name: sorted(types) for name, types in missing.items() if types}


def test_what_is_counted() -> None:
    assert (len(templates()), len(local()), len(editing())) == (644, 259, 59)


def test_every_local_template_that_edits_is_covered() -> None:
    assert uncovered(editing()) == {}


def test_nearly_every_local_template_is_covered() -> None:
    left = uncovered(local())
    assert len(left) <= 8, left
    # Meshes, splats and bodies in three dimensions, and shaders: far from this guide.
    assert all(name.startswith(FAR_AWAY) for name in left)


FAR_AWAY = ("3d_", "basic_image_color_adjustment", "utility_sam3d_body")


MISFITS = {
    "KSampler": "scheduler='beta57'",  # a schedule of the pack RES4LYF
    "ResizeImageMaskNode": "resize_type.multiple='",  # saved before `multiple` was added
}
"""The values that fit no schema, and why."""

LEFT_OVER = {
    "LoadImage",  # the upload button
    "LoadVideo",
    "LoadAudio",
    "RecordAudio",
    "PreviewAny",  # what the preview shows
    "GetImageSize",
    "SaveGLB",
    "CustomCombo",  # the list of options, which the editor keeps
    "CameraAngle",  # the view that the editor shows
    "ImageCropV2",  # the numbers of the rectangle once more, each by itself
    "Painter",
}
"""The types whose lists hold more values than the node has widgets."""


GROWN = {
    "CFGNorm": {"pre_cfg"},
    "ChromaRadianceOptions": {"force_sequential_txt_ids"},
    "CreateVideo": {"bit_depth", "color_space", "codec"},
    "ImageCompare": {"compare_view"},
    "ImageScaleToTotalPixels": {"resolution_steps"},
    "LatentApplyOperationCFG": {"start_percent", "end_percent"},
    "ModelSamplingAuraFlow": {"sampling"},
    "MoGeInference": {"refine_steps"},
    "QwenImageDiffsynthControlnet": {"start_percent", "end_percent"},
    "ResizeImageMaskNode": {"scale_method"},
    "ResolutionSelector": {"multiple"},
    "SaveVideo": {"codec", "format.codec.encoding"},
    "SDPoseDrawKeypoints": {"draw_head"},
    "TextGenerate": {
        "mtp",
        "use_default_template",
        "thinking",
        "sampling_mode.presence_penalty",
    },
    "TextGenerateLTX2Prompt": {"mtp"},
    "YuE2GenerateMusic": {"cfg_scale"},
}
"""Widgets that a node got after some of the templates were saved."""


def test_saved_values_fit_the_widgets_in_their_order() -> None:
    looked_at: Counter[str] = Counter()
    problems: list[str] = []
    for name in templates():
        for node in saved_nodes(name):
            kind = node["type"]
            if kind not in NODES or not isinstance(node.get("widgets_values"), list):
                continue
            looked_at[kind] += 1
            found = placed(NODES[kind].schema, node["widgets_values"])
            problems += [
                f"{name}: {kind} {what}"
                for what in found.wrong
                if not what.startswith(MISFITS.get(kind, " "))
            ]
            if found.left_over and kind not in LEFT_OVER:
                problems.append(f"{name}: {kind} has {found.left_over} values too many")
            if not set(found.without) <= GROWN.get(kind, set()):
                problems.append(f"{name}: {kind} has no value for {found.without}")
    assert problems == []
    assert looked_at.total() > 7300
    assert len(looked_at) > 300


def test_names_that_files_give_are_the_names_of_our_widgets() -> None:
    """A name that a file gives and we do not know is a widget that we miss."""
    unknown: set[tuple[str, str]] = set()
    compared = 0
    for name in templates():
        for node in saved_nodes(name):
            named = node.get("widgets_values_named")
            if node["type"] not in NODES or not named:
                continue
            compared += 1
            known = {entry.name for entry in NODES[node["type"]].schema.inputs}
            unknown |= {(node["type"], key) for key in named if key.partition(".")[0] not in known}
    assert {(kind, key) for kind, key in unknown if not is_editors_own(kind, key)} == set()
    assert compared > 1500


def is_editors_own(class_type: str, name: str) -> bool:
    """Controls, which some files call by their value, buttons, previews and an older name."""
    return (
        name in {"control_after_generate", "upload", "fixed", "audio#1"}
        or class_type in LEFT_OVER
        or (class_type, name) == ("SaveAudioAdvanced", "quality")
    )


def test_outputs_that_files_draw_are_ours() -> None:
    """By name and type where nothing was added since; older files may draw fewer."""
    wrong: Counter[str] = Counter()
    for name in templates():
        for node in saved_nodes(name):
            if node["type"] not in NODES:
                continue
            ours = [slot.type for slot in NODES[node["type"]].schema.outputs]
            drawn = [slot["type"] for slot in node.get("outputs") or []]
            if len(drawn) > len(ours) or not all(map(may_be_drawn_as, ours, drawn)):
                wrong[f"{node['type']} {drawn} {ours}"] += 1
    assert wrong == Counter()


def may_be_drawn_as(ours: str, drawn: str) -> bool:
    """An output that takes its type from an input is drawn as what it was connected to."""
    alternatives = [*ours.split(","), *RETYPED.get(ours, [])]
    return "*" in (ours, drawn) or set(drawn.split(",")) <= set(alternatives)


RETYPED = {"COMBO": ["INT"]}
"""The bit depth of GetVideoComponents was a number when the templates were saved."""


def test_no_optional_widget_stands_before_a_required_one() -> None:
    """Files list the required widgets first, so a schema in another order would misplace them."""
    for node in NODES.values():
        required = [entry.required for entry in node.schema.widgets]
        assert required == sorted(required, reverse=True), node.schema.class_type
