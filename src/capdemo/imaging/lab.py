"""CIE L*a*b* from sRGB and back, with the constants of kornia, which ComfyUI calls.

The reference white is D65; L is 0..100, a and b are about -128..127. Channels come first.
"""

from __future__ import annotations

import torch

_TO_XYZ = (
    (0.412453, 0.357580, 0.180423),
    (0.212671, 0.715160, 0.072169),
    (0.019334, 0.119193, 0.950227),
)
_FROM_XYZ = (
    (3.2404813432005266, -1.5371515162713185, -0.4985363261688878),
    (-0.9692549499965682, 1.8759900014898907, 0.0415559265582928),
    (0.0556466391351772, -0.2040413383665112, 1.0573110696453443),
)
_WHITE = (0.95047, 1.0, 1.08883)

_LINEAR_BELOW = 0.008856
"""Of a white-relative brightness: below it the cube root is replaced by a line (CIE, 1976)."""
_SLOPE, _INTERCEPT = 7.787, 4.0 / 29.0


def from_rgb(planes: torch.Tensor) -> torch.Tensor:
    """L*a*b* (3N) of sRGB colours (3N, 0..1), in their precision."""
    linear = torch.where(
        planes > 0.04045,  # noqa: PLR2004  # IEC 61966-2-1
        ((planes.clamp(min=0.0) + 0.055) / 1.055) ** 2.4,
        planes / 12.92,
    )
    relative = planes.new_tensor(_TO_XYZ) @ linear / planes.new_tensor(_WHITE)[:, None]
    root = relative.clamp(min=_LINEAR_BELOW) ** (1 / 3)
    x, y, z = torch.where(relative > _LINEAR_BELOW, root, _SLOPE * relative + _INTERCEPT)
    return torch.stack((116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)))


def to_rgb(lab: torch.Tensor) -> torch.Tensor:
    """SRGB colours (3N), clamped to 0..1, of L*a*b* (3N)."""
    y = (lab[0] + 16.0) / 116.0
    roots = torch.stack((lab[1] / 500.0 + y, y, (y - lab[2] / 200.0).clamp(min=0.0)))
    line = (roots - _INTERCEPT) / _SLOPE
    relative = torch.where(roots > 0.2068966, roots**3, line)  # noqa: PLR2004  # the line's end, CIE 1976
    linear = lab.new_tensor(_FROM_XYZ) @ (relative * lab.new_tensor(_WHITE)[:, None])
    curve = 1.055 * linear.clamp(min=0.0031308) ** (1 / 2.4) - 0.055
    return torch.where(linear > 0.0031308, curve, 12.92 * linear).clamp(0.0, 1.0)  # noqa: PLR2004  # IEC 61966-2-1
