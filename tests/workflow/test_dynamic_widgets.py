"""Widgets that exist only while an option is chosen: their positions, names and doubts."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.workflow.builders import schema, socket

from capdemo.node_api import InputSchema, NodeSchema, Widget
from capdemo.node_api.inputs import (
    boolean,
    choice,
    custom,
    dynamic_choice,
    integer,
    link,
    model_file,
    number,
    rows,
    text,
)
from capdemo.workflow import DocumentNode, JsonValue
from capdemo.workflow.document import InputSlot
from capdemo.workflow.widgets import named_values, value_problems

RESIZE = schema(
    "ResizeImageMaskNode",
    socket("input", "IMAGE,MASK"),
    dynamic_choice(
        "resize_type",
        {
            "scale dimensions": (
                integer("width", 512),
                integer("height", 512),
                choice("crop", ("disabled", "center"), "center"),
            ),
            "scale by multiplier": (number("multiplier", 1.0, 0.01, 8.0),),
            "match size": (link("match", "IMAGE,MASK"), choice("crop", ("disabled", "center"))),
        },
    ),
    choice("scale_method", ("nearest-exact", "area", "lanczos"), "area"),
)
"""As ComfyUI of 2026 has it, in part."""


def _codec(*names: str, required: bool = True) -> InputSchema:
    encoding = dynamic_choice(
        "encoding", {"auto": (), "re-encode": (number("crf", 23.0, 0.0, 51.0),)}, required=False
    )
    options = {name: (encoding,) if name == "h264" else () for name in names}
    return dynamic_choice("codec", options, required=required)


SAVE_VIDEO = schema(
    "SaveVideo",
    socket("video", "VIDEO"),
    text("filename_prefix", "video/ComfyUI"),
    dynamic_choice(
        "format",
        {"auto": (_codec("auto", "h264"),), "mp4": (_codec("auto", "h264"),), "webm": ()},
    ),
    _codec("auto", "h264", required=False),
)
"""As ComfyUI of 2026 has it, in part; `format` and `codec` were plain combos before."""


def named(node_schema: NodeSchema, *values: JsonValue) -> dict[str, JsonValue]:
    node = DocumentNode("1", node_schema.class_type, widgets_values=values)
    return named_values(node, node_schema)


def doubts(node_schema: NodeSchema, *values: JsonValue) -> list[str]:
    node = DocumentNode("1", node_schema.class_type, widgets_values=values)
    return [
        problem.message for problem in value_problems(node, node_schema, file="w.json", name="5:1")
    ]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (
            ("scale by multiplier", 4, "lanczos"),
            {"resize_type": "scale by multiplier", "resize_type.multiplier": 4},
        ),
        (
            ("scale dimensions", 100, 200, "disabled", "lanczos"),
            {
                "resize_type": "scale dimensions",
                "resize_type.width": 100,
                "resize_type.height": 200,
                "resize_type.crop": "disabled",
            },
        ),
        (
            ("match size", "center", "lanczos"),
            {"resize_type": "match size", "resize_type.crop": "center"},
        ),
    ],
    ids=["one", "several", "a socket owns no position"],
)
def test_the_chosen_options_inputs_follow_it(
    values: tuple[JsonValue, ...], expected: dict[str, JsonValue]
) -> None:
    assert named(RESIZE, *values) == {**expected, "scale_method": "lanczos"}
    assert doubts(RESIZE, *values) == []


def test_a_linked_sub_input_keeps_its_position() -> None:
    node = DocumentNode(
        "1",
        "ResizeImageMaskNode",
        inputs=(
            InputSlot("resize_type.multiplier", "FLOAT", "7", widget="resize_type.multiplier"),
        ),
        widgets_values=("scale by multiplier", "stale", "lanczos"),
    )
    assert named_values(node, RESIZE)["scale_method"] == "lanczos"
    assert value_problems(node, RESIZE, file="w.json", name="5:1") == [], (
        "the link replaces what is stale"
    )
    unlinked = replace(node, inputs=())
    assert [each.input for each in value_problems(unlinked, RESIZE, file="w.json", name="5:1")] == [
        "resize_type.multiplier"
    ]


def test_missing_values_are_the_defaults_of_the_chosen_option() -> None:
    assert named(RESIZE, "scale by multiplier") == {
        "resize_type": "scale by multiplier",
        "resize_type.multiplier": 1.0,
        "scale_method": "area",
    }
    assert named(RESIZE)["resize_type.width"] == 512, "of the first option, if none is saved"


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (("v", "auto", "auto"), {"format": "auto", "format.codec": "auto", "codec": "auto"}),
        (
            ("v", "mp4", "h264"),
            {
                "format": "mp4",
                "format.codec": "h264",
                "format.codec.encoding": "auto",
                "codec": "auto",
            },
        ),
        (
            ("v", "mp4", "h264", "re-encode", 18.0, "auto"),
            {
                "format": "mp4",
                "format.codec": "h264",
                "format.codec.encoding": "re-encode",
                "format.codec.encoding.crf": 18.0,
                "codec": "auto",
            },
        ),
        (("v", "webm", "auto"), {"format": "webm", "codec": "auto"}),
    ],
    ids=["old auto", "old h264", "nested", "no sub-inputs"],
)
def test_nested_options_and_the_plain_combos_they_once_were(
    values: tuple[JsonValue, ...], expected: dict[str, JsonValue]
) -> None:
    assert named(SAVE_VIDEO, *values) == {"filename_prefix": "v", **expected}


def test_names_of_before_a_combo_became_dynamic_are_not_taken() -> None:
    """By name, `codec` would be the hidden old one and `format.codec` a default."""
    node = DocumentNode(
        "1",
        "SaveVideo",
        widgets_values=("v", "mp4", "h264"),
        widgets_values_named={"filename_prefix": "v", "format": "mp4", "codec": "h264"},
    )
    values = named_values(node, SAVE_VIDEO)
    assert (values["format.codec"], values["codec"]) == ("h264", "auto")


def test_names_of_today_are_taken() -> None:
    names: dict[str, JsonValue] = {
        "filename_prefix": "v",
        "format": "mp4",
        "format.codec": "h264",
        "format.codec.encoding": "auto",
        "codec": "auto",
    }
    node = DocumentNode(
        "1", "SaveVideo", widgets_values=tuple(names.values()), widgets_values_named=names
    )
    assert named_values(node, SAVE_VIDEO) == names


def test_names_of_a_renamed_widget_are_not_taken() -> None:
    new = schema("Scale", number("factor", 1.0), boolean("smooth", default=False))
    node = DocumentNode(
        "1",
        "Scale",
        widgets_values=(3.0, True),
        widgets_values_named={"scale_by": 3.0, "smooth": True},
    )
    assert named_values(node, new) == {"factor": 3.0, "smooth": True}


def test_nothing_is_placed_after_an_option_that_is_gone() -> None:
    assert named(RESIZE, "scale to area", 2.0, "lanczos") == {"resize_type": "scale to area"}
    (message,) = doubts(RESIZE, "scale to area", 2.0, "lanczos")
    assert message.startswith("'resize_type' has no option 'scale to area', so the values after it")


def test_an_option_that_is_gone_is_no_doubt_where_nothing_follows() -> None:
    """Validation says that the value is not in the list."""
    last = schema("Last", integer("first", 1), dynamic_choice("mode", {"a": (integer("b", 2),)}))
    assert named(last, 1, "z") == {"first": 1, "mode": "z"}
    assert doubts(last, 1, "z") == []


GROWN = schema(
    "Resize",
    dynamic_choice(
        "how",
        {
            "pixels": (number("megapixels", 1.0), integer("multiple", 4), integer("round", 2)),
            "none": (),
        },
    ),
    choice("method", ("area", "lanczos"), "area"),
)
"""Whose `multiple` and `round` came later than the file."""


@pytest.mark.parametrize(
    ("saved", "expected", "added"),
    [
        (
            ("pixels", 1, "lanczos"),
            {"how.megapixels": 1, "how.multiple": 4, "how.round": 2, "method": "lanczos"},
            ["how.multiple", "how.round"],
        ),
        (
            ("pixels", 1, 8, "lanczos"),
            {"how.megapixels": 1, "how.multiple": 8, "how.round": 2, "method": "lanczos"},
            ["how.round"],
        ),
        (
            ("pixels", "lanczos"),
            {"how.megapixels": 1.0, "how.multiple": 4, "how.round": 2, "method": "lanczos"},
            ["how.megapixels", "how.multiple", "how.round"],
        ),
        (
            ("pixels", 1),
            {"how.megapixels": 1, "how.multiple": 4, "how.round": 2, "method": "area"},
            [],
        ),
    ],
)
def test_an_option_that_got_more_inputs_moves_nothing(
    saved: tuple[JsonValue, ...], expected: dict[str, JsonValue], added: list[str]
) -> None:
    assert named(GROWN, *saved) == {"how": "pixels", **expected}
    node = DocumentNode("1", "Resize", widgets_values=saved)
    notes = value_problems(node, GROWN, file="w.json", name="5:1")
    assert [note.input for note in notes] == added
    assert {note.kind for note in notes} <= {"widget_added_since"}
    assert {note.severity for note in notes} <= {"note"}


@pytest.mark.parametrize(
    "saved",
    [("pixels", 1, "nearest"), ("pixels", 1, "lanczos", 7), ("pixels", "lanczos", "area", 2)],
    ids=["no known choice", "one left", "no way"],
)
def test_what_fits_in_no_way_is_said(saved: tuple[JsonValue, ...]) -> None:
    node = DocumentNode("1", "Resize", widgets_values=saved)
    (problem,) = value_problems(node, GROWN, file="w.json", name="5:1")
    assert problem.kind == "ambiguous_widget_values"
    assert problem.severity == "error"


def test_values_are_not_moved_where_they_fit_as_they_are() -> None:
    texts = schema(
        "Texts", dynamic_choice("how", {"a": (text("one"), text("two"))}), text("last", "z")
    )
    assert named(texts, "a", "x", "y") == {"how": "a", "how.one": "x", "how.two": "y", "last": "z"}
    assert doubts(texts, "a", "x", "y") == []


def test_values_are_not_moved_where_others_are_missing_too() -> None:
    longer = schema("Longer", *GROWN.inputs, text("last"))
    assert len(doubts(longer, "pixels", 1, "lanczos", "x")) == 2, "notes"
    (message,) = doubts(longer, "pixels", 1, "lanczos")
    assert message.startswith("The value 'lanczos' does not fit the widget 'how.multiple'")


def test_what_fits_in_two_ways_is_said() -> None:
    loose = schema(
        "Loose",
        dynamic_choice("first", {"a": (text("one"), text("two")), "b": ()}),
        dynamic_choice("second", {"a": (text("three"), choice("four", ("a",))), "b": ()}),
        integer("last", 1),
    )
    (message,) = doubts(loose, "a", "a", "a", "a", "a", 5)
    assert message.startswith("The value 5 does not fit the widget 'second.four'")


def test_a_seed_inside_an_option_has_a_control_only_where_it_is_declared() -> None:
    options = {
        "plain": (integer("seed", 0), boolean("smooth", default=False)),
        "flagged": (integer("seed", 0, seed=True), boolean("smooth", default=False)),
    }
    model = schema("Model", dynamic_choice("model", options), text("prompt"))
    for values in (("plain", 5, True, "p"), ("flagged", 5, "randomize", True, "p")):
        assert named(model, *values) == {
            "model": values[0],
            "model.seed": 5,
            "model.smooth": True,
            "prompt": "p",
        }


def test_rows_and_forced_inputs_own_no_position() -> None:
    batch = schema(
        "Batch",
        rows("images", "IMAGE", ("image0", "image1")),
        InputSchema("count", "INT"),
        integer("last", 3),
    )
    assert named(batch, 9) == {"last": 9}


def test_a_widget_of_several_types_owns_one() -> None:
    several = InputSchema("value", "FLOAT,INT", widget=Widget("FLOAT", 0.0))
    assert named(schema("Any", several, text("then")), 2, "x") == {"value": 2, "then": "x"}


def test_a_combo_with_a_control_has_a_filter_too() -> None:
    name = InputSchema(
        "ckpt", "COMBO", widget=Widget("COMBO", choices=("a", "b"), control_after_generate=True)
    )
    pick = schema("Pick", name, text("then"))
    for values in (("b", "fixed", "", "x"), ("b", "fixed", "x"), ("b", "x")):
        assert named(pick, *values) == {"ckpt": "b", "then": "x"}, values


def test_a_widget_that_only_shows_owns_a_position_and_is_not_sent() -> None:
    preview = InputSchema("preview", "STRING", widget=Widget("STRING", serialized=False))
    shown = schema("Shown", preview, integer("steps", 1))
    assert named(shown, "what was seen", 4) == {"steps": 4}
    by_name = DocumentNode("1", "Shown", widgets_values={"preview": "x", "steps": 4})
    assert named_values(by_name, shown) == {"steps": 4}


def test_the_editors_own_widgets_pass_anything_on() -> None:
    compare = schema("ImageCompare", custom("compare_view", "IMAGECOMPARE"), text("then", "t"))
    assert named(compare, [], "x") == {"compare_view": [], "then": "x"}
    assert named(compare) == {"compare_view": None, "then": "t"}, "null, which ComfyUI accepts"
    free = schema("Free", custom("view", "CURVE", required=False))
    assert named(free) == {}


@pytest.mark.parametrize(("saved", "sent"), [("sample_euler", "euler"), ("lms", "lms")])
def test_sampler_names_of_2023(saved: str, sent: str) -> None:
    sampler = schema("KSampler", choice("sampler_name", ("euler", "lms")))
    assert named(sampler, saved) == {"sampler_name": sent}


FLASH_VSR = schema(
    "FlashVSRNode",
    socket("frames"),
    choice("model", ("FlashVSR", "FlashVSR-v1.1")),
    choice("mode", ("tiny", "full")),
    integer("scale", 2, 2, 4),
    boolean("tiled_vae", default=True),
    boolean("tiled_dit", default=False),
    boolean("unload_dit", default=False),
    integer("seed", 0, seed=True),
)
"""A later order of widgets, with which a published file was saved in part."""


def test_a_value_that_only_fits_another_widget_is_said() -> None:
    saved = ("FlashVSR-v1.1", "tiny", 2, True, True, 256, 1234, "fixed")
    node = DocumentNode(
        "1",
        "FlashVSRNode",
        widgets_values=saved,
        properties={"aux_id": "lihaoyun6/ComfyUI-FlashVSR_Ultra_Fast", "ver": "059b725"},
    )
    (problem,) = value_problems(node, FLASH_VSR, file="w.json", name="5:1")
    assert (problem.node, problem.input) == ("5:1", "unload_dit")
    assert problem.kind == "ambiguous_widget_values"
    assert problem.message == (
        "The value 256 does not fit the widget 'unload_dit', at whose place it is saved. The "
        "node's widgets have changed since. The file was saved with "
        "'lihaoyun6/ComfyUI-FlashVSR_Ultra_Fast 059b725'."
    )


@pytest.mark.parametrize(
    ("entry", "value", "is_said"),
    [
        (boolean("a", default=True), 1, False),
        (boolean("a", default=True), 0.0, False),
        (boolean("a", default=True), 2, True),
        (boolean("a", default=True), "false", True),
        (integer("a", 1), "12", False),
        (integer("a", 1), 2.5, False),
        (integer("a", 1), "auto", True),
        (integer("a", 1), True, True),
        (number("a", 1.0), [1.0], True),
        (number("a", 1.0), None, False),
        (text("a"), 5, False),
        (text("a"), {"b": 1}, True),
        (choice("a", ("x", "y")), "gone", False),
        (choice("a", ("x", "y")), 3, True),
        (choice("a", ("auto", 8, 10)), 12, False),
        (choice("a", (8, 10)), True, True),
        (choice("a", (1, 2)), True, True),
        (choice("a", ("x", "y")), [], True),
        (model_file("a", "vae"), 3, True),
        (model_file("a", "vae"), "any.pth", False),
    ],
)
def test_what_clashes(entry: InputSchema, value: JsonValue, *, is_said: bool) -> None:
    assert bool(doubts(schema("One", entry), value)) is is_said


def test_long_values_are_cut_short_in_what_is_said() -> None:
    (message,) = doubts(schema("One", integer("a", 1)), "z" * 1000)
    assert len(message) < 200


def test_values_that_the_file_names_are_not_doubted() -> None:
    node = DocumentNode("1", "One", widgets_values=("auto",), widgets_values_named={"mode": "auto"})
    assert value_problems(node, schema("One", integer("a", 1)), file="w.json", name="5:1") != []
    assert value_problems(node, schema("One", text("mode")), file="w.json", name="5:1") == []
    by_name = DocumentNode("1", "One", widgets_values={"a": "auto"})
    assert value_problems(by_name, schema("One", integer("a", 1)), file="w.json", name="5:1") == []
