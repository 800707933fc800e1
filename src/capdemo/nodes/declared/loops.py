"""Loops and lists of any type; the runner refuses loops, whose graphs change as they run."""

from __future__ import annotations

from capdemo.node_api import NodeFamily, OutputSchema
from capdemo.node_api.inputs import boolean, dynamic_choice, integer, link, rows
from capdemo.nodes.declared.names import numbered
from capdemo.nodes.limits import LARGEST_SEED

FAMILY = NodeFamily()

FAMILY.declare(
    "StartLoop",
    category="utilities/logic",
    description="Starts a part of the workflow that runs several times.",
    inputs=(
        dynamic_choice(
            "mode",
            {
                "simple": (integer("num_iterations", 4, 0),),
                "For": (
                    integer("start_iteration_index", 0),
                    integer("max_iteration", 4, None, LARGEST_SEED),
                    integer("step", 1, 1),
                ),
                "List": (link("list", "*"),),
            },
        ),
        boolean("cache_iterations", False),
        link("parent_iteration", "INT", required=False),
        link("initial_iteration_value", "*", required=False),
    ),
    outputs=(
        OutputSchema("iteration_index", "INT"),
        OutputSchema("is_first", "BOOLEAN"),
        OutputSchema("is_last", "BOOLEAN"),
        OutputSchema("list_item", "*"),
        OutputSchema("current_iteration_value", "*"),
    ),
)

FAMILY.declare(
    "EndLoop",
    category="utilities/logic",
    description="Ends a part that runs several times, and gives its last result or all of them.",
    inputs=(
        link("output_value", "*", required=False),
        link("next_iteration_value", "*", required=False),
        boolean("accumulate", False),
        rows("terminations", "*", numbered("termination", 50), minimum=0),
    ),
    outputs=(OutputSchema("outputs", "*", is_list=True),),
)

FAMILY.declare(
    "CreateList",
    category="utilities",
    description="Makes one list of several values or lists.",
    inputs=(rows("inputs", "*", numbered("input", 50)),),
    outputs=(OutputSchema("list", "*", is_list=True),),
    input_is_list=True,
)

FAMILY.declare(
    "GetItemFromList",
    category="utilities",
    description="Takes one value out of a list, by its place counted from 0.",
    inputs=(link("list", "*"), integer("index", 0)),
    outputs=("*",),
    input_is_list=True,
)
