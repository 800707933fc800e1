"""Nodes of the LTX video models that make sound too, newer than ComfyUI 0.3.64; none runs here."""

from __future__ import annotations

from dataclasses import replace

from capdemo.node_api import NodeFamily, OutputSchema
from capdemo.node_api.inputs import (
    boolean,
    choice,
    dynamic_choice,
    integer,
    link,
    model_file,
    number,
    text,
)
from capdemo.nodes.declared.generated_text import SAMPLING

FAMILY = NodeFamily()

FAMILY.declare(
    "LTXAVTextEncoderLoader",
    category="loaders",
    description=(
        "Loads the text encoder of LTX-2 with the part of it that lies in the checkpoint."
    ),
    inputs=(
        model_file("text_encoder", "text_encoders"),
        model_file("ckpt_name", "checkpoints"),
        choice("device", ("default", "cpu"), required=False),
    ),
    outputs=("CLIP",),
)

FAMILY.declare(
    "LTXVAudioVAELoader",
    category="loaders",
    description="Loads the VAE of LTX-2 that encodes sound.",
    inputs=(model_file("ckpt_name", "checkpoints"),),
    outputs=(OutputSchema("Audio VAE", "VAE"),),
)

FAMILY.declare(
    "LatentUpscaleModelLoader",
    category="loaders",
    description="Loads a network that enlarges the latent of a video.",
    inputs=(model_file("model_name", "latent_upscale_models"),),
    outputs=("LATENT_UPSCALE_MODEL",),
)

FAMILY.declare(
    "LTXVConcatAVLatent",
    category="latent/video/ltxv",
    description="Joins the latents of a video and of its sound.",
    inputs=(
        link("video_latent", "LATENT"),
        link("audio_latent", "LATENT"),
    ),
    outputs=(OutputSchema("latent", "LATENT"),),
)

FAMILY.declare(
    "LTXVSeparateAVLatent",
    category="latent/video/ltxv",
    description="Takes the latents of a video and of its sound apart.",
    inputs=(link("av_latent", "LATENT"),),
    outputs=(
        OutputSchema("video_latent", "LATENT"),
        OutputSchema("audio_latent", "LATENT"),
    ),
)

FAMILY.declare(
    "LTXVEmptyLatentAudio",
    category="latent/video/ltxv",
    description="Makes the empty latent of the sound of a video.",
    inputs=(
        integer("frames_number", 97, 1, 1000),
        replace(number("frame_rate", 25.0, 1.0, 1000.0), type="FLOAT,INT"),
        integer("batch_size", 1, 1, 4096),
        link("audio_vae", "VAE"),
    ),
    outputs=(OutputSchema("Latent", "LATENT"),),
)

FAMILY.declare(
    "LTXVAudioVAEEncode",
    category="audio",
    description="Turns a sound into the latent that LTX-2 uses.",
    inputs=(
        link("audio", "AUDIO"),
        link("audio_vae", "VAE"),
    ),
    outputs=(OutputSchema("Audio Latent", "LATENT"),),
)

FAMILY.declare(
    "LTXVAudioVAEDecode",
    category="audio",
    description="Turns the latent of LTX-2 into a sound.",
    inputs=(
        link("samples", "LATENT"),
        link("audio_vae", "VAE"),
    ),
    outputs=(OutputSchema("Audio", "AUDIO"),),
)

FAMILY.declare(
    "LTXVLatentUpsampler",
    category="latent/video/ltxv",
    description="Enlarges the latent of a video twice by a network.",
    inputs=(
        link("samples", "LATENT"),
        link("upscale_model", "LATENT_UPSCALE_MODEL"),
        link("vae", "VAE"),
    ),
    outputs=("LATENT",),
)

FAMILY.declare(
    "LTXVImgToVideoInplace",
    category="conditioning/video_models",
    description="Puts a picture into the first frame of a latent of LTX-2.",
    inputs=(
        link("vae", "VAE"),
        link("image", "IMAGE"),
        link("latent", "LATENT"),
        number("strength", 1.0, 0.0, 1.0),
        boolean("bypass", False),
    ),
    outputs=(OutputSchema("latent", "LATENT"),),
)

FAMILY.declare(
    "LTXVReferenceAudio",
    category="conditioning/audio",
    description="Lets LTX-2 speak with the voice of a sound.",
    inputs=(
        link("model", "MODEL"),
        link("positive", "CONDITIONING"),
        link("negative", "CONDITIONING"),
        link("reference_audio", "AUDIO"),
        link("audio_vae", "VAE"),
        number("identity_guidance_scale", 3.0, 0.0, 100.0),
        number("start_percent", 0.0, 0.0, 1.0),
        number("end_percent", 1.0, 0.0, 1.0),
    ),
    outputs=(
        "MODEL",
        OutputSchema("positive", "CONDITIONING"),
        OutputSchema("negative", "CONDITIONING"),
    ),
)

FAMILY.declare(
    "LTXVDualCFGGuider",
    category="sampling/custom_sampling/guiders",
    description="Asks LTX-2 with a guidance of its own for picture and for sound.",
    inputs=(
        link("model", "MODEL"),
        link("positive", "CONDITIONING"),
        link("negative", "CONDITIONING"),
        number("video_cfg", 3.0, 0.0, 100.0),
        number("audio_cfg", 7.0, 0.0, 100.0),
    ),
    outputs=("GUIDER",),
)

FAMILY.declare(
    "GetICLoRAParameters",
    category="conditioning/video_models",
    description="Reads from a LoRA how LTX-2 must prepare its guides.",
    inputs=(link("iclora_model", "MODEL"),),
    outputs=(OutputSchema("iclora_parameters", "IC_LORA_PARAMETERS"),),
)

FAMILY.declare(
    "TextGenerateLTX2Prompt",
    category="text",
    description="Lets the text encoder of LTX-2 write a longer prompt.",
    inputs=(
        link("clip", "CLIP"),
        text("prompt", multiline=True, dynamic_prompts=True),
        link("image", "IMAGE", required=False),
        link("video", "IMAGE", required=False),
        link("audio", "AUDIO", required=False),
        integer("max_length", 512, 1, 32768),
        dynamic_choice("sampling_mode", {"on": SAMPLING, "off": ()}),
        boolean("thinking", False, required=False),
        boolean("use_default_template", True, required=False),
        choice("mtp", ("auto", "off", "2", "3", "4", "5"), required=False),
        link("system_prompt", "STRING", required=False),
    ),
    outputs=(
        OutputSchema("generated_text", "STRING"),
        OutputSchema("thinking", "STRING"),
    ),
)
