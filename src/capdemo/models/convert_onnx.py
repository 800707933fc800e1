"""From an ONNX network back to the state dict of the PyTorch network that it was exported from.

PyTorch's exporter keeps the names of weights, but for those that it reshapes: a layer
normalisation written out by hand multiplies by `weight[:, None, None]`, which becomes a nameless
constant. Its name is found again from the step that uses it, whose own name is the layer's path.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from capdemo.errors import InputError
from capdemo.models.onnx_file import read_onnx

if TYPE_CHECKING:
    from pathlib import Path

    from capdemo.models.convert import StateDict
    from capdemo.models.onnx_file import OnnxFile, OnnxNode

_PARAMETER = {"Mul": "weight", "Add": "bias"}
"""What a layer multiplies by and adds."""
_NAMED = (".weight", ".bias")


def convert_onnx(path: Path) -> StateDict:
    """Read the weights of an ONNX file by the names that PyTorch had for them, in float32.

    Raises `InputError` where the file is damaged or its weights have no such names, as after an
    exporter or an optimiser that renames them.
    """
    file = read_onnx(path)
    state = {
        name: torch.from_numpy(values.copy()).float()
        for name, values in file.weights.items()
        if name.endswith(_NAMED)
    }
    if not state:
        raise InputError(
            "The ONNX file does not keep the names that its weights had.",
            where=str(path),
            hint="Take the network's .safetensors or .pth file.",
        )
    return state | _nameless(file)


def _nameless(file: OnnxFile) -> StateDict:
    """Constants of shape (C, 1, 1) by the layer that multiplies by them or adds them."""
    found = {}
    for node in file.nodes:
        for name in node.inputs:
            values = file.weights.get(name)
            if values is None or name.endswith(_NAMED) or node.kind not in _PARAMETER:
                continue
            if values.ndim == 3 and values.shape[1:] == (1, 1):  # noqa: PLR2004  # C, height, width
                key = f"{_layer_of(node)}.{_PARAMETER[node.kind]}"
                found[key] = torch.from_numpy(values.reshape(-1).copy()).float()
    return found


def _layer_of(node: OnnxNode) -> str:
    """`/feats/feats.1/layer_norm/Mul` is a step of `feats.1.layer_norm`.

    A name that begins with the one before it and a dot is that member of a sequence.
    """
    path: list[str] = []
    for name in node.name.strip("/").split("/")[:-1]:
        if path and name.startswith(f"{path[-1]}."):
            path[-1] = name
        else:
            path.append(name)
    return ".".join(path)
