"""What is known about a node without running it: enough to name widgets, validate and document."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

WidgetValue: TypeAlias = str | int | float | bool
WidgetType: TypeAlias = Literal["INT", "FLOAT", "STRING", "BOOLEAN", "COMBO"]


@dataclass(frozen=True, slots=True)
class Widget:
    """An input whose value is written in the workflow file."""

    type: WidgetType
    default: WidgetValue | None = None
    """None: the value must be given."""
    minimum: float | None = None
    maximum: float | None = None
    step: float | None = None
    choices: tuple[str, ...] = ()
    """The values a COMBO allows; empty where they are files found on the machine."""
    model_folder: str | None = None
    """The ComfyUI model folder whose files are the choices."""
    upload: str | None = None
    """The kind of file in the input folder; such a widget owns one more position in saved files."""
    control_after_generate: bool | None = None
    """Whether saved files hold a control value after it; None leaves it to the name's rule."""
    multiline: bool = False


@dataclass(frozen=True, slots=True)
class InputSchema:
    """One input of a node: a widget, or a socket that only a link can fill."""

    name: str
    type: str
    """The socket type of a link that fits: `IMAGE`, or the widget's own type."""
    required: bool = True
    widget: Widget | None = None


@dataclass(frozen=True, slots=True)
class OutputSchema:
    """One output slot of a node."""

    name: str
    type: str


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
    """Whether the node is run for its own sake, because it writes a file."""

    @property
    def widgets(self) -> tuple[InputSchema, ...]:
        """The inputs that have a widget, in file order."""
        return tuple(entry for entry in self.inputs if entry.widget is not None)

    def input(self, name: str) -> InputSchema | None:
        """The input of that name."""
        return next((entry for entry in self.inputs if entry.name == name), None)
