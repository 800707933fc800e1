"""The words that workflow files use for ways of treating a picture; no torch in here."""

from __future__ import annotations

from typing import Literal, TypeAlias

ResizeMethod: TypeAlias = Literal["nearest-exact", "bilinear", "area", "bicubic", "lanczos"]
"""How new pixels are computed from old ones."""

Crop: TypeAlias = Literal["disabled", "center"]
"""`disabled` stretches to a new aspect ratio, `center` cuts the two longer ends off first."""

Channel: TypeAlias = Literal["alpha", "red", "green", "blue"]
"""Which channel of a picture file becomes a mask."""

DisplayFormat: TypeAlias = Literal["avif", "webp"]
"""The compressed formats that pages show."""
