"""From the name in a workflow to a loaded network: catalogue, search, fetch, convert, load.

A lazy facade: `from capdemo import models` costs nothing, and torch is imported when a function
of `models.upscaler` or `models.device` is first named. The code that nodes run is left to `nodes`.
"""

from typing import TYPE_CHECKING

import lazy_loader

if TYPE_CHECKING:
    from capdemo.models import (
        allocator,
        catalogue,
        controlnet,
        convert,
        dense_block,
        device,
        diffusion_files,
        digest,
        download,
        face_anchors,
        face_backbone,
        face_bisenet,
        face_detector,
        face_landmarker,
        face_names,
        face_parser,
        face_restorer,
        face_retinaface,
        face_weights,
        fetch,
        file_check,
        folders,
        lora,
        memory_need,
        mixed_precision,
        ncnn,
        realcugan,
        register,
        resolve,
        sd_loader,
        spandrel_import,
        store,
        tables,
        textual_inversion,
        upscaler,
        weights,
    )

__all__ = [
    "allocator",
    "catalogue",
    "controlnet",
    "convert",
    "dense_block",
    "device",
    "diffusion_files",
    "digest",
    "download",
    "face_anchors",
    "face_backbone",
    "face_bisenet",
    "face_detector",
    "face_landmarker",
    "face_names",
    "face_parser",
    "face_restorer",
    "face_retinaface",
    "face_weights",
    "fetch",
    "file_check",
    "folders",
    "lora",
    "memory_need",
    "mixed_precision",
    "ncnn",
    "realcugan",
    "register",
    "resolve",
    "sd_loader",
    "spandrel_import",
    "store",
    "tables",
    "textual_inversion",
    "upscaler",
    "weights",
]

__getattr__, __dir__, _ = lazy_loader.attach(__name__, submodules=__all__)
