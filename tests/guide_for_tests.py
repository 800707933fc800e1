"""A guide of a few files, small enough to be built within a second, and the command line in it."""

from __future__ import annotations

import io
import json
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import PIL.Image

from capdemo.cli import main

PHOTOGRAPH = Path(__file__).parents[1] / "workflows" / "inputs" / "pagoda-small.png"

SPEC = """
title = "{title}"
caption = "A small picture, made larger."
[input]
node = "1"
alt = "Coloured noise."
label = "Input"
[output]
node = "3"
alt = "Larger coloured noise."
label = "{title}"
"""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command gave."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """What it printed, read as JSON."""
        return json.loads(self.out)


def invoke(*arguments: str | Path) -> Answer:
    """Run `capdemo ARGUMENTS` in this process and folder."""
    out, err = io.StringIO(), io.StringIO()
    argv = ["capdemo", *map(str, arguments)]
    with mock.patch.object(sys, "argv", argv), redirect_stdout(out), redirect_stderr(err):
        try:
            main()
        except SystemExit as stop:
            return Answer(int(stop.code or 0), out.getvalue(), err.getvalue())
    return Answer(0, out.getvalue(), err.getvalue())


def save_noise(path: Path, width: int = 16, height: int = 12, seed: int = 0) -> None:
    """Write a picture of random colours."""
    values = np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)
    path.parent.mkdir(parents=True, exist_ok=True)
    PIL.Image.fromarray(values).save(path)


def save_photograph(path: Path, width: int, height: int) -> None:
    """Write a part of a real photograph, repeated where it is too small.

    Networks amplify rounding on noise, which they never saw, so exactness is measured on this.
    """
    with PIL.Image.open(PHOTOGRAPH) as picture:
        values = np.asarray(picture.convert("RGB"))
    repeats = (-(-height // values.shape[0]), -(-width // values.shape[1]), 1)
    PIL.Image.fromarray(np.tile(values, repeats)[:height, :width]).save(path)


def node(
    node_id: int,
    kind: str,
    *,
    values: list[Any] | None = None,
    inputs: dict[str, tuple[str, int]] | None = None,
    outputs: tuple[str, ...] = (),
) -> dict[str, Any]:
    """A node of the editor's format; inputs are name -> (type, link id)."""
    return {
        "id": node_id,
        "type": kind,
        "pos": [300 * node_id, 100],
        "size": [200, 100],
        "flags": {},
        "order": node_id,
        "mode": 0,
        "inputs": [
            {"name": name, "type": type_, "link": link}
            for name, (type_, link) in (inputs or {}).items()
        ],
        "outputs": [{"name": type_, "type": type_, "links": []} for type_ in outputs],
        "properties": {"Node name for S&R": kind},
        "widgets_values": values,
    }


def document(nodes: list[dict[str, Any]], links: list[list[Any]]) -> dict[str, Any]:
    """A workflow in the editor's format 0.4."""
    return {
        "last_node_id": len(nodes),
        "last_link_id": len(links),
        "nodes": nodes,
        "links": links,
        "groups": [],
        "config": {},
        "extra": {},
        "version": 0.4,
    }


def scale_workflow(picture: str = "noise.png", factor: float = 2.0) -> dict[str, Any]:
    """LoadImage -> ImageScaleBy -> SaveImage."""
    return document(
        [
            node(1, "LoadImage", values=[picture, "image"], outputs=("IMAGE", "MASK")),
            node(
                2,
                "ImageScaleBy",
                values=["bicubic", factor],
                inputs={"image": ("IMAGE", 1)},
                outputs=("IMAGE",),
            ),
            node(3, "SaveImage", values=["scaled"], inputs={"images": ("IMAGE", 2)}),
        ],
        [[1, 1, 0, 2, 0, "IMAGE"], [2, 2, 0, 3, 0, "IMAGE"]],
    )


def model_workflow(model: str, picture: str = "noise.png") -> dict[str, Any]:
    """LoadImage and UpscaleModelLoader -> ImageUpscaleWithModel -> SaveImage."""
    return document(
        [
            node(1, "LoadImage", values=[picture, "image"], outputs=("IMAGE", "MASK")),
            node(2, "UpscaleModelLoader", values=[model], outputs=("UPSCALE_MODEL",)),
            node(
                4,
                "ImageUpscaleWithModel",
                inputs={"upscale_model": ("UPSCALE_MODEL", 1), "image": ("IMAGE", 2)},
                outputs=("IMAGE",),
            ),
            node(3, "SaveImage", values=["upscaled"], inputs={"images": ("IMAGE", 3)}),
        ],
        [
            [1, 2, 0, 4, 0, "UPSCALE_MODEL"],
            [2, 1, 0, 4, 1, "IMAGE"],
            [3, 4, 0, 3, 0, "IMAGE"],
        ],
    )


def film_workflow(film: str = "clip.mp4", factor: float = 2.0) -> dict[str, Any]:
    """LoadVideo -> GetVideoComponents -> ImageScaleBy -> CreateVideo -> SaveVideo."""
    parts = ("IMAGE", "AUDIO", "FLOAT")
    fps = {"name": "fps", "type": "FLOAT", "link": 4, "widget": {"name": "fps"}}
    create = node(
        5, "CreateVideo", values=[24], inputs={"images": ("IMAGE", 3)}, outputs=("VIDEO",)
    )
    create["inputs"].append(fps)
    return document(
        [
            node(1, "LoadVideo", values=[film, "image"], outputs=("VIDEO",)),
            node(2, "GetVideoComponents", inputs={"video": ("VIDEO", 1)}, outputs=parts),
            node(
                4,
                "ImageScaleBy",
                values=["bicubic", factor],
                inputs={"image": ("IMAGE", 2)},
                outputs=("IMAGE",),
            ),
            create,
            node(3, "SaveVideo", values=["film", "auto", "auto"], inputs={"video": ("VIDEO", 5)}),
        ],
        [
            [1, 1, 0, 2, 0, "VIDEO"],
            [2, 2, 0, 4, 0, "IMAGE"],
            [3, 4, 0, 5, 0, "IMAGE"],
            [4, 2, 2, 5, 1, "FLOAT"],
            [5, 5, 0, 3, 0, "VIDEO"],
        ],
    )


def add_workflow(root: Path, name: str, workflow: dict[str, Any]) -> Path:
    """Write a workflow of the guide."""
    path = root / "workflows" / f"{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(workflow))
    return path


def add_example(root: Path, name: str, workflow: dict[str, Any]) -> Path:
    """Write a workflow and its spec."""
    path = add_workflow(root, name, workflow)
    path.with_suffix(".toml").write_text(SPEC.format(title=path.stem))
    return path


def make_guide(root: Path) -> Path:
    """A guide with one picture and no example yet."""
    (root / "workflows" / "inputs").mkdir(parents=True)
    (root / "docs").mkdir()
    (root / "mkdocs.yml").write_text("site_name: Test\n")
    save_noise(root / "workflows" / "inputs" / "noise.png")
    return root


def pixels(path: Path) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """A picture's values, HWC."""
    with PIL.Image.open(path) as picture:
        return np.asarray(picture)
