"""Downloads from a local server: interrupted, continued, changed, refused, out of space."""

from __future__ import annotations

import os
import resource
from typing import TYPE_CHECKING

import pytest
from tests.models.servers import Site, serve

from capdemo.errors import CancelledError, InputError, RunError
from capdemo.models.download import discard, download

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

CONTENT = os.urandom(3_000_000)


@pytest.fixture
def site() -> Iterator[Site]:
    with serve(Site(CONTENT)) as served:
        yield served


@pytest.fixture
def part(tmp_path: Path) -> Path:
    return tmp_path / "downloads" / "net.part"


def _ignore(_done: int, _total: int | None) -> None:
    pass


def _interrupted(site: Site, part: Path, at: int = 1_200_000) -> None:
    site.break_after = at
    with pytest.raises(RunError, match="it continues where it stopped"):
        download(site.url, part, _ignore)
    site.break_after = None


def test_a_whole_file_arrives_and_is_counted(site: Site, part: Path) -> None:
    seen: list[tuple[int, int | None]] = []
    download(site.url, part, lambda done, total: seen.append((done, total)))
    assert part.read_bytes() == CONTENT
    assert seen[-1] == (len(CONTENT), len(CONTENT))
    assert [done for done, _ in seen] == sorted({done for done, _ in seen})
    assert list(part.parent.iterdir()) == [part]


def test_an_interrupted_download_is_continued(site: Site, part: Path) -> None:
    _interrupted(site, part)
    kept = part.stat().st_size
    assert 0 < kept < len(CONTENT)
    seen: list[tuple[int, int | None]] = []
    download(site.url, part, lambda done, total: seen.append((done, total)))
    assert part.read_bytes() == CONTENT
    assert site.requests == [("GET", None), ("GET", f"bytes={kept}-")]
    assert seen[0][0] > kept
    assert seen[-1] == (len(CONTENT), len(CONTENT))


def test_a_file_that_changed_meanwhile_is_fetched_anew(site: Site, part: Path) -> None:
    _interrupted(site, part)
    site.content, site.tag = os.urandom(2_500_000), '"two"'
    download(site.url, part, _ignore)
    assert part.read_bytes() == site.content


def test_a_server_without_ranges_sends_all_again(site: Site, part: Path) -> None:
    site.ranges = False
    _interrupted(site, part)
    download(site.url, part, _ignore)
    assert part.read_bytes() == CONTENT


@pytest.mark.parametrize("tag", [None, 'W/"weak"'])
def test_without_a_strong_tag_nothing_is_continued(site: Site, part: Path, tag: str | None) -> None:
    site.tag = tag
    _interrupted(site, part)
    site.content = os.urandom(2_500_000)
    download(site.url, part, _ignore)
    assert part.read_bytes() == site.content
    assert site.requests[1] == ("GET", None)


def test_a_part_that_is_already_whole_is_fetched_anew(site: Site, part: Path) -> None:
    _interrupted(site, part)
    part.write_bytes(CONTENT)
    download(site.url, part, _ignore)
    assert part.read_bytes() == CONTENT
    assert site.requests[-2:] == [("GET", f"bytes={len(CONTENT)}-"), ("GET", None)]


def test_stopping_keeps_the_part(site: Site, part: Path) -> None:
    def stop(_done: int, _total: int | None) -> None:
        raise CancelledError("Stopped.")

    with pytest.raises(CancelledError):
        download(site.url, part, stop)
    kept = part.stat().st_size
    assert kept > 0
    download(site.url, part, _ignore)
    assert part.read_bytes() == CONTENT
    assert site.requests[-1] == ("GET", f"bytes={kept}-")


@pytest.mark.parametrize("status", [404, 403, 500])
def test_a_refusal_names_the_status_and_leaves_nothing(site: Site, part: Path, status: int) -> None:
    site.status = status
    with pytest.raises(RunError, match=f"{site.url}: The server answered: {status} ") as caught:
        download(site.url, part, _ignore)
    assert str(caught.value).count(site.url) == 1
    assert list(part.parent.iterdir()) == []


def test_no_network_is_said(part: Path) -> None:
    with serve(Site(b"")) as gone:
        url = gone.url
    with pytest.raises(RunError, match="could not be made or broke off"):
        download(url, part, _ignore)
    assert list(part.parent.iterdir()) == []


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://host/x", "/etc/passwd"])
def test_only_http_is_fetched(part: Path, url: str) -> None:
    with pytest.raises(InputError, match="Only https and http"):
        download(url, part, _ignore)
    assert not part.exists()


def test_a_full_disk_is_said_and_the_download_can_go_on(site: Site, part: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_500_000, hard))
    try:
        with pytest.raises(RunError, match="could not be written"):
            download(site.url, part, _ignore)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    download(site.url, part, _ignore)
    assert part.read_bytes() == CONTENT


def test_a_folder_that_cannot_be_made_is_said(site: Site, tmp_path: Path) -> None:
    (tmp_path / "downloads").write_text("a file")
    with pytest.raises(RunError, match="could not be written"):
        download(site.url, tmp_path / "downloads" / "net.part", _ignore)


def test_discarding_forgets_the_tag_too(site: Site, part: Path) -> None:
    _interrupted(site, part)
    discard(part)
    assert list(part.parent.iterdir()) == []
