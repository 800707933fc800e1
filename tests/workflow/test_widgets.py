"""Names for positional values: one test for every habit of the editor."""

from __future__ import annotations

import pytest
from tests.workflow.builders import SCHEMAS, SEED, schema, socket, widget

from capdemo.node_api import InputSchema, Widget
from capdemo.workflow import DocumentNode, JsonValue
from capdemo.workflow.positions import has_control
from capdemo.workflow.widgets import named_values, self_named_values

KSAMPLER = SCHEMAS["KSampler"]


def sampler(*values: JsonValue) -> dict[str, JsonValue]:
    return named_values(DocumentNode("1", "KSampler", widgets_values=values), KSAMPLER)


GOOD = {"seed": 7, "steps": 30, "sampler_name": "euler", "denoise": 0.5}


@pytest.mark.parametrize(
    "values",
    [
        (7, "fixed", 30, "euler", 0.5),
        (7, "randomize", 30, "euler", 0.5),
        (7, True, 30, "euler", 0.5),
        (7, False, 30, "euler", 0.5),
        (7, 30, "euler", 0.5),
        (7, "increment", 30, "euler", 0.5, "extra", None, {}),
    ],
    ids=["word", "other word", "old true", "old false", "absent", "extra trailing"],
)
def test_the_control_after_a_seed_is_no_widget(values: tuple[JsonValue, ...]) -> None:
    assert sampler(*values) == GOOD


def test_missing_trailing_values_are_defaults() -> None:
    assert sampler(7, "fixed", 30) == {**GOOD, "denoise": 1.0}, "a combo's first choice"
    assert sampler() == {"seed": 0, "steps": 20, "sampler_name": "euler", "denoise": 1.0}


def test_a_value_without_default_stays_absent() -> None:
    loader = SCHEMAS["UpscaleModelLoader"]
    assert named_values(DocumentNode("1", "UpscaleModelLoader"), loader) == {}


def test_a_null_is_a_value() -> None:
    assert sampler(7, "fixed", None, "euler", 0.5)["steps"] is None


SEED_THEN_COMBO = schema(
    "Noise", SEED, widget("mode", Widget("COMBO", default="linear", choices=("fixed", "linear")))
)


@pytest.mark.parametrize(
    ("values", "mode"),
    [
        ((7, "fixed", "linear"), "linear"),
        ((7, "fixed", "fixed"), "fixed"),
        ((7, "fixed"), "fixed"),
        ((7, "randomize"), "linear"),
        ((7, "linear"), "linear"),
    ],
)
def test_a_control_word_may_belong_to_the_next_combo(
    values: tuple[JsonValue, ...], mode: str
) -> None:
    node = DocumentNode("1", "Noise", widgets_values=values)
    assert named_values(node, SEED_THEN_COMBO) == {"seed": 7, "mode": mode}


@pytest.mark.parametrize(
    ("values", "tiled"),
    [((7, True, False), False), ((7, True), True), ((7, "fixed", True), True)],
)
def test_an_old_truth_value_may_belong_to_the_next_switch(
    values: tuple[JsonValue, ...], tiled: object
) -> None:
    switch = schema("Tiler", SEED, widget("tiled", Widget("BOOLEAN", default=False)))
    node = DocumentNode("1", "Tiler", widgets_values=values)
    assert named_values(node, switch) == {"seed": 7, "tiled": tiled}


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ((7, "fixed", "linear", 5), {"mode": "linear", "steps": 5, "more": 1}),
        ((7, "fixed", 5, 6), {"mode": "fixed", "steps": 5, "more": 6}),
        ((7, "fixed", "linear", 5, 6), {"mode": "linear", "steps": 5, "more": 6}),
    ],
)
def test_values_that_fit_count_for_more_than_values_that_are_there(
    values: tuple[JsonValue, ...], expected: dict[str, JsonValue]
) -> None:
    steps = [widget(name, Widget("INT", default=1)) for name in ("steps", "more")]
    longer = schema("Noise", *SEED_THEN_COMBO.inputs, *steps)
    node = DocumentNode("1", "Noise", widgets_values=values)
    assert named_values(node, longer) == {"seed": 7, **expected}


def test_a_text_that_takes_any_word_takes_no_control() -> None:
    prompt = schema("Prompt", SEED, widget("text", Widget("STRING", default="")))
    node = DocumentNode("1", "Prompt", widgets_values=(7, "randomize"))
    assert named_values(node, prompt) == {"seed": 7, "text": ""}
    both = DocumentNode("1", "Prompt", widgets_values=(7, "a text"))
    assert named_values(both, prompt) == {"seed": 7, "text": "a text"}


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        (widget("seed", Widget("INT")), True),
        (widget("noise_seed", Widget("INT")), True),
        (widget("model.seed", Widget("INT")), False),
        (widget("seed", Widget("FLOAT")), False),
        (widget("seed", Widget("INT", control_after_generate=False)), False),
        (widget("start", Widget("INT", control_after_generate=True)), True),
        (widget("start", Widget("INT")), False),
        (widget("name", Widget("COMBO", control_after_generate=True)), True),
        (socket("seed", "INT"), False),
    ],
)
def test_who_has_a_control(entry: InputSchema, *, expected: bool) -> None:
    assert has_control(entry) is expected


