"""The prompts, LoRAs and embeddings that ComfyUI was given; see `models/sd/golden/README.md`."""

from __future__ import annotations

import torch
from tests.sd_for_tests import lora, small

_SENTENCE = (
    "a wide view of an old harbour town at dusk, (warm lanterns:1.4) along the quay, "
    "fishing boats, "
)
PROMPTS = {
    "plain": "a photo of a harbour, 35mm",
    "empty": "",
    "weights": (
        "(masterpiece:1.3), a ((red)) boat \\(small\\), (very (blurry:0.6) sky), [x] (unclosed"
    ),
    "long": _SENTENCE * 6,
    "embedding": "a boat, embedding:odd-style, (in embedding:odd-style style:1.2)",
    "pair": "embedding:pair a boat",
}
EMBEDDINGS = {
    "odd-style": small({"emb_params": (3, 768)}),
    "pair": small({"clip_l": (2, 768), "clip_g": (2, 1280)}),
}


def lora_sd15() -> dict[str, torch.Tensor]:
    """Every kind of change, in kohya's names for the original blocks and for diffusers'."""
    blocks = "_transformer_blocks_0"
    down, mid, up = "lora_unet_down_blocks_", "lora_unet_mid_block_", "lora_unet_up_blocks_"
    text = "lora_te_text_model_encoder_layers_"
    return {
        **lora(f"lora_unet_input_blocks_1_1{blocks}_attn1_to_q", 320, 320, alpha=2),
        **lora("lora_unet_input_blocks_4_0_in_layers_2", 640, 320, kernel=3, alpha=2),
        **lora("lora_unet_output_blocks_3_1_proj_in", 1280, 1280, kernel=1, alpha=2),
        **lora(f"{mid}attentions_0{blocks}_attn2_to_k", 1280, 768, alpha=2),
        **lora(f"{up}1_attentions_0{blocks}_ff_net_0_proj", 10240, 1280),
        **lora(f"{down}0_resnets_0_conv1", 320, 320, kernel=3, middle=True, alpha=2),
        **lora(f"{text}0_self_attn_q_proj", 768, 768, alpha=2),
        **lora(f"{text}11_mlp_fc1", 3072, 768, alpha=2),
        **_dora(f"{down}1_attentions_0{blocks}_attn1_to_v", 640),
        **_loha(f"{down}1_attentions_1{blocks}_attn2_to_v", 640, 768),
        **_lokr(f"{down}2_attentions_0{blocks}_attn1_to_k"),
        **_plain(f"{mid}resnets_0_conv2", 1280),
    }


def lora_diffusers_sd15() -> dict[str, torch.Tensor]:
    """In two kinds of names that diffusers has used."""
    blocks = "attentions.0.transformer_blocks.0"
    query = f"unet.down_blocks.0.{blocks}.attn1.processor.to_q"
    out = f"unet.mid_block.{blocks}.attn2.processor.to_out"
    text = "text_encoder.text_model.encoder.layers.3.self_attn.v_proj"
    return small(
        {
            f"{query}_lora.down.weight": (4, 320),
            f"{query}_lora.up.weight": (320, 4),
            f"{out}_lora.down.weight": (4, 1280),
            f"{out}_lora.up.weight": (1280, 4),
            f"{text}.lora_A.weight": (4, 768),
            f"{text}.lora_B.weight": (768, 4),
        }
    )


def lora_sdxl() -> dict[str, torch.Tensor]:
    """In kohya's names, for the U-Net and both text encoders."""
    layers = "text_model_encoder_layers"
    down = "lora_unet_down_blocks_2_attentions_1_transformer_blocks_9_ff_net_2"
    query = "lora_unet_input_blocks_4_1_transformer_blocks_1_attn1_to_q"
    return {
        **lora(query, 640, 640, alpha=2),
        **lora(down, 1280, 5120, alpha=2),
        **lora(f"lora_te1_{layers}_2_mlp_fc2", 768, 3072, alpha=2),
        **lora(f"lora_te2_{layers}_30_self_attn_k_proj", 1280, 1280, alpha=2),
    }


def _dora(module: str, width: int) -> dict[str, torch.Tensor]:
    scale = f"{module}.dora_scale"
    magnitude = (1 + 0.1 * small({scale: (width, 1)})[scale].float()).half()
    return {**lora(module, width, width, alpha=2), scale: magnitude}


def _loha(module: str, rows: int, columns: int) -> dict[str, torch.Tensor]:
    factors = small(
        {
            f"{module}.hada_w1_a": (rows, 4),
            f"{module}.hada_w1_b": (4, columns),
            f"{module}.hada_w2_a": (rows, 4),
            f"{module}.hada_w2_b": (4, columns),
        }
    )
    return {**factors, f"{module}.alpha": torch.tensor(2.0).half()}


def _lokr(module: str) -> dict[str, torch.Tensor]:
    factors = small(
        {
            f"{module}.lokr_w1": (16, 16),
            f"{module}.lokr_w2_a": (80, 4),
            f"{module}.lokr_w2_b": (4, 80),
        }
    )
    return {**factors, f"{module}.alpha": torch.tensor(2.0).half()}


def _plain(module: str, width: int) -> dict[str, torch.Tensor]:
    bias, weight = f"{module}.diff_b", f"{module}.diff"
    found = small({bias: (width,), weight: (width, width, 3, 3)})
    return {key: value * 0.1 for key, value in found.items()}
