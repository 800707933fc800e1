"""Tiny random networks of every architecture that spandrel and its companion know."""

from __future__ import annotations

import importlib
import importlib.util
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch

from capdemo.models.spandrel_import import import_spandrel

if TYPE_CHECKING:
    from collections.abc import Mapping

    from capdemo.models.convert import StateDict


@dataclass(frozen=True, slots=True)
class Case:
    """How a network is made small."""

    architecture: str
    scale: int
    sizes: Mapping[str, Any]
    maker: str = ""
    """The network's class, where it is not called as the architecture is."""
    lifted: str = ""
    """A last layer's bias that is raised by a half where random weights give black or white."""

    @property
    def name(self) -> str:
        """The class."""
        return self.maker or self.architecture


_WINDOWS = {"img_size": 16, "embed_dim": 8, "num_heads": [2], "mlp_ratio": 2.0}
_SWIN = {**_WINDOWS, "depths": [2], "window_size": 8, "upscale": 2, "upsampler": "pixelshuffle"}
_ENCODER = {"enc_blk_nums": [1, 1, 1, 1], "dec_blk_nums": [1, 1, 1, 1]}
_CODEBOOK = {"codebook_params": [[32, 16, 16]], "LQ_stage": True, "scale_factor": 2}

SINGLE_PICTURE = (
    Case("ATD", 2, {**_SWIN, "category_size": 64, "num_tokens": 8, "reducted_dim": 2}),
    Case(
        "AuraSR",
        4,
        {
            "dim": 8,
            "init_dim": 8,
            "image_size": None,
            "input_image_size": None,
            "style_network": {"dim_in": 16, "dim_out": 64, "depth": 1},
            "self_attn_dim_head": 8,
            "attn_depths": (1, 1, 1, 1, 1),
            "mid_attn_depth": 1,
            "num_conv_kernels": 2,
            "skip_connect_scale": 0.4,
        },
        lifted="final_to_rgb.bias",
    ),
    Case("CRAFT", 2, {"embed_dim": 48, "depths": [2], "num_heads": [6], "upscale": 2}),
    Case("Compact", 3, {"num_feat": 8, "num_conv": 2, "upscale": 3}),
    Case("DAT", 2, {"img_size": 16, "embed_dim": 32, "depth": [2], "num_heads": [2], "upscale": 2}),
    Case("DCTLSA", 2, {"nf": 10, "num_modules": 6, "upscale": 2}),
    Case("DITN", 2, {"dim": 8, "ITL_blocks": 1, "SAL_blocks": 1, "upscale": 2}),
    Case("DRCT", 2, {**_SWIN, "gc": 4}),
    Case("DRUNet", 1, {"in_nc": 4, "out_nc": 3, "nc": [4, 8, 8, 8], "nb": 2}),
    Case("DnCNN", 1, {"in_nc": 3, "out_nc": 3, "nc": 8, "nb": 15, "act_mode": "R"}),
    Case("ESRGAN", 2, {"num_filters": 8, "num_blocks": 1, "scale": 2}),
    Case("FBCNN", 1, {"nc": [4, 8, 8, 512]}),
    Case(
        "FDAT",
        2,
        {"embed_dim": 16, "num_groups": 1, "depth_per_group": 1, "num_heads": 2, "scale": 2},
        lifted="upsampler.1.bias",
    ),
    Case("FFTformer", 1, {"dim": 8, "num_blocks": [1, 1, 1], "num_refinement_blocks": 1}),
    Case(
        "GRL",
        2,
        {
            "embed_dim": 16,
            "depths": [1],
            "num_heads_window": [2],
            "num_heads_stripe": [2],
            "stripe_shift": True,
            "anchor_window_down_factor": 4,
            "upscale": 2,
            "upsampler": "pixelshuffledirect",
            "window_size": 32,
            "stripe_size": [64, 64],
        },
    ),
    Case("HAT", 2, {**_SWIN, "squeeze_factor": 4, "num_feat": 8}),
    Case("HVICIDNet", 1, {"channels": [4, 4, 8, 8], "heads": [1, 2, 2, 2]}),
    Case("IPT", 2, {"n_feats": 4, "scale": [2], "num_heads": 2, "num_layers": 1}),
    Case("KBNet", 1, {"width": 8, "middle_blk_num": 1, **_ENCODER}, maker="KBNet_s"),
    Case(
        "KBNet",
        1,
        {"dim": 24, "num_blocks": [1] * 4, "num_refinement_blocks": 1, "heads": [1, 2, 2, 2]},
        maker="KBNet_l",
    ),
    Case(
        "MMRealSR",
        4,
        {
            "num_in_ch": 3,
            "num_out_ch": 3,
            "num_feat": 8,
            "num_block": 1,
            "num_grow_ch": 4,
            "num_feats": [8, 8, 8, 8],
            "num_blocks": [1, 1, 1, 1],
        },
    ),
    Case("MixDehazeNet", 1, {"embed_dims": [8, 8, 8, 8, 8], "depths": [1, 1, 1, 1, 1]}),
    Case("MoESR", 2, {"dim": 8, "n_blocks": 1, "n_block": 1, "upsample_dim": 8, "scale": 2}),
    Case("MoSR", 2, {"n_block": 1, "dim": 16, "upscale": 2}),
    Case("NAFNet", 1, {"width": 8, "enc_blk_nums": [1, 1], "dec_blk_nums": [1, 1]}),
    Case("OmniSR", 2, {"num_feat": 16, "res_num": 1, "up_scale": 2}),
    Case("PLKSR", 2, {"dim": 16, "n_blocks": 1, "upscaling_factor": 2}),
    Case("PLKSR", 2, {"dim": 16, "n_blocks": 1, "upscaling_factor": 2}, maker="RealPLKSR"),
    Case("RCAN", 2, {"scale": 2, "n_resgroups": 1, "n_resblocks": 1, "n_feats": 16}),
    Case("RGT", 2, {"img_size": 16, "embed_dim": 64, "depth": [2], "num_heads": [2], "upscale": 2}),
    Case("RealCUGAN", 2, {}, maker="UpCunet2x"),
    Case("RetinexFormer", 1, {"n_feat": 8, "stage": 1}),
    Case("SAFMN", 2, {"dim": 16, "n_blocks": 1, "upscaling_factor": 2}),
    Case("SAFMNBCIE", 1, {"dim": 16, "n_blocks": 1, "num_layers": 1}),
    Case("SCUNet", 1, {"config": [1] * 7}),
    Case("SPAN", 2, {"num_in_ch": 3, "num_out_ch": 3, "feature_channels": 16, "upscale": 2}),
    Case("SeemoRe", 2, {"scale": 2, "num_experts": 2, "num_layers": 1, "embedding_dim": 8}),
    Case("SwiftSRGAN", 2, {"num_channels": 8, "num_blocks": 1, "upscale_factor": 2}),
    Case("Swin2SR", 2, _SWIN),
    Case("SwinIR", 2, _SWIN),
    Case("Uformer", 1, {"embed_dim": 4, "depths": [1] * 9, "num_heads": [1, *[2] * 8]}),
    # Of spandrel_extra_arches, not for commercial use.
    Case("AdaCode", 2, _CODEBOOK),
    Case("FeMaSR", 2, _CODEBOOK),
    Case("M3SNet", 1, {"width": 8, **_ENCODER}),
    Case("MIRNet2", 1, {"n_feat": 16, "n_MRB": 1}),
    Case("MPRNet", 1, {"n_feat": 8, "scale_unetfeats": 4, "scale_orsnetfeats": 4, "num_cab": 1}),
    Case(
        "Restormer",
        1,
        {"dim": 8, "num_blocks": [1] * 4, "num_refinement_blocks": 1, "heads": [1, 2, 2, 2]},
    ),
    Case("SRFormer", 2, _SWIN),
)


def random_state(case: Case) -> StateDict:
    """The weights of the case's network, by the names that its files have."""
    import_spandrel()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # architectures are written in old idioms
        torch.manual_seed(0)
        network = getattr(_module(case.architecture), case.name)(**case.sizes)
    state = {key: value.clone() for key, value in network.state_dict().items()}
    if case.lifted:
        state[case.lifted] += 0.5
    return state


def _module(architecture: str) -> Any:
    name = f"spandrel.architectures.{architecture}"
    if importlib.util.find_spec(name) is None:
        name = f"spandrel_extra_arches.architectures.{architecture}"
    return importlib.import_module(name)
