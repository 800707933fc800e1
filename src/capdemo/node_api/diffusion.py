"""What loaded diffusion networks promise.

`models` makes them, `diffusion` computes with them, and neither knows the other.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, Self, TypeAlias, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from contextlib import AbstractContextManager

    import torch

    from capdemo.node_api.conditioning import Condition, Control
    from capdemo.node_api.noise_levels import NoiseLevels
    from capdemo.node_api.sockets import Image


@dataclass(frozen=True, slots=True)
class LatentFormat:
    """How the latents of a VAE are shaped, and how a network wants them scaled."""

    channels: int = 4
    pixels: int = 8
    """Of the picture along each side of a cell."""
    has_time: bool = False
    """BCTHW and not BCHW."""
    scale: float = 1.0
    """The network sees (latent - mean) / std * scale."""
    mean: tuple[float, ...] = (0.0,)
    """One for each channel, or one for all."""
    std: tuple[float, ...] = (1.0,)


@dataclass(frozen=True, slots=True, eq=False)
class ControlResiduals:
    """What control nets add to a U-Net, by place (ComfyUI's `input`, `middle`, `output`).

    For a transformer, `output` holds one for each block.
    """

    input: tuple[torch.Tensor | None, ...] = ()
    middle: tuple[torch.Tensor | None, ...] = ()
    output: tuple[torch.Tensor | None, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class NetworkInputs:
    """What one call of the network gets beside latent and timestep; on the network's device.

    The first axis of every tensor is the latent's batch, or 1 where all items share it.
    """

    context: torch.Tensor | None = None
    """BTC, float32: the text."""
    may_repeat_context: bool = True
    """Whether prompts of other lengths may be repeated to a common one and share a batch: right
    for cross attention without a mask, wrong where text and picture attend to each other."""
    vector: torch.Tensor | None = None
    """BC: SDXL's pooled text and sizes."""
    attention_mask: torch.Tensor | None = None
    """BT."""
    reference_latents: tuple[torch.Tensor, ...] = ()
    """Each scaled for the network."""
    reference_method: str | None = None
    guidance: torch.Tensor | None = None
    """B."""
    concat: torch.Tensor | None = None
    """BCHW, of the latent's size: channels put behind those of the latent."""
    control: ControlResiduals | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Canvas:
    """The latent that a run works on, as a network must know it to prepare its inputs."""

    shape: tuple[int, ...]
    """BCHW or BCTHW."""
    latent: torch.Tensor
    """What the run starts from, scaled for the network, on its device; zeros where empty."""
    noise_mask: torch.Tensor | None = None
    """Where it may change, of the latent's shape."""
    is_negative: bool = False
    """Whether the condition is to be avoided (SDXL's refiner scores it lower)."""


class DiffusionNetwork(Protocol):
    """A loaded denoising network."""

    @property
    def latent_format(self) -> LatentFormat:
        """How its latents are shaped and scaled."""
        ...

    @property
    def device(self) -> torch.device:
        """Where it computes."""
        ...

    def inputs(self, condition: Condition, canvas: Canvas) -> NetworkInputs:
        """What the network takes for a condition (ComfyUI's `extra_conds`), without control."""
        ...

    def __call__(
        self, latent: torch.Tensor, timestep: torch.Tensor, inputs: NetworkInputs, /
    ) -> torch.Tensor:
        """Predict; the latent comes scaled for its noise level, without `inputs.concat`.

        Latent and result are float32, timestep (B) is float32, all on `device`.
        """
        ...

    def with_lora(self, weights: Mapping[str, torch.Tensor], strength: float) -> Self:
        """The same network with W + strength * alpha / rank * B A; shares the weights.

        Patches apply in the order given. Raises `InputError` where none fits the network.
        """
        ...

    def ready(self) -> AbstractContextManager[None]:
        """Keep the weights on `device` while in use; a run opens it once."""
        ...


class ControlNet(Protocol):
    """A loaded network that steers another one by a picture."""

    @property
    def strength_rises(self) -> bool:
        """Whether strength ** (n - i) weighs residual i of n, and not the strength itself."""
        ...

    def hint(self, control: Control, shape: tuple[int, ...]) -> torch.Tensor:
        """The control's picture as the net takes it for a latent of this shape, on its device."""
        ...

    def __call__(
        self,
        hint: torch.Tensor,
        latent: torch.Tensor,
        timestep: torch.Tensor,
        inputs: NetworkInputs,
        control: Control,
        /,
    ) -> ControlResiduals:
        """What it adds at full strength; latent and timestep as the steered network gets them."""
        ...

    def ready(self) -> AbstractContextManager[None]:
        """Keep the weights on the device while in use."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class GuidedStep:
    """What is known once guidance has combined the predictions; all float32, on the device."""

    denoised: torch.Tensor
    conditional: torch.Tensor
    unconditional: torch.Tensor
    """Zeros where guidance was skipped."""
    latent: torch.Tensor
    sigma: torch.Tensor
    """B."""
    cfg: float


@dataclass(frozen=True, slots=True, eq=False)
class MaskedStep:
    """What is known where a noise mask is about to be applied."""

    sigma: torch.Tensor
    """B."""
    mask: torch.Tensor
    """Of the latent's shape, 0..1."""
    sigmas: torch.Tensor
    """All levels of the run."""
    levels: NoiseLevels


GuidanceFunction: TypeAlias = Callable[[GuidedStep], "torch.Tensor"]
"""From the predictions to the denoised latent."""
MaskFunction: TypeAlias = Callable[[MaskedStep], "torch.Tensor"]
"""From the noise mask to the one of this step."""


@dataclass(frozen=True, slots=True, eq=False)
class DiffusionModel:
    """A network, its noise levels and what was patched into its use; never changed in place."""

    network: DiffusionNetwork
    levels: NoiseLevels
    guidance: GuidanceFunction | None = None
    """Used in place of classifier-free guidance (`RescaleCFG`)."""
    after_guidance: tuple[GuidanceFunction, ...] = ()
    """In the order applied (`CFGNorm`)."""
    noise_mask: MaskFunction | None = None
    """`DifferentialDiffusion`."""
    always_guides: bool = False
    """Whether the negative prompt is asked even at a guidance of 1."""


class TextEncoder(Protocol):
    """Loaded text encoders with their tokenizers (CLIP in workflow files)."""

    def encode(self, text: str, /) -> Condition:
        """One prompt, with ComfyUI's weights in brackets where the encoders know them."""
        ...

    def with_last_layer(self, layer: int) -> Self:
        """The same that stops at a hidden layer, counted from the end: -1 is the last."""
        ...

    def with_lora(self, weights: Mapping[str, torch.Tensor], strength: float) -> Self:
        """As `DiffusionNetwork.with_lora`; weights for other networks are passed over."""
        ...


@runtime_checkable
class PairedTextEncoder(Protocol):
    """Two text encoders that may be given different texts (SDXL)."""

    def encode_pair(self, text_g: str, text_l: str) -> Condition:
        """The larger encoder's text first; `Condition.sizes` is left to the node."""
        ...


@runtime_checkable
class PictureTextEncoder(Protocol):
    """A text encoder that looks at pictures (Qwen2.5-VL)."""

    def encode_with_pictures(
        self, text: str, pictures: Sequence[Image], template: str
    ) -> Condition:
        """The text within a chat template, each picture in the place that the text names."""
        ...


class Vae(Protocol):
    """A loaded VAE; latents are float32, on the CPU, not scaled for any network."""

    @property
    def latent_format(self) -> LatentFormat:
        """The shape of its latents; the scaling is the network's."""
        ...

    def encode(self, image: Image) -> torch.Tensor:
        """The mode of the posterior, of the centre cut to multiples of a cell's pixels."""
        ...

    def decode(self, samples: torch.Tensor) -> Image:
        """Pictures; the frames of a video become a batch."""
        ...

    def encode_tiled(self, image: Image, tiles: Tiles) -> torch.Tensor:
        """As `encode`, in parts."""
        ...

    def decode_tiled(self, samples: torch.Tensor, tiles: Tiles) -> Image:
        """As `decode`, in parts."""
        ...


@dataclass(frozen=True, slots=True)
class Tiles:
    """How a VAE works in parts (`VAEDecodeTiled`); sides in pixels, times in frames."""

    side: int = 512
    overlap: int = 64
    frames: int = 64
    frame_overlap: int = 8
