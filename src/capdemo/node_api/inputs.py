"""Inputs spelled out one by one, for nodes that are declared without a function to derive from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from capdemo.node_api.schema import InputSchema, Option, Rows, Widget

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from capdemo.node_api.schema import WidgetType, WidgetValue


def link(name: str, type: str, *, required: bool = True, lazy: bool = False) -> InputSchema:  # noqa: A002  (ComfyUI's word)
    """A socket that only a link can fill; alternatives are joined by commas."""
    return InputSchema(name, type, required=required, lazy=lazy)


def integer(  # noqa: PLR0913  (the parts of ComfyUI's INT)
    name: str,
    default: int,
    minimum: int | None = None,
    maximum: int | None = None,
    step: int = 1,
    *,
    seed: bool | None = None,
    required: bool = True,
) -> InputSchema:
    """A whole number; with `seed` a control value follows it in saved files."""
    widget = Widget("INT", default, minimum, maximum, step, control_after_generate=seed)
    return InputSchema(name, "INT", required=required, widget=widget)


def number(
    name: str,
    default: float,
    minimum: float | None = None,
    maximum: float | None = None,
    step: float | None = None,
    *,
    required: bool = True,
) -> InputSchema:
    """A number with a fraction."""
    widget = Widget("FLOAT", default, minimum, maximum, step)
    return InputSchema(name, "FLOAT", required=required, widget=widget)


def text(
    name: str,
    default: str = "",
    *,
    multiline: bool = False,
    dynamic_prompts: bool = False,
    required: bool = True,
) -> InputSchema:
    """A text; with `dynamic_prompts` the editor replaces `{a|b}` in it."""
    widget = Widget("STRING", default, multiline=multiline, dynamic_prompts=dynamic_prompts)
    return InputSchema(name, "STRING", required=required, widget=widget)


def boolean(name: str, default: bool, *, required: bool = True) -> InputSchema:  # noqa: FBT001  (a default, as the others have it)
    """A switch."""
    return InputSchema(name, "BOOLEAN", required=required, widget=Widget("BOOLEAN", default))


def choice(
    name: str,
    choices: Sequence[WidgetValue],
    default: WidgetValue | None = None,
    *,
    required: bool = True,
) -> InputSchema:
    """One of several values, the first unless a default is given."""
    widget = Widget("COMBO", default, choices=tuple(choices))
    return InputSchema(name, "COMBO", required=required, widget=widget)


def dynamic_choice(
    name: str,
    options: Mapping[str, Sequence[InputSchema]],
    *,
    required: bool = True,
) -> InputSchema:
    """One of several options, each with inputs of its own."""
    widget = Widget(
        "COMBO",
        choices=tuple(options),
        options=tuple(Option(key, tuple(inputs)) for key, inputs in options.items()),
    )
    return InputSchema(name, "COMBO", required=required, widget=widget)


def rows(name: str, type: str, names: Sequence[str], *, minimum: int = 1) -> InputSchema:  # noqa: A002  (ComfyUI's word)
    """A growing number of links of one type."""
    return InputSchema(name, type, rows=Rows(tuple(names), minimum))


def model_file(name: str, folder: str, *, required: bool = True) -> InputSchema:
    """A file of one of ComfyUI's model folders."""
    return InputSchema(
        name, "COMBO", required=required, widget=Widget("COMBO", model_folder=folder)
    )


def input_file(name: str, upload: str = "image") -> InputSchema:
    """A file of the input folder, chosen there or uploaded."""
    return InputSchema(name, "COMBO", widget=Widget("COMBO", upload=upload))


def custom(name: str, type: WidgetType, *, required: bool = True) -> InputSchema:  # noqa: A002  (ComfyUI's word)
    """A widget of the editor's own, whose value is passed on as it is."""
    return InputSchema(name, type, required=required, widget=Widget(type))
