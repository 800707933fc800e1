"""Image to image on tiles of a larger picture (Ultimate SD Upscale)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from capdemo.diffusion.sampling import sample, sample_custom
from capdemo.diffusion.tile_prompts import TilePrompts
from capdemo.node_api import Conditioning, Guider, Latent, Noise, Tiles

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import torch

    from capdemo.diffusion.cropping import Region, Size
    from capdemo.diffusion.sampling import Settings
    from capdemo.node_api import DiffusionModel, Image, Sampler, Sigmas, Vae


class Sample(Protocol):
    """Adds noise to a latent and takes it away; with the same noise at every call."""

    def __call__(
        self,
        latent: torch.Tensor,
        positive: Conditioning,
        negative: Conditioning,
        progress: Callable[[int, int], None],
    ) -> torch.Tensor:
        """The latent anew; both BCHW, float32, on the CPU, not scaled."""
        ...


@dataclass(frozen=True, slots=True)
class BySettings:
    """Samples as KSampler does."""

    model: DiffusionModel
    settings: Settings

    def __call__(
        self,
        latent: torch.Tensor,
        positive: Conditioning,
        negative: Conditioning,
        progress: Callable[[int, int], None],
    ) -> torch.Tensor:
        """As `Sample`."""
        prompts = (positive, negative)
        return sample(self.model, prompts, Latent(latent), self.settings, progress).samples


@dataclass(frozen=True, slots=True)
class BySigmas:
    """Samples as SamplerCustom does."""

    model: DiffusionModel
    cfg: float
    sampler: Sampler
    sigmas: Sigmas
    noise: Noise

    def __call__(
        self,
        latent: torch.Tensor,
        positive: Conditioning,
        negative: Conditioning,
        progress: Callable[[int, int], None],
    ) -> torch.Tensor:
        """As `Sample`."""
        guider = Guider(self.model, positive, negative, self.cfg)
        result, _ = sample_custom(
            guider, self.sampler, self.sigmas, self.noise, Latent(latent), progress
        )
        return result.samples


@dataclass(slots=True)
class TilePainter:
    """Encodes tiles, samples them with prompts cut to them, and decodes them."""

    vae: Vae
    positive: Conditioning
    negative: Conditioning
    original: Size
    """Of the picture that the prompts' areas were made for, in pixels."""
    sample: Sample
    decodes_in_tiles: bool = False
    _prompts: dict[Size, TilePrompts] = field(default_factory=dict)

    def __call__(
        self,
        tiles: Image,
        regions: Sequence[Region],
        canvas: Size,
        progress: Callable[[int, int], None],
    ) -> Image:
        """Tiles (BHWC), cut from a canvas of that size at these regions, redrawn.

        Sides that are no multiples of 8 come back smaller: the VAE cuts their ends off.
        """
        if canvas not in self._prompts:
            self._prompts[canvas] = TilePrompts(
                self.positive, self.negative, original=self.original, canvas=canvas
            )
        size = (tiles.shape[2], tiles.shape[1])
        positive, negative = self._prompts[canvas].cut(regions, size)
        samples = self.sample(self.vae.encode(tiles), positive, negative, progress)
        if self.decodes_in_tiles:
            return self.vae.decode_tiled(samples, Tiles())
        return self.vae.decode(samples)
