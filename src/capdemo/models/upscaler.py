"""Loads and calls networks that enlarge pictures; whole pictures only, tiling is the caller's."""

from __future__ import annotations

import weakref
import zipfile
from typing import TYPE_CHECKING, Any

import torch

from capdemo.errors import InputError
from capdemo.models.allocator import kept_memory, release_memory
from capdemo.models.architectures import (
    RESTRICTED_HINT,
    is_restricted,
    load_network,
    to_fast_layout,
)
from capdemo.models.compact_body import transform_compact_body
from capdemo.models.convert import convert_ncnn
from capdemo.models.convert_onnx import convert_onnx
from capdemo.models.dense_block import simplify_dense_blocks
from capdemo.models.file_kinds import say_what_it_is
from capdemo.models.full_precision import full_precision
from capdemo.models.mixed_precision import can_mix, mix_precision
from capdemo.models.spandrel_import import import_spandrel
from capdemo.models.weights import read_state_dict, strip_module_prefix

if TYPE_CHECKING:
    from pathlib import Path

    from spandrel import ImageModelDescriptor

    from capdemo.node_api import Precision

_GREY, _COLOUR = 1, 3
_FFDNET = 12
"""The channels of FFDNet (Zhang et al. 2018, arXiv 1710.04026): colours at half the size."""

_AT_ONCE = 4
"""Tiles that a GPU is given together in fast mode."""


class Upscaler:
    """A loaded network; implements `node_api.UpscaleModel`."""

    def __init__(
        self,
        network: ImageModelDescriptor[Any],
        dtype: torch.dtype,
        *,
        parameters: int,
        at_once: int = 1,
    ) -> None:
        self._network = network
        self._layout = to_fast_layout(network)
        self._dtype = dtype
        self.at_once = at_once
        """How many tiles of one size may be given together."""
        self.scale: int = network.scale
        self.architecture = network.architecture.id
        """As spandrel calls it: `ESRGAN`, `Compact`, `SwinIR`, `SPAN`."""
        self.restricted = is_restricted(network)
        """Whether the architecture's licence forbids commercial use, whatever the weights' says."""
        self.wants_whole = network.tiling.name != "SUPPORTED"
        """Whether the network relates distant parts of a picture, so that tiles may differ."""
        self.tags: tuple[str, ...] = tuple(network.tags)
        """The network's size: `64nf`, `23nb`."""
        self.parameters = parameters
        """How many numbers the file's network has, training branches included."""
        self.nbytes = sum(weight.nbytes for weight in network.model.state_dict().values())
        """Bytes of the weights."""
        self._last_shape: torch.Size | None = None
        weakref.finalize(self, release_memory)

    def __call__(self, pictures: torch.Tensor, /) -> torch.Tensor:
        """Run the network on one picture, or on several of one size.

        Takes BCHW, float32, 0..1, RGB, on any device; returns BCHW, float32, 0..1, on the CPU.
        A network for grey pictures is run on each colour by itself.
        """
        if pictures.shape != self._last_shape:
            # What is kept fits blocks of the sizes before; others would be laid beside them.
            release_memory()
            self._last_shape = pictures.shape
        with torch.inference_mode(), full_precision(self._dtype), kept_memory():
            output = self._run(pictures)
        # A plain tensor, since one made in inference mode could not be blended in place; and not
        # in the memory that is kept, which it would break in two.
        return torch.empty_like(output, dtype=torch.float32, device="cpu").copy_(output)

    def _run(self, pictures: torch.Tensor) -> torch.Tensor:
        grey = self._network.input_channels == _GREY
        batch = pictures.reshape(-1, 1, *pictures.shape[2:]) if grey else pictures
        # A copy, because some networks work in what they are given (RCAN).
        own = torch.empty_like(
            batch,
            dtype=self._dtype,
            device=self._network.device,
            memory_format=self._layout,
        ).copy_(batch)
        output: torch.Tensor = self._network(own)
        return output.reshape(len(pictures), -1, *output.shape[2:]) if grey else output


class ReferenceUpscaler:
    """The same network called as ComfyUI calls it: float32, no change of memory layout."""

    def __init__(self, network: ImageModelDescriptor[Any]) -> None:
        self._network = network
        self.scale: int = network.scale

    def __call__(self, picture: torch.Tensor, /) -> torch.Tensor:
        """As `Upscaler`, for RGB networks."""
        output = self._network(picture.clone().to(self._network.device))
        return torch.empty(output.shape, dtype=torch.float32).copy_(output)


