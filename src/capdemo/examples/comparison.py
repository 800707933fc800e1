"""`workflows/compare.toml`: which workflows do the same to which pictures, so that they compare.

Each pair is an example like any other: the method's workflow with another input, and with what
the method sets. A pair that is an example already is that example, and is not run twice.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from capdemo.errors import InputError, did_you_mean
from capdemo.models.tables import read_record
from capdemo.nodes import NODES
from capdemo.outputs.lock import Compared
from capdemo.workflow import load_graph, read_workflow

if TYPE_CHECKING:
    from collections.abc import Mapping

    from capdemo.examples.project import Project
    from capdemo.examples.spec import Spec

PREFIX = "compare/"
"""Before the ids of pairs."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A picture that every method gets."""

    name: str
    """In the pairs' ids."""
    file: str
    """Under the folder of inputs."""
    truth: str
    """Its original, there as well."""
    title: str
    caption: str
    alt: str


@dataclass(frozen=True, slots=True)
class Method:
    """What is done to every picture."""

    name: str
    """In the pairs' ids."""
    label: str
    """As a reader would call it."""
    workflow: str
    """The id of an example, whose nodes are read and shown."""
    set: tuple[str, ...] = ()
    """`NODE.WIDGET=VALUE`, where the workflow has another value."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """The content of the TOML file."""

    subjects: tuple[Subject, ...]
    methods: tuple[Method, ...]


def comparison_specs(project: Project, specs: Mapping[str, Spec]) -> dict[str, Spec]:
    """The pairs of the comparison by id, made from the examples whose workflows they use.

    Raises `InputError` where the file is wrong or names an example that there is none of.
    """
    if not project.compare.is_file():
        return {}
    where = project.compare.relative_to(project.root).as_posix()
    comparison = _read(project, where)
    pairs = {}
    for column, method in enumerate(comparison.methods):
        if method.workflow not in specs:
            raise InputError(
                f"No example is called {method.workflow!r}.",
                where=where,
                hint=did_you_mean(method.workflow, specs),
            )
        base = specs[method.workflow]
        own_input = _input_of(base)
        for row, subject in enumerate(comparison.subjects):
            compared = Compared(subject.title, method.label, row, column, f"{base.id}.json")
            same = own_input == subject.file and not method.set
            pair = base if same else _pair(base, subject, method)
            words = replace(pair.words, truth=pair.words.truth or subject.truth)
            pairs[pair.id] = replace(pair, words=words, compared=compared)
    return pairs


def _pair(base: Spec, subject: Subject, method: Method) -> Spec:
    shown = base.words
    words = replace(
        shown,
        title=f"{subject.title}: {method.label}",
        caption=subject.caption,
        input=replace(shown.input, alt=subject.alt, label="Input", small=True),
        output=replace(
            shown.output,
            alt=f"{subject.alt} Enlarged by {method.label}.",
            label=method.label,
            small=True,
        ),
        truth=subject.truth,
    )
    return replace(
        base,
        id=f"{PREFIX}{subject.name}/{method.name}",
        words=words,
        changes=(f"{shown.input.node}.image={subject.file}", *method.set),
    )


def _input_of(spec: Spec) -> object:
    graph, _ = load_graph(read_workflow(spec.workflow), NODES.schemas)
    node = graph.nodes.get(spec.words.input.node)
    return node.inputs.get("image") if node else None


def _read(project: Project, where: str) -> Comparison:
    try:
        table = tomllib.loads(project.compare.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"This is not TOML: {error}.", where=where) from error
    return read_record(Comparison, table, where)
