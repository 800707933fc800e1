"""Reads a file of weights into a state dict without running anything that the file contains."""

from __future__ import annotations

import pickle
import re
import warnings
import zipfile
from typing import TYPE_CHECKING, Any

import torch
from safetensors.torch import load_file

from capdemo.errors import InputError
from capdemo.models.file_start import recognise_start

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

PICKLED = frozenset({".pth", ".pt", ".ckpt", ".bin"})
SAFE = frozenset({".safetensors", ".sft"})

_ZIP = b"PK\x03\x04"
"""How the files begin that torch.save writes."""
_SAFE_HEADER = 8
"""Bytes that say how long safetensors' JSON is, which follows them."""

_KEYS: Mapping[str, str] = {
    "txt_norm.weight": "Qwen-Image, a diffusion model; it belongs in the folder diffusion_models",
    "visual.patch_embed.": "Qwen2.5-VL, a text encoder; it belongs in the folder text_encoders",
    "decoder.middle.0.residual.": "a VAE of Wan or Qwen-Image; it belongs in the folder vae",
    "model.layers.0.self_attn.": "a language model; it belongs in the folder text_encoders",
    "encoder.block.0.layer.": "T5, a text encoder; it belongs in the folder text_encoders",
    "lora_controlnet": "a Control-LoRA; it belongs in the folder controlnet",
    "lora_": "a LoRA; it belongs in the folder loras",
    ".lora": "a LoRA; it belongs in the folder loras",
    "_lora.": "a LoRA; it belongs in the folder loras",
    ".hada_": "a LoRA; it belongs in the folder loras",
    ".lokr_": "a LoRA; it belongs in the folder loras",
    "controlnet_down_blocks.": "a ControlNet; it belongs in the folder controlnet",
    "zero_convs.": "a ControlNet; it belongs in the folder controlnet",
    "model.diffusion_model.joint_blocks.": "Stable Diffusion 3, which does not run here",
    "joint_blocks.": "Stable Diffusion 3, which does not run here",
    "double_blocks.": "Flux or a model of its kind, which does not run here",
    "model.diffusion_model.": "a diffusion checkpoint; it belongs in the folder checkpoints",
    "transformer_blocks.0.img_mlp": "a diffusion model; it belongs in the folder diffusion_models",
    "down_blocks.0.resnets.0.time_emb_proj": (
        "a diffusion model; it belongs in the folder diffusion_models"
    ),
    "input_blocks.": "a diffusion model; it belongs in the folder diffusion_models",
    "decoder.up.0.block.": "a VAE; it belongs in the folder vae",
    "decoder.up_blocks.0.resnets.": "a VAE; it belongs in the folder vae",
    "text_model.encoder.": "a text encoder; it belongs in the folder text_encoders",
    "transformer.resblocks.": "a text encoder; it belongs in the folder text_encoders",
    "fuse_convs_dict.": "a CodeFormer face model; it belongs in the folder facerestore_models",
    "stylegan_decoder": "a GFPGAN face model; it belongs in the folder facerestore_models",
    "transformer_blocks.": "a diffusion model; it belongs in the folder diffusion_models",
    "emb_params": "a textual inversion; it belongs in the folder embeddings",
    "string_to_param": "a textual inversion; it belongs in the folder embeddings",
    "clip_g": "a textual inversion; it belongs in the folder embeddings",
    ".rdb1.": "an upscale model; it belongs in the folder upscale_models",
    ".RDB1.": "an upscale model; it belongs in the folder upscale_models",
    "residual_group.": "an upscale model; it belongs in the folder upscale_models",
    "conv_first.": "an upscale model; it belongs in the folder upscale_models",
    "body.0.weight": "an upscale model; it belongs in the folder upscale_models",
}
"""By a part of a name; the first that is found decides."""


