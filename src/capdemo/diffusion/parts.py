"""Prompts made ready for a run: the part of the latent that each takes, how much, and when.

After ComfyUI's `process_conds` and `get_area_and_mult`; an area here is in cells of the latent.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

import torch
from torch.nn.functional import interpolate

from capdemo.diffusion.control import ReadyControl, made_ready
from capdemo.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from capdemo.diffusion.levels import Levels
    from capdemo.node_api import Canvas, Condition, Conditioning, DiffusionNetwork, NetworkInputs

Box: TypeAlias = tuple[tuple[int, ...], tuple[int, ...]]
"""Size and start along each axis of the latent behind the channels, or behind the frames."""

_FEATHER = 8
"""Cells over which an area fades at edges that are not the latent's."""
_SMALLEST_SIDE = 8
"""Cells of a mask's bounding box."""
_WHOLE_AXIS = 2**31
"""ComfyUI's size along an axis that an area says nothing about."""


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """A prompt as a run uses it."""

    inputs: NetworkInputs
    box: Box | None
    strength: float
    mask: torch.Tensor | None
    """BHW or BTHW of the latent, with its own strength."""
    first_sigma: float
    last_sigma: float
    control: ReadyControl | None
    control_on_negative: bool

    def is_due(self, sigma: torch.Tensor) -> bool:
        """Whether the prompt counts at this level."""
        return self.last_sigma <= float(sigma) <= self.first_sigma


def ready_parts(
    network: DiffusionNetwork,
    levels: Levels,
    canvas: Canvas,
    prompts: Sequence[Conditioning],
) -> list[list[Part]]:
    """The parts of each of several prompts, of which the first is the positive one."""
    groups = [
        [_part(network, levels, replace(canvas, is_negative=place > 0), prompt) for prompt in group]
        for place, group in enumerate(prompts)
    ]
    _unite_controls(groups)
    _match_areas(groups)
    _share_controls(groups)
    return groups


def _part(network: DiffusionNetwork, levels: Levels, canvas: Canvas, condition: Condition) -> Part:
    sides = tuple(canvas.shape[2:])
    mask = None if condition.mask is None else _resized_mask(condition.mask, sides, network.device)
    start, end = condition.start_percent, condition.end_percent
    return Part(
        inputs=network.inputs(condition, canvas),
        box=_box(condition, mask, sides),
        strength=condition.strength,
        mask=None if mask is None else mask * condition.mask_strength,
        first_sigma=math.inf if start is None else levels.percent_to_sigma(start),
        last_sigma=-math.inf if end is None else levels.percent_to_sigma(end),
        control=None if condition.control is None else made_ready(condition.control, levels),
        control_on_negative=condition.control_on_negative,
    )


def _resized_mask(mask: torch.Tensor, sides: tuple[int, ...], device: torch.device) -> torch.Tensor:
    if mask.ndim == len(sides):
        mask = mask.unsqueeze(0)
    mask = mask.to(device)
    if tuple(mask.shape[1:]) == sides:
        return mask
    size = sides[-2:]
    if mask.ndim == 3:  # noqa: PLR2004  (BHW)
        return interpolate(mask.unsqueeze(1), size=size, mode="bilinear").squeeze(1)
    return interpolate(mask, size=size, mode="bilinear")


def _box(condition: Condition, mask: torch.Tensor | None, sides: tuple[int, ...]) -> Box | None:
    if mask is not None and condition.area_is_mask_bounds:
        return _bounds(mask.abs().amax(dim=0))
    area = condition.area
    if area is None:
        return None
    if not area.is_share:
        return tuple(int(size) for size in area.size), tuple(int(start) for start in area.start)
    # ComfyUI reads as many shares as the latent has axes, from the first on.
    size = tuple(max(1, round(s * n)) for s, n in zip(area.size, sides, strict=False))
    return size, tuple(round(s * n) for s, n in zip(area.start, sides, strict=False))


def _bounds(mask: torch.Tensor) -> Box:
    """The box around what is not 0; the smallest one in the corner where all is."""
    places = torch.nonzero(mask)
    if len(places) == 0:
        return (_SMALLEST_SIDE, _SMALLEST_SIDE), (0, 0)
    low, high = places.amin(dim=0).tolist(), places.amax(dim=0).tolist()
    size = tuple(
        max(_SMALLEST_SIDE, last - first + 1) for first, last in zip(low, high, strict=True)
    )
    return size, tuple(low)


