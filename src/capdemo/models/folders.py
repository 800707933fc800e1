"""Where model files are looked for, and where fetched ones are kept; looks inside no file."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from capdemo.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

EXTRA_PATHS = "extra_model_paths.yaml"
_RENAMED = {"unet": "diffusion_models", "clip": "text_encoders"}
"""Folder keys of older files, and what ComfyUI calls them now."""


def cache_folder() -> Path:
    """Where capdemo keeps what it can fetch again: `CAPDEMO_CACHE`, else `~/.cache/capdemo`."""
    if named := os.environ.get("CAPDEMO_CACHE"):
        return Path(named).expanduser()
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "capdemo"


def user_catalogue_folder() -> Path:
    """Where the user's own catalogue entries are: `~/.config/capdemo/catalogue`."""
    return (
        Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "capdemo" / "catalogue"
    )


@dataclass(frozen=True, slots=True)
class ExtraPath:
    """One folder of an `extra_model_paths.yaml`."""

    folder: str
    path: Path
    is_default: bool
    """Whether it is searched before ComfyUI's own folder."""


@dataclass(frozen=True, slots=True)
class Locations:
    """The user's model folders, in the order in which they are searched."""

    places: tuple[Path, ...]
    """Each is ComfyUI's `models` folder, or an `extra_model_paths.yaml`."""

    @classmethod
    def from_environment(cls, first: Sequence[Path] = ()) -> Locations:
        """`first` (the `--models` options), then the folders of `CAPDEMO_MODELS`.

        Raises `InputError` where one of them does not exist.
        """
        named = [
            Path(part) for part in os.environ.get("CAPDEMO_MODELS", "").split(os.pathsep) if part
        ]
        places = tuple(place.expanduser() for place in (*first, *named))
        for place in places:
            if not place.exists():
                raise InputError(
                    "There is no such model folder.",
                    where=str(place),
                    hint="Correct the option --models or the variable CAPDEMO_MODELS.",
                )
        return cls(places)

    def roots(self, folder: str) -> tuple[Path, ...]:
        """The existing folders that hold models of this kind, in search order, each once."""
        found = (root for place in self.places for root in _roots_of(place, folder))
        return tuple(dict.fromkeys(root for root in found if root.is_dir()))


def read_extra_paths(path: Path) -> tuple[ExtraPath, ...]:
    """Read ComfyUI's `extra_model_paths.yaml`.

    Each top-level section has an optional `base_path` and `is_default`; every other key is a
    model folder with one path a line. Relative paths are relative to the file, as in ComfyUI.
    Raises `InputError` where the file is no such mapping.
    """
    import yaml  # noqa: PLC0415  # most runs have no such file, and the import costs 20 ms

    try:
        sections = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        return tuple(
            entry for section in sections.values() if section for entry in _section(section, path)
        )
    except (OSError, ValueError, AttributeError, TypeError, yaml.YAMLError) as error:
        raise InputError(
            "The file is no list of model folders as ComfyUI writes it.",
            where=str(path),
            hint="See extra_model_paths.yaml.example beside ComfyUI's main.py.",
        ) from error


def _section(section: dict[str, Any], file: Path) -> Iterator[ExtraPath]:
    base = Path(os.path.expandvars(section.get("base_path") or "")).expanduser()
    for key, lines in section.items():
        if key in {"base_path", "is_default"}:
            continue
        for line in filter(None, (line.strip() for line in lines.split("\n"))):
            place = Path(os.path.normpath(file.parent / base / line))
            yield ExtraPath(_RENAMED.get(key, key), place, bool(section.get("is_default", False)))


def _roots_of(place: Path, folder: str) -> tuple[Path, ...]:
    """The folders of one place; default ones of its YAML file come before its own."""
    extra = [entry for entry in _extra_paths_of(place) if entry.folder == folder]
    first = [entry.path for entry in extra if entry.is_default]
    last = [entry.path for entry in extra if not entry.is_default]
    return (*first, place / folder, *last)


def _extra_paths_of(place: Path) -> tuple[ExtraPath, ...]:
    if place.is_file():
        return read_extra_paths(place)
    # ComfyUI keeps the file beside its `models` folder.
    beside = [place, place.parent] if place.name == "models" else [place]
    files = [folder / EXTRA_PATHS for folder in beside if (folder / EXTRA_PATHS).is_file()]
    return tuple(entry for file in files for entry in read_extra_paths(file))
