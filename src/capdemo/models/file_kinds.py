"""What a model file is, by its first bytes and by the names of its weights; never loads torch."""

from __future__ import annotations

import re
import zipfile
from typing import TYPE_CHECKING

from capdemo.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

PICKLED = frozenset({".pth", ".pt", ".ckpt", ".bin"})
SAFE = frozenset({".safetensors", ".sft"})

_ZIP = b"PK\x03\x04"
"""How the files begin that torch.save writes."""
_SAFE_HEADER = 8
"""Bytes that say how long safetensors' JSON is, which follows them."""
_START = 64
"""Bytes that are looked at; all of them are read as a text where no weights could begin so."""

_STARTS: Mapping[bytes, str] = {
    b"<!doctype": "a web page, not the file that its address promised",
    b"<html": "a web page, not the file that its address promised",
    b"version https://git-lfs": "a Git LFS pointer, not the file that it points to",
    b"gguf": "a GGUF file, which holds language or diffusion models",
    b"\x89png": "a PNG picture",
    b"\xff\xd8\xff": "a JPEG picture",
    b"rar!": "a RAR archive",
    b"7z\xbc\xaf": "a 7z archive",
}
_AGAIN = "Download it again."
_HINTS: Mapping[str, str] = {
    "a GGUF": "Take a .safetensors file of the model.",
    "a RAR": "Unpack it.",
    "a 7z": "Unpack it.",
    "a ZIP": "Unpack it.",
    "a TorchScript": "Take the weights alone, as .safetensors or .pth.",
}
"""By the beginning of what the file is."""


NOT_HERE = "which does not run here"
"""The end of what is said of a model that no node here can use."""


def _in(folder: str, what: str) -> str:
    return f"{what}; it belongs in the folder {folder}"


def _elsewhere(what: str) -> str:
    return f"{what}, {NOT_HERE}"


_LORA = _in("loras", "a LoRA")
_CONTROL = _in("controlnet", "a ControlNet")
_DIFFUSION = _in("diffusion_models", "a diffusion model")
_CLIP = _in("text_encoders", "a text encoder")
_VAE = _in("vae", "a VAE")
_UPSCALER = _in("upscale_models", "an upscale model")
_INVERSION = _in("embeddings", "a textual inversion")
_ADAPTER = _elsewhere("a T2I-Adapter")
_NAMES: Mapping[str, str] = {
    r"txt_norm\.weight$": _in("diffusion_models", "Qwen-Image, a diffusion model"),
    r"visual\.patch_embed\.": _in("text_encoders", "Qwen2.5-VL, a text encoder"),
    r"decoder\.middle\.0\.residual\.": _in("vae", "a VAE of Wan or Qwen-Image"),
    r"model\.layers\.0\.self_attn\.": _in("text_encoders", "a language model"),
    r"^lora_controlnet$": _in("controlnet", "a Control-LoRA"),
    r"lora_|[._]lora|\.hada_|\.lokr_|\.oft_|\.diff(_b)?$|\.alpha$": _LORA,
    r"individual_token_refiner\.": _elsewhere("Hunyuan Video"),
    r"distilled_guidance_layer\.": _elsewhere("Chroma"),
    r"double_blocks\.|single_transformer_blocks\.": _elsewhere("Flux or a model of its kind"),
    r"joint_blocks\.|attn\.add_q_proj\.": _elsewhere("Stable Diffusion 3"),
    r"head\.modulation$": _elsewhere("a video model of Wan"),
    r"patchify_proj\.": _elsewhere("LTX-Video"),
    r"(^|\.)t_block\.1\.": _elsewhere("PixArt"),
    r"clip_txt_(pooled_)?mapper\.": _elsewhere("Stable Cascade"),
    r"double_layers\.0\.": _elsewhere("AuraFlow"),
    r"double_stream_blocks\.": _elsewhere("HiDream"),
    r"cap_embedder\.": _elsewhere("Lumina 2 or Z-Image"),
    r"mlp_t5\.": _elsewhere("Hunyuan DiT"),
    r"t5_yproj\.": _elsewhere("Mochi"),
    r"\.time_stack\.": _elsewhere("Stable Video Diffusion"),
    r"motion_modules\.": _elsewhere("a motion module of AnimateDiff"),
    r"^ip_adapter\.|^image_proj\.": _elsewhere("an IP-Adapter"),
    r"^(adapter\.)?body\.0\.block1\.": _ADAPTER,
    r"position_net\.": _elsewhere("GLIGEN"),
    r"taesd_|^1\.conv\.0\.": _elsewhere("TAESD, a small VAE"),
    r"^model\.diffusion_model\.": _in("checkpoints", "a diffusion checkpoint"),
    r"controlnet_down_blocks\.|zero_convs\.": _CONTROL,
    r"encoder\.block\.0\.layer\.": _in("text_encoders", "T5, a text encoder"),
    r"transformer_blocks\.0\.img_mlp|down_blocks\.0\.resnets\.0\.time_emb_proj": _DIFFUSION,
    r"input_blocks\.": _DIFFUSION,
    r"decoder\.up\.0\.block\.|decoder\.up_blocks\.0\.resnets\.": _VAE,
    r"text_model\.encoder\.|transformer\.resblocks\.": _CLIP,
    r"vision_model\.": _elsewhere("CLIP vision, which looks at pictures"),
    r"fuse_convs_dict\.": _in("facerestore_models", "a CodeFormer face model"),
    r"stylegan_decoder": _in("facerestore_models", "a GFPGAN face model"),
    r"transformer_blocks\.": _DIFFUSION,
    r"emb_params|string_to_param|^clip_g$": _INVERSION,
    r"\.rdb1\.|\.RDB1\.|residual_group\.|conv_first\.|body\.0\.weight": _UPSCALER,
}
"""By a pattern for names of weights; the first that is found decides."""


