"""The nodes as workflow files see them: names, widget order, defaults and bounds of ComfyUI."""

from __future__ import annotations

import subprocess
import sys

import pytest

from capdemo.node_api import Widget
from capdemo.nodes import FAMILIES, NODES

METHODS = Widget("COMBO", choices=("nearest-exact", "bilinear", "area", "bicubic", "lanczos"))


def side(default: int, minimum: int = 0) -> Widget:
    return Widget("INT", default, minimum, 16384, 1)


# class_type: category, inputs (None is a socket) and outputs, in ComfyUI's order.
EXPECTED: dict[str, tuple[str, dict[str, Widget | None], list[str]]] = {
    "LoadImage": ("image", {"image": Widget("COMBO", upload="image")}, ["IMAGE", "MASK"]),
    "LoadImageMask": (
        "mask",
        {
            "image": Widget("COMBO", upload="image"),
            "channel": Widget("COMBO", choices=("alpha", "red", "green", "blue")),
        },
        ["MASK"],
    ),
    "SaveImage": (
        "image",
        {"images": None, "filename_prefix": Widget("STRING", "ComfyUI")},
        ["IMAGE"],
    ),
    "PreviewImage": ("image", {"images": None}, ["IMAGE"]),
    "ImageScale": (
        "image/upscaling",
        {
            "image": None,
            "upscale_method": METHODS,
            "width": side(512),
            "height": side(512),
            "crop": Widget("COMBO", choices=("disabled", "center")),
        },
        ["IMAGE"],
    ),
    "ImageScaleBy": (
        "image/upscaling",
        {
            "image": None,
            "upscale_method": METHODS,
            "scale_by": Widget("FLOAT", 1.0, 0.01, 8.0, 0.01),
        },
        ["IMAGE"],
    ),
    "ImageScaleToTotalPixels": (
        "image/upscaling",
        {
            "image": None,
            "upscale_method": METHODS,
            "megapixels": Widget("FLOAT", 1.0, 0.01, 16.0, 0.01),
            "resolution_steps": Widget("INT", 1, 1, 256, 1),
        },
        ["IMAGE"],
    ),
    "ImageScaleToMaxDimension": (
        "image/upscaling",
        {
            "image": None,
            "upscale_method": Widget(
                "COMBO", choices=("area", "lanczos", "bilinear", "nearest-exact", "bicubic")
            ),
            "largest_size": side(512),
        },
        ["IMAGE"],
    ),
    "ImageCrop": (
        "image/transform",
        {"image": None, "width": side(512, 1), "height": side(512, 1), "x": side(0), "y": side(0)},
        ["IMAGE"],
    ),
    "ImageInvert": ("image", {"image": None}, ["IMAGE"]),
    "ImageSharpen": (
        "image/postprocessing",
        {
            "image": None,
            "sharpen_radius": Widget("INT", 1, 1, 31, 1),
            "sigma": Widget("FLOAT", 1.0, 0.1, 10.0, 0.01),
            "alpha": Widget("FLOAT", 1.0, 0.0, 5.0, 0.01),
        },
        ["IMAGE"],
    ),
    "ImageBlur": (
        "image/postprocessing",
        {
            "image": None,
            "blur_radius": Widget("INT", 1, 1, 31, 1),
            "sigma": Widget("FLOAT", 1.0, 0.1, 10.0, 0.1),
        },
        ["IMAGE"],
    ),
    "UpscaleModelLoader": (
        "loaders",
        {"model_name": Widget("COMBO", model_folder="upscale_models")},
        ["UPSCALE_MODEL"],
    ),
    "ImageUpscaleWithModel": (
        "image/upscaling",
        {"upscale_model": None, "image": None},
        ["IMAGE"],
    ),
}


@pytest.mark.parametrize("class_type", EXPECTED)
def test_a_node_is_declared_as_in_comfyui(class_type: str) -> None:
    category, inputs, outputs = EXPECTED[class_type]
    schema = NODES[class_type].schema
    assert schema.category == category
    assert {entry.name: entry.widget for entry in schema.inputs} == inputs
    assert [entry.name for entry in schema.inputs] == list(inputs)
    assert all(entry.required for entry in schema.inputs)
    assert [output.type for output in schema.outputs] == outputs
    assert schema.is_output == (class_type in ("SaveImage", "PreviewImage"))
    assert (schema.pack, schema.licence) == ("comfy-core", "GPL-3.0")


def test_no_node_is_known_twice() -> None:
    assert sum(len(list(family)) for family in FAMILIES) == len(NODES)


@pytest.mark.parametrize("class_type", NODES)
def test_the_description_is_prose_for_readers(class_type: str) -> None:
    description = NODES[class_type].schema.description
    first = description.splitlines()[0]
    assert first.endswith((".", ","))
    assert len(description.split()) >= 6
    assert "ValueError" not in description


def test_knowing_the_nodes_imports_no_tensors() -> None:
    program = (
        "import sys; from capdemo.nodes import NODES; assert NODES['LoadImage'].schema;"
        "print(sorted({'torch', 'PIL', 'numpy', 'spandrel'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"


@pytest.mark.parametrize("package", ["imaging", "models"])
def test_importing_a_facade_imports_no_tensors(package: str) -> None:
    program = (
        f"import sys; from capdemo import {package};"
        "print(sorted({'torch', 'PIL', 'numpy', 'spandrel'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"
