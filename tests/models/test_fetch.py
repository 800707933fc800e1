"""A model is fetched whole and verified, from the first source that gives it, or not at all."""

from __future__ import annotations

import hashlib
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

import huggingface_hub.constants
import huggingface_hub.file_download
import pytest
from tests.models.catalogue_for_tests import net_model
from tests.models.servers import HUB_COMMIT, Site, serve

from capdemo.errors import InputError, RunError
from capdemo.models.catalogue import (
    Catalogue,
    HuggingFaceSource,
    ManualSource,
    UrlSource,
)
from capdemo.models.fetch import fetch_model
from capdemo.models.folders import Locations
from capdemo.models.resolve import find_model

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

CONTENT = os.urandom(2_000_000)
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def site() -> Iterator[Site]:
    with serve(Site(CONTENT)) as served:
        yield served


def _ignore(_done: int, _total: int | None) -> None:
    pass


def _files(folder: Path) -> list[str]:
    """The files under a folder, but for locks, which hold nothing."""
    files = [str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()]
    return sorted(name for name in files if not name.endswith(".lock"))


def test_a_fetched_model_is_found_by_name(site: Site, cache: Path) -> None:
    model = net_model(UrlSource(site.url, SHA256, len(CONTENT)))
    fetched = fetch_model(model, _ignore)
    assert (fetched.sha256, fetched.size, fetched.verified) == (SHA256, len(CONTENT), True)
    found = find_model("upscale_models", "net.pth", Locations(()), Catalogue({"net": model}))
    assert found.path == fetched.path == cache / "models" / "upscale_models" / "net.pth"
    assert found.path.read_bytes() == CONTENT
    assert list((cache / "downloads").iterdir()) == []


def test_a_model_of_unknown_digest_is_unverified(site: Site) -> None:
    fetched = fetch_model(net_model(UrlSource(site.url)), _ignore)
    assert (fetched.verified, fetched.sha256) == (False, SHA256)


@pytest.mark.parametrize(
    "wrong", [{"sha256": "0" * 64}, {"size": 1}, {"sha256": "0" * 64, "size": len(CONTENT)}]
)
def test_a_wrong_file_is_never_put_in_place(
    site: Site, cache: Path, wrong: dict[str, str | int]
) -> None:
    source = replace(UrlSource(site.url, SHA256, len(CONTENT)), **wrong)  # type: ignore[arg-type]  # a table of cases
    with pytest.raises(RunError, match=rf"not the catalogue's file.*sha256 {SHA256}.*deleted"):
        fetch_model(net_model(source), _ignore)
    assert _files(cache) == ["digests.json"]


def test_an_older_file_stays_until_the_new_one_is_verified(site: Site, cache: Path) -> None:
    target = cache / "models" / "upscale_models" / "net.pth"
    target.parent.mkdir(parents=True)
    target.write_bytes(b"older")
    site.break_after = 1_000_000
    model = net_model(UrlSource(site.url, SHA256, len(CONTENT)))
    with pytest.raises(RunError):
        fetch_model(model, _ignore)
    assert target.read_bytes() == b"older"
    site.break_after = None
    assert fetch_model(model, _ignore).path.read_bytes() == CONTENT
    assert site.requests[-1] != ("GET", None)


def test_the_next_source_is_tried(site: Site) -> None:
    with serve(Site(b"evil")) as evil:
        sources = (
            ManualSource("net.pth", SHA256, len(CONTENT)),
            UrlSource(evil.url, SHA256),
            UrlSource(site.url, SHA256),
        )
        assert fetch_model(net_model(*sources), _ignore).sha256 == SHA256


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"<!DOCTYPE html><html>Sign in to this network</html>", "a web page"),
        (b"version https://git-lfs.github.com/spec/v1", "a Git LFS pointer"),
        (b"", "empty"),
    ],
)
def test_what_is_plainly_no_model_is_not_taken_for_one_of_unknown_digest(
    site: Site, cache: Path, content: bytes, kind: str
) -> None:
    site.content = content
    with pytest.raises(RunError, match=f"What arrived is {kind}.*It was deleted"):
        fetch_model(net_model(UrlSource(site.url)), _ignore)
    assert not [name for name in _files(cache) if name.startswith(("models", "downloads"))]


