"""Files with tiny random networks, made the way people's own files are."""

from __future__ import annotations

import warnings
from functools import lru_cache
from typing import TYPE_CHECKING

import torch

from capdemo.models.spandrel_import import import_spandrel

if TYPE_CHECKING:
    from capdemo.models.convert import StateDict


@lru_cache
def compact_state(*, channels: int = 3, scale: int = 2) -> StateDict:
    """SRVGGNetCompact of eight features and two convolutions."""
    import_spandrel()
    from spandrel.architectures.Compact import Compact

    torch.manual_seed(0)
    network = Compact(
        num_in_ch=channels, num_out_ch=channels, num_feat=8, num_conv=2, upscale=scale
    )
    return dict(network.state_dict())


@lru_cache
def swinir_state() -> StateDict:
    """SwinIR with the classical x2 head, of one layer."""
    import_spandrel()
    from spandrel.architectures.SwinIR import SwinIR

    torch.manual_seed(0)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="torch.meshgrid")
        network = SwinIR(
            img_size=16,
            window_size=8,
            upscale=2,
            depths=[2],
            num_heads=[2],
            embed_dim=8,
            mlp_ratio=2,
            upsampler="pixelshuffle",
            resi_connection="1conv",
        )
    return dict(network.state_dict())