def say_what_it_is(names: Iterable[str], *, folder: str = "") -> str:
    """What kind of model these names belong to, as a clause; empty where they tell nothing.

    A kind that belongs in `folder`, where the file was taken from, tells nothing either.
    """
    text = "\n".join(map(str, names))
    kinds = (kind for pattern, kind in _NAMES.items() if re.search(pattern, text, re.MULTILINE))
    return next((kind for kind in kinds if not folder or not kind.endswith(folder)), "")


def another_file(path: Path) -> InputError | None:
    """The error for a file that its first bytes show to be no weights, or weights by another name.

    None where they show nothing of the kind.
    """
    suffix = weights_by_another_name(path)
    if suffix != path.suffix:
        return InputError(
            f"The file is a {suffix} file under another name.",
            where=str(path),
            hint=f"Rename it so that it ends with {suffix}.",
        )
    if path.suffix.lower() in PICKLED and _is_cut_archive(path):
        return InputError(
            "The file is damaged or cut short: it lacks the end of torch's archive.",
            where=str(path),
            hint=_AGAIN,
        )
    known = recognise_start(path) or _text(path)
    if not known:
        return None
    hint = next((hint for begin, hint in _HINTS.items() if known.startswith(begin)), _AGAIN)
    return InputError(f"The file is {known}.", where=str(path), hint=hint)


def recognise_start(path: Path) -> str:
    """What else than weights a file is by its first bytes, as a clause; empty where unknown."""
    if not path.is_file():
        return "absent"
    start = _start(path)
    if not start.strip():
        return "empty"
    folded = start.lstrip().lower()
    known = next((kind for begin, kind in _STARTS.items() if folded.startswith(begin)), "")
    if known:
        return known
    return _archive(path) if start.startswith(_ZIP) else ""


def _archive(path: Path) -> str:
    """What else than weights a ZIP archive is; empty for one that is cut short."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except zipfile.BadZipFile:
        return ""
    if any("/code/" in name for name in names):
        return "a TorchScript archive, which holds a program"
    is_torch = any(name.endswith("/data.pkl") for name in names)
    return "" if is_torch else "a ZIP archive that torch did not write"


def _text(path: Path) -> str:
    """What a file says that weights cannot begin with: a length or a pickle's marks are no text."""
    start = _start(path)
    text = start.decode("ascii", "ignore")
    if len(text) == len(start) and text.replace("\n", " ").replace("\r", " ").isprintable():
        return f"a text, which begins with {text.strip()!r}"
    return ""


def weights_by_another_name(path: Path) -> str:
    """The suffix that the file's first bytes ask for, or its own where they ask for none."""
    start = _start(path) if path.is_file() else b""
    suffix = path.suffix.lower()
    if suffix in PICKLED and start[_SAFE_HEADER:].startswith(b'{"'):
        return ".safetensors"
    is_torch = suffix in SAFE and start.startswith(_ZIP) and not _archive(path)
    return ".pth" if is_torch else path.suffix


def _start(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_START)


def _is_cut_archive(path: Path) -> bool:
    """Whether a ZIP archive has no end, where its list of contents would be."""
    return path.is_file() and _start(path).startswith(_ZIP) and not zipfile.is_zipfile(path)
