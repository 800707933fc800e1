"""What is around the pages: heads, languages, twins, feed, lists; a page in the source style."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
from tests.site.site_for_tests import make_site
from tests.site.test_extension import Elements

from capdemo.site.build import build_site, site_key

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def site(guide: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A guide in two languages, one of whose pages is in the style of the original guide."""
    monkeypatch.delenv("SITE_URL", raising=False)
    return make_site(guide)


def built(site: Path, name: str) -> str:
    return (site / "site" / name).read_text(encoding="utf-8")


def metas(html: str) -> dict[str, str]:
    found = Elements(html).all("meta")
    return {a.get("property", a.get("name", "")): a.get("content", "") for a in found}


def test_a_page_of_the_original_guide_builds_unchanged(site: Path) -> None:
    build_site(site, strict=True)
    html = built(site, "en/part/source-style/index.html")
    page = Elements(html)
    assert html.count("<h1") == 1
    assert '<h1 id="masks-layers">Masks &amp; Layers</h1>' in html
    assert html.count('class="cd-card"') == 3, "in a paragraph, a list and a quotation"
    assert len(page.all("figure", "cd-figure")) == 1
    assert "gyazo" not in html.split("<article")[1].split("</article>")[0]
    article = re.sub(r"\s+", "", html.split("<article")[1].split("</article>")[0])
    assert "<ul><li>First<ul><li>nestedbytwospaces<ul><li>andoncemore</li></ul>" in article
    assert 'href="../scale/#below"' in html


def test_the_head_shows_the_pages_own_comparison(
    site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SITE_URL", "https://example.org/guide")
    build_site(site, strict=True)
    html = built(site, "en/part/scale/index.html")
    named = metas(html)
    assert named["og:title"] == "Scale"
    assert named["og:description"] == 'Larger "pictures" & more.'
    assert named["og:url"] == "https://example.org/guide/en/part/scale/"
    card = named["og:image"].removeprefix("https://example.org/guide/")
    assert (site / "site" / card).read_bytes()[:2] == b"\xff\xd8", "a JPEG"
    assert named["twitter:card"] == "summary_large_image"
    (text,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html)
    data = json.loads(text)
    assert data["headline"] == "Scale"
    (image,) = data["image"]
    assert image["digitalSourceType"].endswith("/algorithmicallyEnhanced"), "no model took part"
    assert (image["width"], image["height"]) == (32, 24)
    assert image["contentUrl"].startswith("https://example.org/guide/examples/objects/")


def test_without_an_address_everything_is_relative(site: Path) -> None:
    build_site(site, strict=True)
    named = metas(built(site, "en/part/scale/index.html"))
    assert named["og:image"].startswith("../../../examples/cards/")
    assert "og:url" not in named
    assert "https://" not in built(site, "llms.txt") + built(site, "_headers")


def test_each_language_has_its_words_its_menu_and_the_way_to_the_other(site: Path) -> None:
    build_site(site, strict=True)
    english = built(site, "en/part/scale/index.html")
    japanese = built(site, "ja/part/scale/index.html")
    assert '<html lang="en"' in english
    assert '<html lang="ja"' in japanese
    for html in (english, japanese):
        links = [a for a in Elements(html).all("link") if a.get("hreflang")]
        assert [(a["hreflang"], a["href"]) for a in links] in (
            [("en", "./"), ("ja", "../../../ja/part/scale/")],
            [("en", "../../../en/part/scale/"), ("ja", "./")],
        )
    assert "日本語" not in english.split("md-tabs")[1].split("</nav>")[0]
    assert "Part" not in japanese.split("md-tabs")[1].split("</nav>")[0]
    assert "hreflang" not in built(site, "en/part/source-style/index.html")


def test_a_twin_is_plain_markdown_with_relative_links(site: Path) -> None:
    build_site(site, strict=True)
    twin = built(site, "en/part/scale/index.md")
    assert twin.startswith('> Larger "pictures" & more.\n\n## Scale\n')
    assert "[workflows/part/Scale.json](../../../workflows/part/Scale.json)" in twin
    assert "[below](../../../en/part/scale/index.md#below)" in twin
    assert "```markdown\n[](/workflows/part/Scale.json)\n```" in twin, "code stays as it is"
    pictures = re.findall(r"!\[(.*?)\]\((.*?)\)", twin)
    assert [alt for alt, _ in pictures] == [
        "Input: Coloured noise.",
        "Scale: Larger coloured noise.",
    ]
    for _, target in pictures:
        assert (site / "site" / "en" / "part" / "scale" / target).resolve().is_file()


def test_llms_txt_lists_every_page_with_its_summary(site: Path) -> None:
    build_site(site, strict=True)
    text = built(site, "llms.txt")
    assert text.startswith("# Test\n\n> A guide of four pages.\n")
    assert "- [Home](en/index.md): The first page." in text
    assert '- [拡大](ja/part/scale/index.md): Larger "pictures" & more.' in text
    for target in re.findall(r"\]\((.*?)\)", text):
        assert (site / "site" / target).is_file()


def test_the_feed_is_the_same_for_the_same_guide_and_tells_what_ran(site: Path) -> None:
    build_site(site, strict=True)
    feed = built(site, "feed.xml")
    assert re.findall("<title>(.*?)</title>", feed) == ["Test", "Scale"]
    days = re.findall("<updated>(.*?)T00:00:00Z</updated>", feed)
    assert len(days) == 2, "of the feed and of its one entry"
    assert len(set(days)) == 1
    assert '<link href="en/part/scale/#scale" />' in feed
    build_site(site, strict=True)
    assert built(site, "feed.xml") == feed


def test_hosts_are_told_what_may_be_fetched_and_kept(site: Path) -> None:
    build_site(site, strict=True)
    headers = built(site, "_headers")
    assert re.search(r"^/\*\n  Access-Control-Allow-Origin: \*$", headers, re.MULTILINE)
    assert re.search(r"^/examples/\*\n  Cache-Control: .*immutable$", headers, re.MULTILINE)
    assert "There is no such page" in built(site, "404.html")


def test_the_sitemap_has_every_page_where_the_address_is_known(
    site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = site_key(site)
    monkeypatch.setenv("SITE_URL", "https://example.org/")
    assert site_key(site) != before, "another address is another site"
    build_site(site, strict=True)
    addresses = re.findall("<loc>(.*?)</loc>", built(site, "sitemap.xml"))
    assert "https://example.org/ja/part/scale/" in addresses
    assert len(addresses) == 4
