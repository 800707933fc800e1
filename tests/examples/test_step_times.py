"""A step of a sampler, beside a bare call of its network."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.guide_for_tests import save_photograph
from tests.small_checkpoints import write_checkpoint, write_vae

from capdemo.examples.bench_process import Task
from capdemo.examples.prepare import prepare
from capdemo.examples.step_times import time_steps
from capdemo.models.library_imports import import_library
from capdemo.models.store import LocalModelStore

if TYPE_CHECKING:
    import torch

ROOT = Path(__file__).parents[2]
WORKFLOW = ROOT / "workflows/ai-capabilities/upscale-restoration/image2image-SD1.5.json"
CHANGES = ["7.steps=4", "7.denoise=0.9"]


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    for name in ("checkpoints", "vae"):
        (folder / name).mkdir()
    write_checkpoint(folder / "checkpoints/v1-5-pruned-emaonly-fp16.safetensors")
    write_vae(folder / "vae/vae-ft-mse-840000-ema-pruned.safetensors")
    return folder


@pytest.fixture
def task(models: Path, tmp_path: Path) -> Task:
    save_photograph(tmp_path / "coffee-small.png", 16, 16)
    store = LocalModelStore.from_environment([models])
    prepared = prepare(WORKFLOW, store, tmp_path, CHANGES)
    return Task(prepared, store.locations, tmp_path, "cpu")


def test_a_step_is_timed_beside_the_same_call_of_the_bare_network(
    task: Task, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[tuple[int, ...]] = []
    network = import_library("diffusers").UNet2DConditionModel
    forward = network.forward

    def counted(
        self: torch.nn.Module, sample: torch.Tensor, *rest: object, **named: object
    ) -> object:
        calls.append(tuple(sample.shape))
        return forward(self, sample, *rest, **named)

    monkeypatch.setattr(network, "forward", counted)
    (step,) = time_steps(task)
    assert step.node == "7 KSampler"
    assert calls == [(2, 4, 8, 8)] * 8, "each of 4 steps asks with both prompts, twice"
    assert 0.3 < step.seconds / step.bare_seconds < 3
