"""What is known about a node without running it: enough to name widgets, validate and document."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

WidgetValue: TypeAlias = str | int | float | bool
WidgetType: TypeAlias = Literal[
    "INT",
    "FLOAT",
    "STRING",
    "BOOLEAN",
    "COMBO",
    "COLOR",
    "CURVE",
    "BOUNDING_BOX",
    "BOUNDING_BOXES",
    "COLORS",
    "IMAGECOMPARE",
    "AUDIO_RECORD",
]
"""The last seven are widgets of the editor whose values are passed on as they are."""


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of a dynamic combo, and the inputs that exist only while it is chosen."""

    name: str
    inputs: tuple[InputSchema, ...] = ()
    """Named as in ComfyUI's schema, without the combo's name before them."""


@dataclass(frozen=True, slots=True)
class Widget:
    """An input whose value is written in the workflow file."""

    type: WidgetType
    default: WidgetValue | None = None
    """None: the value must be given."""
    minimum: float | None = None
    maximum: float | None = None
    step: float | None = None
    choices: tuple[WidgetValue, ...] = ()
    """The values a COMBO allows; empty where they are files found on the machine."""
    options: tuple[Option, ...] = ()
    """The choices of a dynamic combo, whose names are its `choices`."""
    model_folder: str | None = None
    """The ComfyUI model folder whose files are the choices."""
    upload: str | None = None
    """The kind of file in the input folder; such a widget owns one more position in saved files."""
    control_after_generate: bool | None = None
    """Whether saved files hold a control value after it; None leaves it to the name's rule."""
    multiline: bool = False
    dynamic_prompts: bool = False
    """Whether the editor replaces `{a|b}` by a choice and drops comments before it queues."""
    used_instead: str | None = None
    """The input whose value the node uses in place of this one, which has no effect."""
    serialized: bool = True
    """Whether the value is sent to the executor; a widget that only shows something is not."""


@dataclass(frozen=True, slots=True)
class Rows:
    """An input that grows: one row more than is linked, up to a limit (ComfyUI's autogrow)."""

    names: tuple[str, ...]
    """What the rows are called, in order, without the input's name before them."""
    minimum: int
    """How many rows must be filled."""


@dataclass(frozen=True, slots=True)
class InputSchema:
    """One input of a node: a widget, or a socket that only a link can fill."""

    name: str
    type: str
    """The socket type of a link that fits: `IMAGE`, the widget's own, or several with commas."""
    required: bool = True
    widget: Widget | None = None
    lazy: bool = False
    """Whether its link is followed only once the node asks for it."""
    rows: Rows | None = None
    """Set where this entry stands for a growing number of inputs of its type."""


@dataclass(frozen=True, slots=True)
class OutputSchema:
    """One output slot of a node."""

    name: str
    type: str
    is_list: bool = False
    """Whether the slot gives several values, each of which is passed on by itself."""


@dataclass(frozen=True, slots=True)
class OwnModel:
    """A model file that a node loads by itself: no widget holds its name."""

    model_folder: str
    """ComfyUI's model folder."""
    name: str
    chosen_by: tuple[str, WidgetValue] | None = None
    """A widget, and its value with which the file is loaded; None: whatever is chosen."""
    needed: bool = True
    """Whether the node stops without it; without any other it goes on and says so."""


@dataclass(frozen=True, slots=True)
class NodeSchema:
    """A node's public face."""

    class_type: str
    inputs: tuple[InputSchema, ...]
    """In the order that saved files list their widget values."""
    outputs: tuple[OutputSchema, ...]
    category: str
    description: str
    pack: str = "comfy-core"
    """Who publishes the node: `comfy-core`, or the custom node pack's registry id."""
    licence: str = "GPL-3.0"
    """The licence of that pack's own code; what runs here is this project's."""
    revision: int = 1
    """Raised when the node's output changes for the same input; part of every example's key."""
    is_output: bool = False
    """Whether the node is run for its own sake, because it writes or shows something."""
    input_is_list: bool = False
    """Whether the node takes whole lists where others are called once for every value."""
    own_models: tuple[OwnModel, ...] = ()
    """What decides the node's output besides its inputs; part of every example's key, too."""
    executable: bool = True
    """Whether the node runs here; if not, its workflows are read and checked only."""

    @property
    def widgets(self) -> tuple[InputSchema, ...]:
        """The inputs that have a widget whatever is chosen, in file order."""
        return tuple(entry for entry in self.inputs if entry.widget is not None)

    def input(self, name: str) -> InputSchema | None:
        """The input of that name; `dynamic.flat_inputs` has those of options and rows too."""
        return next((entry for entry in self.inputs if entry.name == name), None)
