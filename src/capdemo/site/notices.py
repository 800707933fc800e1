"""A paragraph that says what is wrong with an example."""

from __future__ import annotations

from typing import TYPE_CHECKING

from capdemo.site.elements import element

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from capdemo.site.states import Notice


def notice_element(notice: Notice) -> Element:
    """The badge and the sentences; quieter where nothing shown is wrong."""
    name = "cd-notice cd-notice--quiet" if notice.is_quiet else "cd-notice"
    badge = element("b", {"class": "cd-badge"}, notice.badge)
    return element("p", {"class": name}, badge, " ", notice.text)
