"""F21 to F24, A6, A8 and A18 of the fault list: real sockets, the real fetching child."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from growth.db import Database
from growth.errors import Unfinished
from seo.audit import AuditResult, run_audit
from seo.crawl.fetcher import Fetcher
from seo.crawl.wire import Job
from seo.listing import list_issues, list_links, list_pages
from tests.conftest import NOW
from tests.seo.conftest import Inside
from tests.sites.hostile import Hostile, page

YAML = "site: {{name: 诚信贷, url: '{url}'}}\nseo: {{crawl: {{requests_per_second: 100000, retry_after: 0s, timeout: 4s, {more}}}}}\n"


@pytest.fixture
def database_url() -> None:
    """What a site does is the same to each database."""
    return


@pytest.fixture
def crawl(open_workspace: Callable[..., Database]) -> Callable[..., tuple[Database, AuditResult]]:
    """``crawl(site, settings)`` → the database and result of an audit."""

    def run(site: Hostile, more: str = "", **options: Any) -> tuple[Database, AuditResult]:
        database = open_workspace(YAML.format(url=site.url, more=more))
        return database, run_audit(database, now=NOW, **options)

    return run


class Weighed(Fetcher):
    """Notes the most memory that the fetching child held, in kB, when it is told to end."""

    def __init__(self, job: Job, peaks: list[int]) -> None:
        self.peaks = peaks
        super().__init__(job)

    def close(self) -> None:
        """Look, then end it. The peak of `RUSAGE_CHILDREN` would be that of any child this test process ever had, a browser too."""
        status = Path(f"/proc/{self._child.process.pid}/status").read_text()
        if found := re.search(r"VmHWM:\s*(\d+) kB", status):
            self.peaks.append(int(found[1]))
        super().close()


def by_url(database: Database) -> dict[str, dict[str, Any]]:
    """The pages by path."""
    return {"/" + row["url"].split("/", 3)[3]: row for row in list_pages(database)}


def test_bombs_and_drips_harm_only_themselves(hostile: Callable[..., Hostile], crawl: Callable[..., Any]) -> None:
    links = "".join(f'<a href="/{name}">链接到{name}</a>' for name in ("bomb", "huge", "endless", "drip", "fine"))
    site = hostile({"/": page(links), "/fine": page("<p>好的</p>")})
    peaks: list[int] = []
    database, result = crawl(site, fetching=lambda job: Weighed(job, peaks))
    pages = by_url(database)
    assert result.crawl.state == "done"
    assert pages["/bomb"]["fault"] == "too-large"
    assert pages["/huge"]["fault"] == "too-large"
    assert pages["/endless"]["fault"] == "too-large"
    assert pages["/drip"]["fault"] == "timeout"
    assert pages["/fine"]["title"] == "页面"
    assert peaks
    assert max(peaks) < 400 * 1024


def test_endless_spaces_end_and_are_named(hostile: Callable[..., Hostile], crawl: Callable[..., Any]) -> None:
    site = hostile({"/": page('<a href="/session?sid=1">会员</a><a href="/deeper/">深处</a><a href="/calendar/1">日历</a>')})
    database, result = crawl(site, more="max_depth: 30")
    assert result.crawl.state == "done"
    assert result.crawl.pages < 1300
    traps = {issue.detail["value"].split("/", 3)[3] for issue in list_issues(database) if issue.check == "url-trap"}
    assert "session" in traps
    assert any("deeper" in one for one in traps)
    assert result.crawl.totals["skipped"].keys() >= {"trap", "depth"}


def test_endless_redirects_end_after_ten_hops(hostile: Callable[..., Hostile], crawl: Callable[..., Any]) -> None:
    site = hostile({"/": page('<a href="/growing">增长</a><a href="/loop-a">循环</a>')})
    database, _result = crawl(site)
    checks = {issue.check: issue for issue in list_issues(database)}
    assert checks["redirect-too-many"].url == f"{site.url}growing"
    assert checks["redirect-loop"].detail["count"] == 3
    assert sum(path.startswith("/growing") for path in site.asked) <= 12


def test_titles_are_right_whatever_the_charset_says(hostile: Callable[..., Hostile], crawl: Callable[..., Any]) -> None:
    title = "网络借贷😀"
    plain = "网络借贷"

    def lying(text: str, encoding: str, declared: str, header: str = "text/html") -> tuple[int, dict[str, str], bytes]:
        html = f'<html><head><meta charset="{declared}"><title>{text}</title></head><body>{text}</body></html>'
        return 200, {"content-type": header}, html.encode(encoding)

    answers = {
        "/gbk-as-utf8": lying(plain, "gb18030", "utf-8"),
        "/gb18030-as-gb2312": lying("網路借貸㐀", "gb18030", "gb2312"),
        "/utf16": (
            200,
            {"content-type": "text/html"},
            b"\xff\xfe" + f"<html><head><title>{title}</title></head><body>x</body></html>".encode("utf-16-le"),
        ),
        "/bom": (
            200,
            {"content-type": "text/html"},
            b"\xef\xbb\xbf" + f"<html><head><title>{title}</title></head><body>x</body></html>".encode(),
        ),
        "/nul": (
            200,
            {"content-type": "text/html; charset=utf-8"},
            "<html><head><title>网络\0借贷</title></head><body>x</body></html>".encode(),
        ),
        "/big5": lying("網路借貸", "big5", "big5"),
        "/one-tag": (
            200,
            {"content-type": "text/html; charset=utf-8"},
            f"<html><head><title>{title}</title></head><body><p x='".encode() + b"y" * 5_000_000,
        ),
    }
    site = hostile({"/": page("".join(f'<a href="{path}">看{path}</a>' for path in answers)), **answers})
    database, _result = crawl(site)
    titles = {path: row["title"] for path, row in by_url(database).items()}
    assert titles["/gbk-as-utf8"] == plain
    assert titles["/gb18030-as-gb2312"] == "網路借貸㐀"
    assert titles["/utf16"] == titles["/bom"] == titles["/one-tag"] == title
    assert titles["/nul"] == "网络�借贷"
    assert titles["/big5"] == "網路借貸"
    conflicts = {issue.url for issue in list_issues(database) if issue.check == "charset-conflict"}
    assert f"{site.url}gbk-as-utf8" in conflicts
    assert f"{site.url}gb18030-as-gb2312" not in conflicts


def test_no_private_address_is_ever_asked(hostile: Callable[..., Hostile], crawl: Callable[..., Any], inside: Inside) -> None:
    port = inside.port
    places = [
        f"http://127.0.0.1:{port}/",
        f"http://localhost:{port}/",
        f"http://[::ffff:7f00:1]:{port}/",
        f"http://2130706433:{port}/",
        f"http://0x7f000001:{port}/",
        "http://169.254.169.254/latest/",
        "http://100.100.100.200/",
    ]
    links = "".join(f'<a href="{url}">内部地址{number}</a>' for number, url in enumerate(places))
    robots = f"User-agent: *\nSitemap: http://127.0.0.1:{port}/sitemap.xml\n".encode()
    site = hostile(
        {
            "/": page(links + '<a href="/away">跳走</a>'),
            "/away": (302, {"location": places[0]}, b""),
            "/robots.txt": (200, {"content-type": "text/plain"}, robots),
        }
    )
    database, _result = crawl(site)
    assert inside.asked == []
    refused = {row["target"]: row["fault"] for row in list_links(database) if row["target"] in places}
    assert set(refused.values()) == {"private-address"}


#: what the fetching child's resolver is told instead of asking a server: names that lead inside
_NAMES = """import socket
inside = {"127.0.0.1.nip.io": "127.0.0.1", "nat64.test": "64:ff9b::7f00:1", "mapped.test": "::ffff:7f00:1", "meta.test": "169.254.169.254"}
asked = socket.getaddrinfo
def resolved(host, port, *more, **named):
    return asked(inside.get(host, host), port, *more, **named)
