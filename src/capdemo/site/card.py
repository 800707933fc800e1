"""A workflow as a card: what it needs, what it cost, how to get and repeat it; readable as text."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote

from capdemo.errors import InputError, did_you_mean
from capdemo.models.catalogue import ManualSource, PackageSource
from capdemo.models.resolve import installs
from capdemo.site.card_needs import needs
from capdemo.site.card_provenance import provenance
from capdemo.site.downloads import drawing_address, drawing_of
from capdemo.site.elements import EXCLUDED, element, facts_list
from capdemo.site.measures import dimensions_text, duration_text, size_text
from capdemo.site.node_reference import node_anchor
from capdemo.site.notices import notice_element
from capdemo.site.states import Notice
from capdemo.site.unbuilt import memory_text, run_command
from capdemo.site.workflow_facts import workflow_facts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from xml.etree.ElementTree import Element

    from capdemo.models.catalogue import Model
    from capdemo.outputs.lock import Quality, Record
    from capdemo.site.place import Place
    from capdemo.site.sources import Sources
    from capdemo.site.workflow_facts import WorkflowFacts

PREFIX = "/workflows/"

NODE_PAGE = "reference/nodes"
"""The reference of nodes under a language's folder."""


def card(address: str, sources: Sources, place: Place) -> Element:
    """The card of the workflow at `/workflows/<path>.json`.

    Raises `InputError` where there is no such file, or it is damaged.
    """
    workflow = unquote(address.removeprefix(PREFIX))
    if workflow not in sources.workflows:
        raise InputError(
            f"There is no workflow {address!r}.", hint=did_you_mean(workflow, sources.workflows)
        )
    example_id = workflow.removesuffix(".json")
    example = sources.example(example_id)
    record = example.record if example else None
    facts = workflow_facts(sources.root, workflow, record)
    name = workflow.rpartition("/")[2]
    notice = sources.notice(example_id)
    return element(
        EXCLUDED,
        {
            "class": "cd-card",
            "role": "group",
            "aria-label": f"Workflow {name}",
            "data-search-exclude": "",
        },
        _head(name, place.relative(f"workflows/{workflow}"), facts.size),
        notice_element(notice) if notice and not notice.is_quiet else None,
        _graph(workflow, sources, place),
        _nodes(facts, sources, place),
        _unknown(facts.unknown_nodes),
        _measured(record) if record else _unmeasured(facts),
        needs(facts, place),
        *_commands(workflow, facts, ran=record is not None),
        provenance(record, notice) if record else None,
        _source(place.relative(f"workflows/{workflow}")),
    )


def _head(name: str, url: str, size: int) -> Element:
    title = element(
        "p",
        {"class": "cd-card__name"},
        element("span", {"class": "cd-kind"}, "Workflow"),
        " ",
        element("a", {"href": url, "download": name}, name),
        " ",
        element("span", {"class": "cd-size"}, size_text(size)),
    )
    download = element("a", {"class": "cd-button", "href": url, "download": name}, "Download")
    copy = element(
        "button", {"class": "cd-button", "type": "button", "data-cd-copy-file": ""}, "Copy JSON"
    )
    chip = element(
        "a",
        {"class": "cd-button cd-chip", "href": url, "draggable": "true", "title": _DRAG},
        "Drag into ComfyUI",
    )
    actions = element("p", {"class": "cd-card__actions"}, download, " ", copy, " ", chip)
    return element("div", {"class": "cd-card__head"}, title, actions)


_DRAG = "Drag this or the graph onto ComfyUI's window; both carry the workflow"


def _graph(workflow: str, sources: Sources, place: Place) -> Element:
    """The drawing, which carries the workflow; a link, so that it opens and drags by itself."""
    drawing = drawing_of(sources.root / "workflows" / workflow)
    address = place.relative(drawing_address(f"workflows/{workflow}"))
    image = element(
        "img",
        {
            "src": address,
            "alt": f"Graph of the workflow. {drawing.description}",
            "width": str(drawing.width),
            "height": str(drawing.height),
            "loading": "lazy",
            "decoding": "async",
        },
    )
    link = element("a", {"href": address}, image)
    # A region that scrolls must be reachable by keyboard; the link in it is.
    return element("div", {"class": "cd-graph"}, link)


