"""Pace, Crawl-delay, Retry-After, other sites in turn, firewalls: what a site's administrator sees of the crawl."""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest

from growth.db import Database
from growth.errors import Unfinished
from seo.audit import run_audit
from seo.crawl.pace import LONGEST_DELAY_S, Pace
from seo.external import _after_turn
from seo.listing import list_links
from seo.robots import parse_robots
from seo.verdict import marks
from tests.conftest import NOW
from tests.sites.hostile import Hostile, page

YAML = "site: {{name: 诚信贷, url: '{url}'}}\nseo: {{crawl: {{requests_per_second: 100000, retry_after: 0s, timeout: 10s, {more}}}}}\n"
TEXT = {"content-type": "text/plain"}


@pytest.fixture
def database_url() -> None:
    """The same to each database."""
    return


class Timed:
    """A page that notes when it was asked for, and answers with each of `answers` in turn, the last one for ever."""

    def __init__(self, *answers: tuple[int, dict[str, str], bytes]) -> None:
        self.answers, self.at = list(answers), []

    def __call__(self, handler: Any) -> None:
        self.at.append(time.monotonic())
        status, headers, body = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        handler.send_response(status)
        for name, value in {"content-type": "text/html", **headers, "content-length": str(len(body))}.items():
            handler.send_header(name, value)
        handler.end_headers()
        if handler.command != "HEAD":
            handler.wfile.write(body)


@pytest.mark.parametrize(
    ("text", "agent", "seconds"),
    [
        ("User-agent: *\nCrawl-delay: 5\nDisallow: /x\n", "GrowthSuite", 5.0),
        ("User-agent: GrowthSuite\nCrawl-delay: 0.5\n\nUser-agent: *\nCrawl-delay: 20\n", "GrowthSuite", 0.5),
        ("User-agent: bingbot\nCrawl-delay: 7\n\nUser-agent: *\nDisallow:\n", "GrowthSuite", None),
        ("User-agent: bingbot\nUser-agent: GrowthSuite\nCrawl-delay: 7 # slowly\n", "GrowthSuite", 7.0),
        ("Crawl-delay: 7\nUser-agent: *\nCrawl-delay: soon\n", "GrowthSuite", None),
    ],
)
def test_crawl_delay_is_that_of_the_group_for_our_agent(text: str, agent: str, seconds: float | None) -> None:
    assert parse_robots(text).crawl_delay(agent) == seconds
    assert not [problem for problem in parse_robots(text).problems if "rawl" in problem.text]


def test_crawl_delay_is_kept_and_told(hostile: Callable[..., Hostile], open_workspace: Callable[..., Database]) -> None:
    one, other = Timed(page("甲")), Timed(page("乙"))
    site = hostile({"/": page('<a href="/a">甲</a><a href="/b">乙</a>'), "/a": one, "/b": other})
    site.pages["/robots.txt"] = (200, TEXT, b"User-agent: *\nCrawl-delay: 0.4\n")
    notes: set[str] = set()
    result = run_audit(open_workspace(YAML.format(url=site.url, more="")), now=NOW, tick=lambda note="", **_figures: notes.add(note))
    assert abs(other.at[0] - one.at[0]) >= 0.35
    assert any("0.4" in note for note in notes)
    assert result.crawl.totals["crawl_delay"] == {"asked": 0.4, "kept": 0.4}


def test_a_crawl_delay_of_a_minute_is_kept_up_to_ten_seconds() -> None:
    pace = Pace(1000)
    pace.keep_apart(min(60, LONGEST_DELAY_S))
    pace.own_sent(100.0)
    assert 9.9 < pace.own_wait(100.0) <= 10


def test_retry_after_is_waited_for(hostile: Callable[..., Hostile], open_workspace: Callable[..., Database]) -> None:
    busy = Timed((503, {"retry-after": "2"}, b""), page("好了", title="好了"))
    site = hostile({"/": page('<a href="/busy">忙</a>'), "/busy": busy})
    result = run_audit(open_workspace(YAML.format(url=site.url, more="")), now=NOW)
    assert result.crawl.pages == 2
    assert busy.at[1] - busy.at[0] >= 1.9


