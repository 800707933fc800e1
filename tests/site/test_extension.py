"""Source-style Markdown in, figures and cards out: a pure function of page, lock and workflow."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import pytest
from markdown import Markdown
from tests.guide_for_tests import (
    add_example,
    add_workflow,
    film_workflow,
    invoke,
    scale_workflow,
)
from tests.videos_for_tests import smooth_frames, write_tiny_video

from capdemo.errors import InputError
from capdemo.models.folders import user_catalogue_folder
from capdemo.outputs.lock import read_lock
from capdemo.site.place import Place

if TYPE_CHECKING:
    from pathlib import Path

COMPARE = "![Noise, before and after](/examples/basic/scale){example=compare}"


class Elements(HTMLParser):
    """The elements of a page, in order, and the text in it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, tag: str, cls: str = "") -> list[dict[str, str]]:
        return [a for name, a in self.found if name == tag and cls in a.get("class", "")]


@pytest.fixture
def built(guide: Path) -> Path:
    add_example(guide, "section/basic/Scale", scale_workflow())
    assert invoke("build", "--examples-only").code == 0
    return guide


def render(guide: Path, text: str, **options: Any) -> Elements:
    options = {"root": str(guide), **options}
    page = Markdown(extensions=["capdemo"], extension_configs={"capdemo": options})
    return Elements(page.convert(text))


def test_a_comparison_has_both_pictures_and_a_named_slider(built: Path) -> None:
    page = render(built, COMPARE)
    before, after = page.all("img")
    assert (before["alt"], after["alt"]) == ("Coloured noise.", "Larger coloured noise.")
    assert (before["width"], before["height"]) == ("16", "12")
    assert (after["width"], after["height"]) == ("32", "24")
    assert after["fetchpriority"] == "high", "the page's first figure"
    assert [source["type"] for source in page.all("source")] == [
        *("image/avif", "image/webp") * 2,
    ]
    assert re.fullmatch(r"examples/objects/[0-9a-f]{64}\.avif 32w", page.all("source")[2]["srcset"])
    (slider,) = page.all("input")
    assert slider["type"] == "range"
    assert slider["aria-label"] == "Compare Input with Scale: Noise, before and after"
    assert "A small picture, made larger." in page.text
    assert "example" not in after


@pytest.mark.parametrize("divider", [0, 34, 100])
def test_a_slider_may_stand_elsewhere_at_first(built: Path, divider: int) -> None:
    page = render(built, COMPARE.replace("}", f" divider={divider}}}"))
    (figure,), (slider,) = page.all("figure"), page.all("input", "cd-range")
    assert f"--cd-split:{divider}%" in figure["style"]
    assert slider["value"] == str(divider)


def test_only_the_first_figure_is_loaded_at_once(built: Path) -> None:
    page = render(built, f"{COMPARE}\n\n{COMPARE}")
    assert [image.get("loading", "now") for image in page.all("img")] == [
        *("now",) * 2,
        *("lazy",) * 2,
    ]


@pytest.mark.parametrize(("view", "alt"), [("output", "My words"), ("input", "My words")])
def test_one_picture_takes_the_pages_words(built: Path, view: str, alt: str) -> None:
    page = render(built, f"![{alt}](/examples/section/basic/scale){{example={view}}}")
    (image,) = page.all("img")
    assert image["alt"] == alt
    assert image["width"] == {"output": "32", "input": "16"}[view]
    assert not page.all("input")


def test_without_words_the_lock_has_its_own(built: Path) -> None:
    (image,) = render(built, "![](/examples/basic/scale){example=output}").all("img")
    assert image["alt"] == "Larger coloured noise."


def test_original_pictures_are_linked_where_they_are(built: Path) -> None:
    def originals() -> list[str]:
        links = render(built, COMPARE).all("a")
        return [link["href"] for link in links if link["href"].endswith(".png")]

    assert len(originals()) == 2
    for path in (built / "docs" / "examples" / "objects").glob("*.png"):
        path.unlink()
    assert originals() == []


