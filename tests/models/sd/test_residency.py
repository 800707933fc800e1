"""Which networks leave a GPU, with a GPU that is counted on paper."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import torch

from capdemo.models import residency
from capdemo.models.stored_network import Placing

if TYPE_CHECKING:
    import pytest

GIB = 1 << 30


@dataclass(eq=False)
class Network:
    """Weights that know whether they are on the GPU."""

    nbytes: int
    users: int = 0
    is_on_device: bool = True
    placing: Placing = field(default=Placing(torch.device("cuda"), torch.float16))

    def leave(self) -> None:
        self.is_on_device = False


def test_the_longest_unused_leaves_and_one_in_use_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    used, old, recent = Network(2 * GIB, users=1), Network(2 * GIB), Network(2 * GIB)
    monkeypatch.setattr(residency, "_residents", [])

    def free(_device: object) -> tuple[int, int]:
        taken = sum(n.nbytes for n in (used, old, recent) if n.is_on_device)
        return 8 * GIB - taken, 8 * GIB

    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda _device: (8 * GIB, 8 * GIB))
    for network in (used, old, recent):
        residency.make_room(network)
    monkeypatch.setattr(torch.cuda, "mem_get_info", free)
    residency.make_room(Network(3 * GIB, is_on_device=False))
    assert [n.is_on_device for n in (used, old, recent)] == [True, False, True]


def test_nothing_happens_on_a_cpu() -> None:
    on_cpu = Placing(torch.device("cpu"), torch.float32)
    residency.make_room(Network(1, placing=on_cpu))
