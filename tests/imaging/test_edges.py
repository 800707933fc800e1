"""Canny on shapes whose edges are known; the golden pictures compare it with kornia."""

from __future__ import annotations

import math

import pytest
import torch

from capdemo.errors import InputError
from capdemo.imaging.edges import _thinned, canny
from capdemo.node_api import Image


def step(height: int = 9, width: int = 12) -> torch.Tensor:
    dark = torch.zeros(1, height, width // 2, 3)
    return torch.cat((dark, 1 - dark), dim=2)


def test_a_step_is_one_line_though_two_columns_are_as_steep() -> None:
    edges = canny(Image(step()), low=0.4, high=0.8)
    expected = torch.zeros(1, 9, 12, 3)
    expected[:, :, 5] = 1
    assert torch.equal(edges, expected)


def test_of_two_equal_pixels_the_left_or_the_upper_one_stays() -> None:
    row = torch.zeros(1, 1, 5, 6)
    row[..., 2, 2:4] = 1.0
    kept = _thinned(row, torch.zeros_like(row))
    assert kept.nonzero()[:, 2:].tolist() == [[2, 2]]
    assert torch.equal(_thinned(row, torch.full_like(row, math.pi)), kept)
    column = row.transpose(2, 3).contiguous()
    down = torch.full_like(column, math.pi / 2)
    assert torch.equal(_thinned(column, down), kept.transpose(2, 3))
    diagonal = torch.diag_embed(torch.tensor([0.0, 1.0, 1.0, 0.0]))[None, None]
    assert not _thinned(diagonal, torch.full_like(diagonal, math.pi / 4)).any()


def test_a_weak_edge_counts_where_it_continues_a_strong_one() -> None:
    # The step fades from full contrast on the left to a fifth on the right.
    contrast = torch.linspace(1, 0.2, 40)[None, None, :, None]
    fading = step(height=40).transpose(1, 2)[:, :, :40].expand(1, 12, 40, 3) * contrast
    both = canny(Image(fading), low=0.3, high=2.0)
    strong = canny(Image(fading), low=2.0, high=2.0)
    assert both[..., 0].any(1).all()
    assert 0 < strong[..., 0].any(1).sum() < 30
    alone = canny(Image(fading[:, :, 30:]), low=0.3, high=2.0)
    assert not alone.any()


def test_alpha_and_batches() -> None:
    pictures = torch.cat((step(), step().flip(2)))
    with_alpha = torch.cat((pictures, torch.rand(2, 9, 12, 1)), dim=-1)
    edges = canny(Image(with_alpha), low=0.4, high=0.8)
    assert torch.equal(edges, canny(Image(pictures), low=0.4, high=0.8))
    assert torch.equal(edges[:1], canny(Image(step()), low=0.4, high=0.8))


@pytest.mark.parametrize(
    ("shape", "low", "message"),
    [((1, 2, 9, 3), 0.1, "9x2 pixels is too small"), ((1, 9, 9, 3), 0.9, "above the high one")],
)
def test_what_has_no_edges(shape: tuple[int, ...], low: float, message: str) -> None:
    with pytest.raises(InputError, match=message):
        canny(Image(torch.zeros(shape)), low=low, high=0.5)
