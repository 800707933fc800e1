"""Texts written by a model, layouts drawn in the editor, and the prompts made of them."""

from __future__ import annotations

from capdemo.node_api import NodeFamily, OutputSchema
from capdemo.node_api.inputs import (
    boolean,
    choice,
    custom,
    dynamic_choice,
    integer,
    link,
    number,
    text,
)
from capdemo.nodes.limits import LARGEST_SEED, LARGEST_SIDE

FAMILY = NodeFamily()

SAMPLING = (
    number("temperature", 0.7, 0.01, 2.0, 0.000001),
    integer("top_k", 64, 0, 1000),
    number("top_p", 0.95, 0.0, 1.0, 0.01),
    number("min_p", 0.05, 0.0, 1.0, 0.01),
    number("repetition_penalty", 1.05, 0.0, 5.0, 0.01),
    integer("seed", 0, 0, LARGEST_SEED),
    number("presence_penalty", 0.0, 0.0, 5.0, 0.01, required=False),
)

FAMILY.declare(
    "TextGenerate",
    category="text",
    description="Lets the text encoder of a diffusion model write a text, such as a longer prompt.",
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
        choice(
            "mtp",
            ("auto", "off", "2", "3", "4", "5", "tree2s1", "tree2s2", "tree3s1", "tree4s1m8"),
            required=False,
        ),
        link("system_prompt", "STRING", required=False),
    ),
    outputs=(OutputSchema("generated_text", "STRING"), OutputSchema("thinking", "STRING")),
)

FAMILY.declare(
    "CreateBoundingBoxes",
    category="utilities",
    description="Holds boxes that were drawn and described in the editor.",
    inputs=(
        link("background", "IMAGE", required=False),
        link("bboxes", "BOUNDING_BOX,ARRAY,STRING", required=False),
        integer("width", 1024, 64, LARGEST_SIDE, 16),
        integer("height", 1024, 64, LARGEST_SIDE, 16),
        custom("editor_state", "BOUNDING_BOXES"),
        custom("last_incoming", "BOUNDING_BOXES", required=False),
    ),
    outputs=(
        OutputSchema("preview", "IMAGE"),
        OutputSchema("bboxes", "BOUNDING_BOX"),
        OutputSchema("elements", "ARRAY"),
    ),
)

FAMILY.declare(
    "Flux3LayoutPrompt",
    category="text",
    description="Writes a prompt for Flux 3 that says what lies in which box.",
    inputs=(text("prompt", multiline=True, dynamic_prompts=True), link("element", "ARRAY")),
    outputs=(OutputSchema("prompt", "STRING"),),
)

FAMILY.declare(
    "BuildJsonPromptIdeogram",
    category="text",
    description="Writes a structured prompt for Ideogram out of boxes and descriptions.",
    inputs=(
        link("element", "ARRAY"),
        text("high_level_description", multiline=True),
        text("background", multiline=True),
        dynamic_choice(
            "style",
            {
                "none": (),
                "photo": (text("photo", multiline=True),),
                "art_style": (text("art_style", multiline=True),),
            },
        ),
        text("aesthetics", multiline=True),
        text("lighting", multiline=True),
        text("medium", multiline=True),
        custom("color_palette", "COLORS"),
    ),
    outputs=(OutputSchema("prompt", "DICT"),),
)

FAMILY.declare(
    "ConvertDictionaryToString",
    category="text",
    description="Writes a dictionary of values as JSON text.",
    inputs=(link("dictionary", "DICT"), integer("indent", 2, 0, 8)),
    outputs=("STRING",),
)

FAMILY.declare(
    "ConvertArrayToString",
    category="text",
    description="Writes an array of values as JSON text.",
    inputs=(link("array", "ARRAY"), integer("indent", 2, 0, 8)),
    outputs=("STRING",),
)
