"""Nodes that let a ControlNet guide prompts by a picture."""

from dataclasses import replace
from typing import Annotated, Literal, TypeAlias

from capdemo import models
from capdemo.errors import InputError
from capdemo.node_api import (
    Condition,
    Conditioning,
    Control,
    ControlNet,
    Image,
    Name,
    NodeFamily,
    Range,
    Vae,
)

FAMILY = NodeFamily()

Strength: TypeAlias = Annotated[float, Range(0.0, 10.0, 0.01)]
Positive: TypeAlias = Annotated[Conditioning, Name("positive")]
Negative: TypeAlias = Annotated[Conditioning, Name("negative")]
Percent: TypeAlias = Annotated[float, Range(0.0, 1.0, 0.001)]

_KINDS = {
    "openpose": 0,
    "depth": 1,
    "hed/pidi/scribble/ted": 2,
    "canny/lineart/anime_lineart/mlsd": 3,
    "normal": 4,
    "segment": 5,
    "tile": 6,
    "repaint": 7,
}
"""Which task a union net was trained for by each number."""


@FAMILY.node("ControlNetApply", category="conditioning/controlnet")
def apply_control_net(
    *,
    conditioning: Conditioning,
    control_net: ControlNet,
    image: Image,
    strength: Strength = 1.0,
) -> Conditioning:
    """Let a ControlNet guide a prompt, and the negative one with it.

    The node is deprecated in favour of the advanced one.
    """
    if strength == 0:
        return conditioning
    control = Control(control_net, image, strength)
    guided = _guided(conditioning, control, {})
    return Conditioning(tuple(replace(one, control_on_negative=True) for one in guided))


@FAMILY.node("ControlNetApplyAdvanced", category="conditioning/controlnet")
def apply_control_net_to_both(
    *,
    positive: Conditioning,
    negative: Conditioning,
    control_net: ControlNet,
    image: Image,
    strength: Strength = 1.0,
    start_percent: Percent = 0.0,
    end_percent: Percent = 1.0,
    vae: Vae | None = None,
) -> tuple[Positive, Negative]:
    """Let a ControlNet guide both prompts by a picture, during a part of the steps.

    The picture is cut to the proportions of the latent and resized by its nearest pixels. Nets
    applied one after the other add up.
    """
    if strength == 0:
        return positive, negative
    control = Control(control_net, image, strength, start_percent, end_percent, vae)
    shared: dict[int, Control] = {}
    first, second = (_guided(prompts, control, shared) for prompts in (positive, negative))
    return _not_on_negative(first), _not_on_negative(second)


@FAMILY.node("SetUnionControlNetType", category="conditioning/controlnet")
def set_union_kind(
    *,
    control_net: ControlNet,
    type: Literal[
        "auto",
        "openpose",
        "depth",
        "hed/pidi/scribble/ted",
        "canny/lineart/anime_lineart/mlsd",
        "normal",
        "segment",
        "tile",
        "repaint",
    ],
) -> ControlNet:
    """Tell a ControlNet of several kinds which kind of picture it is given.

    A net of one kind takes no notice.
    """
    if not isinstance(control_net, models.controlnet.LoadedControlNet):
        raise InputError("The ControlNet has no kinds.", hint="Leave SetUnionControlNetType out.")
    return control_net.with_kind(_KINDS.get(type))


def _guided(
    prompts: Conditioning, control: Control, shared: dict[int, Control]
) -> tuple[Condition, ...]:
    """Each prompt with the control behind those that it has; equal chains are one object."""
    for prompt in prompts:
        shared.setdefault(id(prompt.control), replace(control, previous=prompt.control))
    return tuple(replace(prompt, control=shared[id(prompt.control)]) for prompt in prompts)


def _not_on_negative(prompts: tuple[Condition, ...]) -> Conditioning:
    return Conditioning(tuple(replace(one, control_on_negative=False) for one in prompts))
