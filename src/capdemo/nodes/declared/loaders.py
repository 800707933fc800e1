"""Loaders of diffusion models and the networks beside them; none runs here."""

from __future__ import annotations

from capdemo.node_api import NodeFamily
from capdemo.node_api.inputs import link, model_file, number

FAMILY = NodeFamily()

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
