"""From a state dict to spandrel's network for it, those of its restricted companion included.

spandrel keeps architectures whose licences restrict use apart, in `spandrel_extra_arches`
(CodeFormer, SRFormer, Restormer and others); as in ComfyUI they are known where it is installed.
"""

from __future__ import annotations

import importlib
import warnings
from typing import TYPE_CHECKING, Any

import torch

from capdemo.models.spandrel_import import import_spandrel

if TYPE_CHECKING:
    from collections.abc import Mapping

RESTRICTED_HINT = (
    "Architectures whose licences forbid commercial use are known with: "
    "pip install 'capdemo[extra-architectures]'"
)
_COMPANION = "spandrel_extra_arches"

_PLAIN_LAYOUT = frozenset({"IPT"})
"""Architectures whose code takes the order of pixels in memory for granted."""


def load_network(state: Mapping[str, Any]) -> Any:
    """Recognise the network that these weights belong to, as spandrel describes it, in float32.

    Raises what spandrel raises: `UnsupportedModelError` where the weights are of no architecture
    that is installed, `RuntimeError`, `KeyError` or `ValueError` where some are missing or of
    another shape.
    """
    spandrel = import_spandrel()
    with warnings.catch_warnings():
        # spandrel's SwinIR leaves out an argument; what it gets without is what it means.
        warnings.filterwarnings("ignore", message="torch.meshgrid")
        try:
            network = spandrel.ModelLoader().load_from_state_dict(dict(state))
        except spandrel.UnsupportedModelError:
            registry = _restricted_registry()
            if registry is None:
                raise
            network = spandrel.ModelLoader(registry=registry).load_from_state_dict(dict(state))
        except (AttributeError, TypeError) as error:  # where names are no texts
            raise ValueError("These are no weights by name.") from error
    if network.architecture.id == "AuraSR":
        _fix_noise(network.model)
    return network


def is_restricted(network: Any) -> bool:
    """Whether the architecture's licence restricts use, mostly to what is not commercial."""
    return type(network.architecture).__module__.partition(".")[0] == _COMPANION


def to_fast_layout(network: Any) -> torch.memory_format:
    """Lay out a network's weights for the fastest convolutions, where it bears that.

    Gives the layout in which it is to be given pictures. Only convolutions over two dimensions
    have the other layout; weights of five (AuraSR, FFTformer) stay as they are.
    """
    if network.architecture.id in _PLAIN_LAYOUT:
        return torch.contiguous_format
    for weight in network.model.parameters():
        if weight.dim() == 4:  # noqa: PLR2004  # output, input, height, width
            weight.data = weight.data.contiguous(memory_format=torch.channels_last)
    return torch.channels_last


def _restricted_registry() -> Any:
    """The architectures of the companion, or None where it is not installed."""
    try:
        with warnings.catch_warnings():
            # It compiles a function by torch.jit.script, which torch has come to advise against.
            warnings.simplefilter("ignore", DeprecationWarning)
            return importlib.import_module(_COMPANION).EXTRA_REGISTRY
    except ImportError:
        return None


def _fix_noise(network: torch.nn.Module) -> None:
    """Make AuraSR, which adds noise and draws a style, give one result for one picture.

    Every call draws what seed 0 gives, and leaves the generators of others as they were.
    """
    forward = network.forward

    def seeded(picture: torch.Tensor) -> torch.Tensor:
        devices = [picture.device] if picture.device.type == "cuda" else []
        with torch.random.fork_rng(devices):
            torch.manual_seed(0)
            # Noise is drawn in the order that the pixels have in memory.
            output: torch.Tensor = forward(picture.contiguous())
        return output

    network.forward = seeded
