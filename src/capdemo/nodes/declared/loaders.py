"""Loaders of diffusion models and the networks beside them; none runs here."""

from __future__ import annotations

from capdemo.node_api import NodeFamily
from capdemo.node_api.inputs import choice, link, model_file, number

FAMILY = NodeFamily()

FAMILY.declare(
    "CheckpointLoaderSimple",
    category="loaders",
    description="Loads a checkpoint that holds a diffusion model, its text encoder and its VAE.",
    inputs=(model_file("ckpt_name", "checkpoints"),),
    outputs=(
        "MODEL",
        "CLIP",
        "VAE",
    ),
)

FAMILY.declare(
    "unCLIPCheckpointLoader",
    category="loaders",
    description="Loads a checkpoint of an unCLIP model, which also takes pictures as prompts.",
    inputs=(model_file("ckpt_name", "checkpoints"),),
    outputs=(
        "MODEL",
        "CLIP",
        "VAE",
        "CLIP_VISION",
    ),
)

FAMILY.declare(
    "ImageOnlyCheckpointLoader",
    category="loaders/video_models",
    description="Loads a checkpoint of a model that starts from a picture and takes no text.",
    inputs=(model_file("ckpt_name", "checkpoints"),),
    outputs=(
        "MODEL",
        "CLIP_VISION",
        "VAE",
    ),
)

FAMILY.declare(
    "UNETLoader",
    category="advanced/loaders",
    description=(
        "Loads a diffusion model alone, and keeps its weights in the type that the file has or "
        "in 8 bits."
    ),
    inputs=(
        model_file("unet_name", "diffusion_models"),
        choice("weight_dtype", ("default", "fp8_e4m3fn", "fp8_e4m3fn_fast", "fp8_e5m2")),
    ),
    outputs=("MODEL",),
)

FAMILY.declare(
    "CLIPLoader",
    category="advanced/loaders",
    description="Loads one text encoder for the kind of model that it is to serve.",
    inputs=(
        model_file("clip_name", "text_encoders"),
        choice(
            "type",
            (
                "stable_diffusion",
                "stable_cascade",
                "sd3",
                "stable_audio",
                "mochi",
                "ltxv",
                "pixart",
                "cosmos",
                "lumina2",
                "wan",
                "hidream",
                "chroma",
                "ace",
                "omnigen2",
                "qwen_image",
                "hunyuan_image",
                "flux2",
                "ovis",
                "longcat_image",
                "cogvideox",
                "lens",
                "pixeldit",
                "ideogram4",
                "boogu",
                "krea2",
                "joyimage",
                "mage",
                "minimax",
                "yue2",
                "flux3",
                "fibo2",
                "moss_image",
            ),
        ),
        choice("device", ("default", "cpu"), required=False),
    ),
    outputs=("CLIP",),
)

FAMILY.declare(
    "DualCLIPLoader",
    category="advanced/loaders",
    description="Loads two text encoders that one model uses together.",
    inputs=(
        model_file("clip_name1", "text_encoders"),
        model_file("clip_name2", "text_encoders"),
        choice(
            "type",
            (
                "sdxl",
                "sd3",
                "flux",
                "hunyuan_video",
                "hidream",
                "hunyuan_image",
                "hunyuan_video_15",
                "kandinsky5",
                "kandinsky5_image",
                "ltxv",
                "newbie",
                "ace",
            ),
        ),
        choice("device", ("default", "cpu"), required=False),
    ),
    outputs=("CLIP",),
)

FAMILY.declare(
    "TripleCLIPLoader",
    category="advanced/loaders",
    description="Loads the three text encoders of Stable Diffusion 3.",
    inputs=(
        model_file("clip_name1", "text_encoders"),
        model_file("clip_name2", "text_encoders"),
        model_file("clip_name3", "text_encoders"),
    ),
    outputs=("CLIP",),
)

FAMILY.declare(
    "QuadrupleCLIPLoader",
    category="advanced/loaders",
    description="Loads the four text encoders of HiDream.",
    inputs=(
        model_file("clip_name1", "text_encoders"),
        model_file("clip_name2", "text_encoders"),
        model_file("clip_name3", "text_encoders"),
        model_file("clip_name4", "text_encoders"),
    ),
    outputs=("CLIP",),
)

FAMILY.declare(
    "VAELoader",
    category="loaders",
    description="Loads a VAE, which turns pictures into latents and back.",
    inputs=(model_file("vae_name", "vae"),),
    outputs=("VAE",),
)

FAMILY.declare(
    "LoraLoader",
    category="loaders",
    description="Adds a LoRA to a model and its text encoder, each with a strength of its own.",
    inputs=(
        link("model", "MODEL"),
        link("clip", "CLIP"),
        model_file("lora_name", "loras"),
        number("strength_model", 1.0, -100.0, 100.0, 0.01),
        number("strength_clip", 1.0, -100.0, 100.0, 0.01),
    ),
    outputs=(
        "MODEL",
        "CLIP",
    ),
)

FAMILY.declare(
    "LoraLoaderModelOnly",
    category="loaders",
    description="Adds a LoRA to a model and leaves the text encoder as it is.",
    inputs=(
        link("model", "MODEL"),
        model_file("lora_name", "loras"),
        number("strength_model", 1.0, -100.0, 100.0, 0.01),
    ),
    outputs=("MODEL",),
)

FAMILY.declare(
    "HypernetworkLoader",
    category="loaders",
    description="Adds a hypernetwork to a diffusion model.",
    inputs=(
        link("model", "MODEL"),
        model_file("hypernetwork_name", "hypernetworks"),
        number("strength", 1.0, -10.0, 10.0, 0.01),
    ),
    outputs=("MODEL",),
)

FAMILY.declare(
    "ControlNetLoader",
    category="loaders",
    description=(
        "Loads a ControlNet, which makes a model follow a picture of edges, depth or poses."
    ),
    inputs=(model_file("control_net_name", "controlnet"),),
    outputs=("CONTROL_NET",),
)

FAMILY.declare(
    "DiffControlNetLoader",
    category="loaders",
    description="Loads a ControlNet that is stored as its difference from a model.",
    inputs=(
        link("model", "MODEL"),
        model_file("control_net_name", "controlnet"),
    ),
    outputs=("CONTROL_NET",),
)

FAMILY.declare(
    "GLIGENLoader",
    category="loaders",
    description="Loads a GLIGEN model, which places things in given boxes.",
    inputs=(model_file("gligen_name", "gligen"),),
    outputs=("GLIGEN",),
)

FAMILY.declare(
    "CLIPVisionLoader",
    category="loaders",
    description="Loads a CLIP vision model, which describes a picture to a diffusion model.",
    inputs=(model_file("clip_name", "clip_vision"),),
    outputs=("CLIP_VISION",),
)

FAMILY.declare(
    "StyleModelLoader",
    category="loaders",
    description=("Loads a style model, such as Flux Redux, that takes over the look of a picture."),
    inputs=(model_file("style_model_name", "style_models"),),
    outputs=("STYLE_MODEL",),
)

FAMILY.declare(
    "ModelPatchLoader",
    category="advanced/loaders",
    description=(
        "Loads weights that are added to a model while it runs, such as SUPIR or a DiffSynth "
        "ControlNet."
    ),
    inputs=(model_file("name", "model_patches"),),
    outputs=("MODEL_PATCH",),
)

FAMILY.declare(
    "AudioEncoderLoader",
    category="loaders",
    description="Loads a network that describes sound to a video model.",
    inputs=(model_file("audio_encoder_name", "audio_encoders"),),
    outputs=("AUDIO_ENCODER",),
)
