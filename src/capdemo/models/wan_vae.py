"""The VAE of Wan 2.1 and Qwen-Image: pictures and videos to latents of 16 channels and back.

diffusers' layers, filled from a file in Wan's own key layout; the arithmetic is ComfyUI's, whose
latents are not scaled and are the most likely ones, not samples.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import torch

from capdemo.errors import InputError
from capdemo.models.library_imports import import_library
from capdemo.models.tiled_axes import TiledAxis, in_tiles
from capdemo.models.wan_latents import WAN_LATENTS
from capdemo.node_api.diffusion import Tiles
from capdemo.node_api.sockets import Image

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SIDE = 8
"""Pixels along each side of a cell of the latent."""
TIME = 4
"""Frames of all latent frames but the first, which holds one."""

_MARK = "decoder.middle.0.residual.0.gamma"
_NEWER_MARK = "decoder.upsamples.0.upsamples.0.residual.2.weight"


def is_wan_vae(state_dict: Mapping[str, Any]) -> bool:
    """Whether these are the keys of a VAE of Wan's family."""
    return _MARK in state_dict


def build_wan_vae(
    state_dict: Mapping[str, torch.Tensor], where: str, dtype: torch.dtype = torch.float32
) -> Any:
    """The autoencoder with these weights, on the CPU.

    Raises `InputError` where weights are missing or left over, or are of Wan 2.2.
    """
    if _NEWER_MARK in state_dict:
        raise InputError(
            "The file is the VAE of Wan 2.2, whose latents have 48 channels.",
            where=where,
            hint="Choose qwen_image_vae.safetensors or wan_2.1_vae.safetensors.",
        )
    with torch.device("meta"):
        autoencoder = import_library("diffusers").AutoencoderKLQwenImage(
            base_dim=state_dict["encoder.conv1.weight"].shape[0],
            z_dim=state_dict["conv2.weight"].shape[0],
        )
    keys = import_library("diffusers.loaders.single_file_utils")
    converted = keys.convert_wan_vae_to_diffusers(
        {key: weight.to(dtype) for key, weight in state_dict.items()}
    )
    missing, unexpected = autoencoder.load_state_dict(converted, strict=False, assign=True)
    if missing or unexpected:
        odd = (*missing, *unexpected)[0]
        raise InputError(
            f"The file is a VAE of Wan's family, but {len(missing)} weights are missing and "
            f"{len(unexpected)} are left over, such as {odd}.",
            where=where,
            hint="Download it again.",
        )
    return autoencoder.eval().requires_grad_(requires_grad=False)


class WanVae:
    """The loaded VAE; implements `node_api.Vae`."""

    latent_format = WAN_LATENTS

    def __init__(self, autoencoder: Any, device: torch.device, dtype: torch.dtype) -> None:
        self._device = device
        self._dtype = dtype
        self._autoencoder = autoencoder

    def encode(self, image: Image) -> torch.Tensor:
        """As `Vae`: a batch of pictures is taken as the frames of one video."""
        with self._on_device():
            try:
                return self._encode(_as_video(image))
            except torch.OutOfMemoryError:
                return in_tiles(_as_video(image), self._encode, _encoding(Tiles(256, 64, 9999, 8)))

    def decode(self, samples: torch.Tensor) -> Image:
        """As `Vae`."""
        with self._on_device():
            try:
                return _as_pictures(self._decode(samples))
            except torch.OutOfMemoryError:
                decoding = _decoding(Tiles(256, 64, 4 * 999, 4))
                return _as_pictures(in_tiles(samples, self._decode, decoding))

    def encode_tiled(self, image: Image, tiles: Tiles) -> torch.Tensor:
        """As `Vae`; frames that fill no latent frame are left out."""
        video = _as_video(image)
        whole = _frames(_latent_frames(video.shape[2]))
        with self._on_device():
            return in_tiles(video[:, :, :whole], self._encode, _encoding(tiles))

    def decode_tiled(self, samples: torch.Tensor, tiles: Tiles) -> Image:
        """As `Vae`."""
        with self._on_device():
            return _as_pictures(in_tiles(samples, self._decode, _decoding(tiles)))

    @contextlib.contextmanager
    def _on_device(self) -> Iterator[None]:
        self._autoencoder.to(self._device)
        try:
            with torch.no_grad():
                yield
        finally:
            self._autoencoder.to("cpu")

    def _encode(self, video: torch.Tensor) -> torch.Tensor:
        scaled = (video * 2.0 - 1.0).to(self._device, self._dtype)
        mode: torch.Tensor = self._autoencoder.encode(scaled).latent_dist.mode()
        return mode.float().cpu()

    def _decode(self, samples: torch.Tensor) -> torch.Tensor:
        """Frame by frame, and not clamped as diffusers' `decode`: tiles are blended before that."""
        network = self._autoencoder
        network.clear_cache()
        cells = network.post_quant_conv(samples.to(self._device, self._dtype))
        frames = [
            network.decoder(frame, feat_cache=network._feat_map, feat_idx=[0])  # noqa: SLF001
            for frame in cells.split(1, dim=2)
        ]
        network.clear_cache()
        return torch.cat(frames, dim=2).float().cpu()


