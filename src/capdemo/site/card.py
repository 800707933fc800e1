"""A workflow as a card: what it needs, what it cost, how to get and repeat it; readable as text."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING
from urllib.parse import unquote

from capdemo.errors import InputError, did_you_mean
from capdemo.site.elements import element
from capdemo.site.figure import notice_element
from capdemo.site.measures import dimensions_text, duration_text, size_text
from capdemo.site.workflow_facts import workflow_facts

if TYPE_CHECKING:
    from collections.abc import Iterable
    from xml.etree.ElementTree import Element

    from capdemo.models.catalogue import PackageSource
    from capdemo.outputs.lock import Record
    from capdemo.site.place import Place
    from capdemo.site.sources import Sources
    from capdemo.site.workflow_facts import ModelFacts, WorkflowFacts

PREFIX = "/workflows/"


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
    url = place.relative(f"workflows/{workflow}")
    name = workflow.rpartition("/")[2]
    notice = sources.notice(example_id)
    return element(
        "div",
        {
            "class": "cd-card",
            "role": "group",
            "aria-label": f"Workflow {name}",
            "data-search-exclude": "",
        },
        _head(name, url, facts.size),
        notice_element(notice.badge, notice.text) if notice else None,
        _unknown(facts.unknown_nodes),
        _measured(record) if record else None,
        _needs(facts, place),
        _command(workflow),
        _source(url),
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
    actions = element("p", {"class": "cd-card__actions"}, download, " ", copy)
    return element("div", {"class": "cd-card__head"}, title, actions)


def _unknown(types: tuple[str, ...]) -> Element | None:
    if not types:
        return None
    return notice_element(
        "ComfyUI only", f"capdemo does not run these nodes yet: {', '.join(types)}."
    )


def _measured(record: Record) -> Element:
    cost = record.cost
    outputs = [picture for picture in record.pictures if picture.role == "output"]
    facts = [
        ("Ran on", cost.device_name),
        ("Time", duration_text(cost.seconds)),
        ("Peak memory", size_text(cost.peak_bytes)),
        *(("Output", dimensions_text(picture.width, picture.height)) for picture in outputs[:1]),
        ("Precision", cost.precision),
    ]
    return _facts("cd-measured", facts)


def _facts(name: str, facts: Iterable[tuple[str, Element | str]]) -> Element:
    pairs = [
        element("div", {}, element("dt", {}, term), element("dd", {}, value))
        for term, value in facts
    ]
    return element("dl", {"class": f"cd-facts {name}"}, *pairs)


def _needs(facts: WorkflowFacts, place: Place) -> Element | None:
    models = [_model(model) for model in facts.models]
    inputs = [_input(path, place) for path in facts.inputs]
    if not models and not inputs:
        return None
    return element("ul", {"class": "cd-needs"}, *models, *inputs)


def _model(model: ModelFacts) -> Element:
    known = model.known
    name = (
        element("b", {}, _link(known.name, known.homepage))
        if known
        else element("b", {}, model.name)
    )
    facts: list[tuple[str, Element | str]] = [
        ("File", element("code", {}, f"models/{model.folder}/{model.name}"))
    ]
    if model.size:
        facts.append(("Size", size_text(model.size)))
    if known and known.device_memory:
        facts.append(("GPU memory", f"{known.device_memory} GB"))
    if known:
        facts.append(("Licence", _link(known.licence, known.licence_url)))
    facts.append(("sha256", _digest(model.sha256)))
    if model.package:
        facts += _ran_from(model.package)
    head = element(
        "p", {}, element("span", {"class": "cd-kind"}, "Model"), " ", name, *_labels(model)
    )
    return element("li", {}, head, _facts("cd-model", facts))


def _ran_from(source: PackageSource) -> list[tuple[str, Element | str]]:
    """The package whose converted weights ran here in place of the file."""
    weights = f"{source.file_name}, {size_text(source.size)}, of {source.package} {source.version}"
    return [("Ran here with", weights), ("Its sha256", element("code", {}, source.sha256))]


def _labels(model: ModelFacts) -> list[Element | str]:
    if model.known is None:
        return [" ", element("span", {"class": "cd-badge"}, "Not in the catalogue")]
    if not model.known.commercial:
        return [" ", element("span", {"class": "cd-badge"}, "Non-commercial")]
    return []


def _digest(sha256: str | None) -> Element | str:
    return element("code", {}, sha256) if sha256 else "not verified yet"


def _link(text: str, url: str) -> Element:
    if not url.startswith(("https://", "http://")):
        return element("span", {}, text)
    return element("a", {"href": url}, text)


def _input(path: str, place: Place) -> Element:
    name = path.rpartition("/")[2]
    link = element("a", {"href": place.relative(f"workflows/{path}"), "download": name}, name)
    return element(
        "li", {}, element("p", {}, element("span", {"class": "cd-kind"}, "Input"), " ", link)
    )


def _command(workflow: str) -> Element:
    command = f"capdemo run {shlex.quote(f'workflows/{workflow}')}"
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
        {"class": "cd-json"},
        element("summary", {}, "Raw JSON"),
        element("p", {}, link),
    )
