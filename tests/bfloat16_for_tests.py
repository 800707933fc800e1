"""For tests of fast mode on a CPU: where bfloat16 is not faster, fast is exact."""

from __future__ import annotations

import pytest

from capdemo.models.device import multiplies_bfloat16

needs_bfloat16 = pytest.mark.skipif(
    not multiplies_bfloat16(), reason="bfloat16 is not faster on this processor, so fast is exact"
)
