"""Every image and mask node against ComfyUI 0.3.64, pixel by pixel."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import torch
from tests.nodes.golden_pixels import PixelCase, cases

from capdemo.errors import CapdemoError
from capdemo.imaging.encode import to_uint8

if TYPE_CHECKING:
    from tests.nodes.bench_for_tests import Bench


def _identity(case: PixelCase) -> str:
    widgets = [v for v in case.inputs.values() if not isinstance(v, dict | list)]
    return "-".join([case.node, *map(str, widgets)])


# Where ComfyUI 0.3.64 stops and ComfyUI of 2026 does not: alpha in only one of two pictures.
NEWER = {"ImageBatch", "ImageCompositeMasked", "ImageBlend"}


def _is_empty(case: PixelCase) -> bool:
    """Whether ComfyUI gives a picture without pixels, or resizes one to nothing on the way."""
    made_nothing = case.node == "ResizeAndPadImage" and case.inputs["image"]["shape"][1:3] == [
        1,
        31,
    ]
    return made_nothing or any(
        isinstance(output, torch.Tensor) and output.numel() == 0 for output in case.expected or ()
    )


COMPUTED = [case for case in cases() if case.expected is not None and not _is_empty(case)]
REFUSED = [case for case in cases() if case.expected is None or _is_empty(case)]


@pytest.mark.parametrize("case", COMPUTED, ids=_identity)
def test_pixels_are_those_of_comfyui(bench: Bench, case: PixelCase) -> None:
    outputs = bench.run(case.node, **case.arguments())
    assert case.expected is not None
    assert len(outputs) == len(case.expected)
    for output, expected in zip(outputs, case.expected, strict=True):
        _compare(output, expected)


def _compare(output: object, expected: object) -> None:
    if isinstance(expected, list):
        assert isinstance(output, list)
        for item, expected_item in zip(output, expected, strict=True):
            _compare(item, expected_item)
    elif isinstance(expected, int):
        assert output == expected
    else:
        assert isinstance(output, torch.Tensor)
        assert isinstance(expected, torch.Tensor)
        assert output.dtype == torch.float32
        assert output.shape == expected.shape
        # Sharpening at 5 multiplies by up to 50: processors differ by a thousandth of a grey level.
        assert (output - expected).abs().max() <= 4e-6
        assert (to_uint8(output) == to_uint8(expected)).all()


@pytest.mark.parametrize("case", REFUSED, ids=_identity)
def test_where_comfyui_stops_or_gives_nothing_there_is_an_error_to_read(
    bench: Bench, case: PixelCase
) -> None:
    arguments = case.arguments()
    channels = {
        value.shape[-1]
        for value in arguments.values()
        if isinstance(value, torch.Tensor) and value.ndim == 4
    }
    if case.node in NEWER and len(channels) > 1:
        assert bench.run(case.node, **arguments)
        return
    with pytest.raises(CapdemoError) as caught:
        bench.run(case.node, **arguments)
    assert caught.value.hint