def read_state_dict(path: Path) -> dict[str, Any]:
    """Read `.safetensors` or `.pth`, the latter with torch's restricted unpickler.

    Raises `InputError` where the file is damaged, holds code, or is something else altogether.
    """
    suffix = path.suffix.lower()
    if suffix not in PICKLED | SAFE:
        raise InputError(
            f"Weights are not read from {suffix or 'a file without a suffix'}.",
            where=str(path),
            hint="Use .safetensors, .pth, .pt or .ckpt.",
        )
    try:
        content = _read_safe(path) if suffix in SAFE else _read_pickled(path)
    except pickle.UnpicklingError as error:
        raise _not_weights(path, "holds something that is not a tensor", error) from error
    except Exception as error:  # damaged bytes lead the readers to raise anything
        raise _not_weights(path, "is damaged or cut short", error) from error
    if not isinstance(content, dict) or not content:
        raise InputError("The file holds no weights.", where=str(path))
    return content


def strip_module_prefix(state_dict: dict[str, Any]) -> dict[str, Any]:
    """ComfyUI's rule for SwinIR files that were saved by `DataParallel`."""
    if "module.layers.0.residual_group.blocks.0.norm1.weight" not in state_dict:
        return state_dict
    return {key.removeprefix("module."): value for key, value in state_dict.items()}


def say_what_it_is(state_dict: Mapping[str, Any], *, folder: str = "") -> str:
    """What kind of model these keys belong to, as a clause; empty where they tell nothing.

    A kind that belongs in `folder`, where the file was taken from, tells nothing either.
    """
    kinds = (kind for part, kind in _KEYS.items() if any(part in str(key) for key in state_dict))
    return next((kind for kind in kinds if not folder or not kind.endswith(folder)), "")


def _read_safe(path: Path) -> Any:
    return load_file(path)


class _LeftBehind:
    """Stands for what a training framework left in a checkpoint; never made, never asked."""


_LEFT_BEHIND = (
    "pytorch_lightning.callbacks.model_checkpoint.ModelCheckpoint",
    "pytorch_lightning.callbacks.early_stopping.EarlyStopping",
)
"""Names in the first Stable Diffusion checkpoints, as keys of a table that nobody reads."""


def _read_pickled(path: Path) -> Any:
    allowed: list[Any] = [(_LeftBehind, name) for name in _LEFT_BEHIND]
    with torch.serialization.safe_globals(allowed), warnings.catch_warnings():
        # torch warns of a pickle's protocol where it then refuses the file, which says it.
        warnings.simplefilter("ignore", UserWarning)
        # Mapped where the format allows it, so that a large file is read when it is used.
        return torch.load(
            path, map_location="cpu", weights_only=True, mmap=zipfile.is_zipfile(path)
        )


_FRAME = "Unsupported operand 149"
"""What torch says of the first code of a pickle since protocol 4 (PEP 3154)."""


def _not_weights(path: Path, why: str, error: Exception) -> InputError:
    if (kind := _weights_by_another_name(path)) != path.suffix:
        return InputError(
            f"The file is a {kind} file under another name.",
            where=str(path),
            hint=f"Rename it so that it ends with {kind}.",
        )
    known = recognise_start(path)
    if known:
        return InputError(f"The file is {known}.", where=str(path), hint="Download it again.")
    return InputError(
        f"The file {why} ({_detail(error)}).",
        where=str(path),
        hint="Download it again, or take a .safetensors file.",
    )


def _weights_by_another_name(path: Path) -> str:
    """The suffix that the file's first bytes ask for, or its own where they ask for none."""
    start = b""
    if path.is_file():
        with path.open("rb") as file:
            start = file.read(len(_ZIP) + _SAFE_HEADER)
    suffix = path.suffix.lower()
    if suffix in PICKLED and start[_SAFE_HEADER:].startswith(b'{"'):
        return ".safetensors"
    return ".pth" if suffix in SAFE and start.startswith(_ZIP) else path.suffix


def _detail(error: Exception) -> str:
    """What the reader means, without torch's paragraph of advice to switch its safety off."""
    asked = re.search(r"GLOBAL ([\w.]+)", str(error))
    if asked:
        return f"it asks for {asked[1]}"
    if _FRAME in str(error):
        return "its pickle is of protocol 4 or later, which torch's safe reader does not know"
    first = (str(error).splitlines() or [type(error).__name__])[0]
    return first.partition("Weights only load failed. ")[0].rstrip(".")[:160] or "no pickle"
