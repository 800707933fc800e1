"""Noise levels that were searched for a kind of model and few steps (Align Your Steps)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np
import torch

from capdemo.node_api import Sigmas

if TYPE_CHECKING:
    from collections.abc import Mapping

ModelType: TypeAlias = Literal["SD1", "SDXL", "SVD"]

_TEN_STEPS: Mapping[ModelType, tuple[float, ...]] = {
    "SD1": (
        *(14.6146412293, 6.4745760956, 3.8636745985, 2.6946151520, 1.8841921177, 1.3943805092),
        *(0.9642583904, 0.6523686016, 0.3977456272, 0.1515232662, 0.0291671582),
    ),
    "SDXL": (
        *(14.6146412293, 6.3184485287, 3.7681790315, 2.1811480769, 1.3405244945, 0.8620721141),
        *(0.5550693289, 0.3798540708, 0.2332364134, 0.1114188177, 0.0291671582),
    ),
    "SVD": (700.0, 54.5, 15.886, 7.977, 4.248, 1.789, 0.981, 0.403, 0.173, 0.034, 0.002),
}
"""As the authors published them (arXiv:2404.14507 and its page)."""


def align_your_steps(model_type: ModelType, steps: int, *, denoise: float) -> Sigmas:
    """The published levels, evenly between them in their logarithm for other numbers of steps.

    A denoise below 1 keeps the last round(steps * denoise) steps, so fewer are done; the last
    level becomes 0. None are left for a denoise of 0.
    """
    if denoise <= 0:
        return Sigmas(torch.zeros(0))
    kept = round(steps * denoise) if denoise < 1 else steps
    found = np.array(_TEN_STEPS[model_type])
    if steps + 1 != len(found):
        places = np.linspace(0, 1, steps + 1)
        known = np.linspace(0, 1, len(found))
        found = np.exp(np.interp(places, known, np.log(found[::-1])))[::-1]
    sigmas = torch.tensor(found[-(kept + 1) :].tolist())
    sigmas[-1] = 0
    return Sigmas(sigmas)
