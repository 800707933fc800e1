"""Why the two conversions differ, and which rule ours follows; a reason is found by evidence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.workflow.conversion.differences import MISSING

from capdemo.workflow.positions import place

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.workflow.conversion.differences import Difference

BYPASSED = 4
INPUTS_OF_THE_SUBGRAPH = "-10"


@dataclass(frozen=True, slots=True)
class Reason:
    """A kind of difference."""

    name: str
    theirs: str
    """What the official converter does."""
    ours: str
    """What is done here, and whom that follows."""
    applies: Callable[[Difference], bool]


def reason_for(difference: Difference) -> Reason:
    """The first reason that explains a difference, else `UNEXPLAINED`."""
    return next((reason for reason in REASONS if reason.applies(difference)), UNEXPLAINED)


def _is_named_by_the_file(difference: Difference) -> bool:
    """Not a known node, and the file itself says what the value is called."""
    names = difference.saved.get("widgets_values_named")
    is_named = isinstance(names, dict) and difference.input in names
    return difference.schema is None and is_named and _is_value(difference.ours)


def _is_guessed_from_slots(difference: Difference) -> bool:
    """Not a known node, and the official converter took a value of the list for this input."""
    return difference.schema is None and _is_value(difference.theirs)


def _is_moved_by_an_addition(difference: Difference) -> bool:
    values = difference.saved.get("widgets_values")
    if difference.schema is None or not isinstance(values, list):
        return False
    return bool(place(values, difference.schema).added)


def _is_default_of_dynamic_combo(difference: Difference) -> bool:
    entry, schema = difference.entry, difference.schema
    if entry is None or entry.widget is None or schema is None or difference.input is None:
        return False
    outer = schema.input(difference.input.split(".", 1)[0])
    is_dynamic = outer is not None and outer.widget is not None and bool(outer.widget.options)
    first = entry.widget.choices[0] if entry.widget.choices else None
    default = first if entry.widget.default is None else entry.widget.default
    return is_dynamic and difference.theirs is MISSING and difference.ours == default


def _is_beside_an_object(difference: Difference) -> bool:
    values = difference.saved.get("widgets_values")
    has_object = isinstance(values, list) and any(isinstance(value, dict) for value in values)
    return difference.schema is not None and has_object and difference.input is not None


def _is_value_of_the_instance(difference: Difference) -> bool:
    is_socket = difference.entry is not None and difference.entry.widget is None
    comes_in = difference.origin_id == INPUTS_OF_THE_SUBGRAPH
    return is_socket and comes_in and _is_value(difference.ours) and difference.theirs is MISSING


def _is_dropped_at_a_bypass(difference: Difference) -> bool:
    is_bypassed = (difference.origin or {}).get("mode") == BYPASSED
    return difference.ours is MISSING and is_bypassed


def _is_drawn_at_random(difference: Difference) -> bool:
    entry = difference.entry
    is_dynamic = entry is not None and entry.widget is not None and entry.widget.dynamic_prompts
    return is_dynamic and isinstance(difference.ours, str) and isinstance(difference.theirs, str)


def _is_value(side: object) -> bool:
    return side is not MISSING and not _is_link(side)


def _is_link(side: object) -> bool:
    match side:
        case [str(), int()]:
            return True
        case _:
            return False


REASONS: tuple[Reason, ...] = (
    Reason(
        "Named by the file",
        "Does not read `widgets_values_named`. It names the values of an unknown node by the "
        "input slots that the file lists, or not at all.",
        "The file's own names are taken. ComfyUI's front end writes them beside the values.",
        _is_named_by_the_file,
    ),
    Reason(
        "Guessed from the slots",
        "Names the values of an unknown node in the order of the input slots that the file "
        "lists, although sockets, controls and widgets without a slot shift them.",
        "What the file names or a link or primitive brings is taken; the other values are left "
        "out, and `missing_node_type` says how many and whose node it is.",
        _is_guessed_from_slots,
    ),
    Reason(
        "Saved before an option got an input",
        "Gives the input the value that is saved at its place, which is the next widget's.",
        "Where the values fit in one way only if the last inputs of an option did not exist yet, "
        "these get their defaults, and `widget_added_since` says so. ComfyUI's front end reads "
        "by position, as comfy-cli does.",
        _is_moved_by_an_addition,
    ),
    Reason(
        "Default of a dynamic combo",
        "Leaves out a dynamic combo, or an input of its chosen option, that the file has no "
        "value for.",
        "The default is sent, as ComfyUI's front end sends every widget that it shows.",
        _is_default_of_dynamic_combo,
    ),
    Reason(
        "An object among the values",
        "Takes an object among a node's values for a list of LoRAs: it becomes an input named "
        "after the object's `type`, and all other values are lost.",
        "The values keep their positions. The object is a widget's own value, such as a bounding "
        "box, or what a button or a preview saved.",
        _is_beside_an_object,
    ),
    Reason(
        "Value of the subgraph's instance, at a socket",
        "Passes the value of a subgraph's instance on to widgets only.",
        "It is passed on to every input that is wired to it, as `graphToPrompt` does: a link "
        "that ends at an unlinked input of the subgraph yields the instance's value.",
        _is_value_of_the_instance,
    ),
    Reason(
        "No input of the type at a bypassed node",
        "Where no input of a bypassed node has the type that is wanted, it follows the first "
        "that is linked, of whatever type.",
        "The link is dropped, as ComfyUI's front end drops it.",
        _is_dropped_at_a_bypass,
    ),
    Reason(
        "Drawn at random",
        "Chooses among the alternatives of a dynamic prompt at random.",
        "The graph's seeds choose, and `dynamic_prompt` says what.",
        _is_drawn_at_random,
    ),
)

UNEXPLAINED = Reason("Unexplained", "", "", lambda _: True)
