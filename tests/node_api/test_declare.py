"""A node's schema follows from its function's signature."""

# mypy: disable-error-code="return-value"

from typing import Annotated, Literal

import pytest

from capdemo.node_api import (
    Image,
    InputFile,
    InputSchema,
    Mask,
    ModelFile,
    Multiline,
    Name,
    NodeFamily,
    NodeRegistry,
    OutputSchema,
    Range,
    RunContext,
    Seed,
    UpscaleModel,
    Widget,
)

FAMILY = NodeFamily(pack="a-pack", licence="MIT")


@FAMILY.node("Everything+", category="a/b", revision=3, is_output=True)
def everything(
    *,
    image: Image,
    seed: Annotated[int, Range(0, 2**64 - 1), Seed()] = 0,
    mode: Literal["low", "high"],
    strength: Annotated[float, Range(0.0, 1.0, 0.05)] = 0.5,
    context: RunContext,
    text: Annotated[str, Multiline()] = "",
    exact: bool = False,
    file: Annotated[str, InputFile()],
    model: Annotated[str, ModelFile("upscale_models")],
    inner_width: Annotated[int, Name("resize_type.width")] = 8,
    mask: Mask | None = None,
    hint: Annotated[str, Name("opt hint")] | None = None,
) -> tuple[Image, Mask, int]:
    """What it does.

    More about it.
    """
    return image, (seed, mode, strength, text, exact, file, model, mask, hint), context.device


NODES = NodeRegistry([FAMILY])
SCHEMA = NODES["Everything+"].schema


def test_inputs_come_in_parameter_order_without_the_context() -> None:
    assert [entry.name for entry in SCHEMA.inputs] == [
        *("image", "seed", "mode", "strength", "text", "exact", "file", "model"),
        *("resize_type.width", "mask", "opt hint"),
    ]
    assert [entry.name for entry in SCHEMA.widgets] == [
        *("seed", "mode", "strength", "text", "exact", "file", "model"),
        *("resize_type.width", "opt hint"),
    ]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("seed", Widget("INT", 0, 0, 2**64 - 1, control_after_generate=True)),
        ("mode", Widget("COMBO", choices=("low", "high"))),
        ("strength", Widget("FLOAT", 0.5, 0.0, 1.0, 0.05)),
        ("text", Widget("STRING", "", multiline=True)),
        ("exact", Widget("BOOLEAN", default=False)),
        ("file", Widget("COMBO", upload="image")),
        ("model", Widget("COMBO", model_folder="upscale_models")),
        ("resize_type.width", Widget("INT", 8)),
    ],
)
def test_a_widget_follows_from_type_notes_and_default(name: str, expected: Widget) -> None:
    assert SCHEMA.input(name) == InputSchema(name, expected.type, required=True, widget=expected)


def test_sockets_have_no_widget_and_none_makes_an_input_optional() -> None:
    assert SCHEMA.input("image") == InputSchema("image", "IMAGE")
    assert SCHEMA.input("mask") == InputSchema("mask", "MASK", required=False)
    hint = SCHEMA.input("opt hint")
    assert hint == InputSchema("opt hint", "STRING", required=False, widget=Widget("STRING"))
    assert SCHEMA.input("context") is None


def test_the_rest_of_the_schema() -> None:
    assert SCHEMA.outputs == tuple(OutputSchema(name, name) for name in ("IMAGE", "MASK", "INT"))
    assert SCHEMA.description == "What it does.\n\nMore about it."
    assert (SCHEMA.pack, SCHEMA.licence, SCHEMA.category) == ("a-pack", "MIT", "a/b")
    assert SCHEMA.revision == 3
    assert SCHEMA.is_output


def test_a_node_runs_on_inputs_named_as_in_files(context: RunContext) -> None:
    family = NodeFamily()

    @family.node("Add", category="test")
    def add(*, width: Annotated[int, Name("size.width")], context: RunContext, by: int = 2) -> int:
        return width + by + len(context.device)

    @family.node("Pair", category="test")
    def pair(*, value: int) -> tuple[int, int]:
        return value, -value

    @family.node("Nothing", category="test")
    def nothing(*, value: int) -> None:
        del value

    nodes = NodeRegistry([family])
    assert nodes["Add"].run({"size.width": 5}, context) == (10,)
    assert nodes["Pair"].run({"value": 4}, context) == (4, -4)
    assert nodes["Nothing"].run({"value": 4}, context) == ()
    assert add(width=1, context=context) == 6
    assert pair(value=1) == (1, -1)
    nothing(value=1)


def test_positional_parameters_are_refused() -> None:
    def positional(image: Image) -> Image:
        return image

    with pytest.raises(TypeError, match=r"image: .*keyword-only"):
        NodeFamily().node("Positional", category="test")(positional)


def test_a_type_that_no_file_can_hold_is_refused() -> None:
    def odd(*, value: set[int]) -> Image:
        return value

    with pytest.raises(TypeError, match="neither a socket nor a widget"):
        NodeFamily().node("Odd", category="test")(odd)


def test_a_refused_function_leaves_no_node_behind() -> None:
    def odd(*, value: bytes) -> Image:
        return value

    family = NodeFamily()
    with pytest.raises(TypeError):
        family.node("Odd", category="test")(odd)
    assert list(family) == []


def test_models_travel_along_links() -> None:
    family = NodeFamily()

    @family.node("Load", category="test")
    def load(*, name: str) -> UpscaleModel:
        return name

    loaded: object = load(name="a")
    assert loaded == "a"
    assert next(iter(family)).schema.outputs == (OutputSchema("UPSCALE_MODEL", "UPSCALE_MODEL"),)
