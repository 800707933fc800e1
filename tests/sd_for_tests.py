"""Stable Diffusion files of full size in the released layout, with random weights.

`models/sd/released_shapes.json.xz` lists the keys and shapes of ComfyUI 0.3.64's own classes, made
on the meta device. Every number follows from its key (see `value`), so that ComfyUI could be given
the same files.
"""

from __future__ import annotations

import json
import lzma
import math
import struct
import zlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from safetensors.torch import save_file

if TYPE_CHECKING:
    from collections.abc import Mapping

Shapes = dict[str, tuple[int, ...]]

GOLDEN = Path(__file__).parent / "models" / "sd" / "golden"
_SHAPES = Path(__file__).parent / "models" / "sd" / "released_shapes.json.xz"
_STEPS = 1000


@cache
def released_shapes(name: str) -> Shapes:
    """Of `sd15`, `sd21`, `sdxl`, `control_sd15`, `control_sdxl` or `union_sdxl`."""
    table = json.loads(lzma.decompress(_SHAPES.read_bytes()))
    return {key: tuple(shape) for key, shape in table[name].items()}


def value(key: str, shape: tuple[int, ...]) -> torch.Tensor:
    """A weight: uniform under the seed `crc32(key)`, float16, as wide as its place bears.

    Vectors called weight, which normalise, are 1 +- 0.1; biases +- 0.05; embeddings +- 0.05;
    matrices and kernels have a variance of 1 / fan-in.
    """
    if key.endswith("position_ids"):
        return torch.arange(77).reshape(1, 77)
    if not shape or shape == (_STEPS,):
        return torch.ones(shape).half()
    width = 0.05
    if len(shape) > 1 and ("embedding" not in key or "task_" in key or "cond_embedding" in key):
        width = math.sqrt(3 / (math.prod(shape) / shape[0]))
    uniform = spread(key, shape)
    if len(shape) == 1 and key.endswith(".weight"):
        return (1 + 0.1 * uniform).half()
    return (width * uniform).half()


def spread(key: str, shape: tuple[int, ...]) -> torch.Tensor:
    """Numbers between -1 and 1, always the same for a key."""
    generator = torch.Generator().manual_seed(zlib.crc32(key.encode()))
    return torch.empty(shape).uniform_(-1, 1, generator=generator)


def write_file(path: Path, name: str) -> Path:
    """The whole file: 2.1 GB for `sd15`."""
    save_file({key: value(key, shape) for key, shape in released_shapes(name).items()}, path)
    return path


def write_hollow(path: Path, shapes: Mapping[str, tuple[int, ...]]) -> Path:
    """A float16 file of full length whose weights are a hole on the disk: all zero."""
    header, end = {}, 0
    for key, shape in shapes.items():
        begin, end = end, end + 2 * math.prod(shape)
        header[key] = {"dtype": "F16", "shape": list(shape), "data_offsets": [begin, end]}
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with path.open("wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        file.truncate(8 + len(text) + end)
    return path


def lora(module: str, rows: int, columns: int, **options: float) -> dict[str, torch.Tensor]:
    """A LoRA of rank 4 in kohya's names: `kernel` for a convolution, `middle` for LoCon's."""
    kernel, middle = int(options.get("kernel", 0)), bool(options.get("middle"))
    inner: tuple[int, ...] = (kernel, kernel) if kernel else ()
    ones: tuple[int, ...] = (1, 1) if kernel else ()
    shapes = {"lora_down": (4, columns, *inner), "lora_up": (rows, 4, *ones)}
    if middle:
        shapes |= {"lora_down": (4, columns, 1, 1), "lora_mid": (4, 4, 3, 3)}
    parts = {f"{module}.{part}.weight": shape for part, shape in shapes.items()}
    found = small(parts)
    if "alpha" in options:
        found[f"{module}.alpha"] = torch.tensor(options["alpha"]).half()
    return found


def small(shapes: Mapping[str, tuple[int, ...]]) -> dict[str, torch.Tensor]:
    """The factors of LoRAs: a variance of 1 / fan-in, embeddings or not."""
    return {
        key: (spread(key, shape) * math.sqrt(3 / (math.prod(shape) / shape[0]))).half()
        for key, shape in shapes.items()
    }


def write_reduced(folder: Path) -> None:
    """Stable Diffusion 1 with a tenth of the channels and a text encoder of one layer.

    `folder` is a folder of models; the names are those of the guide's image2image workflow.
    """
    shapes = {
        key: _reduced(key, shape)
        for key, shape in released_shapes("sd15").items()
        if ".layers." not in key or ".layers.0." in key
    }
    weights = {key: value(key, shape) for key, shape in shapes.items()}
    (folder / "checkpoints").mkdir(parents=True)
    (folder / "vae").mkdir()
    save_file(weights, folder / "checkpoints" / "v1-5-pruned-emaonly-fp16.safetensors")
    inner = "first_stage_model."
    vae = {key.removeprefix(inner): w for key, w in weights.items() if key.startswith(inner)}
    save_file(vae, folder / "vae" / "vae-ft-mse-840000-ema-pruned.safetensors")


def _reduced(key: str, shape: tuple[int, ...]) -> tuple[int, ...]:
    if key.startswith("model.diffusion_model."):
        return tuple(side // 10 if side % 320 == 0 else side for side in shape)
    if key.startswith("first_stage_model."):
        return tuple(side // 4 if side % 128 == 0 else side for side in shape)
    return shape
