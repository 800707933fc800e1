"""Nodes that are declared without a function."""

import pytest

from capdemo.errors import RunError
from capdemo.node_api import InputSchema, NodeFamily, NodeRegistry, Option, Rows, RunContext, Widget
from capdemo.node_api.inputs import (
    boolean,
    choice,
    custom,
    dynamic_choice,
    input_file,
    integer,
    link,
    model_file,
    number,
    rows,
    text,
)


def test_every_word_for_an_input() -> None:
    assert link("model", "MODEL") == InputSchema("model", "MODEL")
    assert link("late", "*", required=False, lazy=True) == InputSchema(
        "late", "*", required=False, lazy=True
    )
    assert integer("steps", 20, 1, 100) == InputSchema(
        "steps", "INT", widget=Widget("INT", 20, 1, 100, 1)
    )
    seed = integer("seed", 0, seed=True).widget
    assert seed is not None
    assert seed.control_after_generate is True
    cfg = number("cfg", 8.0, 0.0, 100.0, 0.1)
    assert cfg == InputSchema("cfg", "FLOAT", widget=Widget("FLOAT", 8.0, 0.0, 100.0, 0.1))
    prompt = Widget("STRING", "", multiline=True, dynamic_prompts=True)
    assert text("text", multiline=True, dynamic_prompts=True).widget == prompt
    assert boolean("tiled", default=True).widget == Widget("BOOLEAN", default=True)
    names = Widget("COMBO", "b", choices=("a", "b"))
    assert choice("name", ["a", "b"], "b", required=False) == InputSchema(
        "name", "COMBO", required=False, widget=names
    )
    assert model_file("vae", "vae").widget == Widget("COMBO", model_folder="vae")
    assert input_file("file", "video").widget == Widget("COMBO", upload="video")
    assert custom("view", "IMAGECOMPARE").widget == Widget("IMAGECOMPARE")
    assert rows("images", "IMAGE", ["a", "b"], minimum=2).rows == Rows(("a", "b"), 2)
    combo = dynamic_choice("kind", {"plain": [], "sized": [integer("size", 1)]})
    assert combo.widget is not None
    assert combo.widget.choices == ("plain", "sized")
    assert combo.widget.options[1] == Option("sized", (integer("size", 1),))


def test_a_declared_node_has_a_schema_and_says_that_it_has_no_code(context: RunContext) -> None:
    family = NodeFamily(pack="a-pack", licence="MIT")
    family.declare(
        "Sample",
        category="sampling",
        description="Samples.",
        inputs=[link("model", "MODEL")],
        outputs=["LATENT"],
    )
    node = NodeRegistry([family])["Sample"]
    assert not node.schema.executable
    assert (node.schema.pack, node.schema.licence) == ("a-pack", "MIT")
    assert [output.type for output in node.schema.outputs] == ["LATENT"]
    with pytest.raises(RunError, match="has no code"):
        node.run({}, context)
