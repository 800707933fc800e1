"""What a workflow's diffusion models need of memory, from headers alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.sd_for_tests import released_shapes, write_hollow

from capdemo.errors import InputError
from capdemo.examples import memory
from capdemo.models import memory_need
from capdemo.models.memory_need import WORKING, Room, bytes_needed, weights_of
from capdemo.models.store import LocalModelStore
from capdemo.workflow import Graph
from capdemo.workflow.graph import GraphNode

if TYPE_CHECKING:
    from pathlib import Path

# Numbers of the networks: a U-Net, a VAE, text encoders.
SD15 = (859_520_964, 83_653_863, 123_060_557)


def graph(name: str) -> Graph:
    node = GraphNode("CheckpointLoaderSimple", {"ckpt_name": name})
    return Graph(nodes={"1": node})


def test_a_cpu_holds_all_in_float32(tmp_path: Path) -> None:
    path = write_hollow(tmp_path / "sd15.safetensors", released_shapes("sd15"))
    found = weights_of(path, "cpu")
    assert sum(weights.nbytes for weights in found) == pytest.approx(4 * sum(SD15), rel=1e-3)
    assert bytes_needed(found, "cpu") == sum(weights.nbytes for weights in found) + WORKING


def test_a_gpu_holds_what_runs_together(tmp_path: Path) -> None:
    path = write_hollow(tmp_path / "sdxl.safetensors", released_shapes("sdxl"))
    found = weights_of(path, "cuda")
    # SDXL's U-Net in float16, beside which nothing has to stay: 8 GB suffice.
    assert bytes_needed(found, "cuda") == 2 * 2_567_463_684 + WORKING
    assert bytes_needed(found, "cuda") < 8e9


def test_it_is_said_or_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "checkpoints").mkdir()
    write_hollow(tmp_path / "checkpoints" / "x.safetensors", released_shapes("sd15"))
    store = LocalModelStore.from_environment([tmp_path])
    monkeypatch.setattr(memory_need, "room", lambda _device: Room(16 * 10**9, 9 * 10**9))
    said = memory.say_memory(graph("x.safetensors"), store, "cpu")
    assert said == "The models need about 5.3 GB on cpu; 9.0 GB of 16.0 GB are free."
    monkeypatch.setattr(memory_need, "room", lambda _device: Room(4 * 10**9, 10**9))
    with pytest.raises(InputError, match=r"need 5\.3 GB of memory, and cpu has 4\.0 GB.*smaller"):
        memory.say_memory(graph("x.safetensors"), store, "cpu")


def test_nothing_is_said_without_diffusion(tmp_path: Path) -> None:
    store = LocalModelStore.from_environment([tmp_path])
    assert memory.say_memory(graph("absent.safetensors"), store, "cpu") == ""
