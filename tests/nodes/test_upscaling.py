"""The upscaling nodes over tiny networks: what a user is told of a model."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
import torch
from tests.models.architectures_for_tests import SINGLE_PICTURE, random_state

from capdemo.errors import RunError
from capdemo.nodes import NODES

if TYPE_CHECKING:
    from tests.nodes.bench_for_tests import Bench


@pytest.mark.parametrize(
    ("architecture", "side", "told"),
    [
        ("Compact", 520, []),
        ("SwinIR", 40, []),
        ("SwinIR", 520, ["The picture was processed in tiles of 512 pixels, though"]),
        ("SRFormer", 8, ["The licence of this model's architecture forbids commercial use."]),
    ],
)
def test_a_user_is_told_what_a_model_asks(
    architecture: str, side: int, told: list[str], bench: Bench
) -> None:
    (case,) = (case for case in SINGLE_PICTURE if case.name == architecture)
    torch.save({"params": random_state(case)}, bench.models.path)
    notes: list[str] = []
    context = replace(bench.context, note=notes.append)
    (model,) = NODES["UpscaleModelLoader"].run({"model_name": "net.pth"}, context)
    image = torch.rand(1, 8, side, 3)
    (result,) = NODES["ImageUpscaleWithModel"].run(
        {"upscale_model": model, "image": image}, context
    )
    assert isinstance(result, torch.Tensor)
    assert result.shape == (1, 8 * case.scale, side * case.scale, 3)
    assert [note[: len(start)] for note, start in zip(notes, told, strict=True)] == told


def test_a_file_of_nan_weights_gives_an_error_and_no_picture(bench: Bench) -> None:
    (case,) = (case for case in SINGLE_PICTURE if case.name == "Compact")
    state = {name: weight * torch.nan for name, weight in random_state(case).items()}
    torch.save(state, bench.models.path)
    (model,) = NODES["UpscaleModelLoader"].run({"model_name": "net.pth"}, bench.context)
    given = {"upscale_model": model, "image": torch.rand(1, 8, 8, 3)}
    with pytest.raises(RunError, match="values that are no numbers"):
        NODES["ImageUpscaleWithModel"].run(given, bench.context)