socket.getaddrinfo = resolved
"""


def test_names_that_lead_inside_are_refused_linked_or_redirected_to(
    hostile: Callable[..., Hostile], crawl: Callable[..., Any], inside: Inside, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A6: wildcard names of loopback, NAT64 and mapped addresses, by link and by redirect."""
    folder = tmp_path / "names"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(_NAMES)
    monkeypatch.setenv("PYTHONPATH", str(folder))
    names = [f"http://{name}:{inside.port}/" for name in ("127.0.0.1.nip.io", "nat64.test", "mapped.test", "meta.test")]
    links = "".join(f'<a href="{url}">名字{number}</a><a href="/to{number}">跳到名字{number}</a>' for number, url in enumerate(names))
    site = hostile({"/": page(links), **{f"/to{number}": (302, {"location": url}, b"") for number, url in enumerate(names)}})
    database, _result = crawl(site)
    assert inside.asked == []
    assert {"/to0", "/to3"} <= set(site.asked)
    assert {row["target"]: row["fault"] for row in list_links(database) if row["target"] in names} == dict.fromkeys(
        names, "private-address"
    )


def test_an_intranet_is_reached_when_growth_yaml_says_so(hostile: Callable[..., Hostile], crawl: Callable[..., Any]) -> None:
    other = hostile({"/": page("内网")})
    site = hostile({"/": page(f'<a href="{other.url}">内网系统</a>')})
    crawl(site, more="allow_private: true")
    assert "/" in other.asked


