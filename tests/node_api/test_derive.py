"""Hints beyond plain ones: options, rows, lists, unions, lazy inputs."""

# mypy: disable-error-code="return-value"

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

import pytest

from capdemo.node_api import (
    Anything,
    Custom,
    DynamicPrompts,
    Grows,
    Image,
    InputSchema,
    Latent,
    Lazy,
    LinkOnly,
    Mask,
    Name,
    Node,
    NodeFamily,
    NodeRegistry,
    Option,
    OutputSchema,
    Range,
    Rows,
    RunContext,
    Widget,
    option,
)
from capdemo.node_api.dynamic import flat_inputs


@option("by factor")
@dataclass(frozen=True, slots=True)
class ByFactor:
    """A number."""

    factor: Annotated[float, Range(0.1, 8.0)] = 1.0


@option("lossy")
@dataclass(frozen=True, slots=True)
class Lossy:
    """A number of another option."""

    quality: int = 80


@option("lossless")
@dataclass(frozen=True, slots=True)
class Lossless:
    """Nothing."""


@option("like another")
@dataclass(frozen=True, slots=True)
class LikeAnother:
    """A link, a combo in a combo, and a name that Python lacks."""

    match: Image
    coding: Lossy | Lossless
    note: Annotated[str, Name("the note")] = ""


def declared(family: NodeFamily) -> Node:
    (node,) = NodeRegistry([family]).values()
    return node


def resize_node() -> Node:
    family = NodeFamily()

    @family.node("Resize", category="test")
    def resize(*, way: ByFactor | LikeAnother, after: int = 0) -> tuple[Anything, int]:
        return way, after

    return declared(family)


FACTOR = InputSchema("factor", "FLOAT", widget=Widget("FLOAT", 1.0, 0.1, 8.0))
QUALITY = InputSchema("quality", "INT", widget=Widget("INT", 80))


def test_option_classes_make_a_dynamic_combo() -> None:
    widget = resize_node().schema.inputs[0].widget
    assert widget is not None
    assert widget.choices == ("by factor", "like another")
    assert widget.options[0] == Option("by factor", (FACTOR,))
    match, coding, note = widget.options[1].inputs
    assert match == InputSchema("match", "IMAGE")
    assert coding.widget is not None
    assert coding.widget.options == (Option("lossy", (QUALITY,)), Option("lossless"))
    assert note.name == "the note"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, ["way", "way.factor", "after"]),
        ({"way": "by factor"}, ["way", "way.factor", "after"]),
        (
            {"way": "like another"},
            [
                *("way", "way.match", "way.coding", "way.coding.quality", "way.the note"),
                "after",
            ],
        ),
        (
            {"way": "like another", "way.coding": "lossless"},
            ["way", "way.match", "way.coding", "way.the note", "after"],
        ),
        ({"way": "sideways"}, ["way", "after"]),
    ],
)
def test_the_inputs_follow_from_what_is_chosen(
    given: dict[str, object],
    expected: list[str],
) -> None:
    assert [entry.name for entry in flat_inputs(resize_node().schema, given)] == expected


def test_the_function_gets_the_chosen_option(context: RunContext) -> None:
    node = resize_node()
    assert node.run({"way": "by factor", "way.factor": 2.5}, context) == (ByFactor(2.5), 0)
    inputs = {
        "way": "like another",
        "way.match": "an image",
        "way.coding": "lossy",
        "way.coding.quality": 7,
        "way.the note": "short",
        "after": 3,
    }
    expected = LikeAnother("an image", Lossy(7), "short")  # type: ignore[arg-type]
    assert node.run(inputs, context) == (expected, 3)


def test_a_default_option_is_its_instance() -> None:
    family = NodeFamily()

    @family.node("Save", category="test")
    def save(*, coding: Lossy | Lossless = Lossless()) -> Anything:
        return coding

    schema = declared(family).schema
    assert schema.inputs[0].widget is not None
    assert schema.inputs[0].widget.default == "lossless"
    assert [entry.name for entry in flat_inputs(schema, {})] == ["coding"]


def test_rows_grow_with_what_is_linked(context: RunContext) -> None:
    family = NodeFamily()

    @family.node("Batch", category="test")
    def batch(
        *,
        images: Annotated[Mapping[str, Image], Grows(prefix="image", maximum=3, minimum=2)],
    ) -> Anything:
        return list(images.items())

    node = declared(family)
    rows = Rows(("image0", "image1", "image2"), 2)
    assert node.schema.inputs == (InputSchema("images", "IMAGE", rows=rows),)
    given = {"images.image2": "c", "images.image0": "a", "images.image9": "x"}
    assert flat_inputs(node.schema, given) == (
        InputSchema("images.image0", "IMAGE"),
        InputSchema("images.image1", "IMAGE"),
        InputSchema("images.image2", "IMAGE", required=False),
    )
    assert node.run(given, context) == ([("image0", "a"), ("image2", "c")],)


def test_rows_may_have_names_of_their_own() -> None:
    assert Grows(names=("a", "b")).row_names == ("a", "b")
    assert Grows(prefix="row", maximum=2).row_names == ("row0", "row1")


def test_lists_unions_and_notes() -> None:
    family = NodeFamily()

    @family.node("Many", category="test")
    def many(*, images: list[Image], size: list[int]) -> list[Image]:
        return images[: size[0]]

    @family.node("One", category="test")
    def one(
        *,
        either: Image | Mask,
        value: Annotated[float | int, Range(0, 1)] = 0.0,
        count: Annotated[int, LinkOnly()],
        text: Annotated[str, DynamicPrompts()] = "",
        late: Annotated[Anything | None, Lazy()] = None,
        colour: Annotated[str, Custom("COLOR")] = "#ffffff",
    ) -> tuple[Annotated[int, Name("width")], Latent]:
        return either, value, count, text, late, colour

    nodes = NodeRegistry([family])
    many_schema = nodes["Many"].schema
    assert many_schema.input_is_list
    assert many_schema.outputs == (OutputSchema("IMAGE", "IMAGE", is_list=True),)
    assert [entry.type for entry in many_schema.inputs] == ["IMAGE", "INT"]
    schema = nodes["One"].schema
    assert not schema.input_is_list
    assert schema.outputs == (OutputSchema("width", "INT"), OutputSchema("LATENT", "LATENT"))
    assert schema.inputs == (
        InputSchema("either", "IMAGE,MASK"),
        InputSchema("value", "FLOAT,INT", widget=Widget("FLOAT", 0.0, 0, 1)),
        InputSchema("count", "INT"),
        InputSchema("text", "STRING", widget=Widget("STRING", "", dynamic_prompts=True)),
        InputSchema("late", "*", required=False, lazy=True),
        InputSchema("colour", "COLOR", widget=Widget("COLOR", "#ffffff")),
    )


def test_lists_are_for_all_parameters_or_none() -> None:
    def half(*, images: list[Image], size: int) -> Image:
        return images[size]

    with pytest.raises(TypeError, match="Half: hint all parameters as lists, or none"):
        NodeFamily().node("Half", category="test")(half)
