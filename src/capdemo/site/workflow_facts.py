"""What a workflow file says of itself: its models, its inputs, its nodes."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from capdemo.models.catalogue import BundledSource, Catalogue, Model, default_catalogue
from capdemo.node_api.dynamic import flat_inputs
from capdemo.node_api.model_files import model_files, named_models
from capdemo.nodes import NODES
from capdemo.workflow import GraphNode, input_folder, load_graph, read_workflow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from capdemo.node_api import NodeSchema
    from capdemo.outputs.lock import Record, UsedFile


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """A model as the workflow uses it."""

    folder: str
    """ComfyUI's model folder."""
    name: str
    """As the workflow calls it, with `/`."""
    known: Model | None
    """What the catalogue has under that name."""
    sha256: str | None
    """Of the file that a reader downloads, where it is known."""
    size: int | None
    """Of that file, in bytes."""
    package: BundledSource | None
    """The package whose weights ran in place of that file."""


@dataclass(frozen=True, slots=True)
class WorkflowFacts:
    """What the card of a workflow says."""

    size: int
    """Of the file, in bytes."""
    models: tuple[ModelFacts, ...]
    named: frozenset[str]
    """Those models' names that the workflow holds; the others are loaded by nodes themselves."""
    inputs: tuple[str, ...]
    """Input pictures as paths under `workflows/`."""
    nodes: Mapping[str, int]
    """Types in file order, with how many there are of each; notes and wires are none."""
    known_nodes: frozenset[str]
    """Those of the types that the reference of nodes has."""
    unknown_nodes: tuple[str, ...]
    """Types that capdemo does not run."""

    @property
    def models_size(self) -> int | None:
        """Bytes of all its models; None where one of them is not known."""
        sizes = [model.size for model in self.models]
        return sum(size for size in sizes if size) if sizes and all(sizes) else None


def workflow_facts(root: Path, workflow: str, record: Record | None) -> WorkflowFacts:
    """Read a workflow by its path under `workflows/`. Raises `InputError` where it is damaged."""
    path = root / "workflows" / workflow
    nodes = _nodes(path, path.stat().st_mtime_ns)
    models = dict.fromkeys(pair for node in nodes for pair in _models(node))
    inputs = dict.fromkeys(name for node in nodes for name in _inputs(node))
    catalogue = default_catalogue()
    return WorkflowFacts(
        size=path.stat().st_size,
        models=tuple(_model(folder, name, record, catalogue) for folder, name in models),
        named=frozenset(name for node in nodes for _, name in _models(node, named_models)),
        inputs=tuple(found for name in inputs if (found := _input_path(root, workflow, name))),
        nodes=Counter(node.class_type for node in nodes),
        known_nodes=frozenset(node.class_type for node in nodes if _schema(node)),
        unknown_nodes=tuple(dict.fromkeys(n.class_type for n in nodes if not _runs(n))),
    )


@lru_cache(maxsize=256)
def _nodes(path: Path, _modified: int) -> tuple[GraphNode, ...]:
    """The nodes that would run; read once for all pages of a build."""
    graph, _problems = load_graph(read_workflow(path), _schemas())
    return tuple(graph.nodes.values())


def _schemas() -> Mapping[str, NodeSchema]:
    return NODES.schemas


def _schema(node: GraphNode) -> NodeSchema | None:
    return _schemas().get(node.class_type)


def _runs(node: GraphNode) -> bool:
    schema = _schema(node)
    return schema is not None and schema.executable


def _models(
    node: GraphNode,
    found_by: Callable[[NodeSchema, Mapping[str, object]], Iterable[tuple[str, str]]] = model_files,
) -> Iterator[tuple[str, str]]:
    """The model files that a node loads, or only those that it names, each with its folder."""
    schema = _schema(node)
    for folder, name in found_by(schema, node.inputs) if schema else ():
        yield folder, name.replace("\\", "/")


def _inputs(node: GraphNode) -> Iterator[str]:
    """The values of a node's widgets that name an input file."""
    schema = _schema(node)
    for entry in flat_inputs(schema, node.inputs) if schema else ():
        value = node.inputs.get(entry.name)
        if entry.widget and entry.widget.upload and isinstance(value, str):
            yield value.replace("\\", "/")


def _model(folder: str, name: str, record: Record | None, catalogue: Catalogue) -> ModelFacts:
    known = catalogue.by_file(folder, name)
    ran = next((used for used in record.key.models if used.name == name), None) if record else None
    sources = known.sources if known else ()
    packages = [source for source in sources if isinstance(source, BundledSource)]
    package = next((source for source in packages if ran and _is_of(ran, source)), None)
    if ran and package is None:
        return ModelFacts(folder, name, known, ran.sha256, ran.size, None)
    files = [source for source in sources if not isinstance(source, BundledSource)]
    file = next((source for source in files if source.sha256), None)
    file = file or next((source for source in files if source.size), None)
    sha256, size = (file.sha256, file.size) if file else (None, None)
    return ModelFacts(folder, name, known, sha256, size, package)


def _is_of(ran: UsedFile, source: BundledSource) -> bool:
    """Whether the weights that ran are those of a package: as many bytes as its members have."""
    return ran.size == sum(member.size for member in source.members)


def _input_path(root: Path, workflow: str, name: str) -> str | None:
    """Where an input lies under `workflows/`; None where a reader could not download it."""
    workflows = (root / "workflows").resolve()
    path = input_folder(workflows / workflow) / name
    return path.relative_to(workflows).as_posix() if path.is_relative_to(workflows) else None
