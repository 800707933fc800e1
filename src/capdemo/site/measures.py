"""Numbers as a reader wants them; never more digits than the measurement had."""

from __future__ import annotations

_KIB = 1024
_SHORTEST = 0.1
_MINUTE = 60
_HOUR = 3600


def size_text(size: int) -> str:
    """A number of bytes: `812 B`, `3.6 KiB`, `64 MiB`."""
    amount = float(size)
    for unit in ("B", "KiB", "MiB"):
        if amount < _KIB:
            return f"{_short(amount)} {unit}"
        amount /= _KIB
    return f"{_short(amount)} GiB"


def duration_text(seconds: float) -> str:
    """A time: `under 0.1 s`, `0.4 s`, `38 s`, `2 min 5 s`, `1 h 10 min`."""
    if seconds < _SHORTEST:
        return f"under {_SHORTEST} s"
    if seconds < _MINUTE:
        return f"{_short(seconds)} s"
    whole = round(seconds)
    if whole < _HOUR:
        return f"{whole // _MINUTE} min {whole % _MINUTE} s"
    return f"{whole // _HOUR} h {whole % _HOUR // _MINUTE} min"


def dimensions_text(width: int, height: int) -> str:
    """Width and height in pixels: such as 640 by 480."""
    return f"{width} \N{MULTIPLICATION SIGN} {height}"


def scale_text(before: int, after: int) -> str:
    """How much wider a picture became: such as 4 times, or the same size."""
    if before == after:
        return "same size"
    return f"{after / before:.2f}".rstrip("0").rstrip(".") + "\N{MULTIPLICATION SIGN}"


ONE_DIGIT = 10
"""Below it, a tenth is worth saying."""


def _short(amount: float) -> str:
    tenths = f"{amount:.1f}"
    return tenths.removesuffix(".0") if float(tenths) < ONE_DIGIT else f"{amount:.0f}"
