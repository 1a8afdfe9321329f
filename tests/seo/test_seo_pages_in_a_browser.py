"""The SEO pages in a real browser: accessible, nothing cut off, nothing foreign loaded."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from growth.db import Database
from seo.comparing.store import add_comparison, finish_comparison
from seo.indexing.importing import read_logs
from seo.listing import list_issues
from seo.ranking.importing import Given, import_positions
from tests.chromium import Site, engine, serve, violations
from tests.conftest import NOW
from tests.seo.conftest import audited
from tests.seo.indexing.lines import BAIDU, BAIDUS, SOMEBODYS, combined
from tests.seo.ranking.exports import csv_file
from tests.sites.served import Served, files
from tests.sites.worlds import World, sitemap

__all__ = ["engine", "serve"]

pytestmark = pytest.mark.browser

BASE = "https://www.shown.test/"
NEWEST = ("/seo/pages", "/seo/links/wanted", "/seo/coverage", "/seo/keywords", "/seo/compare")
ALL = (*NEWEST, "/seo", "/seo/issues", "/seo/issues/link-broken-internal", "/seo/keyword?word=网络借贷", "/seo/compare/1", "/seo/diff")


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """A site that was audited, with positions, visits of crawlers and a comparison that failed."""
    folder: Path = tmp_path_factory.mktemp("browsed")
    pages = ["/", "/list/", "/p/1.html", "/p/2.html"]
    resources: dict[str, Any] = {**files(BASE), **{path: {"links": [one for one in pages if one != path]} for path in pages}}
    resources["/p/1.html"] |= {"body": '<a href="/gone.html">不在了的页面</a>'}
    resources["/sitemap.xml"] = {"text": sitemap(pages), "type": "application/xml"}
    growth = (
        f"site: {{name: 诚信贷, url: '{BASE}'}}\nseo: {{crawl: {{requests_per_second: 100000, retry_after: 0s}}, logs: {{dns: false}}}}\n"
    )
    keywords = {"keywords.yaml": "keywords: {网络借贷: {page: /p/1.html, target: 5}, 小额借款: {}}\n"}
    database, _issues = audited(World(site=Served(base=BASE, resources=resources), growth_yaml=growth, files=keywords), folder / "w")
    for day, position in ((20, 4), (21, 9)):
        table = csv_file(folder / f"{day}.csv", [["关键词", "排名", "URL"], ["网络借贷", position, "/p/1.html"], ["小额借款", 3, "/"]])
        import_positions(database, table, now=NOW, given=Given(source="chinaz", engine="baidu", day=date(2026, 11, day)))
    log = folder / "access.log"
    log.write_text(combined(path="/p/1.html") + combined(SOMEBODYS, "/p/2.html") + combined(BAIDUS, "/gone.html", BAIDU, status=404))
    read_logs(database, [log], now=NOW, names=False)
    with database.write() as session:
        id = add_comparison(session, page=BASE, competitors=["https://other.example/"], asked_by="user:ming", now=NOW)
        finish_comparison(session, id=id, found=None, fault="other.example 没有响应", now=NOW)
    yield database
    database.close()


@pytest.mark.parametrize(
    ("theme", "width", "paths"),
    [
        ("light", 390, NEWEST),
        pytest.param("light", 1280, ALL, marks=pytest.mark.slow),
        pytest.param("dark", 390, ALL, marks=pytest.mark.slow),
    ],
    ids=["phone", "light", "dark"],
)
def test_the_seo_pages_are_accessible_and_fit(
    full: Database, serve: Callable[..., Site], theme: str, width: int, paths: tuple[str, ...]
) -> None:
    site = serve(full)
    seo = site.web.browser("seo")
    broken = next(one.id for one in list_issues(full) if one.check == "link-broken-internal")
    for path in (*paths, f"/seo/issue/{broken}"):
        page = site.open(seo, path, theme=theme, width=width)
        assert violations(page) == [], path
        overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert overflow <= 0, path
        page.context.close()
    assert site.said == []
