"""How long a step of a sampler takes, beside a bare call of diffusers' network in the same step.

The bare call gets the same numbers and the same weights beside ours, after it and before it in
turns, so that neither profits from what the other warmed and a machine whose speed drifts slows
both alike. Its time is not counted in the step's.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import torch

from capdemo.examples.run import Machine, run_prepared, temporary_folders
from capdemo.models.catalogue import default_catalogue
from capdemo.models.sd_loader import Checkpoint
from capdemo.models.store import LocalModelStore
from capdemo.models.unet import Unet
from capdemo.node_api import DiffusionModel

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping
    from contextlib import AbstractContextManager

    from capdemo.examples.bench_process import Task
    from capdemo.models.catalogue import Catalogue
    from capdemo.models.folders import Locations
    from capdemo.node_api import Canvas, Condition, LatentFormat, NetworkInputs

Loaded = TypeVar("Loaded")


@dataclass(frozen=True, slots=True)
class StepTime:
    """Medians over a node's steps but the first, which reads the weights."""

    node: str
    seconds: float
    bare_seconds: float
    """Of the same calls without what is around them."""


def time_steps(task: Task) -> list[StepTime]:
    """Run a workflow once, exactly, and time every node that makes steps with diffusers' U-Net."""
    clock = _Clock()
    store = _TimedStore(task.locations, default_catalogue(), clock)
    machine = Machine(store, task.device, "exact")
    with (
        tempfile.TemporaryDirectory(prefix="capdemo-") as folder,
        temporary_folders(task.inputs, Path(folder)) as folders,
    ):
        run_prepared(task.prepared, machine, folders, clock.told)
    return clock.times()


class _Clock:
    """Is told of every step, and of every bare call."""

    def __init__(self) -> None:
        self._steps: dict[str, list[tuple[float, float]]] = {}
        self._before = ("", 0, 0.0)
        self._bare = 0.0
        self._asks = False
        self._bare_goes_first = True

    def told(self, node: str, done: int, total: int) -> None:
        """A node has done so many of its steps."""
        now = time.perf_counter()
        last_node, last_done, began = self._before
        if node == last_node and total > 1 and done == last_done + 1 and last_done and self._asks:
            step = (now - began - self._bare, self._bare)
            self._steps.setdefault(node, []).append(step)
        self._before, self._bare, self._asks = (node, done, now), 0.0, False

    def takes_turns(self) -> bool:
        """Whether the bare call goes first this time."""
        self._bare_goes_first = not self._bare_goes_first
        return self._bare_goes_first

    def called(self, bare_seconds: float) -> None:
        """A network was called, and once more without all that is around it."""
        self._bare += bare_seconds
        self._asks = True

    def times(self) -> list[StepTime]:
        """Of every node that made steps."""
        return [
            StepTime(node, *(statistics.median(kind) for kind in zip(*steps, strict=True)))
            for node, steps in self._steps.items()
        ]


class _TimedStore(LocalModelStore):
    """Gives diffusion models whose networks are called twice."""

    def __init__(self, locations: Locations, catalogue: Catalogue, clock: _Clock) -> None:
        super().__init__(locations, catalogue)
        self._clock = clock

    def loaded(self, key: Hashable, load: Callable[[], Loaded]) -> Loaded:
        """What `load` returned, with a timed network where it holds one."""
        loaded: Any = super().loaded(key, load)
        if isinstance(loaded, Checkpoint):
            loaded = replace(loaded, model=self._timed(loaded.model))
        elif isinstance(loaded, DiffusionModel):
            loaded = self._timed(loaded)
        timed: Loaded = loaded
        return timed

    def _timed(self, model: DiffusionModel) -> DiffusionModel:
        if not isinstance(model.network, Unet):
            return model
        return replace(model, network=_CalledTwice(model.network, self._clock))


class _CalledTwice:
    """A U-Net; implements `node_api.DiffusionNetwork`."""

    def __init__(self, unet: Unet, clock: _Clock) -> None:
        self._unet = unet
        self._clock = clock

    @property
    def latent_format(self) -> LatentFormat:
        return self._unet.latent_format

    @property
    def device(self) -> torch.device:
        return self._unet.device

    def inputs(self, condition: Condition, canvas: Canvas) -> NetworkInputs:
        return self._unet.inputs(condition, canvas)

    def with_lora(self, weights: Mapping[str, torch.Tensor], strength: float) -> _CalledTwice:
        return _CalledTwice(self._unet.with_lora(weights, strength), self._clock)

    def ready(self) -> AbstractContextManager[None]:
        return self._unet.ready()

    def __call__(
        self, latent: torch.Tensor, timestep: torch.Tensor, inputs: NetworkInputs, /
    ) -> torch.Tensor:
        goes_first = self._clock.takes_turns()
        if goes_first:
            self._call_bare(latent, timestep, inputs)
        answer = self._unet(latent, timestep, inputs)
        if not goes_first:
            self._call_bare(latent, timestep, inputs)
        return answer

    def _call_bare(
        self, latent: torch.Tensor, timestep: torch.Tensor, inputs: NetworkInputs
    ) -> None:
        module, arguments = self._unet.bare_call(latent, timestep, inputs)
        self._wait()
        began = time.perf_counter()
        with torch.no_grad():
            module(**arguments)
        self._wait()
        self._clock.called(time.perf_counter() - began)

    def _wait(self) -> None:
        if self.device.type == "cuda":
            torch.cuda.synchronize(self.device)
