"""Every schema of ours whose node ComfyUI 0.3.64 has equals its own, but for what 2026 changed.

`golden/object_info_0_3_64.json` was made by importing `nodes.py` and `comfy_extras` of ComfyUI
0.3.64 (a125cd84), without models, and reducing what each class declares to names, types, defaults,
bounds, steps, choices and flags. Tooltips and all else were left out.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from capdemo.nodes import NODES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from capdemo.node_api import InputSchema, NodeSchema, Widget

GOLDEN = Path(__file__).with_name("golden") / "object_info_0_3_64.json"


@cache
def comfyui() -> dict[str, dict[str, Any]]:
    table: dict[str, dict[str, Any]] = json.loads(GOLDEN.read_text("utf-8"))
    return table


SHARED = sorted(set(NODES) & set(comfyui()))


def differences(schema: NodeSchema, theirs: dict[str, Any]) -> Iterator[str]:
    """What differs, each as a short text; widgets without a value of their own are zero or ''."""
    known = {name: (kind, facts) for name, kind, facts in theirs["inputs"]}
    ours = {entry.name: entry for entry in schema.inputs}
    yield from (f"+{name}" for name in ours if name not in known)
    yield from (f"-{name}" for name in known if name not in ours)
    shared = [name for name in ours if name in known]
    if shared != [name for name in known if name in ours]:
        yield f"order {list(ours)}"
    for name in shared:
        kind, facts = known[name]
        yield from (f"{name}: {what}" for what in input_differences(ours[name], kind, facts))
    outputs = [[slot.name, slot.type, slot.is_list] for slot in schema.outputs]
    if outputs != theirs["outputs"]:
        yield f"outputs {outputs}"
    if schema.is_output != theirs.get("output_node", False):
        yield f"is_output {schema.is_output}"
    if schema.input_is_list != theirs.get("input_is_list", False):
        yield f"input_is_list {schema.input_is_list}"


def input_differences(entry: InputSchema, kind: str, facts: dict[str, Any]) -> Iterator[str]:
    if entry.required == facts.get("optional", False):
        yield f"required {entry.required}"
    if entry.lazy != facts.get("lazy", False):
        yield f"lazy {entry.lazy}"
    if entry.type != kind:
        yield f"type {entry.type}"
    has_widget = kind in WIDGETS and not facts.get("link_only", False)
    if (entry.widget is not None) != has_widget:
        yield f"widget {entry.widget is not None}"
    if entry.widget is not None and has_widget:
        yield from widget_differences(entry, entry.widget, kind, facts)


WIDGETS = {
    "INT": 0,
    "FLOAT": 0.0,
    "STRING": "",
    "BOOLEAN": False,
    "COMBO": None,
    "AUDIO_RECORD": None,
    "COLOR": None,
}
"""From the types that have a widget to the value that the editor gives it by itself."""


def widget_differences(
    entry: InputSchema, widget: Widget, kind: str, facts: dict[str, Any]
) -> Iterator[str]:
    choices = list(dict.fromkeys(facts.get("choices", [])))
    found = widget.model_folder is not None or widget.upload is not None
    if not found and list(widget.choices) != choices:
        added = [f"+{choice}" for choice in widget.choices if choice not in choices]
        missing = [f"-{choice}" for choice in choices if choice not in widget.choices]
        yield f"choices {' '.join(added + missing) or list(widget.choices)}"
    nothing = choices[0] if choices else WIDGETS[kind]
    default = nothing if widget.default is None else widget.default
    if not found and default != facts.get("default", nothing):
        yield f"default {widget.default}"
    for name in ("minimum", "maximum"):
        if as_float(getattr(widget, name)) != as_float(facts.get(name)):
            yield f"{name} {getattr(widget, name)}"
    # The editor's own step is 1 for an INT and 0.1 for a FLOAT; nothing depends on it here.
    unsaid = 1 if kind == "INT" else None
    if (unsaid if widget.step is None else widget.step) != facts.get("step", unsaid):
        yield f"step {widget.step}"
    by_name = kind == "INT" and entry.name in ("seed", "noise_seed")
    control = widget.control_after_generate
    if (by_name if control is None else control) != facts.get("control", by_name):
        yield f"control {control}"
    for name in ("multiline", "dynamic_prompts", "upload"):
        if (getattr(widget, name) or None) != facts.get(name):
            yield f"{name} {getattr(widget, name)}"


def as_float(bound: float | None) -> float | None:
    """ComfyUI gives some FLOATs bounds that are whole numbers with more digits than one holds."""
    return None if bound is None else float(bound)


def test_the_table_covers_most_of_what_we_know() -> None:
    assert len(comfyui()) == 328
    assert len(SHARED) > 250


NEW_SAMPLERS = "sampler_name: choices +exp_heun_2_x0 +exp_heun_2_x0_sde +cfgpp_ud10_ab"

SOUND_GOES_ON = ("The sound goes on.", {"outputs [['audio', 'AUDIO', False]]"})

SINCE_0_3_64: dict[str, tuple[str, set[str]]] = {
    "CFGNorm": ("A second way to bound the length.", {"+pre_cfg"}),
    "CLIPLoader": (
        "Text encoders of newer models; the last three are in templates, their place is not known.",
        {
            (
                "type: choices +flux2 +ovis +longcat_image +cogvideox +lens +pixeldit +ideogram4"
                " +boogu +krea2 +joyimage +mage +minimax +yue2 +flux3 +fibo2 +moss_image"
            )
        },
    ),
    "ChromaRadianceOptions": ("For checkpoints of May 2026.", {"+force_sequential_txt_ids"}),
    "ContextWindowsManual": (
        "Options that make the windows blend better.",
        {
            "+freenoise",
            "+cond_retain_index_list",
            "+split_conds_to_windows",
            "+latent_retain_index_list",
            "+causal_window_fix",
        },
    ),
    "CreateVideo": ("More than 8 bits.", {"+bit_depth", "+color_space", "+codec"}),
    "DualCLIPLoader": (
        "Text encoders of newer models.",
        {
            "type: choices +hunyuan_video_15 +kandinsky5 +kandinsky5_image +ltxv +newbie +ace",
        },
    ),
    "FluxKontextMultiReferenceLatentMethod": (
        "Ways of newer editing models.",
        {
            (
                "reference_latents_method: choices +index_timestep_zero"
                " +index_timestep_zero_isolated +index_timestep_zero_text_start"
            )
        },
    ),
    "GetVideoComponents": (
        "More than 8 bits.",
        {
            (
                "outputs [['images', 'IMAGE', False], ['audio', 'AUDIO', False], ['fps', 'FLOAT',"
                " False], ['bit_depth', 'COMBO', False], ['color_space', 'COMBO', False]]"
            )
        },
    ),
    "ImageFromBatch": (
        "Counts from the end, and as far as pictures go.",
        {"batch_index: minimum -16384", "batch_index: maximum 16384"},
    ),
    "ImageScaleToTotalPixels": ("Sides as multiples.", {"+resolution_steps"}),
    "KSampler": ("New samplers.", {NEW_SAMPLERS}),
    "KSamplerAdvanced": ("New samplers.", {NEW_SAMPLERS}),
    "KSamplerSelect": ("New samplers.", {NEW_SAMPLERS}),
    "LTXVAddGuide": (
        "Guides in a mask, and stronger.",
        {"+attention_mask", "+iclora_parameters", "strength: maximum 10.0"},
    ),
    "LatentApplyOperationCFG": ("A part of the steps.", {"+start_percent", "+end_percent"}),
    "MaskPreview": ("The masks go on.", {"outputs [['MASK', 'MASK', False]]"}),
    "ModelSamplingAuraFlow": ("A second kind of model.", {"+sampling"}),
    "PreviewAny": ("The text goes on.", {"outputs [['STRING', 'STRING', False]]"}),
    "PreviewAudio": SOUND_GOES_ON,
    "PreviewImage": ("The pictures go on.", {"outputs [['IMAGE', 'IMAGE', False]]"}),
    "QwenImageDiffsynthControlnet": ("A part of the steps.", {"+start_percent", "+end_percent"}),
    "SaveAnimatedPNG": ("The pictures go on.", {"outputs [['IMAGE', 'IMAGE', False]]"}),
    "SaveAnimatedWEBP": ("The pictures go on.", {"outputs [['IMAGE', 'IMAGE', False]]"}),
    "SaveAudio": SOUND_GOES_ON,
    "SaveAudioMP3": SOUND_GOES_ON,
    "SaveAudioOpus": SOUND_GOES_ON,
    "SaveImage": ("The pictures go on.", {"outputs [['IMAGE', 'IMAGE', False]]"}),
    "SaveVideo": (
        "New containers and a codec; files without a codec still load.",
        {
            "format: choices +mkv +webm",
            "codec: required False",
            "codec: choices +av1",
            "outputs [['VIDEO', 'VIDEO', False]]",
        },
    ),
    "SaveWEBM": ("The pictures go on.", {"outputs [['IMAGE', 'IMAGE', False]]"}),
    "WanImageToVideo": ("What the empty frames show.", {"+ref_pad_image"}),
}
"""Why a schema differs from 0.3.64, and exactly how: ComfyUI changed the node before mid-2026."""


@pytest.mark.parametrize("class_type", SHARED)
def test_a_schema_is_comfyuis_own(class_type: str) -> None:
    found = set(differences(NODES[class_type].schema, comfyui()[class_type]))
    assert found == SINCE_0_3_64.get(class_type, ("", set()))[1]


def test_every_exception_is_of_a_node_that_is_there_and_has_its_reason() -> None:
    assert set(SINCE_0_3_64) <= set(SHARED)
    assert all(reason.endswith(".") and what for reason, what in SINCE_0_3_64.values())
