"""Prompts as the editor queues them: no comments, and one of each `{a|b}`; never at random.

ComfyUI's front end draws a new choice every time a workflow is queued. Here the seeds of the graph
decide, so that a workflow always gives the same picture, and a note says what was chosen. An API
file has its choices made; it must not be passed through here.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import TYPE_CHECKING, TypeAlias

from capdemo.errors import Problem
from capdemo.node_api.dynamic import flat_inputs
from capdemo.workflow.graph import Graph, Link
from capdemo.workflow.quoting import quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from capdemo.node_api import NodeSchema
    from capdemo.workflow.graph import GraphNode, JsonValue

_SEED_NAMES = frozenset({"seed", "noise_seed"})
_COMMENT = re.compile(r"/(?:\*|/[^\n\r\u2028\u2029]*)")
_PARTS = re.compile(r"\\[{}|]|\\.|[{}|]|[^\\{}|]+|\\", re.DOTALL)
_SHOWN_LENGTH = 60
_SHOWN_NUMBER = 5

_Pieces: TypeAlias = "list[str | _Pieces]"


def resolve_prompts(
    graph: Graph, schemas: Mapping[str, NodeSchema], *, file: str
) -> tuple[Graph, list[Problem]]:
    """The graph with its dynamic prompts resolved, and what there is to say about them.

    The n-th group of every text, from 0, takes the choice whose number is the first 8 bytes of
    SHA-256(`seed,seed:n`), modulo the number of choices. The seeds are those that the graph holds
    under `seed` or `noise_seed`, in ascending order, or 0 where it holds none; so neither ids nor
    the order of nodes matter.

    All that is said is notes. Kinds: `dynamic_prompt` names the choices; `prompt_cut_at_url`
    says where `//` cut an address off, `prompt_without_braces` that braces around no alternatives
    were dropped, both of which ComfyUI does too.
    """
    seeds = graph_seeds(graph)
    nodes: dict[str, GraphNode] = {}
    notes: list[Problem] = []
    for node_id, node in graph.nodes.items():
        inputs = dict(node.inputs)
        for name, text in _dynamic_texts(node, schemas):
            prompt = resolve_text(text, seeds)
            inputs[name] = prompt.text
            place = Problem(file, node_id, name, kind="", message="", severity="note")
            notes += _notes(prompt, seeds, place)
        nodes[node_id] = replace(node, inputs=inputs)
    return Graph(nodes), notes


def graph_seeds(graph: Graph) -> tuple[int, ...]:
    """The seeds that a graph holds, each once, in ascending order; 0 where there are none."""
    found: set[int] = set()
    for node in graph.nodes.values():
        for name, value in node.inputs.items():
            if name.rsplit(".", 1)[-1] not in _SEED_NAMES:
                continue
            source = graph.nodes.get(value.node) if isinstance(value, Link) else None
            found |= _whole_numbers(source.inputs.values() if source else [value])
    return tuple(sorted(found)) or (0,)


@dataclass(frozen=True, slots=True)
class Prompt:
    """A text as it is queued."""

    text: str
    choices: tuple[str, ...] = ()
    """What was taken of each group that offers several texts, inner groups first."""
    cut: tuple[str, ...] = ()
    """The ends of addresses, from `//` on, that were taken for comments."""
    has_lost_braces: bool = False
    """Whether there were braces around no alternatives, as JSON has them."""


def resolve_text(text: str, seeds: Sequence[int]) -> Prompt:
    r"""Drop comments, choose of every group, and make `\{`, `\}` and `\|` plain characters.

    A group that is not closed ends with the text.
    """
    bare, cut = _without_comments(text)
    choosing = _Choosing(seeds)
    for part in _PARTS.findall(bare):
        choosing.read(part)
    queued = choosing.text()
    return Prompt(queued, tuple(choosing.choices), cut, choosing.has_lost_braces)


@dataclass(slots=True)
class _Group:
    """A group that is being read; the whole text is the outermost."""

    options: list[_Pieces] = field(default_factory=lambda: [[]])

    def add(self, piece: str | _Pieces) -> None:
        self.options[-1].append(piece)


class _Choosing:
    """Reads braces, bars and texts; keeps nested groups on a stack, as files may nest them deep."""

    def __init__(self, seeds: Sequence[int]) -> None:
        self._seeds = ",".join(map(str, seeds))
        self._groups = [_Group()]
        self.choices: list[str] = []
        self.has_lost_braces = False

    def read(self, part: str) -> None:
        is_inside = len(self._groups) > 1
        if part == "{":
            self._groups.append(_Group())
        elif part == "}" and is_inside:
            self._close()
        elif part == "|" and is_inside:
            self._groups[-1].options.append([])
        elif part in (r"\{", r"\}", r"\|"):
            self._groups[-1].add(part[1])
        else:
            self._groups[-1].add(part)

    def text(self) -> str:
        while len(self._groups) > 1:
            self._close()
        return _joined(self._groups[0].options[0])

    def _close(self) -> None:
        options = self._groups.pop().options
        chosen = options[self._number(len(self.choices)) % len(options)]
        self._groups[-1].add(chosen)
        if len(options) > 1:
            self.choices.append(_joined(chosen, _SHOWN_LENGTH))
        else:
            self.has_lost_braces = True

    def _number(self, group: int) -> int:
        return int.from_bytes(hashlib.sha256(f"{self._seeds}:{group}".encode()).digest()[:8])


def _joined(pieces: _Pieces, limit: int | None = None) -> str:
    """The text of nested pieces, or its first characters; without recursion."""
    texts: list[str] = []
    length = 0
    stack: _Pieces = [*reversed(pieces)]
    while stack and (limit is None or length <= limit):
        piece = stack.pop()
        if isinstance(piece, str):
            texts.append(piece)
            length += len(piece)
        else:
            stack.extend(reversed(piece))
    return "".join(texts)


def _without_comments(text: str) -> tuple[str, tuple[str, ...]]:
    """The text without `/* */` and `//` comments, and those of them that look like an address."""
    pieces: list[str] = []
    cut: list[str] = []
    kept = position = 0
    last_end = text.rfind("*/")
    while found := _COMMENT.search(text, position):
        position = found.end()
        if found[0] == "/*":
            if last_end < position:  # it is not closed, and so is no comment
                continue
            position = text.index("*/", position) + 2
        elif text.startswith(":", found.start() - 1) and found.start():
            cut.append(found[0])
        pieces.append(text[kept : found.start()])
        kept = position
    return "".join([*pieces, text[kept:]]), tuple(cut)


def _dynamic_texts(node: GraphNode, schemas: Mapping[str, NodeSchema]) -> Iterator[tuple[str, str]]:
    schema = schemas.get(node.class_type)
    if schema is None:
        return
    for entry in flat_inputs(schema, node.inputs):
        text = node.inputs.get(entry.name)
        if entry.widget is not None and entry.widget.dynamic_prompts and isinstance(text, str):
            yield entry.name, text


def _notes(prompt: Prompt, seeds: Sequence[int], place: Problem) -> Iterator[Problem]:
    if prompt.choices:
        by = "seed" if len(seeds) == 1 else "seeds"
        yield replace(
            place,
            kind="dynamic_prompt",
            message=(
                f"Of the alternatives in the text, the {by} {_listed(map(str, seeds))} chose "
                f"{_listed(quoted(choice, _SHOWN_LENGTH) for choice in prompt.choices)}."
            ),
            hint="ComfyUI chooses at random; write the text out to have the same there.",
        )
    if prompt.cut:
        yield replace(
            place,
            kind="prompt_cut_at_url",
            message=(
                f"The text is cut before {quoted(prompt.cut[0], _SHOWN_LENGTH)}, "
                "as `//` begins a comment."
            ),
            hint="Write the address without `//`; ComfyUI cuts it too.",
        )
    if prompt.has_lost_braces:
        yield replace(
            place,
            kind="prompt_without_braces",
            message="The text's braces are dropped where they hold no alternatives.",
            hint=r"Write `\{` and `\}` for braces that are to stay; ComfyUI drops them too.",
        )


def _listed(words: Iterable[str]) -> str:
    first = [*islice(words, _SHOWN_NUMBER + 1)]
    return ", ".join([*first[:_SHOWN_NUMBER], *(["..."] if len(first) > _SHOWN_NUMBER else [])])


def _whole_numbers(values: Iterable[Link | JsonValue]) -> set[int]:
    return {value for value in values if isinstance(value, int) and not isinstance(value, bool)}