def box_in(box: Box, sides: Sequence[int]) -> Box:
    """The box along every axis of the latent, cut at its edges.

    Raises `InputError` where nothing of it lies in the latent.
    """
    sizes, starts = box
    missing = len(sides) - len(sizes)
    if missing > 0:
        sizes, starts = (_WHOLE_AXIS,) * missing + sizes, (0,) * missing + starts
    sizes, starts = sizes[: len(sides)], starts[: len(sides)]
    cut = tuple(
        min(side - start, size) for side, start, size in zip(sides, starts, sizes, strict=True)
    )
    if min(cut) <= 0:
        raise InputError(
            f"A prompt's area begins at the cell {_sides(starts)}, outside of a latent of "
            f"{_sides(sides)} (height x width; a cell is 8 pixels).",
            hint="Move the area into the picture, or make it larger.",
        )
    return cut, starts


def _sides(sides: Sequence[int]) -> str:
    return " x ".join(map(str, sides))


def narrowed(tensor: torch.Tensor, box: Box | None, *, axis: int = 2) -> torch.Tensor:
    """The part of a tensor that lies in a box; its axes begin at `axis`."""
    if box is None:
        return tensor
    for place, (size, start) in enumerate(zip(*box, strict=True)):
        tensor = tensor.narrow(place + axis, start, size)
    return tensor


def weight_of(part: Part, box: Box | None, latent: torch.Tensor) -> torch.Tensor:
    """How much the part counts in each cell of its box, as BC and the box's sides."""
    inside = narrowed(latent, box)
    if part.mask is None:
        weight = torch.ones_like(inside) * part.strength
        return weight if box is None else _feathered(weight, box, latent.shape[2:])
    mask = narrowed(part.mask[: inside.shape[0]], box, axis=1).unsqueeze(1)
    repeats = (inside.shape[0] // mask.shape[0], inside.shape[1], *([1] * (mask.ndim - 2)))
    return mask.repeat(repeats) * part.strength


def _feathered(weight: torch.Tensor, box: Box, sides: Sequence[int]) -> torch.Tensor:
    """The weight, fading over a few cells at those edges that lie inside the latent."""
    for axis, (size, start) in enumerate(zip(*box, strict=True)):
        reach = min(_FEATHER, weight.shape[2 + axis] // 4)
        ramp = torch.ones(size, device=weight.device)
        rise = (1.0 / max(reach, 1)) * torch.arange(1, reach + 1, device=weight.device)
        if start != 0:
            ramp[:reach] *= rise
        if start + size < sides[axis]:
            ramp[size - reach :] *= rise.flip(0)
        weight = weight * ramp.view([-1 if a == axis + 2 else 1 for a in range(weight.ndim)])
    return weight


def _unite_controls(groups: list[list[Part]]) -> None:
    """Let prompts with the same control hold one object, so that they may share a call."""
    known: dict[int, ReadyControl] = {}
    for group in groups:
        for place, part in enumerate(group):
            if part.control is not None:
                one = known.setdefault(id(part.control.control), part.control)
                group[place] = replace(part, control=one)


def _match_areas(groups: list[list[Part]]) -> None:
    """Give every area a counterpart in the other groups, asked with the smallest one around it."""
    for group in groups:
        for part in group:
            for other in groups:
                if other is not group:
                    _add_counterpart(other, part)


def _add_counterpart(group: list[Part], part: Part) -> None:
    if part.box is None:
        return
    smallest: Part | None = None
    for candidate in group:
        if candidate.box is None:
            smallest = smallest or candidate
        elif _is_inside(part.box, candidate.box) and (
            smallest is None
            or smallest.box is None
            or math.prod(smallest.box[0]) > math.prod(candidate.box[0])
        ):
            smallest = candidate
    if smallest is not None and smallest.box != part.box:
        group.append(replace(part, inputs=smallest.inputs))


def _is_inside(inner: Box, outer: Box) -> bool:
    missing = len(outer[0]) - len(inner[0])
    if missing > 0:
        inner = (_WHOLE_AXIS,) * missing + inner[0], (0,) * missing + inner[1]
    elif missing < 0:
        outer = (_WHOLE_AXIS,) * -missing + outer[0], (0,) * -missing + outer[1]
    return all(
        start >= outer_start and start + size <= outer_start + outer_size
        for size, start, outer_size, outer_start in zip(*inner, *outer, strict=True)
    )


def _share_controls(groups: list[list[Part]]) -> None:
    """Let the other groups take over the positive one's controls where they have none at all."""
    positive, *others = groups
    controls = [
        part.control
        for part in positive
        if part.box is None and part.control is not None and part.control_on_negative
    ]
    for group in others:
        open_places = [place for place, part in enumerate(group) if part.box is None]
        if not open_places or any(group[place].control is not None for place in open_places):
            continue
        for turn, control in enumerate(controls):
            place = open_places[turn % len(open_places)]
            added = replace(group[place], control=control)
            if group[place].control is None:
                group[place] = added
            else:
                group.append(added)
