"""Reduced Qwen-Image-Edit files with random weights, in the layout of the released ones.

`models/qwen/manifests.json` lists the keys and shapes of ComfyUI 0.3.64's own classes at full
size, made on the meta device. Here every size is divided; 128 features a head, 16 vision heads
and the vocabulary stay. Every number follows from its key: `randn` under the seed `crc32(key)`.
"""

from __future__ import annotations

import json
import zlib
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from safetensors.torch import save_file

from capdemo.models.qwen_diffusion import load_qwen_image
from capdemo.models.qwen_text_encoder import load_qwen_text_encoder
from capdemo.models.wan_vae import load_wan_vae

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from capdemo.models.qwen_diffusion import QwenImage
    from capdemo.models.qwen_text_encoder import QwenTextEncoder
    from capdemo.models.wan_vae import WanVae

Weights = dict[str, torch.Tensor]
Shapes = dict[str, tuple[int, ...]]

FLOAT8 = torch.float8_e4m3fn
LARGEST = 448.0
"""Of float8_e4m3fn."""

_MANIFESTS = Path(__file__).parent / "models" / "qwen" / "manifests.json"
_REDUCED: Mapping[str, Mapping[int, int]] = {
    "diffusion_model": {3072: 256, 3584: 256, 6144: 512, 12288: 1024, 18432: 1536},
    "text_encoder": dict(
        zip(
            (3584, 512, 18944, 1280, 3840, 3420, 5120),
            (256, 128, 320, 64, 192, 68, 256),
            strict=True,
        )
    ),
    "vae": {channels: channels // 12 for channels in (96, 192, 384, 768, 1152)},
}
_FEWER = {60: 2, 28: 2, 32: 8}
"""Of layers; eight in the vision tower, whose last then attends beyond its window."""


def full_shapes(part: str) -> Shapes:
    """Keys and shapes of the released file."""
    manifest = json.loads(_MANIFESTS.read_text(encoding="utf-8"))[part]
    return {
        key: shape for pattern, sizes in manifest.items() for key, shape in _keys(pattern, sizes)
    }


def reduced_shapes(part: str) -> Shapes:
    """The same keys of fewer layers, with smaller sizes."""
    manifest = json.loads(_MANIFESTS.read_text(encoding="utf-8"))[part]
    smaller = _REDUCED[part]
    shapes: Shapes = {}
    for pattern, sizes in manifest.items():
        few = [
            f"x{_FEWER[int(size[1:])]}" if isinstance(size, str) else smaller.get(size, size)
            for size in sizes
        ]
        shapes |= _keys(pattern, few)
    return shapes


def drawn(key: str, shape: tuple[int, ...]) -> torch.Tensor:
    """The weight of this name, float32; matrices by their fan-in, norms around 1."""
    generator = torch.Generator().manual_seed(zlib.crc32(key.encode()))
    numbers: torch.Tensor = torch.randn(shape, generator=generator)
    if key.endswith("bias"):
        return 0.05 * numbers
    if len(shape) == 1 or key.endswith("gamma"):
        return 1 + 0.1 * numbers
    if key.endswith("embed_tokens.weight"):
        return 0.5 * numbers
    scaled: torch.Tensor = numbers / numbers[0].numel() ** 0.5
    return scaled


def numbers(name: str, *shape: int) -> torch.Tensor:
    """Normally distributed numbers under the seed `crc32(name)`: inputs of a comparison."""
    generator = torch.Generator().manual_seed(zlib.crc32(name.encode()))
    return torch.randn(shape, generator=generator)


def picture(name: str, height: int, width: int) -> torch.Tensor:
    """1HWC, 0..1, RGB: noise that was blurred, so that it has large and small features."""
    rough = numbers(name, 1, 3, height, width)
    smooth = torch.nn.functional.avg_pool2d(rough, 5, 1, 2) * 3
    return (smooth + 0.3 * rough).sigmoid().movedim(1, -1).contiguous()


def diffusion_model(dtype: torch.dtype = FLOAT8, prefix: str = "model.diffusion_model.") -> Weights:
    """As `qwen_image_edit_2509_fp8_e4m3fn.safetensors`: a plain cast, under a prefix."""
    shapes = reduced_shapes("diffusion_model")
    return {prefix + key: drawn(key, shape).to(dtype) for key, shape in shapes.items()}


def text_encoder() -> Weights:
    """As `qwen_2.5_vl_7b_fp8_scaled.safetensors`: linear layers in float8 with a factor."""
    shapes = reduced_shapes("text_encoder")
    weights: Weights = {}
    for key, shape in shapes.items():
        layer, _, kind = key.rpartition(".")
        if key == "scaled_fp8":
            weights[key] = torch.empty(0, dtype=FLOAT8)
        elif kind == "weight" and f"{layer}.scale_weight" in shapes:
            weight = drawn(key, shape)
            factor = weight.abs().max() / LARGEST
            weights |= {key: (weight / factor).to(FLOAT8), f"{layer}.scale_weight": factor}
        elif kind != "scale_weight":
            weights[key] = drawn(key, shape).to(torch.bfloat16)
    # The head that writes text is in the released file, and no part of an encoder.
    return {**weights, "lm_head.weight": torch.zeros(4, 256, dtype=torch.bfloat16)}


@lru_cache
def _text_encoder() -> Weights:
    return text_encoder()


def vae() -> Weights:
    """As `qwen_image_vae.safetensors`: bfloat16, in Wan's layout."""
    shapes = reduced_shapes("vae")
    return {key: drawn(key, shape).to(torch.bfloat16) for key, shape in shapes.items()}


def lora(rank: int = 4) -> Weights:
    """As the Lightning LoRAs: `lora_down`, `lora_up` and `alpha` for each layer of a block."""
    weights: Weights = {}
    for key, shape in reduced_shapes("diffusion_model").items():
        layer = key.removesuffix(".weight")
        if not key.startswith("transformer_blocks.") or len(shape) == 1 or "_mod." in key:
            continue
        down, up = f"{layer}.lora_down.weight", f"{layer}.lora_up.weight"
        weights |= {
            down: drawn(down, (rank, shape[1])).to(torch.bfloat16),
            up: drawn(up, (shape[0], rank)).to(torch.bfloat16),
            f"{layer}.alpha": torch.tensor(2.0),
        }
    return weights


def qwen_network(weights: Weights | None = None) -> QwenImage:
    """The reduced transformer, on the CPU."""
    return load_qwen_image(weights or diffusion_model(), where="a file", device="cpu")


def qwen_encoder() -> QwenTextEncoder:
    """The reduced text encoder, on the CPU."""
    return load_qwen_text_encoder(_text_encoder(), where="a file", device="cpu")


def qwen_vae() -> WanVae:
    """The reduced VAE, on the CPU."""
    return load_wan_vae(vae(), where="a file", device="cpu")


def write_models(folder: Path) -> None:
    """Write the three files and a LoRA where ComfyUI looks for them."""
    for name, weights in (
        ("diffusion_models/qwen_image_edit_2509_fp8_e4m3fn", diffusion_model()),
        ("text_encoders/qwen_2.5_vl_7b_fp8_scaled", text_encoder()),
        ("vae/qwen_image_vae", vae()),
        ("loras/Qwen-Image-Edit-2509-Lightning-4steps-V1.0-bf16", lora()),
    ):
        path = folder / f"{name}.safetensors"
        path.parent.mkdir(parents=True, exist_ok=True)
        save_file(weights, path)


def _keys(pattern: str, sizes: list[int | str]) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Each key of a pattern such as `blocks.*.weight`, whose sizes end with `x60`."""
    shape = tuple(size for size in sizes if isinstance(size, int))
    count = next((int(size[1:]) for size in sizes if isinstance(size, str)), None)
    numbers = [""] if count is None else [str(number) for number in range(count)]
    yield from ((pattern.replace("*", number), shape) for number in numbers)