def load_upscale_model(path: Path, *, device: str, precision: Precision) -> Upscaler:
    """Load the network in a `.safetensors`, `.pth`, `.onnx` or `.bin` file, PyTorch's or ncnn's.

    `exact` computes in float32. `fast` computes in float16 on a GPU and partly in bfloat16 on a
    CPU, where architecture and processor bear it (`mixed_precision`), and else as `exact`. Takes
    what ComfyUI's UpscaleModelLoader does, but for face models, which need a face's position.
    Raises `InputError` where the file is no such network.
    """
    network = _load_network(path)
    on_gpu = torch.device(device).type == "cuda"
    fast = precision == "fast"
    parameters = sum(weight.numel() for weight in network.model.parameters())
    mixed = fast and not on_gpu and can_mix(network.architecture.id)
    simplify_dense_blocks(network.model, winograd=not (on_gpu or mixed))
    if mixed:
        mix_precision(network.model, network.architecture.id)
    elif not on_gpu:
        transform_compact_body(network.model)
    dtype = torch.float16 if fast and on_gpu and network.supports_half else torch.float32
    network.model.to(device=device)
    if dtype != torch.float32:
        network.model.to(dtype)
    at_once = _AT_ONCE if on_gpu and fast else 1
    return Upscaler(network, dtype, parameters=parameters, at_once=at_once)


def load_reference_upscale_model(path: Path, device: str) -> ReferenceUpscaler:
    """Load a network to be run as ComfyUI runs it, for comparisons of speed and output."""
    network = _load_network(path)
    network.to(device)
    return ReferenceUpscaler(network)


def _load_network(path: Path) -> ImageModelDescriptor[Any]:
    spandrel = import_spandrel()
    state_dict, resize = _read(path)
    try:
        network = load_network(state_dict)
    except (spandrel.UnsupportedModelError, RuntimeError, KeyError, ValueError) as error:
        raise _unsupported(path, say_what_it_is(state_dict, folder="upscale_models")) from error
    if why := _why_not(network, spandrel.ImageModelDescriptor):
        raise _unsupported(path, why)
    network.model.eval().requires_grad_(requires_grad=False)
    return network if resize == 1 else _resized(network, resize)


def _why_not(network: Any, single_picture: Any) -> str:
    """What a network is that does not make one picture of another; empty where it does."""
    if not isinstance(network, single_picture):
        return "an inpainting model, which needs a mask"
    if network.purpose == "FaceSR":
        return "a face model; it belongs in the folder facerestore_models"
    channels = network.input_channels, network.output_channels
    if channels in {(_GREY, _GREY), (_COLOUR, _COLOUR)}:
        return ""
    if channels == (_GREY, _COLOUR):
        return "a model that colours grey pictures"
    if network.architecture.id == "DnCNN" and channels == (_FFDNET, _FFDNET):
        return "FFDNet, which wants to be told the noise and which spandrel takes for a DnCNN"
    return f"a network from {channels[0]} to {channels[1]} channels"


def _read(path: Path) -> tuple[dict[str, Any], float]:
    if path.suffix.lower() == ".bin" and not zipfile.is_zipfile(path):
        converted = convert_ncnn(path)
        return dict(converted.state_dict), converted.resize
    if path.suffix.lower() == ".onnx":
        return dict(convert_onnx(path)), 1.0
    return strip_module_prefix(read_state_dict(path)), 1.0


def _resized(network: ImageModelDescriptor[Any], factor: float) -> ImageModelDescriptor[Any]:
    """The network followed by the bicubic resize that its ncnn file ends with."""

    def call(model: torch.nn.Module, picture: torch.Tensor) -> torch.Tensor:
        return torch.nn.functional.interpolate(model(picture), scale_factor=factor, mode="bicubic")

    return type(network)(
        network.model,
        network.model.state_dict(),
        architecture=network.architecture,
        purpose=network.purpose,
        tags=network.tags,
        supports_half=network.supports_half,
        supports_bfloat16=network.supports_bfloat16,
        scale=round(network.scale * factor),
        input_channels=network.input_channels,
        output_channels=network.output_channels,
        size_requirements=network.size_requirements,
        tiling=network.tiling,
        call_fn=call,
    )


def _unsupported(path: Path, what: str) -> InputError:
    hint = "Choose a model that enlarges or restores single pictures: capdemo models list."
    return InputError(
        f"The file is {what}." if what else "No network that is known here has these weights.",
        where=str(path),
        hint=hint if what else f"{hint} {RESTRICTED_HINT}",
    )
