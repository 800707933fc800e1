"""One file from one https address, continued where it broke off; checks no digest.

pooch brings the transfer but starts anew each time, so the part that is here already is asked for
with a range, and `If-Range` makes the server send the whole file where it has since changed.
"""

from __future__ import annotations

from contextlib import closing
from http import HTTPStatus
from typing import IO, TYPE_CHECKING, Any, TypeAlias
from urllib.parse import urlsplit

from capdemo.errors import InputError, RunError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import requests

Progress: TypeAlias = "Callable[[int, int | None], None]"
"""Called with the bytes that are here and, where the server says so, the bytes of the whole."""

_CHUNK = 1 << 16
"""Bytes; as many are lost when a connection breaks off."""
_TIMEOUT = 30.0
"""Seconds without a byte."""


def download(url: str, part: Path, progress: Progress) -> None:
    """Complete the file `part` from an address.

    What `part` holds is kept if the download breaks off, and continued by the next call.
    Raises `InputError` for an address that is not http, `RunError` where the server, the network
    or the disk refuses.
    """
    import requests  # noqa: PLC0415  # 0.1 s that only a download is worth

    if urlsplit(url).scheme not in {"https", "http"}:
        raise InputError("Only https and http addresses are fetched.", where=url)
    try:
        part.parent.mkdir(parents=True, exist_ok=True)
        try:
            _continue(url, part, progress)
        except requests.HTTPError as error:
            if _status(error) != HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
                raise
            # The part is as long as the file or longer, and may be of another file.
            part.unlink()
            _continue(url, part, progress)
    except requests.HTTPError as error:
        # The rest of requests' sentence is the address.
        answer = str(error).partition(" for url")[0]
        raise RunError(f"The server answered: {answer}.", where=url) from error
    except requests.RequestException as error:
        raise RunError(
            "The connection could not be made or broke off.",
            where=url,
            hint="Check the network and repeat the command; it continues where it stopped.",
        ) from error
    except OSError as error:
        raise RunError(
            f"The download could not be written: {error.strerror or error}.",
            where=str(part),
            hint="Check the disk's free space and the folder's permissions.",
        ) from error


def discard(part: Path) -> None:
    """Forget what was downloaded, so that the next attempt starts anew."""
    part.unlink(missing_ok=True)
    _tag_file(part).unlink(missing_ok=True)


def _continue(url: str, part: Path, progress: Progress) -> None:
    import pooch  # noqa: PLC0415  # as requests above

    try:
        with (
            part.open("ab") as file,
            closing(_Sink(file, _tag_file(part), progress)) as sink,
        ):
            fetch = pooch.HTTPDownloader(
                chunk_size=_CHUNK,
                timeout=_TIMEOUT,
                headers=_headers(part, _tag_file(part)),
                hooks={"response": sink.begin},
            )
            fetch(url, sink, None)
    except BaseException:
        if not part.stat().st_size:
            discard(part)
        raise
    _tag_file(part).unlink(missing_ok=True)


def _status(error: requests.HTTPError) -> int:
    return error.response.status_code if error.response is not None else 0


def _headers(part: Path, tag_file: Path) -> dict[str, str]:
    whole = {"Accept-Encoding": "identity"}  # so that bytes are counted as they are stored
    if not part.stat().st_size or not tag_file.is_file():
        return whole
    tag = tag_file.read_text(encoding="latin-1")
    return {**whole, "Range": f"bytes={part.stat().st_size}-", "If-Range": tag}


def _tag_file(part: Path) -> Path:
    return part.with_name(part.name + ".tag")


class _Sink:
    """The open part file, and the beginning of the answer that fills it."""

    def __init__(self, file: IO[bytes], tag_file: Path, progress: Progress) -> None:
        self._file = file
        self._tag_file = tag_file
        self._progress = progress
        self._total: int | None = None
        self._response: requests.Response | None = None

    def begin(self, response: requests.Response, **_options: Any) -> None:
        """Called by requests with each answer, redirects included, before its body is read."""
        self._response = response
        if response.status_code == HTTPStatus.OK:
            self._file.truncate(0)
            tag = response.headers.get("ETag") or response.headers.get("Last-Modified") or ""
            # A weak tag promises the same meaning, not the same bytes.
            if tag and not tag.startswith("W/"):
                self._tag_file.write_text(tag, encoding="latin-1")
        elif response.status_code != HTTPStatus.PARTIAL_CONTENT:
            return
        length = response.headers.get("Content-Length")
        self._total = int(length) + self._file.tell() if length else None

    def write(self, chunk: bytes) -> None:
        self._file.write(chunk)
        self._progress(self._file.tell(), self._total)

    def flush(self) -> None:
        self._file.flush()

    def close(self) -> None:
        """Give up the connection, which pooch leaves open when a download breaks off."""
        if self._response is not None:
            self._response.close()
