"""Stable Diffusion's U-Net, versions 1, 2 and XL, by diffusers' modules."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import torch

from capdemo.models.full_precision import full_precision
from capdemo.models.library_imports import import_library
from capdemo.models.lora import find_changes, unfit
from capdemo.models.lora_keys import unet_places
from capdemo.models.sd_inputs import check_text, picture_to_fill, size_vector
from capdemo.models.unet_shape import REFINER_CONTEXT, UnetShape, diffusers_settings
from capdemo.node_api.diffusion import NetworkInputs

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from torch import nn

    from capdemo.models.stored_network import StoredNetwork
    from capdemo.node_api.conditioning import Condition
    from capdemo.node_api.diffusion import Canvas, ControlResiduals, LatentFormat


@dataclass(frozen=True, slots=True)
class UnetModel:
    """What is known about a U-Net beside its weights."""

    family: str
    """As people call it: `Stable Diffusion 1`, `SDXL`."""
    shape: UnetShape
    latent_format: LatentFormat
    originals: Mapping[str, str]
    """From diffusers' names to those in released files, by which LoRA files may call them."""


class Unet:
    """A U-Net; implements `node_api.DiffusionNetwork`."""

    def __init__(self, model: UnetModel, network: StoredNetwork) -> None:
        self._model = model
        self._network = network
        self._module: nn.Module | None = None

    @property
    def latent_format(self) -> LatentFormat:
        """As `DiffusionNetwork`."""
        return self._model.latent_format

    @property
    def device(self) -> torch.device:
        """As `DiffusionNetwork`."""
        return self._network.weights.placing.device

    def inputs(self, condition: Condition, canvas: Canvas) -> NetworkInputs:
        """As `DiffusionNetwork`. Raises `InputError` where the prompt is of another encoder."""
        shape = self._model.shape
        check_text(condition, shape)
        vector = concat = None
        if shape.vector:
            is_refiner = shape.context == REFINER_CONTEXT
            vector = size_vector(condition, canvas, is_refiner=is_refiner).to(self.device)
        if shape.in_channels > self.latent_format.channels:
            concat = picture_to_fill(condition, canvas, self.latent_format).to(self.device)
        return NetworkInputs(
            context=condition.embedding.to(self.device), vector=vector, concat=concat
        )

    def __call__(
        self, latent: torch.Tensor, timestep: torch.Tensor, inputs: NetworkInputs, /
    ) -> torch.Tensor:
        """As `DiffusionNetwork`; works within `ready` or, for one call, without."""
        if self._module is None:
            with self.ready():
                return self(latent, timestep, inputs)
        with torch.inference_mode(), full_precision(self._network.weights.placing.dtype):
            module, arguments = self.bare_call(latent, timestep, inputs)
            (result,) = module(**arguments)
        prediction: torch.Tensor = result.float()
        return prediction.clone()

    def bare_call(
        self, latent: torch.Tensor, timestep: torch.Tensor, inputs: NetworkInputs
    ) -> tuple[nn.Module, dict[str, Any]]:
        """Diffusers' module and what it is called with; only within `ready`."""
        assert self._module is not None  # noqa: S101  # so the docstring says
        dtype = self._network.weights.placing.dtype
        if inputs.concat is not None:
            latent = torch.cat([latent, inputs.concat.expand(len(latent), -1, -1, -1)], dim=1)
        down, middle = residuals_for_diffusers(inputs.control, dtype)
        return self._module, {
            "sample": latent.to(dtype),
            "timestep": timestep.expand(len(latent)),
            "encoder_hidden_states": for_batch(inputs.context, latent, dtype),
            "class_labels": for_batch(inputs.vector, latent, dtype),
            "down_block_additional_residuals": down,
            "mid_block_additional_residual": middle,
            "return_dict": False,
        }

    def with_lora(self, weights: Mapping[str, torch.Tensor], strength: float) -> Self:
        """As `DiffusionNetwork`."""
        shapes = self._network.weights.shapes
        changes = find_changes(weights, unet_places(self._model.originals), shapes, strength)
        if not changes:
            raise unfit(weights, self._model.family)
        return type(self)(self._model, self._network.with_changes(changes))

    @contextlib.contextmanager
    def ready(self) -> Iterator[None]:
        """As `DiffusionNetwork`."""
        with self._network.ready() as module:
            outer, self._module = self._module, module
            try:
                yield
            finally:
                self._module = outer


def make_unet(shape: UnetShape) -> nn.Module:
    """Diffusers' module of a size, without values."""
    settings = diffusers_settings(shape)
    up = tuple("CrossAttnUpBlock2D" if depth else "UpBlock2D" for depth in shape.depths[::-1])
    with torch.device("meta"):
        module: nn.Module = import_library("diffusers").UNet2DConditionModel(
            out_channels=shape.out_channels, up_block_types=up, **settings
        )
    return module


def for_batch(
    tensor: torch.Tensor | None, latent: torch.Tensor, dtype: torch.dtype
) -> torch.Tensor | None:
    """A tensor for each item of a batch, where it may be one for all."""
    if tensor is None:
        return None
    return tensor.to(dtype).expand(len(latent), *tensor.shape[1:])


def residuals_for_diffusers(
    control: ControlResiduals | None, dtype: torch.dtype
) -> tuple[tuple[Any, ...] | None, Any]:
    """What control nets add, as diffusers' U-Net takes it: for the skips, and for the middle."""
    if control is None:
        return None, None
    down = tuple(0.0 if residual is None else residual.to(dtype) for residual in control.output)
    middle = next((residual for residual in control.middle if residual is not None), None)
    return down, 0.0 if middle is None else middle.to(dtype)
