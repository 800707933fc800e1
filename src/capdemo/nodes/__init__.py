"""The nodes that capdemo executes: every one an adapter of ComfyUI's name and semantics.

The list is explicit, so that a broken module is an `ImportError` and not a missing node. No
module here imports torch or PIL before a node runs.
"""

from __future__ import annotations

from capdemo.node_api import NodeFamily, NodeRegistry
from capdemo.nodes import filtering, picture_files, resizing, upscaling

FAMILIES: tuple[NodeFamily, ...] = (
    picture_files.FAMILY,
    resizing.FAMILY,
    filtering.FAMILY,
    upscaling.FAMILY,
)

NODES = NodeRegistry(FAMILIES)
"""What a run gets unless it is given another registry."""

__all__ = ["FAMILIES", "NODES"]
