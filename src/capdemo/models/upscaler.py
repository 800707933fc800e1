"""Loads and calls networks that enlarge pictures; whole pictures only, tiling is the caller's."""

from __future__ import annotations

import contextlib
import warnings
from typing import TYPE_CHECKING, Any

import torch

from capdemo.errors import InputError
from capdemo.models.convert import convert_ncnn
from capdemo.models.spandrel_import import import_spandrel
from capdemo.models.weights import read_state_dict, say_what_it_is, strip_module_prefix

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from pathlib import Path

    from spandrel import ImageModelDescriptor

    from capdemo.node_api import Precision

_GREY, _COLOUR = 1, 3


class Upscaler:
    """A loaded network; implements `node_api.UpscaleModel`."""

    def __init__(self, network: ImageModelDescriptor[Any], dtype: torch.dtype) -> None:
        self._network = network
        self._dtype = dtype
        self.scale: int = network.scale
        self.architecture = network.architecture.id
        """As spandrel calls it: `ESRGAN`, `Compact`, `SwinIR`, `SPAN`."""
        self.tags: tuple[str, ...] = tuple(network.tags)
        """The network's size: `64nf`, `23nb`."""
        self.parameters = sum(weight.numel() for weight in network.model.parameters())
        """How many numbers the network has, training branches included."""
        self.nbytes = sum(weight.nbytes for weight in network.model.parameters())
        """Bytes of the weights."""

    def __call__(self, picture: torch.Tensor, /) -> torch.Tensor:
        """Run the network on one picture.

        Takes 1CHW, float32, 0..1, RGB, on any device; returns 1CHW, float32, 0..1, on the CPU.
        A network for grey pictures is run on each colour by itself.
        """
        with torch.inference_mode(), _full_precision(self._dtype):
            batch = picture.transpose(0, 1) if self._network.input_channels == _GREY else picture
            output = self._network(
                batch.to(self._network.device, self._dtype).contiguous(
                    memory_format=torch.channels_last
                )
            )
            if self._network.input_channels == _GREY:
                output = output.transpose(0, 1)
        # A plain tensor: one made in inference mode could not be blended in place.
        result = torch.empty(output.shape, dtype=torch.float32)
        return result.copy_(output)


class ReferenceUpscaler:
    """The same network called as ComfyUI calls it: float32, no change of memory layout."""

    def __init__(self, network: ImageModelDescriptor[Any]) -> None:
        self._network = network
        self.scale: int = network.scale

    def __call__(self, picture: torch.Tensor, /) -> torch.Tensor:
        """As `Upscaler`, for RGB networks."""
        output = self._network(picture.to(self._network.device))
        return torch.empty(output.shape, dtype=torch.float32).copy_(output)


def load_upscale_model(path: Path, *, device: str, precision: Precision) -> Upscaler:
    """Load the network in a `.safetensors`, `.pth` or ncnn `.bin` file.

    `exact` computes in float32, `fast` in bfloat16, or on a GPU in float16, where the
    architecture bears it. Accepts what ComfyUI's UpscaleModelLoader does, but for face models,
    which need a face's position. Raises `InputError` where the file is no such network.
    """
    network = _load_network(path)
    dtype = torch.float32 if precision == "exact" else _fast_dtype(network, torch.device(device))
    network.model.to(device=device, dtype=dtype, memory_format=torch.channels_last)
    return Upscaler(network, dtype)


def load_reference_upscale_model(path: Path, device: str) -> ReferenceUpscaler:
    """Load a network to be run as ComfyUI runs it, for comparisons of speed and output."""
    network = _load_network(path)
    network.to(device)
    return ReferenceUpscaler(network)


def _load_network(path: Path) -> ImageModelDescriptor[Any]:
    spandrel = import_spandrel()
    state_dict, resize = _read(path)
    try:
        with warnings.catch_warnings():
            # spandrel's SwinIR leaves out an argument; what it gets without is what it means.
            warnings.filterwarnings("ignore", message="torch.meshgrid")
            network = spandrel.ModelLoader().load_from_state_dict(state_dict)
    except (spandrel.UnsupportedModelError, RuntimeError, KeyError, ValueError) as error:
        raise _unsupported(path, say_what_it_is(state_dict)) from error
    if not isinstance(network, spandrel.ImageModelDescriptor):
        raise _unsupported(path, "an inpainting model, which needs a mask")
    if network.purpose == "FaceSR":
        raise _unsupported(path, "a face model; it belongs in the folder facerestore_models")
    if network.input_channels not in {_GREY, _COLOUR} or (
        network.output_channels != network.input_channels
    ):
        raise _unsupported(
            path, f"a network from {network.input_channels} to {network.output_channels} channels"
        )
    network.model.eval().requires_grad_(requires_grad=False)
    return network if resize == 1 else _resized(network, resize)


def _read(path: Path) -> tuple[dict[str, Any], float]:
    if path.suffix.lower() == ".bin":
        converted = convert_ncnn(path)
        return dict(converted.state_dict), converted.resize
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


def _fast_dtype(network: ImageModelDescriptor[Any], device: torch.device) -> torch.dtype:
    # float16 keeps three more bits (RealSR DF2K: 56 dB instead of 42), but CPUs do not compute it.
    if device.type == "cuda" and network.supports_half:
        return torch.float16
    return torch.bfloat16 if network.supports_bfloat16 else torch.float32


def _full_precision(dtype: torch.dtype) -> AbstractContextManager[None]:
    """Keep cuDNN from rounding float32 to TF32, whose ten bits of mantissa are not exact."""
    if dtype != torch.float32 or not torch.cuda.is_available():
        return contextlib.nullcontext()
    flags: AbstractContextManager[None] = torch.backends.cudnn.flags(
        enabled=True, benchmark=False, deterministic=True, allow_tf32=False
    )
    return flags


def _unsupported(path: Path, what: str) -> InputError:
    return InputError(
        f"The file is {what}." if what else "No network that is known here has these weights.",
        where=str(path),
        hint="Choose a model that enlarges or restores single pictures: capdemo models list",
    )