def test_other_sites_are_asked_slowly_head_first_and_once_more_like_a_browser(
    hostile: Callable[..., Hostile], open_workspace: Callable[..., Database]
) -> None:
    seen: list[tuple[str, str, float]] = []

    def refuses(handler: Any) -> None:
        agent = handler.headers.get("user-agent", "")
        seen.append((handler.command, "browser" if "Mozilla" in agent and "Chrome" in agent else "program", time.monotonic()))
        handler.send_response(200 if seen[-1][1] == "browser" else 403)
        handler.send_header("content-length", "0")
        handler.end_headers()

    other = hostile({"/wall": refuses, "/flaky": (500, {}, b""), "/gone": (404, {}, b"")})
    links = "".join(f'<a href="{other.url}{path}">链接{path}</a>' for path in ("wall", "flaky", "gone"))
    site = hostile({"/": page(links)})
    database = open_workspace(YAML.format(url=site.url, more="allow_private: true"))
    first = run_audit(database, now=NOW)
    assert [(method, who) for method, who, _at in seen] == [("HEAD", "program"), ("GET", "program"), ("GET", "browser")]
    assert all(later[2] - earlier[2] >= 0.9 for earlier, later in pairwise(seen))
    verdicts = {row["target"].rsplit("/", 1)[1]: row["verdict"] for row in list_links(database) if row["target"].startswith(other.url)}
    assert verdicts == {"wall": "ok", "flaky": "flaky", "gone": "broken"}
    assert "link-broken-external" not in first.by_check, "the net has bad days"
    second = run_audit(database, now=NOW)
    assert second.by_check["link-broken-external"] == 2, "the second look in a later pass"


def test_many_addresses_of_one_other_site_have_their_turn_in_later_audits(
    hostile: Callable[..., Hostile], open_workspace: Callable[..., Database]
) -> None:
    other = hostile({f"/{number}": page("x") for number in range(5)})
    site = hostile({"/": page("".join(f'<a href="{other.url}{number}">链接{number}</a>' for number in range(5)))})
    database = open_workspace(YAML.format(url=site.url, more="allow_private: true, external_per_host: 2"))
    for turn in ({"/0", "/1"}, {"/2", "/3"}, {"/4", "/0"}):
        other.asked.clear()
        result = run_audit(database, now=NOW)
        assert set(other.asked) == turn
        assert result.crawl.totals["skipped"]["host-budget"] == 3
    skipped = {row["target"] for row in list_links(database) if row["skipped"] == "host-budget"}
    assert skipped == {f"{other.url}{number}" for number in (1, 2, 3)}


@pytest.mark.parametrize(
    ("had", "waits"),
    [("110000", "0145"), ("001100", "0123"), ("000011", "2345"), ("100001", "0345"), ("111111", "2345"), ("000000", "2345")],
)
def test_the_turn_goes_round(had: str, waits: str) -> None:
    row = [(str(number), mark == "1") for number, mark in enumerate(had)]
    assert sorted(_after_turn(row, 2)) == sorted(waits)


def test_a_challenge_page_slows_the_crawl_down_and_is_no_soft_404(
    hostile: Callable[..., Hostile], open_workspace: Callable[..., Database]
) -> None:
    challenge = (200, {}, "<html><title>404 找不到</title><body>yunjiasu-challenge</body></html>".encode())
    pages: dict[str, Any] = {f"/p{number}": page(f"第{number}页的正文") for number in range(30)}
    site = hostile({"/": page("".join(f'<a href="{path}">看{path}</a>' for path in [*pages, "/wall"])), **pages, "/wall": challenge})
    database = open_workspace(YAML.format(url=site.url, more=""))
    result = run_audit(database, now=NOW)
    assert result.crawl.state == "done"
    from seo.listing import list_issues

    about = {issue.check for issue in list_issues(database) if issue.url == f"{site.url}wall"}
    assert about == {"http-unverified"}


def test_a_crawl_that_a_firewall_stops_names_the_address_to_allow(
    hostile: Callable[..., Hostile], open_workspace: Callable[..., Database]
) -> None:
    wall = (493, {"x-powered-by-360wzb": "wangzhan.360.cn"}, b"<html>/wzws-waf-cgi/</html>")
    walls = {f"/p{number}": wall for number in range(40)}
    site = hostile({"/": page("".join(f'<a href="{path}">看{path}</a>' for path in walls)), **walls})
    with pytest.raises(Unfinished, match="360") as stopped:
        run_audit(open_workspace(YAML.format(url=site.url, more="concurrency: 4")), now=NOW)
    assert "127.0.0.1" in str(stopped.value.fix)
    assert "GrowthSuite" in str(stopped.value.fix)
    assert len(site.asked) < 40


def test_every_mark_of_a_firewall_says_where_it_is_from() -> None:
    import csv
    from importlib import resources

    rows = list(csv.DictReader((resources.files("seo") / "challenges.csv").read_text("utf-8").splitlines()))
    assert len(rows) == len(marks())
    assert all(row["source"] and row["seen"] for row in rows)
    assert {"阿里云盾", "腾讯云", "创宇盾", "360网站卫士", "百度云加速"} <= {row["name"] for row in rows}