def _nodes(facts: WorkflowFacts, sources: Sources, place: Place) -> Element | None:
    """The nodes by type, each linked to its entry in the reference."""
    if not facts.nodes:
        return None
    parts: list[Element | str] = [element("span", {"class": "cd-kind"}, "Nodes"), " "]
    for number, (class_type, count) in enumerate(facts.nodes.items()):
        if number:
            parts.append(", ")
        parts.append(_node(class_type, sources, place, is_known=class_type in facts.known_nodes))
        if count > 1:
            parts.append(f" {count}\N{MULTIPLICATION SIGN}")
    return element("p", {"class": "cd-nodes"}, *parts)


def _node(class_type: str, sources: Sources, place: Place, *, is_known: bool) -> Element:
    name = element("code", {}, class_type)
    language = place.source.partition("/")[0]
    for folder in (language, "en"):
        page = f"{folder}/{NODE_PAGE}"
        if is_known and (sources.root / "docs" / f"{page}.md").is_file():
            return element("a", {"href": f"{place.page(page)}#{node_anchor(class_type)}"}, name)
    return name


def _unknown(types: tuple[str, ...]) -> Element | None:
    if not types:
        return None
    text = f"capdemo does not run these nodes yet: {', '.join(types)}."
    return notice_element(Notice("ComfyUI only", text))


def _measured(record: Record) -> Element:
    cost = record.cost
    sizes = [dimensions_text(p.width, p.height) for p in record.pictures if p.role == "output"]
    return facts_list(
        "cd-measured",
        [
            ("Ran on", cost.device_name),
            ("Time", duration_text(cost.seconds)),
            ("Peak memory", size_text(cost.peak_bytes)),
            *(("Output", size) for size in sizes[:1]),
            ("Precision", cost.precision),
            *_distances(record.quality),
        ],
    )


def _distances(quality: Quality | None) -> Iterator[tuple[str, str]]:
    """How far the result is from the original, where there is one."""
    if quality:
        yield "PSNR", f"{quality.psnr_db:.2f} dB"
        yield "SSIM", f"{quality.ssim:.3f}"
        yield "FLIP", f"{quality.flip:.3f}"


def _unmeasured(facts: WorkflowFacts) -> Element:
    return facts_list("cd-measured", [("Memory", memory_text(facts)), ("Time", "not measured yet")])


def _commands(workflow: str, facts: WorkflowFacts, *, ran: bool) -> list[Element]:
    """What repeats the run; where it has not run yet, what fetches its models first."""
    models = [model.known for model in facts.models if model.known and not ran]
    ids = [model.id for model in models if _is_fetched(model)]
    fetch = [f"capdemo models fetch {' '.join(ids)}"] if ids else []
    install = [command for model in models if not _is_fetched(model) for command in installs(model)]
    commands = dict.fromkeys((*fetch, *install, run_command(workflow)))
    return [_command(text) for text in commands]


def _is_fetched(model: Model) -> bool:
    return any(not isinstance(source, PackageSource | ManualSource) for source in model.sources)


def _command(command: str) -> Element:
    copy = element(
        "button",
        {
            "class": "cd-button",
            "type": "button",
            "data-cd-copy": command,
            "aria-label": "Copy the command",
        },
        "Copy",
    )
    return element("div", {"class": "cd-command"}, element("code", {}, command), copy)


def _source(url: str) -> Element:
    link = element("a", {"href": url}, "Open the workflow's JSON")
    return element(
        "details",
        {"class": "cd-fold cd-json"},
        element("summary", {}, "Raw JSON"),
        element("p", {}, link),
    )
