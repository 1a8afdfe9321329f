"""Visits from server logs: what the script saw is not counted twice, files and bots are left out with their reason, copies count once."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from growth.db import Database
from growth.traffic import EventImport, import_log, pages, site_sums, visits
from growth.traffic.serverlog import LogUnreadable
from tests.command import Growth, growth_in
from tests.growth.traffic.conftest import CHANNELS, YAML
from tests.journeys import PHONE, Site, journey

__all__ = ["growth_in"]

BAIDU = "https://www.baidu.com/link?url=x"


@pytest.fixture
def site(open_workspace: Callable[..., Database]) -> Site:
    """A site on each engine."""
    return Site(open_workspace(YAML, files={"channels.yaml": CHANNELS}))


def line(at: datetime, target: str = "/old/page", *, status: int = 200, referrer: str = "-", method: str = "GET", **who: str) -> str:
    """A line of the combined format; `who`: ``ip``, ``agent``."""
    ip, agent = who.get("ip", "203.0.113.9"), who.get("agent", PHONE)
    return f'{ip} - - [{at:%d/%b/%Y:%H:%M:%S} +0000] "{method} {target} HTTP/1.1" {status} 512 "{referrer}" "{agent}"'


def read(site: Site, path: Path, lines: Sequence[str], *, packed: bool = False, **more: object) -> EventImport:
    content = "".join(f"{each}\n" for each in lines).encode()
    path.write_bytes(gzip.compress(content) if packed else content)
    done = import_log(site.database, [path], now=site.start + timedelta(days=1), **more)
    assert done.lines == done.stored + done.repeated + done.dropped.total() + done.rejected
    return done


def test_a_visit_of_pages_without_the_script_is_one_like_any_other(site: Site, tmp_path: Path) -> None:
    at = site.start
    lines = [
        line(at, "/old/loan?utm_source=edm&utm_medium=email", referrer=BAIDU),
        line(at + timedelta(minutes=2), "/old/rates", referrer="https://www.example.com/old/loan"),
        line(at + timedelta(minutes=50), "/old/rates", referrer=BAIDU, ip="198.51.100.4"),
        line(at + timedelta(minutes=51), "/gone", status=404, referrer="https://www.example.com/old/rates", ip="198.51.100.4"),
    ]
    done = read(site, tmp_path / "access.log", lines)
    assert (done.stored, done.dropped.total()) == (4, 0)
    with site.database.read() as session:
        found = [(each.medium, each.source, each.landing, each.pages) for each in visits(session)]
        day = at.date()
        sums = site_sums(session, from_day=day, until_day=day)
    assert found == [("email", "edm", "/old/loan", 2), ("organic-search", "baidu", "/old/rates", 2)]
    assert (sums.views, sums.missing, sums.daily_visitors) == (3, 1, 2)


def test_what_is_no_view_of_a_page_is_left_out_with_its_reason(site: Site, tmp_path: Path) -> None:
    at = site.start
    lines = [
        line(at),
        line(at, "/style.css?v=3"),
        line(at, "/logo.PNG"),
        line(at, "/login", method="POST"),
        line(at, "/moved", status=301),
        line(at, "/broken", status=500),
        line(at, "/api/rates"),
        line(at, "/", agent="Mozilla/5.0 (compatible; Baiduspider/2.0; +http://www.baidu.com/search/spider.html)"),
        line(at, "/", agent="-"),
        line(at, "/", ip="10.1.2.3"),
        "not a line",
        "",
    ]
    done = read(site, tmp_path / "access.log", lines, exclude=["/api/*"])
    assert (done.stored, done.rejected) == (1, 1)
    assert dict(done.dropped) == {"file": 2, "method": 1, "status": 2, "excluded": 1, "ua_list": 1, "ua_empty": 1, "staff": 1}
    assert done.reasons[0].line == 11


def test_what_the_script_reported_is_not_counted_again_one_for_one(site: Site, tmp_path: Path) -> None:
    at = site.start
    journey(site, "v1", start=at + timedelta(seconds=3)).visit("/loan", referrer=BAIDU).wait(minutes=10).go("/rates")
    lines = [
        line(at, "/loan", referrer=BAIDU),
        line(at + timedelta(seconds=20), "/loan", referrer=BAIDU, ip="198.51.100.7"),
        line(at + timedelta(minutes=10), "/rates"),
        line(at + timedelta(minutes=12), "/rates", ip="198.51.100.7"),
        line(at + timedelta(seconds=2), "/loan", agent=PHONE + " Other/1.0"),
    ]
    done = read(site, tmp_path / "access.log", lines)
    assert (done.stored, dict(done.dropped)) == (3, {"seen": 2})
    again = read(site, tmp_path / "access.log", lines)
    assert (again.stored, again.repeated, dict(again.dropped)) == (0, 3, {"seen": 2})
    with site.database.read() as session:
        counted = {row.path: row.views for row in pages(session, from_day=at.date(), until_day=at.date())}
    assert counted == {"/loan": 3, "/rates": 2}


def test_copies_and_longer_copies_of_a_log_count_once(site: Site, tmp_path: Path) -> None:
    lines = [line(site.start + timedelta(minutes=number), f"/old/{number}") for number in range(5)]
    assert read(site, tmp_path / "access.log", lines[:3]).stored == 3
    assert read(site, tmp_path / "access.log.1.gz", lines[:3], packed=True).repeated == 3
    grown = read(site, tmp_path / "access.log", [*lines, lines[4]])
    assert (grown.stored, grown.repeated) == (2, 4)
    tried = read(site, tmp_path / "other.log", [line(site.start, "/new"), lines[0]], dry_run=True)
    assert (tried.stored, tried.repeated) == (1, 1)
    assert read(site, tmp_path / "other.log", [line(site.start, "/new")]).stored == 1


def test_json_lines_and_sites_that_share_a_server(site: Site, tmp_path: Path) -> None:
    at = site.start.isoformat()

    def one(host: str, uri: str) -> str:
        return json.dumps(
            {
                "time_iso8601": at,
                "remote_addr": "203.0.113.9",
                "host": host,
                "request_method": "GET",
                "request_uri": uri,
                "status": 200,
                "http_referer": BAIDU,
                "http_user_agent": PHONE,
            }
        )

    done = read(site, tmp_path / "access.log", [one("example.com", "/a"), one("other.example.net", "/b")])
    assert (done.stored, dict(done.dropped)) == (1, {"other_site": 1})
    with site.database.read() as session:
        assert [(each.landing, each.source) for each in visits(session)] == [("/a", "baidu")]


def test_a_log_that_cannot_be_read_is_refused_before_anything_is_taken(site: Site, tmp_path: Path) -> None:
    (tmp_path / "good.log").write_text(line(site.start) + "\n")
    (tmp_path / "bad.log").write_bytes(b"PK\x03\x04zip")
    with pytest.raises(LogUnreadable):
        import_log(site.database, [tmp_path / "good.log", tmp_path / "bad.log"], now=site.start)
    with site.database.read() as session:
        assert list(visits(session)) == []


def test_the_command_says_what_it_left_out(site: Site, growth_in: Callable[[Path], Growth], tmp_path: Path) -> None:
    log = tmp_path / "access.log"
    log.write_text(line(site.start) + "\n" + line(site.start, "/a.css") + "\n")
    growth = growth_in(site.database.workspace.root)
    done = growth("events", "import", "--log", str(log), "--json")
    assert (done.json["stored"], done.json["dropped"]) == (1, {"file": 1})
    refused = growth("events", "import")
    assert refused.code == 2
