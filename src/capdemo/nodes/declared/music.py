"""Songs and sounds of newer models, newer than ComfyUI 0.3.64; none runs here."""

from __future__ import annotations

from capdemo.node_api import NodeFamily, OutputSchema
from capdemo.node_api.inputs import boolean, choice, dynamic_choice, integer, link, number, text
from capdemo.nodes.limits import LARGEST_SEED

FAMILY = NodeFamily()

FAMILY.declare(
    "EmptyAceStep1.5LatentAudio",
    category="latent/audio",
    description="Makes the empty latent of a song for ACE-Step 1.5.",
    inputs=(
        number("seconds", 120.0, 1.0, 1000.0, 0.01),
        integer("batch_size", 1, 1, 4096),
    ),
    outputs=("LATENT",),
)

FAMILY.declare(
    "TextEncodeAceStepAudio1.5",
    category="conditioning/audio",
    description="Encodes the style, the words and the key of a song for ACE-Step 1.5.",
    inputs=(
        link("clip", "CLIP"),
        text("tags", multiline=True, dynamic_prompts=True),
        text("lyrics", multiline=True, dynamic_prompts=True),
        integer("seed", 0, 0, LARGEST_SEED, seed=True),
        integer("bpm", 120, 10, 300),
        number("duration", 120.0, 0.0, 2000.0),
        choice("timesignature", ("2", "3", "4", "6")),
        choice(
            "language",
            (
                "ar",
                "az",
                "bg",
                "bn",
                "ca",
                "cs",
                "da",
                "de",
                "el",
                "en",
                "es",
                "fa",
                "fi",
                "fr",
                "he",
                "hi",
                "hr",
                "ht",
                "hu",
                "id",
                "is",
                "it",
                "ja",
                "ko",
                "la",
                "lt",
                "ms",
                "ne",
                "nl",
                "no",
                "pa",
                "pl",
                "pt",
                "ro",
                "ru",
                "sa",
                "sk",
                "sr",
                "sv",
                "sw",
                "ta",
                "te",
                "th",
                "tl",
                "tr",
                "uk",
                "ur",
                "vi",
                "yue",
                "zh",
                "unknown",
            ),
            "en",
        ),
        choice(
            "keyscale",
            (
                "C major",
                "C# major",
                "Db major",
                "D major",
                "D# major",
                "Eb major",
                "E major",
                "F major",
                "F# major",
                "Gb major",
                "G major",
                "G# major",
                "Ab major",
                "A major",
                "A# major",
                "Bb major",
                "B major",
                "C minor",
                "C# minor",
                "Db minor",
                "D minor",
                "D# minor",
                "Eb minor",
                "E minor",
                "F minor",
                "F# minor",
                "Gb minor",
                "G minor",
                "G# minor",
                "Ab minor",
                "A minor",
                "A# minor",
                "Bb minor",
                "B minor",
            ),
        ),
        boolean("generate_audio_codes", True),
        number("cfg_scale", 2.0, 0.0, 100.0),
        number("temperature", 0.85, 0.0, 2.0),
        number("top_p", 0.9, 0.0, 2000.0),
        integer("top_k", 0, 0, 100),
        number("min_p", 0.0, 0.0, 1.0),
    ),
    outputs=("CONDITIONING",),
)

FAMILY.declare(
    "EmptyMiniMaxMusic3LatentAudio",
    category="latent/audio",
    description="Makes the empty latent of a song for MiniMax Music 3.",
    inputs=(
        number("seconds", 120.0, 0.04, None, 0.04),
        integer("batch_size", 1, 1, 4096),
    ),
    outputs=("LATENT",),
)

