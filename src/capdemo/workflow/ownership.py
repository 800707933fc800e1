"""Who publishes a node type that is not known here, and what its node loses; installs nothing."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from capdemo.errors import Problem
from capdemo.workflow.quoting import quoted
from capdemo.workflow.widgets import self_named_values

if TYPE_CHECKING:
    from collections.abc import Mapping

    from capdemo.workflow.document import DocumentNode

_WAY_OUT = "Replace the node or mute it; `capdemo nodes` lists what is known."

OUT_OF_SCOPE = frozenset({"ReActorFaceSwap", "ReActorFaceSwapOpt"})
"""Nodes that swap faces; there will be no code for them here."""

_NATIVE = frozenset(
    {
        "SUPIRApply",
        "SeedVR2Conditioning",
        "SeedVR2PostProcessing",
        "SeedVR2Preprocess",
        "SeedVR2TemporalChunk",
        "SeedVR2TemporalMerge",
    }
)
"""ComfyUI's own since 2026, under names that look like a pack's."""

_PACKS: Mapping[str, str] = MappingProxyType(
    {
        "CropFace": "mav-rik/facerestore_cf",
        "FaceRestore": "mav-rik/facerestore_cf",
        "FlashVSRInitPipe": "lihaoyun6/ComfyUI-FlashVSR_Ultra_Fast",
        "FlashVSRNode": "lihaoyun6/ComfyUI-FlashVSR_Ultra_Fast",
        "FlashVSR_SM_": "smthemex/ComfyUI_FlashVSR",
        "GetImageSize+": "cubiq/ComfyUI_essentials",
        "HYPIR": "11dogzi/Comfyui-HYPIR",
        "ImageConcanate": "kijai/ComfyUI-KJNodes",
        "ImageResize+": "cubiq/ComfyUI_essentials",
        "ImageResizeKJ": "kijai/ComfyUI-KJNodes",
        "ReActor": "Gourieff/ComfyUI-ReActor",
        "SUPIR_": "kijai/ComfyUI-SUPIR",
        "SeedVR2": "numz/ComfyUI-SeedVR2_VideoUpscaler",
        "SimpleMath+": "cubiq/ComfyUI_essentials",
        "TiledDiffusion": "shiimizu/ComfyUI-TiledDiffusion",
        "UltimateSDUpscale": "ssitu/ComfyUI_UltimateSDUpscale",
        "VHS_": "Kosinkadink/ComfyUI-VideoHelperSuite",
        "WavespeedFlashVSR": "comfy-core",
    }
)
"""From how a node type begins to the pack that publishes it, for files that do not record it."""


def pack_of(node: DocumentNode) -> str:
    """The pack that owns a node's type, with its version where recorded; empty where unknown."""
    if node.pack:
        return node.pack
    if node.type in _NATIVE:
        return "comfy-core"
    if node.type.endswith(" (rgthree)"):
        return "rgthree/rgthree-comfy"
    begins = (pack for beginning, pack in _PACKS.items() if node.type.startswith(beginning))
    return next(begins, "")


def missing_type(node: DocumentNode, *, file: str, name: str, near: str = "") -> Problem:
    """The problem of a node whose type has no schema here.

    `missing_node_type`, or `out_of_scope_node_type` for what is left out on purpose. `name` is the
    id that it gives, `near` a sentence that names a known type.
    """
    is_out_of_scope = node.type in OUT_OF_SCOPE
    kind, owner = quoted(node.type), _owner(node)
    what = f"No node type {kind} is known{owner}."
    if is_out_of_scope:
        what = f"Node type {kind} swaps faces, which this project leaves out{owner}."
    return Problem(
        file=file,
        node=name,
        input=None,
        kind="out_of_scope_node_type" if is_out_of_scope else "missing_node_type",
        message=f"{what}{_lost_values(node)}",
        hint=f"{near} {_WAY_OUT}".strip(),
    )


def _owner(node: DocumentNode) -> str:
    pack = pack_of(node)
    return f"; it belongs to the pack {quoted(pack)}" if pack else ""


def _lost_values(node: DocumentNode) -> str:
    if self_named_values(node) is not None:
        return ""
    count = len(node.widgets_values or ())
    noun = "widget value" if count == 1 else "widget values"
    return f" The file does not name the node's {count} {noun}."
