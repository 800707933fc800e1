"""The names of samplers, schedules and rows, as ComfyUI has them in 2026."""

from __future__ import annotations

from typing import get_args

from capdemo.nodes.sampling_choices import SamplerName, SchedulerName

SAMPLERS: tuple[str, ...] = get_args(SamplerName)
SCHEDULERS: tuple[str, ...] = get_args(SchedulerName)


def numbered(prefix: str, count: int, *, first: int = 0) -> tuple[str, ...]:
    """The names of rows that are counted: `image_1`, `image_2` and so on."""
    return tuple(f"{prefix}{number}" for number in range(first, first + count))
