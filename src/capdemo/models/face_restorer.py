"""Loads and calls networks that redraw an aligned face; finding and pasting it is the caller's.

They are called past spandrel's descriptors, which lack the mapping to -1..1 for GFPGAN and
CodeFormer, leave GFPGAN's noise at random and hide CodeFormer's fidelity.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch

from capdemo.errors import InputError
from capdemo.models.architectures import load_network
from capdemo.models.file_kinds import say_what_it_is
from capdemo.models.spandrel_import import import_spandrel
from capdemo.models.weights import read_state_dict

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from torch import nn

_CODEFORMER_KEY = "fuse_convs_dict."


def _gfpgan(network: nn.Module, face: torch.Tensor, _fidelity: float) -> Any:
    # The noise that the file holds, not noise at random, which would differ from run to run.
    return network(face, return_rgb=False, randomize_noise=False)


def _restoreformer(network: nn.Module, face: torch.Tensor, _fidelity: float) -> Any:
    return network(face)


def _codeformer(network: nn.Module, face: torch.Tensor, fidelity: float) -> Any:
    return network(face, weight=fidelity)


_CALLS: Mapping[str, Callable[[nn.Module, torch.Tensor, float], Any]] = {
    "GFPGAN": _gfpgan,
    "RestoreFormer": _restoreformer,
    "CodeFormer": _codeformer,
}


class FaceRestorer:
    """A loaded network; implements `node_api.faces.FaceRestoreModel`."""

    def __init__(self, network: nn.Module, architecture: str, device: str) -> None:
        self._network = network
        self._call = _CALLS[architecture]
        self._device = device
        self.architecture = architecture
        """`GFPGAN`, `RestoreFormer` or `CodeFormer`."""

    def __call__(self, face: torch.Tensor, /, *, fidelity: float) -> torch.Tensor:
        """As the protocol says."""
        with torch.inference_mode():
            output = self._call(self._network, face.to(self._device) * 2.0 - 1.0, fidelity)[0]
            restored = (output + 1.0) / 2.0
        # A plain tensor: one made in inference mode could not be blended in place.
        return torch.empty(restored.shape, dtype=torch.float32).copy_(restored)


def load_face_restorer(path: Path, *, device: str) -> FaceRestorer:
    """Load GFPGAN (1.2, 1.3, 1.4), RestoreFormer or CodeFormer, in float32.

    CodeFormer's architecture is non-commercial and comes with the extra `extra-architectures`.
    Raises `InputError` where the file is no such network, or the extra is missing.
    """
    spandrel = import_spandrel()
    state = read_state_dict(path)
    try:
        descriptor = load_network(state)
    except spandrel.UnsupportedModelError as error:
        if any(_CODEFORMER_KEY in key for key in _keys(state)):
            raise _without_companion(path) from error
        raise _unsupported(path, say_what_it_is(state)) from error
    except (RuntimeError, KeyError, ValueError) as error:
        raise _unsupported(path, say_what_it_is(state)) from error
    architecture: str = descriptor.architecture.id
    if architecture not in _CALLS:
        raise _unsupported(path, f"a network of the kind {architecture}")
    network = descriptor.model.eval().requires_grad_(requires_grad=False).to(device)
    return FaceRestorer(network, architecture, device)


def _keys(state: Mapping[str, Any]) -> list[str]:
    """The keys of a state dict, those inside a wrapper such as `params_ema` among them."""
    inner = (value for value in state.values() if isinstance(value, dict))
    return [*map(str, state), *(str(key) for value in inner for key in value)]


def _without_companion(path: Path) -> InputError:
    return InputError(
        "CodeFormer needs spandrel_extra_arches, which is not installed.",
        where=str(path),
        hint=(
            "CodeFormer's licence (S-Lab 1.0) forbids commercial use. If that suits you, "
            "type: pip install 'capdemo[extra-architectures]'"
        ),
    )


def _unsupported(path: Path, what: str) -> InputError:
    return InputError(
        f"The file is {what}." if what else "No face model that is known here has these weights.",
        where=str(path),
        hint="Choose GFPGAN, RestoreFormer or CodeFormer: capdemo models list",
    )