@pytest.mark.parametrize("last", ["image", None, {"name": "upload", "type": "button"}])
def test_the_upload_button_is_no_widget(last: JsonValue) -> None:
    mask = schema(
        "LoadImageMask",
        widget("image", Widget("COMBO", upload="image")),
        widget("channel", Widget("COMBO", choices=("alpha", "red"))),
    )
    node = DocumentNode("1", "LoadImageMask", widgets_values=("a.png", "red", last))
    assert named_values(node, mask) == {"image": "a.png", "channel": "red"}


@pytest.mark.parametrize(
    ("values", "start"),
    [(("a.mp4", "image", 3.0), 3.0), (("a.mp4", 3.0), 3.0), (("a.mp4", "image"), 0.0)],
)
def test_optional_widgets_follow_the_upload_button(
    values: tuple[JsonValue, ...], start: float
) -> None:
    video = schema(
        "Load",
        widget("file", Widget("COMBO", upload="video")),
        widget("start", Widget("FLOAT", default=0.0), required=False),
    )
    node = DocumentNode("1", "Load", widgets_values=values)
    assert named_values(node, video) == {"file": "a.mp4", "start": start}


def test_sockets_own_no_position() -> None:
    mixed = schema(
        "Mixed",
        widget("first", Widget("INT")),
        InputSchema("forced", "INT"),
        widget("second", Widget("INT")),
    )
    node = DocumentNode("1", "Mixed", widgets_values=(1, 2))
    assert named_values(node, mixed) == {"first": 1, "second": 2}


def test_an_object_of_values_is_by_name() -> None:
    combine = schema("Combine", widget("frame_rate", Widget("FLOAT", default=8.0)))
    values: dict[str, JsonValue] = {
        "crf": 19,
        "videopreview": {"hidden": False},
        "choose video to upload": "image",
    }
    node = DocumentNode("1", "Combine", widgets_values=values)
    assert named_values(node, combine) == {"frame_rate": 8.0, "crf": 19}


def test_names_go_before_positions() -> None:
    """A node that gained a widget in the middle: its old file's positions are off by one."""
    node = DocumentNode(
        "1",
        "KSampler",
        widgets_values=(7, "fixed", "euler", 0.5),
        widgets_values_named={
            "seed": 7,
            "control_after_generate": "fixed",
            "sampler_name": "euler",
            "denoise": 0.5,
        },
    )
    assert named_values(node, KSAMPLER) == {**GOOD, "steps": 20}


def test_names_alone() -> None:
    node = DocumentNode("1", "KSampler", widgets_values_named={"seed": 7, "steps": 30, "gone": 1})
    assert named_values(node, KSAMPLER) == {**GOOD, "denoise": 1.0}


def test_positions_go_before_names_that_contradict_them() -> None:
    """Someone edited the list by hand; ComfyUI reads the list."""
    node = DocumentNode(
        "1",
        "LoadImage",
        widgets_values=("new.png", "image"),
        widgets_values_named={"image": "old.png", "upload": "image"},
    )
    assert named_values(node, SCHEMAS["LoadImage"]) == {"image": "new.png"}


def test_positions_go_before_names_of_which_the_list_lacks_some() -> None:
    names: dict[str, JsonValue] = {"seed": 7, "control_after_generate": "fixed", "steps": 99}
    node = DocumentNode("1", "KSampler", widgets_values=(7, "fixed"), widgets_values_named=names)
    assert named_values(node, KSAMPLER)["steps"] == 20


@pytest.mark.parametrize("names", [{}, {"steps": 30}])
def test_positions_go_before_names_that_are_not_complete(names: dict[str, JsonValue]) -> None:
    values = (7, "fixed", 30, "euler", 0.5)
    node = DocumentNode("1", "KSampler", widgets_values=values, widgets_values_named=names)
    assert named_values(node, KSAMPLER) == GOOD


def test_two_controls_share_one_name() -> None:
    """So one is left over among the positions; a button's null is another."""
    two = schema("Two", SEED, widget("noise_seed", Widget("INT", default=0)))
    names: dict[str, JsonValue] = {
        "seed": 1,
        "control_after_generate": "fixed",
        "gone_since": 9,
        "noise_seed": 2,
    }
    values = (1, "fixed", 9, 2, "fixed", None)
    node = DocumentNode("1", "Two", widgets_values=values, widgets_values_named=names)
    assert named_values(node, two) == {"seed": 1, "noise_seed": 2}


@pytest.mark.parametrize(
    ("node", "expected"),
    [
        (DocumentNode("1", "A"), {}),
        (DocumentNode("1", "A", widgets_values=()), {}),
        (DocumentNode("1", "A", widgets_values=(1,)), None),
        (DocumentNode("1", "A", widgets_values={"b": 1, "upload": "image"}), {"b": 1}),
        (DocumentNode("1", "A", widgets_values=(1,), widgets_values_named={"b": 1}), {"b": 1}),
        (DocumentNode("1", "A", widgets_values=(1,), widgets_values_named={"b": 2}), {"b": 1}),
        (DocumentNode("1", "A", widgets_values=(1, 3), widgets_values_named={"b": 2}), None),
    ],
)
def test_what_a_file_names_itself(
    node: DocumentNode, expected: dict[str, JsonValue] | None
) -> None:
    assert self_named_values(node) == expected
