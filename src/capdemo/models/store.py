"""The `ModelStore` that nodes are given: finds files by name and keeps loaded networks."""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING, Any, Self, TypeVar

from capdemo.models.catalogue import Catalogue, default_catalogue
from capdemo.models.folders import Locations, cache_folder
from capdemo.models.resolve import FoundModel, find_model, names_on_disk

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence
    from pathlib import Path

Loaded = TypeVar("Loaded")


class LocalModelStore:
    """Models of this machine; implements `node_api.ModelStore`."""

    def __init__(self, locations: Locations, catalogue: Catalogue) -> None:
        self.locations = locations
        self.catalogue = catalogue
        self._found: dict[tuple[str, str], FoundModel] = {}
        self._loaded: weakref.WeakValueDictionary[Hashable, Any] = weakref.WeakValueDictionary()

    @classmethod
    def from_environment(cls, models: Sequence[Path] = ()) -> Self:
        """The store of a command: `models` are its `--models` options, searched first."""
        return cls(Locations.from_environment(models), default_catalogue())

    def find(self, folder: str, name: str) -> FoundModel:
        """The file, and what the catalogue knows of it. Raises `InputError` as `find_model`."""
        key = (folder, name)
        if key not in self._found:
            self._found[key] = find_model(folder, name, self.locations, self.catalogue)
        return self._found[key]

    def file(self, folder: str, name: str) -> Path:
        """The file with the weights; an ncnn model's `.param` lies beside its `.bin`.

        Raises `InputError` as `find_model`.
        """
        return self.find(folder, name).path

    def digest(self, folder: str, name: str) -> tuple[str, int]:
        """The sha256 and the size in bytes of what would be loaded, for an example's key.

        An ncnn model's covers both files: `sha256sum X.bin X.param | sha256sum`.
        """
        found = self.find(folder, name)
        return found.sha256, found.size

    def names(self, folder: str) -> tuple[str, ...]:
        """What can be chosen in a folder: the files there and the catalogue's canonical names."""
        roots = (*self.locations.roots(folder), cache_folder() / "models" / folder)
        on_disk = {name for root in roots if root.is_dir() for name in names_on_disk(root)}
        listed = {model.files[0] for model in self.catalogue if model.folder == folder}
        return tuple(sorted(on_disk | listed, key=str.casefold))

    def loaded(self, key: Hashable, load: Callable[[], Loaded]) -> Loaded:
        """What `load` returned for this key, now or earlier; kept while somebody else holds it."""
        kept: Loaded | None = self._loaded.get(key)
        if kept is None:
            kept = load()
            self._loaded[key] = kept
        return kept
