"""PSNR, SSIM and FLIP against other programs and against cases worked out by hand.

`quality_oracle.npz` holds a part of a photograph, a blurred and reddened copy (8 bit), and the
error map that NVIDIA's flip-evaluator 1.7 gives for them with its default viewer:
`evaluate(truth / 255, picture / 255, "LDR", applyMagma=False)`. The SSIM is scikit-image 0.26.0's,
in float64, with `gaussian_weights=True, sigma=1.5, use_sample_covariance=False, data_range=1.0`.
"""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import torch

from capdemo.imaging.flip import flip, flip_map
from capdemo.imaging.flip_colours import from_opponent, to_linear, to_opponent
from capdemo.imaging.quality import EQUAL_DB, psnr, quality, ssim
from capdemo.node_api import Image

_ORACLE = dict(np.load(Path(__file__).parent / "quality_oracle.npz"))


def _picture(name: str) -> torch.Tensor:
    return torch.from_numpy(_ORACLE[name]).permute(2, 0, 1)[None].float() / 255


TRUTH, PICTURE = _picture("truth"), _picture("picture")
FLIP, SSIM = 0.17754997313022614, 0.8309766403715227


def test_the_flip_map_is_nvidias() -> None:
    found = flip_map(TRUTH, PICTURE)
    expected = torch.from_numpy(_ORACLE["flip"])
    torch.testing.assert_close(found[0, 0], expected, rtol=0, atol=2e-5)
    assert flip(TRUTH, PICTURE) == pytest.approx(FLIP, abs=1e-6)


def test_ssim_is_scikit_images() -> None:
    assert ssim(TRUTH, PICTURE) == pytest.approx(SSIM, abs=1e-9)


def test_psnr_by_hand() -> None:
    grey = torch.full((1, 3, 4, 4), 0.5)
    lighter = grey.clone()
    lighter[:, 0] += 0.1  # a third of the values by a tenth: the mean square is 0.01 / 3
    assert psnr(grey, lighter) == pytest.approx(-10 * math.log10(0.01 / 3), abs=1e-4)


def test_equal_pictures() -> None:
    image = Image(TRUTH.movedim(1, -1))
    found = quality(image, image)
    assert (found.psnr_db, found.flip) == (EQUAL_DB, 0.0)
    assert found.ssim == pytest.approx(1.0)


def test_black_and_white_are_as_different_as_can_be() -> None:
    black, white = torch.zeros(1, 3, 16, 16), torch.ones(1, 3, 16, 16)
    assert flip(black, white) == pytest.approx(0.96739, abs=2e-5)  # flip-evaluator
    assert flip(white, black) == flip(black, white)
    assert ssim(black, white) == pytest.approx(1e-4 / 1.0001)


def test_opponent_colours_lead_back() -> None:
    linear = to_linear(TRUTH)
    torch.testing.assert_close(from_opponent(to_opponent(linear)), linear, rtol=0, atol=1e-5)
    grey = to_opponent(torch.full((1, 3, 1, 1), 0.3))
    assert grey[0, 1:].abs().max() < 1e-4


def test_what_cannot_be_compared() -> None:
    small = Image(torch.zeros(1, 10, 20, 3))
    with pytest.raises(ValueError, match="11 pixels on a side"):
        quality(small, small)
    with pytest.raises(ValueError, match="is compared with"):
        quality(small, Image(torch.zeros(1, 12, 20, 3)))
    with pytest.raises(ValueError, match="is compared with"):
        flip_map(TRUTH, TRUTH[..., 1:])
