"""The comparison of the two converters as a page of the documentation."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.workflow.conversion.reasons import REASONS, UNEXPLAINED, Reason, reason_for

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tests.workflow.conversion.differences import Difference

HEAD = """\
---
layout: page
lang: en
section: develop
slug: conversion-report
navId: conversion-report
title: Two Converters Compared
summary: Where this project and ComfyUI's own command line read 644 workflows differently, and why.
permalink: "/{{ lang }}/{{ section }}/{{ slug }}/"
hero:
  image: /examples/upscale-restoration/real-esrgan-anime
search:
  exclude: true
---

## Two Converters Compared

`tests/workflow/conversion/compare.py` writes this page and says how to run it. Do not edit it.
"""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Everything that was compared, and with what."""

    differences: Mapping[str, Sequence[Difference]]
    """By file; an empty list where the conversions are equal."""
    refused: Mapping[str, str]
    """The files that the official converter refuses, with its reason."""
    inputs: int
    """How many inputs were compared."""
    node_types: int
    """How many node types the common table holds."""
    converter: str
    templates: str


def report(comparison: Comparison) -> str:
    """The page, the same for the same comparison."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    unexplained = []
    for file, differences in comparison.differences.items():
        for difference in differences:
            reason = reason_for(difference)
            found[reason.name][file] += 1
            if reason is UNEXPLAINED:
                unexplained.append(difference)
    parts = [HEAD, _totals(comparison, found), _table(found), _refused(comparison)]
    parts += [_reason(reason, found[reason.name]) for reason in REASONS if found[reason.name]]
    if unexplained:
        parts.append(_unexplained(unexplained))
    return "\n".join(part for part in parts if part)


def _totals(comparison: Comparison, found: Mapping[str, Counter[str]]) -> str:
    equal = sum(not differences for differences in comparison.differences.values())
    total = sum(len(differences) for differences in comparison.differences.values())
    compared = (
        f"The workflows of {comparison.templates} were converted to API format here and by "
        f"{comparison.converter}, with the same table of {comparison.node_types} node types. "
        "Titles are not compared."
    )
    return f"""\
{compared}

| what | count |
|---|---|
| workflows | {len(comparison.differences) + len(comparison.refused)} |
| equal | {equal} |
| inputs compared | {comparison.inputs} |
| differences | {total} |
| of these, unexplained | {found[UNEXPLAINED.name].total()} |
"""


def _table(found: Mapping[str, Counter[str]]) -> str:
    rows = [
        f"| {reason.name} | {found[reason.name].total()} | {len(found[reason.name])} |"
        for reason in REASONS
        if found[reason.name]
    ]
    return "\n".join(["| reason | differences | workflows |", "|---|---|---|", *rows, ""])


def _refused(comparison: Comparison) -> str:
    rows = [f"- `{file}`: {error}" for file, error in comparison.refused.items()]
    return "\n".join(["### Refused by the official converter", "", *rows, ""]) if rows else ""


def _reason(reason: Reason, files: Counter[str]) -> str:
    listed = ", ".join(f"{file.removesuffix('.json')} {count}" for file, count in files.items())
    return f"""\
### {reason.name}

- comfy-cli: {reason.theirs}
- Here: {reason.ours}

Workflows, each with its number of differences: {listed}.
"""


def _unexplained(differences: Sequence[Difference]) -> str:
    rows = [
        f"- `{each.file}`, node {each.node} ({each.class_type}), {each.input}: here "
        f"`{str(each.ours)[:80]}`, there `{str(each.theirs)[:80]}`"
        for each in differences
    ]
    return "\n".join([f"### {UNEXPLAINED.name}", "", *rows, ""])