def test_a_foreign_picture_key_leads_to_an_example(built: Path) -> None:
    line = "![](https://gyazo.com/0123abcd){gyazo=image}"
    with pytest.raises(InputError, match=r"Add to docs/gyazo.toml: 0123abcd"):
        render(built, line)
    (built / "docs" / "gyazo.toml").write_text('0123abcd = "section/basic/Scale"\n')
    page = render(built, line)
    assert len(page.all("img")) == 2
    assert "gyazo" not in str(page.found)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("![](/examples/basic/scael){example=compare}", "Did you mean 'basic/scale'?"),
        ("![](/examples/basic/scale){example=both}", "compare, output, input, loop"),
        ("![](/examples/basic/scale){example=loop}", "has pictures, and a loop needs a video"),
        ("![](/pictures/scale.png){example=compare}", "begins with /examples/"),
        ("![](/examples/basic/scale){example=compare divider=middle}", "{divider=middle} is no"),
        ("![](/examples/basic/scale){example=compare divider=101}", "number from 0 to 100"),
        ("[](/workflows/section/basic/Scael.json)", "Did you mean 'section/basic/Scale.json'?"),
        ("[](/workflows/../../secret.json)", "There is no workflow"),
    ],
)
def test_a_wrong_name_is_an_error_with_a_hint(built: Path, line: str, message: str) -> None:
    with pytest.raises(InputError, match=re.escape(message)):
        render(built, line)


def test_an_ambiguous_name_is_an_error(built: Path) -> None:
    add_example(built, "other/basic/Scale", scale_workflow())
    with pytest.raises(InputError, match="names 2 examples"):
        render(built, COMPARE)


def test_every_wrong_line_of_a_page_is_named_at_once(built: Path) -> None:
    with pytest.raises(InputError) as caught:
        render(built, "![](/examples/one){example=input}\n\n[](/workflows/two.json)")
    assert "'one'" in str(caught.value)
    assert "two.json" in str(caught.value)


def test_the_card_says_what_ran_and_how_to_repeat_it(built: Path) -> None:
    page = render(built, "[](/workflows/section/basic/Scale.json)")
    (card,) = page.all("section", "cd-card")
    assert card["aria-label"] == "Workflow Scale.json"
    downloads = [link for link in page.all("a") if "download" in link]
    assert downloads[0]["href"] == "workflows/section/basic/Scale.json"
    assert {link["href"] for link in downloads} >= {"workflows/inputs/noise.png"}
    assert "capdemo run workflows/section/basic/Scale.json" in page.text
    for words in ("Ran on", "threads", "Peak memory", "32 \N{MULTIPLICATION SIGN} 24", "exact"):
        assert words in page.text
    assert page.all("a")[-1]["href"] == "workflows/section/basic/Scale.json", "in the fold-out"


@pytest.mark.parametrize("before", ["", "- ", "> ", "- A list\n  - "])
def test_a_card_stands_in_paragraphs_lists_and_quotes(built: Path, before: str) -> None:
    page = render(built, f"{before}[](/workflows/section/basic/Scale.json)")
    assert len(page.all("details")) == 2


def test_a_link_with_words_is_a_plain_download(built: Path) -> None:
    page = render(built, "See [the file](/workflows/section/basic/Scale.json) first.")
    assert page.found == [("p", {}), ("a", {"href": "workflows/section/basic/Scale.json"})]
    assert page.text.strip() == "See the file first."


def test_a_model_is_named_with_licence_and_label(guide: Path) -> None:
    from tests.guide_for_tests import model_workflow

    add_workflow(guide, "Sharp", model_workflow("4x-UltraSharp.pth"))
    page = render(guide, "[](/workflows/Sharp.json)")
    for words in ("4x-UltraSharp", "models/upscale_models/4x-UltraSharp.pth", "Non-commercial"):
        assert words in page.text
    assert "Ran on" not in page.text, "nobody ran it"


def test_an_example_that_never_ran_says_so_and_what_it_needs(guide: Path) -> None:
    add_example(guide, "basic/Scale", scale_workflow())
    page = render(guide, f"{COMPARE}\n\n[](/workflows/basic/Scale.json)")
    assert page.text.count("Not rebuilt yet") == 2
    given, graph = page.all("img")
    assert given["src"] == "workflows/inputs/noise.png"
    assert (given["width"], given["height"]) == ("16", "12")
    assert graph["src"] == "workflows/basic/Scale.svg"
    assert page.text.count("capdemo run workflows/basic/Scale.json") == 2
    assert page.text.count("not measured yet") == 3
    assert not page.all("input")


