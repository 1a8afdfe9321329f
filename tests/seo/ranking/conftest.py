"""A workspace with words, positions brought in day by day, and a small site that was crawled."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from growth.db import Database
from seo.audit import run_audit
from seo.ranking.importing import Given, import_positions
from seo.ranking.watch import Watched, watch_targets
from tests.conftest import NOW
from tests.seo.ranking.exports import csv_file
from tests.sites.served import LocalFetcher, Served, files
from tests.sites.worlds import sitemap

BASE = "https://www.example.com/"
GROWTH = f"""site: {{name: 诚信贷, url: '{BASE}', locale: en}}
seo: {{crawl: {{requests_per_second: 100000, retry_after: 0s}}}}
alerts: {{rank_lost: [ops@example.com]}}
"""
KEYWORDS = """keywords:
  网络借贷: {page: /invest, target: 10, engines: [baidu, google]}
  小额借款: {page: /loans, target: 5, engines: [baidu], device: mobile}
  诚信贷: {page: /, target: 1, engines: [baidu]}
"""
#: two pages are about 网络借贷; every title ends in the site's own words
PAGES: dict[str, dict[str, Any]] = {
    "/": {"title": "诚信贷网络借贷平台", "h1": "诚信贷"},
    "/invest": {"title": "网络借贷：怎么出借 - 诚信贷", "h1": "网络借贷", "body": "<h2>网络借贷的风险</h2><p>网络借贷信息中介。</p>"},
    "/blog/1": {"title": "什么是网络借贷 - 诚信贷", "h1": "一篇文章", "body": "<p>网络借贷。</p>"},
    "/loans": {"title": "小额借款 - 诚信贷", "h1": "小额借款", "body": '<p><a href="/invest">看网络借贷</a></p>'},
    "/hidden": {"title": "网络借贷 - 诚信贷", "h1": "网络借贷", "head": '<meta name="robots" content="noindex">'},
}


@pytest.fixture
def site(open_workspace: Callable[..., Database]) -> Database:
    """The workspace with its words, not crawled yet."""
    return open_workspace(GROWTH, files={"keywords.yaml": KEYWORDS})


@pytest.fixture
def crawled(site: Database) -> Database:
    """The site crawled, and its pages looked through for the words."""
    crawl(site)
    return site


def crawl(database: Database, pages: dict[str, dict[str, Any]] | None = None) -> None:
    """An audit of the small site."""
    chosen = pages or PAGES
    resources: dict[str, Any] = {
        **files(BASE),
        **{path: {"links": [one for one in chosen if one != path], **page} for path, page in chosen.items()},
    }
    resources["/sitemap.xml"] = {"text": sitemap(list(chosen)), "type": "application/xml"}
    result = run_audit(database, now=NOW, fetching=partial(LocalFetcher, Served(base=BASE, resources=resources)))
    assert result.crawl.totals["check_faults"] == {}


@pytest.fixture
def on_day(site: Database, tmp_path: Path) -> Callable[..., Watched]:
    """``on_day(20, 网络借贷=3, source="chinaz")`` imports positions of a November day and looks at the targets, as the command does."""

    def bring(day: int, *, source: str = "chinaz", engine: str = "baidu", device: str | None = None, **positions: object) -> Watched:
        path = csv_file(tmp_path / "day.csv", [["关键词", "排名"], *positions.items()])
        import_positions(site, path, now=NOW, given=Given(source=source, engine=engine, device=device, day=date(2026, 11, day)))
        with site.write() as session:
            return watch_targets(session, workspace=site.workspace, now=NOW)

    return bring
