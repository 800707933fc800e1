"""Schemas and JSON values that the tests of the workflow layer share."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from capdemo.node_api import InputSchema, NodeSchema, OutputSchema, Widget
from capdemo.workflow.document import Document, document_from_json

if TYPE_CHECKING:
    from capdemo.workflow import JsonValue


def schema(class_type: str, *inputs: InputSchema, outputs: tuple[str, ...] = ()) -> NodeSchema:
    slots = tuple(OutputSchema(kind, kind) for kind in outputs)
    return NodeSchema(class_type, inputs, slots, category="test", description="")


def socket(name: str, kind: str = "IMAGE") -> InputSchema:
    return InputSchema(name, kind)


def widget(name: str, spec: Widget, *, required: bool = True) -> InputSchema:
    return InputSchema(name, spec.type, required=required, widget=spec)


SEED = widget("seed", Widget("INT", default=0, control_after_generate=True))

SCHEMAS = {
    entry.class_type: entry
    for entry in (
        schema(
            "LoadImage",
            widget("image", Widget("COMBO", upload="image")),
            outputs=("IMAGE", "MASK"),
        ),
        schema(
            "UpscaleModelLoader",
            widget("model_name", Widget("COMBO", model_folder="upscale_models")),
            outputs=("UPSCALE_MODEL",),
        ),
        schema(
            "ImageUpscaleWithModel",
            socket("upscale_model", "UPSCALE_MODEL"),
            socket("image"),
            outputs=("IMAGE",),
        ),
        schema(
            "KSampler",
            socket("latent", "LATENT"),
            SEED,
            widget("steps", Widget("INT", default=20)),
            widget("sampler_name", Widget("COMBO", choices=("euler", "fixed"))),
            widget("denoise", Widget("FLOAT", default=1.0)),
            outputs=("LATENT",),
        ),
        schema(
            "SaveImage",
            socket("images"),
            widget("filename_prefix", Widget("STRING", default="ComfyUI")),
            outputs=("IMAGE",),
        ),
    )
}


def document(nodes: list[JsonValue], links: list[JsonValue], **rest: JsonValue) -> Document:
    value: dict[str, JsonValue] = {"nodes": nodes, "links": links, "version": 0.4, **rest}
    return document_from_json(value, file="w.json")


def esrgan() -> dict[str, JsonValue]:
    """The four nodes that most published upscaling workflows have, as ComfyUI saves them."""
    value: dict[str, JsonValue] = json.loads(ESRGAN)
    return value


ESRGAN = r"""
{"last_node_id": 6, "last_link_id": 9, "nodes": [
  {"id": 3, "type": "LoadImage", "pos": [1, 2], "size": {"0": 315, "1": 314}, "flags": {},
   "order": 0, "mode": 0, "outputs": [
     {"name": "IMAGE", "type": "IMAGE", "links": [7], "slot_index": 0},
     {"name": "MASK", "type": "MASK", "links": null}],
   "properties": {"Node name for S&R": "LoadImage"},
   "widgets_values": ["pasted/image (40).png", "image"]},
  {"id": 4, "type": "UpscaleModelLoader", "mode": 0,
   "outputs": [{"name": "UPSCALE_MODEL", "type": "UPSCALE_MODEL", "links": [8]}],
   "widgets_values": ["ESRGAN\\ESRGAN_4x.pth"]},
  {"id": 2, "type": "ImageUpscaleWithModel", "mode": 0, "title": "Four times",
   "inputs": [{"name": "upscale_model", "type": "UPSCALE_MODEL", "link": 8},
              {"name": "image", "type": "IMAGE", "link": 7}],
   "outputs": [{"name": "IMAGE", "type": "IMAGE", "links": [9]}],
   "properties": {"cnr_id": "comfy-core", "ver": "0.3.64"}, "widgets_values": null},
  {"id": 6, "type": "SaveImage", "mode": 0,
   "inputs": [{"name": "images", "type": "IMAGE", "link": 9}],
   "widgets_values": ["ComfyUI"]},
  {"id": 7, "type": "MarkdownNote", "mode": 0, "widgets_values": ["# About"]}],
 "links": [[7, 3, 0, 2, 1, "IMAGE"], [8, 4, 0, 2, 0, "UPSCALE_MODEL"], [9, 2, 0, 6, 0, "IMAGE"]],
 "groups": [], "config": {}, "extra": {}, "version": 0.4}
"""

ESRGAN_API: dict[str, JsonValue] = {
    "3": {"inputs": {"image": "pasted/image (40).png"}, "class_type": "LoadImage"},
    "4": {"inputs": {"model_name": "ESRGAN\\ESRGAN_4x.pth"}, "class_type": "UpscaleModelLoader"},
    "2": {
        "inputs": {"upscale_model": ["4", 0], "image": ["3", 0]},
        "class_type": "ImageUpscaleWithModel",
        "_meta": {"title": "Four times"},
    },
    "6": {
        "inputs": {"images": ["2", 0], "filename_prefix": "ComfyUI"},
        "class_type": "SaveImage",
    },
}
