"""Where links may stand, how they are written, and why some are not fetched."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from growth.db import Database
from seo.audit import run_audit
from seo.listing import list_links, list_pages
from seo.models import UrlRow
from tests.conftest import NOW
from tests.sites.hostile import HTML, Hostile, page

YAML = "site: {{name: 诚信贷, url: '{url}'}}\nseo: {{crawl: {{requests_per_second: 100000, retry_after: 0s, timeout: 10s, {more}}}}}\n"
#: kind of link → markup, with the address /deep/KIND as a relative one
PLACES = {
    "a": '<a href="a">文字</a>',
    "area": '<map><area href="area" alt="区域"></map>',
    "img": '<img src="img" alt="">',
    "srcset": '<img srcset="srcset 1x, srcset-2 2x" src="data:image/png;base64,x" alt="">',
    "media": '<video src="media"><source src="source-video"><track src="track"></video><object data="object"></object>',
    "poster": '<video poster="poster"></video>',
    "script": '<script src="script"></script>',
    "iframe": '<iframe src="iframe"></iframe>',
    "form": '<form action="form"><input name=q aria-label=q></form>',
    "css-url": '<style>@import \'import\'; p{background:url( "css-url" )}</style><p style="background:url(style-url)">x</p>',
}
MORE = {"srcset": ["srcset-2"], "media": ["source-video", "track", "object"], "css-url": ["import", "style-url"]}
PICTURE = '<picture><source srcset="picture-source 640w"><img src="picture-img" alt=""></picture>'


@pytest.fixture
def database_url() -> None:
    """The same to each database."""
    return


@pytest.fixture
def crawl(open_workspace: Callable[..., Database]) -> Callable[..., Database]:
    def run(site: Hostile, more: str = "") -> Database:
        database = open_workspace(YAML.format(url=site.url, more=more))
        run_audit(database, now=NOW)
        return database

    return run


def test_links_are_found_wherever_they_stand(hostile: Callable[..., Hostile], crawl: Callable[..., Database]) -> None:
    head = '<base href="/deep/"><link rel=stylesheet href="css"><link rel=icon href="icon"><link rel=next href="next">'
    head += (
        '<link rel=canonical href="/"><link rel=alternate hreflang=en href="hreflang"><meta http-equiv=refresh content="90; url=refresh">'
    )
    head += '<meta property="og:image" content="og-image"><link rel=preload href="preload">'
    site = hostile(
        {
            "/": page("".join(PLACES.values()) + PICTURE, head=head),
            "/deep/css": (200, {"content-type": "text/css"}, b"x{background:url(from-css)}"),
        }
    )
    site.pages["/"][1].update({"link": '</from-header>; rel="alternate"; hreflang="fr"'})
    database = crawl(site)
    rows = [row for row in list_links(database) if row["target"]]
    found = {(row["kind"], row["target"].removeprefix(site.url)) for row in rows}
    wanted = {(kind, f"deep/{name}") for kind in PLACES for name in [kind, *MORE.get(kind, [])]}
    wanted |= {
        (kind.replace("og-image", "og-image"), f"deep/{kind}") for kind in ("css", "icon", "next", "hreflang", "refresh", "og-image")
    }
    wanted |= {("srcset", "deep/picture-source"), ("img", "deep/picture-img"), ("hreflang", "from-header"), ("other", "deep/preload")}
    wanted |= {("css-url", "deep/from-css"), ("canonical", "")}
    assert wanted <= found, sorted(wanted - found)
    anchor = next(row for row in rows if row["kind"] == "a")
    assert (anchor["anchor"], anchor["line"]) == ("文字", 1)
    assert anchor["column"] > 0


def test_queries_are_written_in_the_charset_of_the_page_and_paths_in_utf_8(
    hostile: Callable[..., Hostile], crawl: Callable[..., Database]
) -> None:
    html = '<html><head><meta charset="gbk"><title>网贷</title></head><body><a href="/查询?词=贷款&x=%B4%FB">查</a></body></html>'
    site = hostile({"/": (200, {"content-type": "text/html"}, html.encode("gbk")), "/%E6%9F%A5%E8%AF%A2": page("结果")})
    crawl(site)
    assert "/%E6%9F%A5%E8%AF%A2?%B4%CA=%B4%FB%BF%EE&x=%B4%FB" in site.asked


def test_hosts_in_any_script_are_one_with_their_punycode(hostile: Callable[..., Hostile], crawl: Callable[..., Database]) -> None:
    links = '<a href="http://网贷.example/">甲</a><a href="http://xn--6kq25t.example/">x</a><a href="http://BÜCHER.example/">乙</a>'
    database = crawl(hostile({"/": page(links)}), "external_links: false")
    targets = {row["target"] for row in list_links(database) if row["kind"] == "a"}
    assert "http://xn--bcher-kva.example/" in targets
    assert all(target.isascii() for target in targets)


def test_every_address_that_was_not_fetched_keeps_its_reason(hostile: Callable[..., Hostile], crawl: Callable[..., Database]) -> None:
    links = {
        "robots": "/secret",
        "excluded": "/logout",
        "length": "/" + "x" * 8100,
        "depth": "/one",
        "trap": "/a/b/a/b/a/b",
        "external": "https://other.example/",
    }
    site = hostile({"/": page("".join(f'<a href="{href}">{name}</a>' for name, href in links.items()))})
    site.pages.update(
        {
            "/one": page('<a href="/two">二</a>'),
            "/two": page("x"),
            "/robots.txt": (200, {"content-type": "text/plain"}, b"User-agent: *\nDisallow: /secret\n"),
        }
    )
    database = crawl(site, "exclude: [/logout], max_depth: 1, external_links: false")
    with database.store("crawl").read() as session:
        reasons = {row.url: row.reason for row in session.query(UrlRow).filter(UrlRow.state == "skipped")}
    expected = {"robots": "secret", "excluded": "logout", "length": "x" * 8100, "trap": "a/b/a/b/a/b", "depth": "two"}
    assert reasons == {**{f"{site.url}{path}": name for name, path in expected.items()}, "https://other.example/": "external"}


def test_what_is_left_by_the_budget_keeps_its_reason_and_what_is_too_large_or_no_page_is_told(
    hostile: Callable[..., Hostile], crawl: Callable[..., Database]
) -> None:
    site = hostile({"/": page('<a href="/large">大</a><a href="/paper.pdf">文件</a><a href="/later">后</a>')})
    site.pages.update({"/large": (200, {}, b"x" * 300_000), "/later": page("x")})
    site.pages["/paper.pdf"] = (200, {"content-type": "application/pdf"}, b"%PDF" + b"x" * 200_000)
    database = crawl(site, "max_answer_mb: 0.1, max_pages: 1, concurrency: 1")
    pages = {row["url"].removeprefix(site.url): row for row in list_pages(database)}
    assert pages[""]["status"] == 200
    with database.store("crawl").read() as session:
        states = {row.url.removeprefix(site.url): (row.state, row.reason, row.fault) for row in session.query(UrlRow)}
    assert states["later"] == ("skipped", "budget", None)
    database = crawl(site, "max_answer_mb: 0.1")
    pages = {row["url"].removeprefix(site.url): row for row in list_pages(database)}
    assert pages["large"]["fault"] == "too-large"
    assert (pages["paper.pdf"]["indexability"], pages["paper.pdf"]["fault"]) == ("not-html", None)
    assert HTML.startswith("text/html")
