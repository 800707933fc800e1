"""Latent nodes give what ComfyUI 0.3.64 gives.

`golden/latents_0_3_64.npz` was made by calling ComfyUI's own classes on the inputs below, on a
CPU. An entry is called by its case; `.mask` and `.index` are the noise mask and the batch index.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from capdemo.errors import RunError
from capdemo.imaging import latents
from capdemo.imaging.sizes import Size
from capdemo.node_api import Latent

if TYPE_CHECKING:
    from tests.nodes.bench_for_tests import Bench

GOLDEN = Path(__file__).with_name("golden") / "latents_0_3_64.npz"


@cache
def golden() -> dict[str, np.ndarray[Any, Any]]:
    with np.load(GOLDEN) as archive:
        return {name: archive[name] for name in archive.files}


def latent(
    seed: int,
    *shape: int,
    mask: tuple[int, ...] | None = None,
    index: tuple[int, ...] | None = None,
) -> Latent:
    """Normal values of numpy's default generator; a mask's shape follows its own seed."""
    values = np.random.default_rng(seed).standard_normal(shape).astype(np.float32)
    noise_mask = None
    if mask is not None:
        uniform = np.random.default_rng(mask[0]).random(mask[1:]).astype(np.float32)
        noise_mask = torch.from_numpy(uniform)
    return Latent(torch.from_numpy(values), noise_mask, index)


TWO = latent(1, 2, 2, 9, 13)
VIDEO = latent(2, 1, 2, 3, 8, 10)
SMALL = latent(3, 1, 2, 5, 6)
MASKED = latent(4, 3, 2, 9, 13, mask=(5, 3, 1, 6, 7), index=(4, 5, 9))
ONE = latent(6, 1, 2, 9, 13)
OTHER = latent(7, 1, 2, 6, 7)

METHODS = ("nearest-exact", "bilinear", "area", "bicubic", "bislerp")

CASES: dict[str, tuple[str, dict[str, object]]] = {
    **{
        f"upscale-{method}": (
            "LatentUpscale",
            {
                "samples": TWO,
                "upscale_method": method,
                "width": 136,
                "height": 88,
                "crop": "center",
            },
        )
        for method in METHODS
    },
    **{
        f"by-{method}": (
            "LatentUpscaleBy",
            {"samples": TWO, "upscale_method": method, "scale_by": 0.7},
        )
        for method in METHODS
    },
    **{
        f"upscale-video{suffix}": (
            "LatentUpscale",
            {
                "samples": VIDEO,
                "upscale_method": method,
                "width": 96,
                "height": 72,
                "crop": "disabled",
            },
        )
        for suffix, method in (("", "bilinear"), ("-bislerp", "bislerp"))
    },
    "upscale-follows": (
        "LatentUpscale",
        {"samples": TWO, "upscale_method": "area", "width": 0, "height": 96, "crop": "disabled"},
    ),
    "crop": ("LatentCrop", {"samples": TWO, "width": 64, "height": 64, "x": 80, "y": 8}),
    "flip-x": ("LatentFlip", {"samples": TWO, "flip_method": "x-axis: vertically"}),
    "flip-y": ("LatentFlip", {"samples": TWO, "flip_method": "y-axis: horizontally"}),
    "rotate-90": ("LatentRotate", {"samples": TWO, "rotation": "90 degrees"}),
    "rotate-270": ("LatentRotate", {"samples": TWO, "rotation": "270 degrees"}),
    **{
        name: (
            "LatentComposite",
            {"samples_to": TWO, "samples_from": SMALL, "x": x, "y": y, "feather": feather},
        )
        for name, x, y, feather in (
            ("composite", 24, 16, 0),
            ("composite-feather", 24, 16, 16),
            ("composite-edge", 72, 0, 16),
            ("composite-corner", 0, 0, 16),
        )
    },
    "add": ("LatentAdd", {"samples1": TWO, "samples2": SMALL}),
    "subtract": ("LatentSubtract", {"samples1": TWO, "samples2": SMALL}),
    "multiply": ("LatentMultiply", {"samples": TWO, "multiplier": -1.5}),
    "interpolate": ("LatentInterpolate", {"samples1": ONE, "samples2": OTHER, "ratio": 0.3}),
    "batch": ("LatentBatch", {"samples1": MASKED, "samples2": SMALL}),
    "from-batch": ("LatentFromBatch", {"samples": MASKED, "batch_index": 1, "length": 5}),
    "repeat": ("RepeatLatentBatch", {"samples": MASKED, "amount": 2}),
    "cut": ("LatentCut", {"samples": TWO, "dim": "x", "index": -4, "amount": 2}),
    "cut-t": ("LatentCut", {"samples": VIDEO, "dim": "t", "index": 1, "amount": 9}),
    "concat": ("LatentConcat", {"samples1": TWO, "samples2": ONE, "dim": "-y"}),
}


def assert_is(name: str, found: Latent) -> None:
    expected = golden()
    assert found.samples.shape == expected[name].shape
    # Of two nearly opposite vectors, which random values of two channels often are, the turn
    # between them magnifies the last bit of the cosine.
    tolerance = 3e-5 if "bislerp" in name else 1e-6
    values = torch.from_numpy(expected[name])
    assert torch.allclose(found.samples, values, atol=tolerance, rtol=1e-6)
    assert (found.noise_mask is not None) == (f"{name}.mask" in expected)
    if found.noise_mask is not None:
        assert torch.equal(found.noise_mask, torch.from_numpy(expected[f"{name}.mask"]))
    if f"{name}.index" in expected:
        count = found.samples.shape[0]
        assert (found.batch_index or tuple(range(count))) == tuple(expected[f"{name}.index"])


@pytest.mark.parametrize("name", CASES)
def test_a_latent_node_is_comfyuis(bench: Bench, name: str) -> None:
    class_type, inputs = CASES[name]
    (found,) = bench.run(class_type, **inputs)
    assert_is(name, cast("Latent", found))


def test_new_batches_are_comfyuis(bench: Bench) -> None:
    given = [latent(10, 3, 2, 2, 3), latent(8, 1, 2, 2, 3, mask=(9, 1, 1, 16, 24)), SMALL, ONE]
    (found,) = bench.run("RebatchLatents", latents=given, batch_size=[2])
    batches = cast("list[Latent]", found)
    assert len(batches) == 4
    for index, batch in enumerate(batches):
        assert_is(f"rebatch{index}", batch)


def test_every_expected_value_is_used() -> None:
    names = {name.partition(".")[0] for name in golden()}
    assert names == {*CASES, "rebatch0", "rebatch1", "rebatch2", "rebatch3"}


@given(
    counts=st.lists(st.integers(1, 5), min_size=1, max_size=5),
    batch_size=st.integers(1, 4),
)
def test_new_batches_hold_every_item_once_and_in_order(counts: list[int], batch_size: int) -> None:
    given = [
        Latent(torch.full((count, 1, 2, 2), float(index))) for index, count in enumerate(counts)
    ]
    batches = latents.rebatched(given, batch_size)
    assert torch.equal(
        torch.cat([batch.samples for batch in batches]),
        torch.cat([each.samples for each in given]),
    )
    assert [index for batch in batches for index in batch.batch_index or ()] == list(
        range(sum(counts))
    )
    assert [len(batch.samples) for batch in batches[:-1]] == [batch_size] * (len(batches) - 1)


@pytest.mark.parametrize(
    ("class_type", "inputs", "shape"),
    [
        ("EmptyLatentImage", {"width": 520, "height": 72, "batch_size": 2}, (2, 4, 9, 65)),
        ("EmptySD3LatentImage", {"width": 528, "height": 80}, (1, 16, 10, 66)),
        ("EmptyFlux2LatentImage", {"width": 528, "height": 80}, (1, 128, 5, 33)),
        ("EmptyHunyuanLatentVideo", {"width": 64, "height": 48, "length": 25}, (1, 16, 7, 6, 8)),
        ("EmptyHunyuanLatentVideo", {"width": 64, "height": 48, "length": 1}, (1, 16, 1, 6, 8)),
        (
            "EmptyQwenImageLayeredLatentImage",
            {"width": 64, "height": 48, "layers": 2},
            (1, 16, 3, 6, 8),
        ),
    ],
)
def test_an_empty_latent_has_its_shape(
    bench: Bench, class_type: str, inputs: dict[str, object], shape: tuple[int, ...]
) -> None:
    (found,) = bench.run(class_type, **inputs)
    samples = cast("Latent", found).samples
    assert samples.shape == shape
    assert samples.dtype == torch.float32
    assert not samples.any()


def test_a_mask_of_noise_keeps_its_size(bench: Bench) -> None:
    mask = torch.rand(3, 20, 24)
    (found,) = bench.run("SetLatentNoiseMask", samples=TWO, mask=mask)
    noise_mask = cast("Latent", found).noise_mask
    assert noise_mask is not None
    assert torch.equal(noise_mask, mask[:, None])


def test_two_zeros_change_nothing(bench: Bench) -> None:
    sizes = {"upscale_method": "area", "width": 0, "height": 0, "crop": "center"}
    (found,) = bench.run("LatentUpscale", samples=TWO, **sizes)
    assert found is TWO


def test_what_lies_outside_is_not_pasted(bench: Bench) -> None:
    place = {"x": 13 * 8, "y": 0, "feather": 8}
    (found,) = bench.run("LatentComposite", samples_to=TWO, samples_from=SMALL, **place)
    assert found is TWO


def test_latents_that_do_not_fit_beside_each_other_are_named(bench: Bench) -> None:
    with pytest.raises(RunError, match=r"\(2, 2, 9, 13\) and \(2, 2, 5, 6\) cells do not fit"):
        bench.run("LatentConcat", samples1=TWO, samples2=SMALL, dim="x")


def test_spherical_resizing_of_zeros_and_opposites_stays_finite() -> None:
    samples = torch.zeros(1, 2, 1, 4)
    samples[0, 0, 0] = torch.tensor([0.0, 1.0, -1.0, 1.0])
    found = latents.resized(Latent(samples), Size(8, 1), method="bislerp").samples
    assert torch.isfinite(found).all()
    # Opposite vectors are mixed linearly, a quarter from one to the other.
    assert found[0, 0, 0, 3] == pytest.approx(0.5)