def test_several_at_once_fetch_a_file_once(site: Site) -> None:
    model = net_model(UrlSource(site.url, SHA256, len(CONTENT)))
    with ThreadPoolExecutor(4) as pool:
        fetched = list(pool.map(lambda _: fetch_model(model, _ignore), range(4)))
    assert len({entry.path for entry in fetched}) == 1
    assert fetched[0].path.read_bytes() == CONTENT
    assert all(entry.verified for entry in fetched)
    assert [method for method, _ in site.requests] == ["GET"]


def test_what_is_there_and_verified_is_not_fetched_again(site: Site) -> None:
    model = net_model(UrlSource(site.url, SHA256, len(CONTENT)))
    first = fetch_model(model, _ignore)
    assert fetch_model(model, _ignore) == first
    assert [method for method, _ in site.requests] == ["GET"]
    first.path.write_bytes(b"damaged")
    assert fetch_model(model, _ignore) == first
    assert first.path.read_bytes() == CONTENT
    assert [method for method, _ in site.requests] == ["GET", "GET"]


def test_a_cache_that_cannot_be_written_is_said(cache: Path) -> None:
    cache.mkdir(parents=True, exist_ok=True)
    (cache / "locks").write_text("a file where a folder belongs")
    with pytest.raises(RunError, match=r"The cache cannot be written: .*CAPDEMO_CACHE"):
        fetch_model(net_model(UrlSource("http://127.0.0.1:1/net.pth")), _ignore)


def test_when_all_fail_every_reason_is_given(site: Site) -> None:
    site.status = 404
    other = site.url.replace("files", "more")
    with pytest.raises(RunError) as caught:
        fetch_model(net_model(UrlSource(site.url), UrlSource(other)), _ignore)
    text = str(caught.value)
    assert text.startswith("Net could not be fetched. ")
    assert text.count("404 ") == 2
    assert site.url in text
    assert other in text


def test_a_model_without_an_address_says_where_to_get_it() -> None:
    with pytest.raises(
        InputError, match=r"not fetched.*Get the file from https://example\.org/net"
    ):
        fetch_model(net_model(ManualSource("net.pth", SHA256, 1)), _ignore)


@pytest.fixture
def hub(site: Site, monkeypatch: pytest.MonkeyPatch) -> Site:
    """The site as a Hugging Face Hub, asked once instead of five times."""
    endpoint = f"http://127.0.0.1:{site.port}"
    monkeypatch.setattr(huggingface_hub.constants, "ENDPOINT", endpoint)
    monkeypatch.setattr(
        huggingface_hub.file_download,
        "hf_hub_url",
        lambda repo_id, filename, **_options: f"{endpoint}/{repo_id}/{filename}",
    )
    site.tag = f'"{SHA256}"'
    return site


def test_a_model_comes_from_the_hub(hub: Site, cache: Path) -> None:
    seen: list[tuple[int, int | None]] = []
    source = HuggingFaceSource("someone/net", "sub/net.pth", HUB_COMMIT, SHA256, len(CONTENT))
    fetched = fetch_model(net_model(source), lambda done, total: seen.append((done, total)))
    assert fetched.path == cache / "models" / "upscale_models" / "net.pth"
    assert fetched.path.read_bytes() == CONTENT
    assert fetched.verified
    assert seen[-1] == (len(CONTENT), len(CONTENT))
    assert {method for method, _ in hub.requests} == {"HEAD", "GET"}
    assert list((cache / "downloads").iterdir()) == []


def test_a_wrong_file_from_the_hub_is_not_kept(hub: Site, cache: Path) -> None:
    hub.content = b"evil"
    source = HuggingFaceSource("someone/net", "net.pth", sha256=SHA256)
    with pytest.raises(RunError, match="not the catalogue's file"):
        fetch_model(net_model(source), _ignore)
    assert _files(cache) == ["digests.json"]


def test_a_refusal_of_the_hub_is_one_sentence(hub: Site) -> None:
    hub.status = 404
    with pytest.raises(RunError, match="could not be downloaded: ") as caught:
        fetch_model(net_model(HuggingFaceSource("someone/net", "net.pth")), _ignore)
    assert "\n" not in str(caught.value)
