"""Sound: files, latents and encoders; none runs here."""

from __future__ import annotations

from capdemo.node_api import NodeFamily, OutputSchema
from capdemo.node_api.inputs import choice, custom, input_file, integer, link, number, text

FAMILY = NodeFamily()

FAMILY.declare(
    "LoadAudio",
    category="audio",
    description="Reads a sound file of the input folder.",
    inputs=(input_file("audio", "audio"),),
    outputs=("AUDIO",),
)

FAMILY.declare(
    "RecordAudio",
    category="audio",
    description="Takes a sound that was recorded in the editor.",
    inputs=(custom("audio", "AUDIO_RECORD"),),
    outputs=("AUDIO",),
)

FAMILY.declare(
    "SaveAudio",
    category="audio",
    description="Writes a sound as a FLAC file.",
    inputs=(
        link("audio", "AUDIO"),
        text("filename_prefix", "audio/ComfyUI"),
    ),
    outputs=(OutputSchema("audio", "AUDIO"),),
    is_output=True,
)

FAMILY.declare(
    "SaveAudioMP3",
    category="audio",
    description="Writes a sound as an MP3 file.",
    inputs=(
        link("audio", "AUDIO"),
        text("filename_prefix", "audio/ComfyUI"),
        choice("quality", ("V0", "128k", "320k")),
    ),
    outputs=(OutputSchema("audio", "AUDIO"),),
    is_output=True,
)

FAMILY.declare(
    "SaveAudioOpus",
    category="audio",
    description="Writes a sound as an Opus file.",
    inputs=(
        link("audio", "AUDIO"),
        text("filename_prefix", "audio/ComfyUI"),
        choice("quality", ("64k", "96k", "128k", "192k", "320k"), "128k"),
    ),
    outputs=(OutputSchema("audio", "AUDIO"),),
    is_output=True,
)

FAMILY.declare(
    "PreviewAudio",
    category="audio",
    description="Lets a sound be played in the editor.",
    inputs=(link("audio", "AUDIO"),),
    outputs=(OutputSchema("audio", "AUDIO"),),
    is_output=True,
)

FAMILY.declare(
    "TrimAudioDuration",
    category="audio",
    description="Cuts a piece out of a sound, in seconds.",
    inputs=(
        link("audio", "AUDIO"),
        number("start_index", 0.0, -1.8446744073709552e19, 1.8446744073709552e19, 0.01),
        number("duration", 60.0, 0.0, None, 0.01),
    ),
    outputs=("AUDIO",),
)

FAMILY.declare(
    "AudioConcat",
    category="audio",
    description="Puts one sound behind another one.",
    inputs=(
        link("audio1", "AUDIO"),
        link("audio2", "AUDIO"),
        choice("direction", ("after", "before")),
    ),
    outputs=("AUDIO",),
)

FAMILY.declare(
    "AudioMerge",
    category="audio",
    description="Lays one sound over another one.",
    inputs=(
        link("audio1", "AUDIO"),
        link("audio2", "AUDIO"),
        choice("merge_method", ("add", "mean", "subtract", "multiply")),
    ),
    outputs=("AUDIO",),
)

FAMILY.declare(
    "AudioAdjustVolume",
    category="audio",
    description="Makes a sound louder or softer, in decibels.",
    inputs=(
        link("audio", "AUDIO"),
        integer("volume", 1, -100, 100),
    ),
    outputs=("AUDIO",),
)

FAMILY.declare(
    "EmptyLatentAudio",
    category="latent/audio",
    description="Makes the empty latent of a sound for Stable Audio.",
    inputs=(
        number("seconds", 47.6, 1.0, 1000.0, 0.1),
        integer("batch_size", 1, 1, 4096),
    ),
    outputs=("LATENT",),
)

FAMILY.declare(
    "EmptyAceStepLatentAudio",
    category="latent/audio",
    description="Makes the empty latent of a song for ACE-Step.",
    inputs=(
        number("seconds", 120.0, 1.0, 1000.0, 0.1),
        integer("batch_size", 1, 1, 4096),
    ),
    outputs=("LATENT",),
)

FAMILY.declare(
    "TextEncodeAceStepAudio",
    category="conditioning",
    description="Encodes the style and the words of a song for ACE-Step.",
    inputs=(
        link("clip", "CLIP"),
        text("tags", multiline=True, dynamic_prompts=True),
        text("lyrics", multiline=True, dynamic_prompts=True),
        number("lyrics_strength", 1.0, 0.0, 10.0, 0.01),
    ),
    outputs=("CONDITIONING",),
)

FAMILY.declare(
    "ConditioningStableAudio",
    category="conditioning",
    description="Tells Stable Audio where a sound starts and how long it is.",
    inputs=(
        link("positive", "CONDITIONING"),
        link("negative", "CONDITIONING"),
        number("seconds_start", 0.0, 0.0, 1000.0, 0.1),
        number("seconds_total", 47.0, 0.0, 1000.0, 0.1),
    ),
    outputs=(
        OutputSchema("positive", "CONDITIONING"),
        OutputSchema("negative", "CONDITIONING"),
    ),
)

FAMILY.declare(
    "VAEEncodeAudio",
    category="latent/audio",
    description="Turns a sound into the latent that encodes it.",
    inputs=(
        link("audio", "AUDIO"),
        link("vae", "VAE"),
    ),
    outputs=("LATENT",),
)

FAMILY.declare(
    "VAEDecodeAudio",
    category="latent/audio",
    description="Turns a latent into the sound that it encodes.",
    inputs=(
        link("samples", "LATENT"),
        link("vae", "VAE"),
    ),
    outputs=("AUDIO",),
)

FAMILY.declare(
    "AudioEncoderEncode",
    category="conditioning",
    description="Describes a sound to a video model that listens.",
    inputs=(
        link("audio_encoder", "AUDIO_ENCODER"),
        link("audio", "AUDIO"),
    ),
    outputs=("AUDIO_ENCODER_OUTPUT",),
)