def load_wan_vae(weights: Mapping[str, torch.Tensor], *, where: str, device: str) -> WanVae:
    """The VAE with these weights: float32 on a CPU, bfloat16 on a GPU, as in ComfyUI.

    Raises `InputError` as `build_wan_vae`.
    """
    place = torch.device(device)
    dtype = torch.float32 if place.type == "cpu" else torch.bfloat16
    return WanVae(build_wan_vae(weights, where, dtype), place, dtype)


def _as_video(image: Image) -> torch.Tensor:
    """1CTHW of BHWC, cut around the centre to whole cells of the latent."""
    height, width = (side // SIDE * SIDE for side in image.shape[1:3])
    top, left = ((side % SIDE) // 2 for side in image.shape[1:3])
    kept = image[:, top : top + height, left : left + width, :3]
    return kept.movedim(-1, 0)[None]


def _as_pictures(video: torch.Tensor) -> Image:
    """BHWC, 0..1, of BCTHW."""
    unit = ((video + 1.0) / 2.0).clamp(0.0, 1.0)
    return Image(unit.movedim(1, -1).flatten(0, 1))


def _frames(latent_frames: int) -> int:
    """That so many latent frames hold; the first holds one, each other four."""
    return max(0, latent_frames * TIME - 3)


def _latent_frames(frames: int) -> int:
    return max(0, (frames + 3) // TIME)


def _encoding(tiles: Tiles) -> tuple[TiledAxis, ...]:
    frames = max(2, _latent_frames(tiles.frames))
    overlap = max(1, min(frames // 2, _latent_frames(tiles.frame_overlap)))
    side = TiledAxis(
        tiles.side,
        tiles.overlap,
        lambda size: round(size / SIDE),
        lambda start: round(start / SIDE),
    )
    return (
        TiledAxis(
            _frames(frames), _frames(overlap), _latent_frames, lambda start: round(start / TIME)
        ),
        side,
        side,
    )


def _decoding(tiles: Tiles) -> tuple[TiledAxis, ...]:
    """Overlaps beyond a quarter of a tile's side, or half its frames, are cut as the node does."""
    overlap = min(tiles.overlap, tiles.side // 4)
    shared = tiles.frame_overlap
    shared = shared // 2 if tiles.frames < 2 * shared else shared
    frames = max(2, tiles.frames // TIME)
    side = TiledAxis(
        tiles.side // SIDE, overlap // SIDE, lambda size: size * SIDE, lambda start: start * SIDE
    )
    return (
        TiledAxis(
            frames, max(1, min(frames // 2, shared // TIME)), _frames, lambda start: start * TIME
        ),
        side,
        side,
    )