def test_a_run_to_come_needs_its_models_first(
    guide: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.guide_for_tests import model_workflow

    known = 'name = "Big"\nfolder = "upscale_models"\nfiles = ["Big.pth"]\narchitecture = "ESRGAN"'
    known += (
        '\nscale = 4\nlicence = "MIT"\ncommercial = true\nauthor = "A"\nhomepage = "https://a.b"'
    )
    url = 'url = "https://a.b/Big.pth"\nsize = 3221225472'
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    catalogue = user_catalogue_folder()
    catalogue.mkdir(parents=True)
    (catalogue / "big.toml").write_text(f'{known}\n[[sources]]\nkind = "url"\n{url}\n')
    add_workflow(guide, "Large", model_workflow("Big.pth"))
    page = render(guide, "[](/workflows/Large.json)")
    assert "at least the 3 GiB of its models; not measured yet" in page.text
    assert "capdemo models fetch big" in page.text
    assert {link["href"] for link in page.all("a")} >= {"https://a.b/Big.pth", "https://a.b"}


def test_files_that_a_node_loads_by_itself_are_needs_of_the_workflow_too(guide: Path) -> None:
    from tests.examples.test_own_models import crop_workflow

    add_workflow(guide, "Crop", crop_workflow())
    page = render(guide, "[](/workflows/Crop.json)")
    assert "models/facedetection/detection_mobilenet0.25_Final.pth" in page.text
    assert "models/facedetection/onet.pt" in page.text
    assert page.text.count("Loaded by a node itself") == 2
    assert "capdemo models fetch RetinaFace_mobilenet0.25" in page.text
    assert "fetch RetinaFace_mobilenet0.25 MTCNN_ONet" not in page.text, "no address has it"
    assert "pip install --no-deps 'facenet-pytorch==2.6.0'" in page.text


def test_the_caption_names_method_and_scale(built: Path) -> None:
    caption = render(built, COMPARE).text
    assert "Scale \N{MIDDLE DOT} 2\N{MULTIPLICATION SIGN}" in caption


def test_the_card_leads_to_the_nodes_and_shows_the_graph(built: Path) -> None:
    (built / "docs" / "en" / "reference").mkdir(parents=True)
    (built / "docs" / "en" / "reference" / "nodes.md").write_text("# Nodes\n")
    workflow = scale_workflow()
    workflow["nodes"][1]["type"] = "Unheard Of"
    add_workflow(built, "section/New", workflow)
    page = render(built, "[](/workflows/section/New.json)")
    links = [link["href"] for link in page.all("a") if "#node-" in link.get("href", "")]
    assert links == [f"en/reference/nodes/#node-{name}" for name in ("LoadImage", "SaveImage")]
    (graph,) = page.all("img")
    assert graph["src"] == "workflows/section/New.svg"
    assert graph["alt"].startswith("Graph of the workflow. LoadImage leads to Unheard Of.")
    assert int(graph["width"]) > int(graph["height"]) > 0
    assert "ComfyUI only" in page.text


def test_the_provenance_is_that_of_the_lock(built: Path) -> None:
    record = (
        read_lock(built / "workflows" / "examples.lock.json").examples["section/basic/Scale"].record
    )
    assert record is not None
    text = render(built, "[](/workflows/section/basic/Scale.json)").text
    for fact in (
        record.key.graph,
        record.key.inputs[0].sha256,
        record.pictures[1].sha256,
        "ImageScaleBy 1",
        f"torch {record.environment['torch']}",
    ):
        assert fact in text


@pytest.fixture
def film(guide: Path) -> Path:
    """A guide whose example turns a film of 6 frames into another one."""
    frames = smooth_frames(6, 32, 48)
    clip = guide / "workflows" / "inputs" / "clip.mp4"
    write_tiny_video(clip, frames, encoder="libx264", pixel_format="yuv420p")
    add_example(guide, "Film", film_workflow())
    assert invoke("build", "--examples-only").code == 0
    return guide


def test_films_run_in_a_loop_or_have_controls(film: Path) -> None:
    page = render(film, "![Grey](/examples/film){example=loop}")
    before, after = page.all("video")
    for shown in (before, after):
        assert {"muted", "loop", "playsinline", "controls"} <= shown.keys()
        assert shown["preload"] == "none"
        assert "autoplay" not in shown, "a script starts it, unless motion is unwanted"
    assert (before["width"], after["width"]) == ("48", "96")
    assert [image["alt"] for image in page.all("img")] == ["", ""], "first frames, below the films"
    assert after["aria-label"] == "Larger coloured noise."
    assert len(page.all("input")) == 1
    assert [b["data-cd-do"] for b in page.all("button")] == ["play", "both", "full", "open"]
    (player,) = render(film, "![Grey](/examples/film){example=player}").all("video")
    assert "controls" in player
    assert not {"muted", "loop"} & player.keys()
    assert player["aria-label"] == "Grey"
    assert render(film, "![](/examples/film){example=compare}").all("video") == [before, after]


def test_foreign_film_lines_are_understood(film: Path) -> None:
    (film / "docs" / "gyazo.toml").write_text('0123abcd = "Film"\n')
    line = "![](https://gyazo.com/0123abcd){gyazo=FORM}"
    assert len(render(film, line.replace("FORM", "loop")).all("video")) == 2
    assert len(render(film, line.replace("FORM", "player")).all("video")) == 1
    with pytest.raises(InputError, match="Write image, loop or player"):
        render(film, line.replace("FORM", "gif"))


@pytest.mark.parametrize(
    ("state", "word"),
    [
        ("stale", "Stale"),
        ("failed", "Failed"),
        ("drifted", "Drifted"),
        ("missing", "Not rebuilt here"),
    ],
)
def test_what_is_not_fresh_is_never_shown_as_fresh(built: Path, state: str, word: str) -> None:
    states = {"section/basic/Scale": (state, ["node 2 changed"])}
    page = render(built, COMPARE, states=states)
    assert word in page.text
    assert "Node 2 changed." in page.text
    assert word not in render(built, COMPARE).text


def test_what_a_workflow_says_is_escaped(built: Path) -> None:
    workflow = scale_workflow()
    workflow["nodes"][1]["type"] = "<script>alert(1)</script>"
    add_workflow(built, "Evil", workflow)
    page = render(built, "[](/workflows/Evil.json)")
    assert not page.all("script")
    assert "<script>alert(1)</script>" in page.text


def test_the_same_page_gives_the_same_html(built: Path) -> None:
    text = f"{COMPARE}\n\n[](/workflows/section/basic/Scale.json)"
    assert render(built, text).found == render(built, text).found


@pytest.mark.parametrize(
    ("source", "url", "rewritten", "expected"),
    [
        ("en/faq.md", "en/faq/", False, "../../workflows/A b.json"),
        ("en/faq.md", "en/faq/", True, "../workflows/A b.json"),
        ("en/index.md", "en/", False, "../workflows/A b.json"),
        ("en/index.md", "en/", True, "../workflows/A b.json"),
        ("index.md", "", False, "workflows/A b.json"),
    ],
)
def test_addresses_are_relative_in_every_generators_way(
    source: str,
    url: str,
    expected: str,
    rewritten: bool,  # noqa: FBT001  # a parameter of the test
) -> None:
    place = Place(source, url, rewritten=rewritten)
    assert place.relative("workflows/A b.json") == expected.replace(" ", "%20")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("# T\n\n### a\n\n#### b\n\n### c\n\n## d\n\n### e", "h1 h2 h3 h2 h2 h3"),
        ("# T\n\n## a\n\n### b", "h1 h2 h3"),
        ("## a\n\n#### b\n\n## c", "h2 h3 h2"),
        ("### a\n\n## b", "h2 h2"),
    ],
)
def test_no_level_of_heading_is_left_out(guide: Path, written: str, expected: str) -> None:
    tags = [tag for tag, _ in render(guide, written).found if re.fullmatch(r"h\d", tag)]
    assert " ".join(tags) == expected


def test_the_extension_can_be_named_by_its_module(built: Path) -> None:
    name = "capdemo.site.extension"
    page = Markdown(extensions=[name], extension_configs={name: {"root": str(built)}})
    assert Elements(page.convert(COMPARE)).found == render(built, COMPARE).found