def test_other_schemes_are_listed_and_never_fetched(hostile: Callable[..., Hostile], crawl: Callable[..., Any]) -> None:
    strange = ["file:///etc/passwd", "gopher://example.com/", "ftp://example.com/x", "data:text/html,x", "s3://bucket/x"]
    site = hostile({"/": page("".join(f'<a href="{href}">奇怪的链接{number}</a>' for number, href in enumerate(strange)))})
    database, _result = crawl(site)
    listed = {row["target"]: row["fault"] for row in list_links(database) if row["kind"] == "a"}
    assert listed == dict.fromkeys(strange, "scheme")


def test_a_million_tags_are_read_in_time(hostile: Callable[..., Hostile], crawl: Callable[..., Any]) -> None:
    site = hostile({"/": page("<a " * 1_000_000), "/robots.txt": (404, {}, b"")})
    _database, result = crawl(site)
    assert result.crawl.pages == 1


def test_sitemaps_that_are_traps_are_told_and_left(hostile: Callable[..., Hostile], crawl: Callable[..., Any]) -> None:
    index = '<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><sitemap><loc>{}</loc></sitemap></sitemapindex>'
    laughs = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;">]><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>&b;</loc></url></urlset>'
    site = hostile({"/": page("x")})
    xml = {"content-type": "application/xml"}
    site.pages["/robots.txt"] = (
        200,
        {"content-type": "text/plain"},
        f"Sitemap: {site.url}self.xml\nSitemap: {site.url}laughs.xml\n".encode(),
    )
    site.pages["/self.xml"] = (200, xml, index.format(site.url + "self.xml").encode())
    site.pages["/laughs.xml"] = (200, xml, laughs.encode())
    database, _result = crawl(site)
    found = {(issue.url.rsplit("/", 1)[-1], issue.detail["found"]) for issue in list_issues(database) if issue.check == "sitemap-bomb"}
    assert found == {("self.xml", "loop"), ("laughs.xml", "entities")}


def test_a_robots_txt_that_fails_stops_the_audit(hostile: Callable[..., Hostile], crawl: Callable[..., Any]) -> None:
    site = hostile({"/": page("x"), "/robots.txt": (503, {}, b"")})
    with pytest.raises(Unfinished, match="503"):
        crawl(site)
    assert site.asked.count("/") == 0


def test_a_site_that_does_not_answer_is_said_to_be_so(open_workspace: Callable[..., Database]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    database = open_workspace(YAML.format(url=f"http://127.0.0.1:{port}/", more=""))
    with pytest.raises(Unfinished):
        run_audit(database, now=NOW)


def test_a_firewall_that_refuses_stops_the_crawl_and_is_named(hostile: Callable[..., Hostile], crawl: Callable[..., Any]) -> None:
    challenge = (405, {}, b"<html><body>__jsl_clearance</body></html>")
    pages = {f"/p{number}": challenge for number in range(40)}
    site = hostile({"/": page("".join(f'<a href="{path}">第{path}页</a>' for path in pages)), **pages})
    with pytest.raises(Unfinished, match="创宇盾"):
        crawl(site, more="concurrency: 4")


def test_what_was_not_fetched_keeps_its_reason(hostile: Callable[..., Hostile], crawl: Callable[..., Any]) -> None:
    robots = (200, {"content-type": "text/plain"}, b"User-agent: GrowthSuite\nDisallow: /secret\n")
    links = '<a href="/secret/x">秘密</a><a href="/logout">退出</a><a href="https://other.example/">别处</a>'
    site = hostile({"/": page(links), "/robots.txt": robots})
    _database, result = crawl(site, more="exclude: [/logout], external_links: false")
    assert result.crawl.totals["skipped"] == {"robots": 1, "excluded": 1, "external": 1}
    assert not {"/secret/x", "/logout"} & set(site.asked)


def test_a_log_in_header_goes_to_the_site_and_to_nobody_else(
    open_workspace: Callable[..., Database], hostile: Callable[..., Hostile]
) -> None:
    seen: dict[str, Any] = {}

    def note(name: str) -> Any:
        def answer(handler: Any) -> None:
            seen[name] = handler.headers.get("authorization")
            handler.send_response(200)
            handler.send_header("content-length", "0")
            handler.end_headers()

        return answer

    other = hostile({"/": note("other")})
    site = hostile({"/": page(f'<a href="/members">会员</a><a href="{other.url}">别处</a>'), "/members": note("site")})
    database = open_workspace(YAML.format(url=site.url, more="allow_private: true, headers: {authorization: '${TOKEN:-secret}'}"))
    run_audit(database, now=NOW)
    assert seen == {"site": "secret", "other": None}


def test_the_result_has_the_shape_of_the_contract(hostile: Callable[..., Hostile], crawl: Callable[..., Any]) -> None:
    _database, result = crawl(hostile({"/": page("x")}))
    document = json.loads(json.dumps(result.as_json()))
    assert set(document) == {"crawl", "issues", "by_check"}
    assert set(document["crawl"]) == {"id", "status", "pages", "requests", "links", "seconds"}
    assert set(document["issues"]) == {"error", "warning", "notice"}
