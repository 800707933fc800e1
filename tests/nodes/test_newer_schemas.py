"""Nodes that ComfyUI 0.3.64 does not have: of 2026, of KJNodes and of ComfyUI_essentials."""

from __future__ import annotations

from typing import Any

import pytest

from capdemo.node_api import InputSchema, Widget
from capdemo.nodes import NODES

METHODS = ("nearest-exact", "bilinear", "area", "bicubic", "lanczos")
CROPS = ("disabled", "center")


def number(default: int, minimum: int, maximum: int, step: int | None = None) -> Widget:
    return Widget("INT", default, minimum, maximum, step)


def side(default: int = 512, minimum: int = 0) -> Widget:
    return number(default, minimum, 16384, 1)


def combo(*choices: str | int, default: str | None = None) -> Widget:
    return Widget("COMBO", default, choices=choices)


# class_type: category, inputs (a text is a socket, one with ? an optional one), outputs.
EXPECTED: dict[str, tuple[str, dict[str, Any], list[tuple[str, str]]]] = {
    "BatchImagesNode": ("image/batch", {"images": "IMAGE"}, [("IMAGE", "IMAGE")]),
    "BatchMasksNode": ("image/mask", {"masks": "MASK"}, [("MASK", "MASK")]),
    "ImageCompare": (
        "image",
        {"image_a": "IMAGE?", "image_b": "IMAGE?", "compare_view": Widget("IMAGECOMPARE")},
        [],
    ),
    "SplitImageToTileList": (
        "image/batch",
        {
            "image": "IMAGE",
            "tile_width": number(1024, 64, 16384),
            "tile_height": number(1024, 64, 16384),
            "overlap": number(128, 0, 4096),
        },
        [("IMAGE", "IMAGE")],
    ),
    "ImageMergeTileList": (
        "image/batch",
        {
            "image_list": "IMAGE",
            "final_width": number(1024, 64, 32768),
            "final_height": number(1024, 64, 32768),
            "overlap": number(128, 0, 4096),
        },
        [("IMAGE", "IMAGE")],
    ),
    "ResizeImagesByShorterEdge": (
        "image/transform",
        {"images": "IMAGE", "shorter_edge": number(512, 1, 8192)},
        [("images", "IMAGE")],
    ),
    "ResizeImagesByLongerEdge": (
        "image/transform",
        {"images": "IMAGE", "longer_edge": number(1024, 1, 8192)},
        [("images", "IMAGE")],
    ),
    "CenterCropImages": (
        "image/transform",
        {"images": "IMAGE", "width": number(512, 1, 8192), "height": number(512, 1, 8192)},
        [("images", "IMAGE")],
    ),
    "RandomCropImages": (
        "image/transform",
        {
            "images": "IMAGE",
            "width": number(512, 1, 8192),
            "height": number(512, 1, 8192),
            "seed": number(0, 0, 2**64 - 1),
        },
        [("images", "IMAGE")],
    ),
    "ShuffleDataset": (
        "image/batch",
        {"images": "IMAGE", "seed": number(0, 0, 2**64 - 1)},
        [("images", "IMAGE")],
    ),
    "NormalizeImages": (
        "image/color",
        {
            "images": "IMAGE",
            "mean": Widget("FLOAT", 0.5, 0.0, 1.0),
            "std": Widget("FLOAT", 0.5, 0.001, 1.0),
        },
        [("images", "IMAGE")],
    ),
    "AdjustBrightness": (
        "image/adjustments",
        {"images": "IMAGE", "factor": Widget("FLOAT", 1.0, 0.0, 2.0)},
        [("images", "IMAGE")],
    ),
    "AdjustContrast": (
        "image/adjustments",
        {"images": "IMAGE", "factor": Widget("FLOAT", 1.0, 0.0, 2.0)},
        [("images", "IMAGE")],
    ),
    "ImageResizeKJv2": (
        "KJNodes/image",
        {
            "image": "IMAGE",
            "width": side(),
            "height": side(),
            "upscale_method": combo(*METHODS, "nvidia_rtx_vsr"),
            "keep_proportion": combo(
                *("stretch", "resize", "pad", "pad_edge", "pad_edge_pixel"),
                *("crop", "pillarbox_blur", "total_pixels"),
            ),
            "pad_color": Widget("STRING", "0, 0, 0"),
            "crop_position": combo("center", "top", "bottom", "left", "right", default="center"),
            "divisible_by": number(2, 0, 512, 1),
            "mask": "MASK?",
            "device": combo("cpu", "gpu", default="cpu"),
        },
        [("IMAGE", "IMAGE"), ("width", "INT"), ("height", "INT"), ("mask", "MASK")],
    ),
    "ImageResizeKJ": (
        "KJNodes/image",
        {
            "image": "IMAGE",
            "width": side(),
            "height": side(),
            "upscale_method": combo(*METHODS),
            "keep_proportion": Widget("BOOLEAN", default=False),
            "divisible_by": number(2, 0, 512, 1),
            "get_image_size": "IMAGE?",
            "crop": combo("disabled", "center", 0, default="disabled"),
        },
        [("IMAGE", "IMAGE"), ("width", "INT"), ("height", "INT")],
    ),
    "ImageConcanate": (
        "KJNodes/image",
        {
            "image1": "IMAGE,MASK",
            "image2": "IMAGE,MASK",
            "direction": combo("right", "down", "left", "up", default="right"),
            "match_image_size": Widget("BOOLEAN", default=True),
        },
        [("output", "IMAGE,MASK")],
    ),
    "ImageResize+": (
        "essentials/image manipulation",
        {
            "image": "IMAGE",
            "width": side(),
            "height": side(),
            "interpolation": combo(
                "nearest", "bilinear", "bicubic", "area", "nearest-exact", "lanczos"
            ),
            "method": combo("stretch", "keep proportion", "fill / crop", "pad"),
            "condition": combo(
                *("always", "downscale if bigger", "upscale if smaller"),
                *("if bigger area", "if smaller area"),
            ),
            "multiple_of": number(0, 0, 512, 1),
        },
        [("IMAGE", "IMAGE"), ("width", "INT"), ("height", "INT")],
    ),
    "ImageRemoveAlpha+": ("essentials/image utils", {"image": "IMAGE"}, [("IMAGE", "IMAGE")]),
    "ImageCropV2": (
        "image/transform",
        {"image": "IMAGE", "crop_region": Widget("BOUNDING_BOX")},
        [("IMAGE", "IMAGE")],
    ),
    "GetImageSize+": (
        "essentials/image utils",
        {"image": "IMAGE"},
        [("width", "INT"), ("height", "INT"), ("count", "INT")],
    ),
}

