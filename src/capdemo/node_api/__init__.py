"""All that the author of a node imports; depends on nothing but `errors`."""

from capdemo.node_api.context import Folders, ModelStore, Precision, RunContext, SavedFile
from capdemo.node_api.declare import Node, NodeFamily
from capdemo.node_api.registry import NodeRegistry
from capdemo.node_api.schema import InputSchema, NodeSchema, OutputSchema, Widget, WidgetValue
from capdemo.node_api.sockets import Image, Mask, UpscaleModel
from capdemo.node_api.widgets import InputFile, ModelFile, Multiline, Name, Range, Seed

__all__ = [
    "Folders",
    "Image",
    "InputFile",
    "InputSchema",
    "Mask",
    "ModelFile",
    "ModelStore",
    "Multiline",
    "Name",
    "Node",
    "NodeFamily",
    "NodeRegistry",
    "NodeSchema",
    "OutputSchema",
    "Precision",
    "Range",
    "RunContext",
    "SavedFile",
    "Seed",
    "UpscaleModel",
    "Widget",
    "WidgetValue",
]
