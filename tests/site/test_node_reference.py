"""The reference names every node and says of each what its schema says."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.site.test_extension import render

from capdemo.nodes import NODES
from capdemo.site.node_reference import node_anchor, node_reference
from capdemo.site.place import Place
from capdemo.site.sources import Sources

if TYPE_CHECKING:
    from pathlib import Path

LINE = "[](/nodes)"


def test_every_node_has_an_entry_of_its_own(guide: Path) -> None:
    page = render(guide, f"# Nodes\n\n{LINE}\n\nAfter.")
    anchors = [code["id"] for code in page.all("code") if "id" in code]
    assert sorted(anchors) == sorted(node_anchor(name) for name in NODES)
    assert len(set(anchors)) == len(anchors)
    assert len(page.all("details", "cd-node")) == len(NODES)
    assert page.text.count("Runs in ComfyUI only") == sum(
        not node.schema.executable for node in NODES.values()
    )
    assert "After." in page.text
    lines = node_reference(Sources(guide), Place(), str)
    headings = [line for line in lines if line.startswith("###")]
    assert "### Image" in headings
    assert all(heading.removeprefix("###").strip() for heading in headings)
    assert len(set(headings)) == len(headings)


def test_an_entry_says_what_the_schema_says(guide: Path) -> None:
    text = re.sub(r"\s+", " ", render(guide, LINE).text)
    entry = text[text.index("ImageScaleBy Resize an image by a factor.") :]
    assert "image IMAGE by a link" in entry or "imageIMAGEby a link" in entry
    assert "from 0.01 to 8; 1.0 unless set" in entry
    assert "Pack comfy-core, whose own code is under GPL-3.0. Revision 1 here." in entry
    assert (
        "Loads by itself: models/facedetection/detection_Resnet50_Final.pth with "
        "retinaface_resnet50; models/facedetection/detection_mobilenet0.25_Final.pth with "
        "retinaface_mobile0.25; models/facedetection/onet.pt, where it is there"
    ) in text


def test_the_line_is_left_alone_inside_a_sentence(guide: Path) -> None:
    page = render(guide, f"See {LINE} there.")
    assert page.all("details") == []


def test_an_anchor_is_a_fragment_whatever_the_node_is_called() -> None:
    assert node_anchor("Video Slice") == "node-Video-Slice"
    assert node_anchor("SimpleMath+") == "node-SimpleMath-"