LIST_OUTPUTS = {"SplitImageToTileList", "ShuffleDataset"}
LIST_INPUTS = {"ImageMergeTileList", "ShuffleDataset"}


def shown(entry: InputSchema) -> Widget | str:
    return entry.widget or entry.type + ("" if entry.required else "?")


@pytest.mark.parametrize("class_type", EXPECTED)
def test_a_node_is_declared_as_its_pack_declares_it(class_type: str) -> None:
    category, inputs, outputs = EXPECTED[class_type]
    schema = NODES[class_type].schema
    assert schema.category == category
    assert [entry.name for entry in schema.inputs] == list(inputs)
    assert {entry.name: shown(entry) for entry in schema.inputs} == inputs
    assert [(slot.name, slot.type) for slot in schema.outputs] == outputs
    assert any(slot.is_list for slot in schema.outputs) == (class_type in LIST_OUTPUTS)
    assert schema.input_is_list == (class_type in LIST_INPUTS)
    assert schema.is_output == (class_type == "ImageCompare")


@pytest.mark.parametrize(
    ("class_type", "pack", "licence"),
    [
        ("ResizeImageMaskNode", "comfy-core", "GPL-3.0"),
        ("ImageResizeKJv2", "comfyui-kjnodes", "GPL-3.0"),
        ("ImageConcanate", "comfyui-kjnodes", "GPL-3.0"),
        ("ImageResize+", "comfyui_essentials", "MIT"),
    ],
)
def test_a_node_names_its_pack(class_type: str, pack: str, licence: str) -> None:
    assert (NODES[class_type].schema.pack, NODES[class_type].schema.licence) == (pack, licence)


def test_rows_are_numbered_from_0_and_one_is_needed() -> None:
    for class_type, name in (("BatchImagesNode", "image"), ("BatchMasksNode", "mask")):
        (entry,) = NODES[class_type].schema.inputs
        assert entry.rows is not None
        assert entry.rows.names == tuple(f"{name}{index}" for index in range(50))
        assert entry.rows.minimum == 1


def test_the_ways_of_resize_image_mask() -> None:
    given, combination, method = NODES["ResizeImageMaskNode"].schema.inputs
    assert (given.type, given.required, given.widget) == ("IMAGE,MASK", True, None)
    assert method.widget == Widget("COMBO", "area", choices=METHODS)
    (output,) = NODES["ResizeImageMaskNode"].schema.outputs
    assert (output.name, output.type) == ("resized", "IMAGE,MASK")
    assert combination.widget is not None
    crop = combo(*CROPS, default="center")
    assert {
        option.name: {entry.name: shown(entry) for entry in option.inputs}
        for option in combination.widget.options
    } == {
        "scale dimensions": {"width": side(), "height": side(), "crop": crop},
        "scale by multiplier": {"multiplier": Widget("FLOAT", 1.0, 0.01, 8.0, 0.01)},
        "scale longer dimension": {"longer_size": side()},
        "scale shorter dimension": {"shorter_size": side()},
        "scale width": {"width": side()},
        "scale height": {"height": side()},
        "scale total pixels": {
            "megapixels": Widget("FLOAT", 1.0, 0.01, 16.0, 0.01),
            "multiple": side(1, 1),
        },
        "match size": {"match": "IMAGE,MASK", "crop": crop},
        "scale to multiple": {"multiple": side(8, 1)},
    }
    assert combination.widget.default is None  # The first option.


def test_the_ways_of_colour_transfer() -> None:
    schema = NODES["ColorTransfer"].schema
    assert schema.category == "image/filters"
    names = ["image_target", "image_ref", "method", "source_stats", "strength"]
    assert [entry.name for entry in schema.inputs] == names
    method, statistics, strength = (entry.widget for entry in schema.inputs[2:])
    assert method == combo("reinhard_lab", "mkl_lab", "histogram")
    assert strength == Widget("FLOAT", 1.0, 0.0, 10.0, 0.01)
    assert statistics is not None
    assert {
        option.name: [(entry.name, entry.widget) for entry in option.inputs]
        for option in statistics.options
    } == {
        "per_frame": [],
        "uniform": [],
        "target_frame": [("target_index", number(0, 0, 10000))],
    }
