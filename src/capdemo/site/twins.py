"""Every page as plain Markdown, for readers who are no browsers; made from the page's source."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from capdemo.errors import CapdemoError
from capdemo.site.generated import GENERATED
from capdemo.site.page_sources import FENCE
from capdemo.site.references import find_example

if TYPE_CHECKING:
    from collections.abc import Iterator

    from capdemo.outputs.lock import Picture
    from capdemo.site.notebooks import Notebook
    from capdemo.site.page_sources import PageSource
    from capdemo.site.sources import Sources

_PICTURE = re.compile(r"!\[[^\]]*\]\(/examples/(?P<path>[^)\s]+)\)\{example=(?P<view>\w+)[^}]*\}")
_CARD = re.compile(r"\[\]\(/(?P<path>workflows/[^)]+\.json)\)")
_PAGE = re.compile(r"\]\(/(?P<path>[a-z]{2}/[^)#]*)(?P<anchor>#[^)]*)?\)")


def markdown_twin(page: PageSource, sources: Sources) -> str:
    """The page's text with ordinary pictures and links, all relative to `<page>/index.md`."""
    up = "../" * (page.path.count("/") + 1)
    fenced = False
    lines = []
    for line in page.text.splitlines():
        fenced ^= bool(FENCE.match(line))
        lines.append(line if fenced else _plain(line, up, sources))
    head = f"> {page.summary}\n\n" if page.summary else ""
    return head + "\n".join(lines).strip() + "\n"


def notebook_twin(notebook: Notebook) -> str:
    """A notebook's words, code and printed outputs."""
    cells = json.loads(notebook.path.read_text(encoding="utf-8"))["cells"]
    return "\n\n".join(part for cell in cells for part in _cell(cell)) + "\n"


def _cell(cell: dict[str, object]) -> Iterator[str]:
    text = _joined(cell["source"])
    if cell["cell_type"] != "code":
        yield text
        return
    yield f"```python\n{text}\n```"
    outputs = cell.get("outputs")
    for output in outputs if isinstance(outputs, list) else []:
        data = output.get("data", {})
        if "text" in output:
            yield f"```text\n{_joined(output['text']).strip()}\n```"
        elif "text/markdown" in data:
            yield _joined(data["text/markdown"])


def _joined(text: object) -> str:
    return "".join(text) if isinstance(text, list) else str(text)


def _plain(line: str, up: str, sources: Sources) -> str:
    if line.rstrip() in GENERATED:
        return "*This part is made from the code and the lock; the page itself has it.*"
    line = _PICTURE.sub(lambda match: _pictures(match, up, sources), line)
    line = _CARD.sub(lambda match: f"[{match['path']}]({up}{match['path']})", line)
    return _PAGE.sub(lambda match: f"]({up}{match['path']}index.md{match['anchor'] or ''})", line)


def _pictures(match: re.Match[str], up: str, sources: Sources) -> str:
    try:
        example = sources.example(find_example(match["path"], sources.examples))
    except CapdemoError:
        return ""
    if example is None or example.record is None:
        return "*No picture: this example has not run yet.*"
    wanted = ("input", "output") if match["view"] == "compare" else (match["view"],)
    shown = [p for role in wanted for p in example.record.pictures if p.role == role]
    return "\n".join(_picture(picture, up) for picture in shown or example.record.pictures)


def _picture(picture: Picture, up: str) -> str:
    webp = [variant for variant in picture.variants if variant.format == "webp"]
    file = max(webp, key=lambda variant: variant.width).file if webp else picture.original
    return f"![{picture.label}: {picture.alt}]({up}{file})"
