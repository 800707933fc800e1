"""What is compared is what `bench` says it compares."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import pytest
from tests.guide_for_tests import add_workflow, model_workflow

from capdemo.examples.bench import bench
from capdemo.examples.prepare import prepare
from capdemo.models.store import LocalModelStore
from capdemo.models.upscaler import ReferenceUpscaler, Upscaler

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable
    from pathlib import Path

    from capdemo.models.catalogue import Catalogue
    from capdemo.models.folders import Locations

Loaded = TypeVar("Loaded")


class RecordingStore(LocalModelStore):
    """Notes what is really loaded."""

    def __init__(self, locations: Locations, catalogue: Catalogue) -> None:
        super().__init__(locations, catalogue)
        self.kinds: list[type] = []

    def loaded(self, key: Hashable, load: Callable[[], Loaded]) -> Loaded:
        def noted() -> Loaded:
            made = load()
            self.kinds.append(type(made))
            return made

        return super().loaded(key, noted)


def test_the_reference_runs_as_comfyui_would(
    guide: Path, tmp_path: Path, random_model: Any
) -> None:
    random_model(tmp_path / "models" / "upscale_models" / "tiny.safetensors", seed=0)
    store = RecordingStore.from_environment([tmp_path / "models"])
    inputs = guide / "workflows" / "inputs"
    path = add_workflow(guide, "Tiny", model_workflow("tiny.safetensors"))
    timings = bench(prepare(path, store, inputs), store, "cpu", inputs, repeats=1)
    assert store.kinds == [ReferenceUpscaler, Upscaler, Upscaler], "each is loaded once"
    reference, exact, fast = timings
    assert (reference.difference.max_abs, exact.difference.max_abs) == (0.0, 0.0)
    assert fast.difference.max_abs > 0, "bfloat16 is not float32"
    pixels = reference.megapixels_per_second * reference.seconds_median * 1e6
    assert pixels == pytest.approx(32 * 24)
