"""The fold-out that says what exactly ran: digests, revisions, versions, machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from capdemo.site.elements import element, facts_list
from capdemo.site.notices import notice_element

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from capdemo.outputs.lock import Record
    from capdemo.site.states import Notice


def provenance(record: Record, notice: Notice | None) -> Element:
    """All that the lock holds of a run, in its own words."""
    key, cost = record.key, record.cost
    facts: list[tuple[str, Element | str]] = [("Graph", element("code", {}, key.graph))]
    facts += [(used.name, element("code", {}, used.sha256)) for used in (*key.inputs, *key.models)]
    facts += [
        (f"{picture.role.capitalize()} file", element("code", {}, picture.sha256))
        for picture in record.pictures
        if picture.role == "output"
    ]
    revisions = ", ".join(f"{name} {revision}" for name, revision in key.nodes.items())
    versions = ", ".join(f"{name} {version}" for name, version in record.environment.items())
    facts += [
        ("Node revisions", revisions),
        ("Versions", versions),
        ("Device", f"{cost.device}, {cost.device_name}, {cost.precision}"),
    ]
    return element(
        "details",
        {"class": "cd-fold"},
        element("summary", {}, "Provenance"),
        notice_element(notice) if notice and notice.is_quiet else None,
        facts_list("cd-model", facts),
    )