FAMILY.declare(
    "MiniMaxMusic3TextEncode",
    category="conditioning/audio",
    description="Encodes the style and the words of a song for MiniMax Music 3.",
    inputs=(
        link("clip", "CLIP"),
        text("caption", multiline=True, dynamic_prompts=True),
        text("lyrics", multiline=True, dynamic_prompts=True),
        integer("seed", 0, 0, LARGEST_SEED, seed=True),
        number("max_duration", 120.0, 0.04, None, 0.04),
        number("cfg_scale", 1.7, 0.0, 100.0, 0.1),
        integer("top_k", 50, 1),
    ),
    outputs=(
        "CONDITIONING",
        OutputSchema("seconds", "FLOAT"),
    ),
)

FAMILY.declare(
    "EmptyYuE2LatentAudio",
    category="latent/audio",
    description="Makes the empty latent of a song for YuE 2.",
    inputs=(
        number("seconds", 120.0, 0.04, 1000.0, 0.04),
        integer("batch_size", 1, 1, 4096),
    ),
    outputs=("LATENT",),
)

FAMILY.declare(
    "YuE2GenerateABC",
    category="audio",
    description="Lets YuE 2 write the notes of a song.",
    inputs=(
        link("clip", "CLIP"),
        text("style", multiline=True, dynamic_prompts=True),
        text("lyrics", multiline=True, dynamic_prompts=True),
        integer("seed", 0, 0, LARGEST_SEED, seed=True),
        choice("mode", ("full", "melody")),
        integer("max_abc_tokens", 8192, 1, 20000),
        number("temperature", 0.7, 0.0, 5.0),
        number("top_p", 0.9, 0.01, 1.0),
        integer("top_k", 30, 1, 32768),
        number("repetition_penalty", 1.005, 0.01, 10.0),
        integer("penalty_window", 100, 1, 20000),
    ),
    outputs=(OutputSchema("abc", "STRING"),),
)

FAMILY.declare(
    "YuE2GenerateMusic",
    category="audio",
    description="Lets YuE 2 compose a song to words and notes.",
    inputs=(
        link("clip", "CLIP"),
        text("style", multiline=True, dynamic_prompts=True),
        text("lyrics", multiline=True, dynamic_prompts=True),
        text("abc", multiline=True),
        integer("seed", 0, 0, LARGEST_SEED, seed=True),
        choice("mode", ("full", "melody")),
        number("max_duration", 360.0, 0.04, 900.0),
        number("temperature", 1.0, 0.0, 5.0),
        number("top_p", 0.95, 0.01, 1.0),
        integer("top_k", 100, 1, 32768),
        number("repetition_penalty", 1.2, 0.01, 10.0),
        number("cfg_scale", 1.0, 0.0, 100.0, required=False),
    ),
    outputs=(
        "CONDITIONING",
        OutputSchema("seconds", "FLOAT"),
    ),
)

FAMILY.declare(
    "SheetSage2AudioToABC",
    category="audio",
    description="Writes down the notes of a sound.",
    inputs=(
        link("audio_encoder", "AUDIO_ENCODER"),
        link("audio", "AUDIO"),
        choice("mode", ("melody", "full")),
    ),
    outputs=(OutputSchema("abc", "STRING"),),
)

FAMILY.declare(
    "VAEDecodeAudioTiled",
    category="latent/audio",
    description="Turns a latent into a sound in tiles, to save memory.",
    inputs=(
        link("samples", "LATENT"),
        link("vae", "VAE"),
        integer("tile_size", 512, 32, 8192, 8),
        integer("overlap", 64, 0, 1024, 8),
    ),
    outputs=("AUDIO",),
)

FAMILY.declare(
    "SaveAudioAdvanced",
    category="audio",
    description="Writes a sound as FLAC, MP3 or Opus.",
    inputs=(
        link("audio", "AUDIO"),
        text("filename_prefix", "audio/ComfyUI"),
        dynamic_choice(
            "format",
            {
                "flac": (),
                "mp3": (choice("quality", ("V0", "128k", "320k")),),
                "opus": (choice("quality", ("64k", "96k", "128k", "192k", "320k"), "128k"),),
            },
        ),
    ),
    outputs=(OutputSchema("audio", "AUDIO"),),
    is_output=True,
)
